/**
 * Overview, rooms and one room as pages of a real server: live figures, a kick that throws a real
 * client out, a room that is closed, maintenance that turns a newcomer away.
 */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { waitUntil } from '@battalion/testkit/wait-until.ts'
import { CLOSE_CODES } from '@battalion/wire/close-codes.ts'
import { Client } from '@colyseus/sdk'
import type { Room } from '@colyseus/sdk'

import { listAudit } from '../../../src/services/audit/audit-log.ts'
import { signIn } from '../../../src/testing/start-test-app.ts'
import { openConsoleBrowser, skip } from './testing/console-browser.ts'

const BATTLE = { mode: 'duel', map: 'duel' }

/** A stock client in a battle. */
async function play(url: string, name: string): Promise<{ room: Room; closedWith?: number }> {
  const client = new Client(url)
  client.http.authToken = await signIn(url)
  const room = await client.joinOrCreate('battlefield', { ...BATTLE, name })
  room.onMessage('*', () => undefined)
  const player: { room: Room; closedWith?: number } = { room }
  room.onLeave((code) => (player.closedWith = code))
  room.send('rtt', { id: 1, ms: 37 })
  return player
}

describe('the running game as pages', { skip }, () => {
  it('[ADM-1, ADM-3] overview and rooms are live; a kick by page throws a client out', async (t) => {
    const { url, database, openAs } = await openConsoleBrowser(t)
    const ann = await play(url, 'Ann')
    const ben = await play(url, '<img src=x onerror=alert(1)>')
    const tab = await openAs('admin')
    const { page } = tab
    await page.getByRole('heading', { name: 'Overview' }).waitFor()
    await page.getByText('live', { exact: true }).waitFor()
    await page.locator('.tile', { hasText: 'People' }).getByText('2', { exact: true }).waitFor()
    await page.waitForTimeout(4000)
    for (const name of ['Players', 'Rooms', 'Joins', 'Time', 'Errors']) {
      await page.locator('figure', { hasText: name }).getByRole('img').waitFor()
    }
    await tab.look('overview')

    await page.getByRole('link', { name: 'Rooms' }).click()
    await page.getByRole('link', { name: ann.room.roomId }).waitFor()
    await tab.look('rooms')
    await page.getByRole('searchbox').fill('nothing like it')
    await page.getByText('No room fits the search.').waitFor()
    await page.getByRole('searchbox').fill('duel')
    await page.getByRole('link', { name: ann.room.roomId }).press('Enter')
    await page.getByRole('heading', { name: `Room ${ann.room.roomId}` }).waitFor()
    assert.equal(await page.title(), `Room ${ann.room.roomId} · Battalion console`)
    await page.locator('main:focus').waitFor()
    await page.getByText('37 ms').first().waitFor()
    await page.waitForTimeout(3000)
    await tab.look('room')

    const row = page.getByRole('row', { name: /Ann/ })
    await row.getByRole('button', { name: 'Kick' }).click()
    await page.getByRole('dialog', { name: 'Kick Ann' }).getByLabel('Reason').fill('aimbot')
    const startedMs = performance.now()
    await page
      .getByRole('dialog', { name: 'Kick Ann' })
      .getByRole('button', { name: 'Kick' })
      .click()
    await waitUntil('the client is thrown out', () => ann.closedWith !== undefined)
    const tookMs = performance.now() - startedMs
    assert.equal(ann.closedWith, CLOSE_CODES.kicked)
    assert.ok(tookMs < 1000, `thrown out after ${tookMs} ms, the click included`)
    await row.waitFor({ state: 'detached' })
    const rows = await listAudit(database.db, { limit: 20 })
    const kick = rows.find(({ action }) => action === 'room.kick')
    assert.deepEqual([kick?.outcome, kick?.reason], ['done', 'aimbot'])
    assert.equal(kick?.actor.id, tab.operator.userId)

    await page.getByRole('button', { name: 'Close the room' }).click()
    const dialog = page.getByRole('dialog', { name: 'Close the room' })
    await dialog.getByLabel('Reason').fill('stuck')
    await tab.look('room-close')
    await dialog.getByRole('button', { name: 'Close the room' }).click()
    await waitUntil('the other is sent away', () => ben.closedWith !== undefined)
    assert.equal(ben.closedWith, CLOSE_CODES.battle_over)
    await page.getByText('No battle runs here now.').waitFor()
    await tab.look('rooms-empty')
    tab.assertQuiet()
  })

  it('[ADM-3] maintenance by page turns a newcomer away, until it ends', async (t) => {
    const { url, openAs } = await openConsoleBrowser(t)
    const tab = await openAs('admin', '/console/overview')
    const { page } = tab
    await page.getByRole('button', { name: 'Begin maintenance' }).click()
    const dialog = page.getByRole('dialog', { name: 'Begin maintenance' })
    await dialog.getByLabel('What players read').fill('New maps come in.')
    await dialog.getByLabel('Expected to take').selectOption('30')
    await tab.look('maintenance')
    await dialog.getByRole('button', { name: 'Begin maintenance' }).click()
    await page.getByText('on: nobody new joins a battle').waitFor()
    await assert.rejects(play(url, 'Ann'), /New maps come in/)
    const moderator = await openAs('moderator', '/console/overview')
    await moderator.page.getByText('on: nobody new joins a battle').waitFor()
    assert.equal(await moderator.page.getByRole('button', { name: 'End maintenance' }).count(), 0)
    await page.getByRole('button', { name: 'End maintenance' }).click()
    const end = page.getByRole('dialog', { name: 'End maintenance' })
    await end.getByRole('button', { name: 'End maintenance' }).click()
    await page.getByText('Battles are open to everybody.').waitFor()
    const ann = await play(url, 'Ann')
    await ann.room.leave()
    tab.assertQuiet()
    moderator.assertQuiet()
  })

  it('[F-06] a page whose operator is no more leads to the door within a second', async (t) => {
    const { url, openAs } = await openConsoleBrowser(t)
    const admin = await openAs('admin', '/console/overview')
    const moderator = await openAs('moderator', '/console/overview')
    await moderator.page.getByText('live', { exact: true }).waitFor()
    const line = `${url}/v1/admin/users/${moderator.operator.userId}/ban`
    const headers = { ...admin.operator.headers, 'content-type': 'application/json' }
    const body = JSON.stringify({ reason: 'left the company' })
    assert.equal((await fetch(line, { method: 'POST', headers, body })).status, 204)
    await moderator.page.getByText('Your session has ended. Sign in again.').waitFor()
    const store = await openAs('store-manager')
    await store.page.getByText('Your roles open no page.').waitFor()
    for (const tab of [admin, moderator, store]) tab.assertQuiet()
  })
})
