/**
 * The pages of webhooks in a real browser: one is made and its secret shown once, a test event
 * arrives signed, a failing one is seen as such, it is switched off and removed.
 */
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { describe, it } from 'node:test'

import { waitUntil } from '@battalion/testkit/wait-until.ts'

import { WEBHOOK_EVENTS } from '../../../src/services/webhooks/webhook-events.ts'
import { startReceiver } from '../../../src/testing/webhook-receiver.ts'
import { openConsoleBrowser, skip } from './testing/console-browser.ts'

describe('the pages of webhooks', { skip }, () => {
  it('[ADM-3, G-12] makes one, shows its secret once, tries it, sees it fail, ends it', async (t) => {
    const receiver = await startReceiver(t)
    const server = await openConsoleBrowser(t, { WEBHOOK_TARGETS: 'any' })
    const tab = await server.openAs('admin', '/console/webhooks')
    const { page } = tab
    await page.getByText('Nothing is sent anywhere.').waitFor()
    await page.getByRole('button', { name: 'New webhook' }).click()
    const dialog = page.getByRole('dialog', { name: 'New webhook' })
    for (const event of WEBHOOK_EVENTS) await dialog.getByLabel(event, { exact: true }).waitFor()
    assert.equal(await dialog.getByRole('checkbox').count(), WEBHOOK_EVENTS.length)
    await dialog.getByLabel('Address').fill('nonsense')
    await dialog.getByLabel('user.banned').check()
    await dialog.getByRole('button', { name: 'New webhook' }).click()
    await dialog
      .getByRole('alert')
      .getByText(/no URL/)
      .waitFor()
    await tab.look('webhook-new')
    await dialog.getByLabel('Address').fill(receiver.url)
    await dialog.getByLabel('What it is for').fill('Moderators’ chat')
    await dialog.getByRole('button', { name: 'New webhook' }).click()
    const secret = await page.locator('code.secret').innerText()
    assert.match(secret, /^whsec_/)
    await tab.look('webhook-secret')
    await page.getByRole('button', { name: 'I have it' }).click()
    await page.getByRole('link', { name: receiver.url }).waitFor()
    await tab.look('webhooks')

    await page.getByRole('link', { name: receiver.url }).click()
    await page.getByRole('button', { name: 'Send a test' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Send a test' }).click()
    await waitUntil('the test is there', () => receiver.calls.length === 1)
    const [{ headers, body }] = receiver.calls as [(typeof receiver.calls)[0]]
    const key = Buffer.from(secret.replace('whsec_', ''), 'base64')
    const signed = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`
    const mac = createHmac('sha256', key).update(signed).digest('base64')
    assert.equal(headers['webhook-signature'], `v1,${mac}`)
    await page.getByRole('button', { name: 'Look again' }).click()
    await page.getByRole('cell', { name: 'delivered' }).waitFor()

    receiver.answer = (_, response) => void response.writeHead(500).end('inside')
    await page.getByRole('button', { name: 'Send a test' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Send a test' }).click()
    await waitUntil('it failed', () => receiver.calls.length === 2)
    const again = page.getByRole('button', { name: 'Look again' })
    const failure = page.getByRole('cell', { name: '500' })
    await waitUntil('the page tells', async () => {
      await again.click()
      // Another click would drop the answer to this one.
      await failure.waitFor({ timeout: 5000 }).catch(() => undefined)
      return (await failure.count()) > 0
    })
    await page.getByText('failed once').waitFor()
    await tab.look('webhook')

    await page.getByRole('button', { name: 'Switch off' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Switch off' }).click()
    await page.getByRole('button', { name: 'Switch on' }).waitFor()
    assert.ok(await page.getByRole('button', { name: 'Send a test' }).isDisabled())
    await page.getByRole('button', { name: 'Remove' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click()
    await page.getByText('Nothing is sent anywhere.').waitFor()
    tab.assertQuiet()
  })
})
