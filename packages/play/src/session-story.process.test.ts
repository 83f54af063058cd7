/**
 * One player's sessions in the page, on a real server in a real browser: two tabs that are one
 * session, signing out, and a password that was forgotten. Pictures go to a temporary folder, whose
 * path is printed when something fails.
 */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'

import { findChromium } from './harness/browser.ts'
import {
  assertQuiet,
  fillSignIn,
  keepGuest,
  openSheet,
  openStage,
  readUserId,
  signIn,
  waitForPeople,
} from './harness/people-page.ts'
import type { PeopleStage, PlayerPage } from './harness/people-page.ts'

const skip = findChromium() === undefined ? 'needs Chromium' : false
const BOB = { name: 'Bob', email: 'bob@example.org', password: 'the second engine' }

describe('sessions in the page', { skip }, () => {
  let stage: PeopleStage
  let bob: PlayerPage

  before(async () => {
    stage = await openStage()
    bob = await stage.open({ colorScheme: 'dark' })
    await keepGuest(bob.page, BOB)
  })
  after(() => stage?.close())

  it('[F-05] two tabs of one player are one session, and one of them has the chat', async () => {
    const { page } = bob
    const second = await page.context().newPage()
    second.setDefaultTimeout(60_000)
    await second.goto(stage.url)
    await waitForPeople(second)
    await page.waitForSelector('[data-home="elsewhere"]')
    const userId = await readUserId(page)
    assert.equal(await readUserId(second), userId)
    // Both tokens run out at once: both tabs exchange, and neither exchange ends the session.
    for (let round = 0; round < 3; round++) {
      await page.evaluate(expireToken)
      const tokens = await Promise.all([page.evaluate(renewToken), second.evaluate(renewToken)])
      // What one tab stores another may see late: then both exchange, by one request key.
      const [first, other] = tokens.map(sessionOf)
      assert.equal(first, other, 'one session serves both')
      for (const token of tokens) assert.equal(await askMe(stage.url, token), 200)
    }
    assert.equal(await readUserId(second), userId)
    await second.close()
    await page.evaluate(() => dispatchEvent(new Event('focus')))
    await page.waitForSelector('[data-home="open"]')
  })

  it('[AUTH-3] a forgotten password is set anew by the mail, and signs all devices out', async () => {
    const { page } = bob
    const panel = await openSheet(page, 'Account')
    await panel.getByRole('button', { name: 'Log out', exact: true }).click()
    await panel.waitFor({ state: 'hidden' })
    await waitForPeople(page)
    await signIn(page, 'bob', 'not his password')
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('alert').getByText('is not right').waitFor()
    await stage.picture(page, '7-wrong')
    await dialog.getByRole('button', { name: 'Forgot your password?' }).click()
    await dialog.getByLabel('E-mail of your account').fill(BOB.email)
    await dialog.getByRole('button', { name: 'Send the link' }).click()
    await dialog.getByText('a mail is on its way').waitFor()
    const token = await stage.mailToken('reset-password')
    await page.goto(`${stage.url}/#reset-password=${token}`)
    await page.reload()
    await page.goto(`${stage.url}/#reset-password=${token}`)
    await dialog.getByLabel('New password').fill('a third engine')
    await dialog.getByRole('button', { name: 'Set password' }).click()
    await fillSignIn(page, BOB.email, 'a third engine')
    await dialog.waitFor({ state: 'hidden' })
    await openSheet(page, 'Account')
    await page.getByText(BOB.email).waitFor()
  })

  it('complains of nothing but the refusals', () => {
    const complaints = bob.complaints.filter((text) => !/status of 401/.test(text))
    assertQuiet(stage, [{ ...bob, complaints }])
  })
})

function sessionOf(token: string): string {
  const claims = Buffer.from(token.split('.')[1]!, 'base64url').toString()
  return (JSON.parse(claims) as { sid: string }).sid
}

async function askMe(url: string, token: string): Promise<number> {
  const answer = await fetch(`${url}/v1/me`, { headers: { authorization: `Bearer ${token}` } })
  await answer.text()
  return answer.status
}

/** Runs in the page: what the passing of time does to the access token. */
function expireToken(): void {
  const key = 'battalion.session'
  const session = JSON.parse(localStorage.getItem(key) ?? '{}') as object
  const accessExpiresAt = new Date(0).toISOString()
  localStorage.setItem(key, JSON.stringify({ ...session, accessExpiresAt }))
}

/** Runs in the page. */
function renewToken(): Promise<string> {
  const page = globalThis as unknown as {
    battalionDebug: { session: { accessToken(): Promise<string> } }
  }
  return page.battalionDebug.session.accessToken()
}
