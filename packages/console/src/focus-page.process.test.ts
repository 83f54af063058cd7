/**
 * The console by keyboard alone: after an action that takes its own button away (the row is gone,
 * the button is another one, or disabled) the focus is on what comes next, never at the top of the
 * page; a refused form and a search keep it.
 */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'

import { waitUntil } from '@battalion/testkit/wait-until.ts'
import { Client } from '@colyseus/sdk'
import type { Page } from 'playwright-core'

import { askPatiently, signIn } from '../../../src/testing/start-test-app.ts'
import { createOperator } from '../../../src/testing/test-operators.ts'
import { openConsoleBrowser, skip } from './testing/console-browser.ts'
import type { ConsoleBrowser } from './testing/console-browser.ts'
import { putDeadJobs } from './testing/dead-jobs.ts'

const BATTLE = { mode: 'duel', map: 'duel' }

/** Presses the button in the row or card that says so, types, sends off: all by keys. */
async function press(page: Page, button: string, place: string, text?: string): Promise<void> {
  const places = page.locator('tbody tr, article, .page-head').filter({ hasText: place })
  const named = places.getByRole('button', { name: button, exact: true })
  await named.first().focus()
  await page.keyboard.press('Enter')
  const dialog = page.locator('dialog[open]')
  await dialog.waitFor()
  if (text === undefined) {
    await dialog.getByRole('button', { name: button, exact: true }).focus()
  } else {
    await dialog.locator('input, textarea').first().fill(text)
  }
  await page.keyboard.press('Enter')
  await dialog.waitFor({ state: 'detached' })
}

/** Waits until the button of this name has the focus; what its row or card says. */
async function focusedIn(page: Page, button: string): Promise<string> {
  await page.locator('main button:focus', { hasText: button }).waitFor()
  const text = `document.activeElement.closest('tbody tr, article, .page-head').innerText`
  return String(await page.evaluate(text))
}

/** Asks as a player; a body is posted. */
async function ask(url: string, path: string, token: string, body?: object): Promise<unknown> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` }
  const sent = body && { method: 'POST', body: JSON.stringify(body) }
  const answer = await askPatiently(url + path, { headers, ...sent })
  assert.ok(answer.ok, `${path}: ${answer.status}`)
  return answer.json()
}

/** Lines of one guest, each reported by another. */
async function putReports(url: string, texts: readonly string[]): Promise<void> {
  const [writer, reader] = [await signIn(url), await signIn(url)]
  const { channels } = (await ask(url, '/v1/channels', writer)) as { channels: { id: string }[] }
  const lines = `/v1/channels/${channels[0]!.id}/messages`
  for (const text of texts) {
    const { seq } = (await ask(url, lines, writer, { text })) as { seq: number }
    await ask(url, `${lines}/${seq}/reports`, reader, { reason: 'spam', note: `note: ${text}` })
  }
}

describe('the console by keyboard', { skip }, () => {
  let server: ConsoleBrowser
  const closers: (() => unknown)[] = []
  before(async () => {
    const test = { after: (close: unknown) => void closers.push(close as () => unknown) }
    server = await openConsoleBrowser(test)
  })
  after(async () => {
    for (const close of closers.toReversed()) await close()
  })

  it('[ADM-3] goes on at the next row when one is kicked, retried, discarded, revoked', async () => {
    const { url, database } = server
    await putDeadJobs(database, ['a.letter', 'b.letter', 'c.letter'])
    const closed: number[] = []
    for (const name of ['Ann', 'Ben']) {
      const client = new Client(url)
      client.http.authToken = await signIn(url)
      const room = await client.joinOrCreate('battlefield', { ...BATTLE, name })
      room.reconnection.enabled = false
      room.onMessage('*', () => undefined)
      room.onLeave((code) => void closed.push(code))
    }
    const tab = await server.openAs('admin', '/console/rooms')
    const { page } = tab
    await page.getByRole('main').getByRole('link').first().press('Enter')
    await page.getByRole('row', { name: /Ben/ }).waitFor()
    await press(page, 'Kick', 'Ann', 'aim bot')
    await waitUntil('he is out', () => closed.length === 1)
    await page.getByRole('row', { name: /Ann/ }).waitFor({ state: 'detached' })
    assert.match(await focusedIn(page, 'Kick'), /Ben/)

    await page.goto(`${url}/console/jobs`)
    const dead = page.getByRole('region', { name: 'Jobs: dead' })
    await dead.getByRole('row', { name: 'a.letter' }).waitFor()
    await press(page, 'Retry', 'b.letter')
    await dead.getByRole('row', { name: 'b.letter' }).waitFor({ state: 'detached' })
    assert.match(await focusedIn(page, 'Retry'), /a\.letter/, 'the newest come first')
    await press(page, 'Discard', 'c.letter', 'no such box')
    await dead.getByRole('row', { name: 'c.letter' }).waitFor({ state: 'detached' })
    assert.match(await focusedIn(page, 'Discard'), /a\.letter/)

    const staff = [
      await createOperator(server, 'moderator'),
      await createOperator(server, 'moderator'),
    ]
    const [first = '', second = ''] = staff.map(({ name }) => name).toSorted()
    await page.goto(`${url}/console/staff`)
    await page.getByRole('row', { name: first }).waitFor()
    await press(page, 'Take away', first)
    await page.getByRole('row', { name: first }).waitFor({ state: 'detached' })
    assert.match(await focusedIn(page, 'Take away'), new RegExp(second))
    tab.assertQuiet()
  })

  it('[ADM-3, SOC-4] goes on at the next report, and in the page after the last one', async () => {
    await putReports(server.url, ['one', 'two', 'three'])
    const tab = await server.openAs('moderator', '/console/reports')
    const { page } = tab
    await page.getByText('note: three').waitFor()
    await press(page, 'Claim', 'note: two')
    await page.getByText('note: two').waitFor({ state: 'detached' })
    const next = await focusedIn(page, 'Claim')
    assert.match(next, /note: (one|three)/)
    await press(page, 'Claim', 'note: one')
    await page.getByText('note: one').waitFor({ state: 'detached' })
    await press(page, 'Claim', 'note: three')
    await page.getByText('No report is open.').waitFor()
    await page.locator('main:focus').waitFor()
    await page.getByLabel('State').selectOption('claimed')
    await page.getByText('note: one').waitFor()
    await press(page, 'Uphold', 'note: two', 'muted')
    await page.getByText('note: two').waitFor({ state: 'detached' })
    assert.match(await focusedIn(page, 'Uphold'), /note: (one|three)/)
    await press(page, 'Dismiss', 'note: one', 'no spam')
    await page.getByText('note: one').waitFor({ state: 'detached' })
    assert.match(await focusedIn(page, 'Dismiss'), /note: three/)
    tab.assertQuiet()
  })

  it('[ADM-2, ADM-3] stays beside a ban, a sign-out, a refused form and a search', async () => {
    const { url, database } = server
    const { userId, name } = await createOperator({ url, database }, undefined)
    const tab = await server.openAs('admin', `/console/players/${userId}`)
    const { page } = tab
    await page.getByRole('heading', { name, exact: true }).waitFor()
    await press(page, 'Mute', name, 'insults')
    await page.getByRole('button', { name: 'Lift mute' }).waitFor()
    assert.match(await focusedIn(page, ''), /Lift mute/)
    await press(page, 'Sign out everywhere', 'Devices', 'lost phone')
    await page.getByText('Signed in nowhere.').waitFor()
    await page.locator('main:focus').waitFor()
    await press(page, 'Ban', name, 'aim bot')
    await page.getByRole('button', { name: 'Lift ban' }).waitFor()
    assert.match(await focusedIn(page, ''), /Lift ban/)

    await page.goto(`${url}/console/words`)
    await page.getByRole('button', { name: 'Add a word' }).press('Enter')
    const dialog = page.locator('dialog[open]')
    await dialog.getByRole('textbox').fill('two words')
    await dialog.getByRole('button', { name: 'Add a word' }).press('Space')
    await dialog.getByRole('alert').waitFor()
    await dialog.locator('button:focus', { hasText: 'Add a word' }).waitFor()
    await page.keyboard.press('Escape')
    await page.locator('main button:focus', { hasText: 'Add a word' }).waitFor()

    await page.goto(`${url}/console/players`)
    await page.getByRole('searchbox').fill(name.slice(0, 5))
    await page.keyboard.press('Enter')
    await page.getByRole('link', { name, exact: true }).waitFor()
    await page.locator('input[name=query]:focus').waitFor()
    await page.goBack()
    await page.getByText('By name').waitFor()
    assert.equal(await page.getByRole('searchbox').inputValue(), '')
    tab.assertQuiet()
  })
})
