/**
 * The console of a real server in a real browser: the first operator comes by the one-time link,
 * sets a second factor, signs out and in again by a code; the policy is not violated, nothing is
 * asked of another host. `CONSOLE_PICTURES=folder` keeps pictures, light and dark.
 */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { waitUntil } from '@battalion/testkit/wait-until.ts'
import type { Page } from 'playwright-core'

import { totpCode, totpStep } from '../../../src/services/identity/totp.ts'
import { fromBase32, insideStep } from '../../../src/testing/test-operators.ts'
import { openConsoleBrowser, skip } from './testing/console-browser.ts'
import type { ConsoleTab } from './testing/console-browser.ts'

const FORM = { name: 'Ada', email: 'ada@example.org', password: 'analytical engine' }

async function signIn(page: Page, code: string): Promise<void> {
  await page.getByLabel('Name or e-mail').fill(FORM.name)
  await page.getByLabel('Password').fill(FORM.password)
  await page.getByLabel(/Code of your authenticator app/).fill(code)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

/** Behind the link: an account, then its second factor; answers the codes of its app. */
async function becomeOperator({ page, look }: ConsoleTab): Promise<(offset: number) => string> {
  await page.getByRole('heading', { name: 'Become the first operator' }).waitFor()
  await look('first')
  await page.getByLabel('Name', { exact: true }).fill(FORM.name)
  await page.getByLabel('E-mail', { exact: true }).fill(FORM.email)
  await page.getByLabel('Password').fill(FORM.password)
  await page.getByRole('button', { name: 'Become operator' }).click()
  const secret = fromBase32(await page.locator('code.secret').innerText())
  const code = (offset: number) => totpCode(secret, totpStep(Date.now()) + offset)
  await page.getByRole('img', { name: 'QR code of the secret' }).waitFor()
  await look('factor')
  await insideStep()
  await page.getByLabel('Code of your app').fill(code(-1))
  await page.getByRole('button', { name: 'Confirm' }).click()
  await page.getByRole('heading', { name: 'Overview' }).waitFor()
  return code
}

describe('the console as a page', { skip }, () => {
  it('[ADM-3, F-09, G-03] by the link to a second factor, out, and in again by a code', async (t) => {
    const links: string[] = []
    const onFirstOperator = (link: string) => void links.push(link)
    const { openTab } = await openConsoleBrowser(t, {}, { onFirstOperator })
    await waitUntil('the one-time link', () => links.length > 0)
    const tab = await openTab()
    const { page, look } = tab

    await page.goto(links[0]!)
    const code = await becomeOperator(tab)
    assert.ok(!page.url().includes('first'), 'the link is gone from the address')
    await page.getByRole('link', { name: 'Players' }).click()
    await page.getByRole('heading', { name: 'Players' }).waitFor()
    await look('players')
    await page.getByRole('link', { name: 'Invite codes' }).click()
    await page.getByRole('button', { name: 'Make a code' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Make a code' }).click()
    await page.getByText(/The code is \S+/).waitFor()

    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByText('You are signed out.').waitFor()
    await look('door')
    await signIn(page, code(3) === '000000' ? '111111' : '000000')
    await page.getByRole('alert').waitFor()
    assert.match(await page.getByRole('alert').innerText(), /code/i)
    await signIn(page, code(0))
    await page.getByRole('button', { name: 'Sign out' }).waitFor()
    await page.reload()
    await page.getByText('Ada (admin)').waitFor()
    assert.equal(await page.evaluate('document.cookie'), '', 'no script sees the cookie')
    tab.assertQuiet()
  })
})
