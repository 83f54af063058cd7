/**
 * Signing in by a provider in the page: a real issuer on this machine, a real browser that goes
 * there and comes back. A guest is kept, comes back elsewhere as the same user, and an answer that
 * nobody asked for signs nobody in.
 */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'

import { waitUntil } from '@battalion/testkit/wait-until.ts'
import type { Browser, Page } from 'playwright-core'

import { startTestApp } from '../../../src/testing/start-test-app.ts'
import { startTestIssuer } from '../../../src/testing/test-issuer.ts'
import type { TestIssuer } from '../../../src/testing/test-issuer.ts'
import { findChromium, openBrowser } from './harness/browser.ts'
import { findFlaws } from './harness/find-flaws.ts'
import { openPlayer, openSheet, readUserId, waitForPeople } from './harness/people-page.ts'
import type { PlayerPage } from './harness/people-page.ts'

const skip = findChromium() === undefined ? 'needs Chromium' : false
const MANY = '1000'

describe('signing in by a provider in the page', { skip }, () => {
  const stops: (() => unknown)[] = []
  let url: string
  let issuer: TestIssuer
  let browser: Browser
  let ada: PlayerPage
  let adaId: string

  before(async () => {
    const test = { after: (stop: unknown) => void stops.unshift(stop as () => unknown) }
    const limits = { GUESTS_PER_ADDRESS_PER_MIN: MANY, MATCHMAKES_PER_ADDRESS_PER_MIN: MANY }
    const started = await startTestApp(test, { ...limits, LOG_LEVEL: 'error' })
    url = started.url
    issuer = await startTestIssuer(test)
    issuer.user = { sub: '1', name: 'Ada', email: 'ada@example.org', email_verified: true }
    const row = { id: 'local', label: 'Local', issuer: issuer.issuer, client_id: 'battalion' }
    const { db } = started.app.store.database
    const values = { ...row, client_secret: null, created_at: new Date() }
    // A machine that is short of time has its database busy for longer than a statement waits.
    await waitUntil('the provider', async () => {
      const insert = db.insertInto('identity.providers').values(values)
      return await insert.execute().then(
        () => true,
        () => false,
      )
    })
    browser = await openBrowser()
    stops.unshift(() => browser.close())
    ada = await openPlayer(browser, url)
  })
  after(async () => {
    for (const stop of stops) await stop()
  })

  it('[AUTH-6] keeps the guest: out to the provider, back, an account with the same id', async () => {
    const { page } = ada
    adaId = await readUserId(page)
    const panel = await openSheet(page, 'Account')
    await panel.getByRole('button', { name: 'Keep this guest' }).click()
    const go = page.getByRole('dialog').getByRole('button', { name: 'Keep it with Local' })
    await go.waitFor()
    assert.deepEqual(await findFlaws(page, ['.auth']), [])
    await go.click()
    await page.getByText('You sign in with Local from now on.').waitFor()
    assert.equal(await readUserId(page), adaId)
    assert.equal(await page.evaluate(() => location.hash), '', 'no code stays in the address')
    await openSheet(page, 'Account')
    await panel.getByText('ada@example.org').waitFor()
    await panel.getByRole('button', { name: /Password and second factor/ }).click()
    await panel.getByRole('button', { name: 'Take away: Local' }).waitFor()
    await panel.getByText('You have no password').waitFor()
    assert.equal(await panel.locator('input[type=password]').count(), 0, 'nobody asks for one')
    assert.deepEqual(await findFlaws(page, ['.people']), [])
  })

  it('[AUTH-6] signs in elsewhere as the same user, and stays who he was when refused', async () => {
    const { page, complaints } = await openPlayer(browser, url, { colorScheme: 'dark' })
    const guestId = await readUserId(page)
    await refuse(page, `${url}/#oidc=1&code=${'c'.repeat(20)}&state=${'s'.repeat(43)}`)
    await page.getByText('This browser did not ask for it. Try again.').waitFor()
    assert.equal(await readUserId(page), guestId, 'a planted link signs nobody in')
    assert.deepEqual(await findFlaws(page, ['.auth']), [])
    await page.keyboard.press('Escape')
    const panel = await openSheet(page, 'Account')
    await panel.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Go on with Local' }).click()
    await page.getByText('You sign in with Local from now on.').waitFor()
    assert.equal(await readUserId(page), adaId)
    assert.deepEqual([complaints, ada.complaints], [[], []])
  })
})

/** Comes by an address as if a provider had sent the browser. */
async function refuse(page: Page, address: string): Promise<void> {
  await page.goto('about:blank')
  await page.goto(address)
  await waitForPeople(page)
}
