/**
 * Finished battles as pages of a real server: found by filters, one from inside with its players
 * and its log page by page, both as files; with none there, on the way, refused, and by keyboard.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'

import { makeMatchReport } from '@battalion/testkit/made-match.ts'
import type { MadeMatch } from '@battalion/testkit/made-match.ts'
import type { Page } from 'playwright-core'

import { packMatch } from '../../../src/services/matches/pack-match.ts'
import { writeMatch } from '../../../src/services/matches/write-match.ts'
import { systemClock } from '../../../src/system-clock.ts'
import { openConsoleBrowser, skip } from './testing/console-browser.ts'
import type { ConsoleBrowser } from './testing/console-browser.ts'

const ENDED_AT_MS = Date.UTC(2030, 0, 2, 12)
const SCRIPT = '<img src=x onerror=alert(1)>'
/** More than one page of each list. */
const MATCHES = 55
const PLAYERS = 64

/** A battle that nobody played, written as a room's result is. */
async function store({ app }: ConsoleBrowser, made: MadeMatch, name?: string): Promise<void> {
  const { database, outbox } = app.store
  const report = makeMatchReport(made)
  const names = report.sheet.names.map((given, slot) => (slot === 1 ? (name ?? given) : given))
  const ports = {
    clock: systemClock,
    outbox,
    findKnownUsers: (_: unknown, ids: readonly string[]) => Promise.resolve(new Set(ids)),
    afterMatch: [],
  }
  await writeMatch(database, ports, packMatch({ ...report, sheet: { ...report.sheet, names } }))
}

/** Somebody without an account; his id. */
async function signInGuest({ url }: ConsoleBrowser): Promise<string> {
  const answer = await fetch(`${url}/v1/auth/guest`, { method: 'POST' })
  return ((await answer.json()) as { userId: string }).userId
}

/** Presses the button and reads the file that comes of it, line by line. */
async function download(page: Page): Promise<string[]> {
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download CSV' }).click(),
  ])
  assert.match(file.suggestedFilename(), /^match(es|-[\w-]+)\.csv$/)
  const [, ...lines] = readFileSync(await file.path(), 'utf8')
    .trimEnd()
    .split('\r\n')
  return lines
}

describe('finished battles in the console', { skip }, () => {
  it('[ADM-3, DAT-9] are found by filters, in pages, and downloaded as they were found', async (t) => {
    const server = await openConsoleBrowser(t)
    const tab = await server.openAs('game-team', '/console/matches')
    const { page } = tab
    await page.getByText('No battle is over yet.').waitFor()
    await tab.look('matches-empty')
    const { userId } = tab.operator
    const guestId = await signInGuest(server)
    for (let index = 0; index < MATCHES; index++) {
      const userIds = [index < 2 ? userId : null, null]
      const mode = index % 5 === 0 ? 'duel' : 'conquest'
      const endedAtMs = ENDED_AT_MS + index * 60_000
      const made = { matchId: `m${index}`, userIds, mode, botsFrom: 1, endedAtMs }
      await store(server, index === 3 ? { ...made, userIds: [null, guestId], botsFrom: 2 } : made)
    }
    const rows = page.getByRole('region', { name: 'All battles' }).getByRole('link')
    await page.getByRole('button', { name: 'Look again' }).click()
    await rows.first().waitFor()
    assert.equal(await rows.count(), 50)
    await tab.look('matches')
    await page.getByRole('button', { name: 'Show more' }).click()
    await rows.nth(MATCHES - 1).waitFor()
    await page.locator('p:focus', { hasText: 'That is all of them.' }).waitFor()
    assert.equal(await page.getByRole('button', { name: 'Show more' }).count(), 0)
    assert.equal((await download(page)).length, MATCHES)

    await page.getByLabel('Mode').fill('duel')
    await page.getByLabel('Player').fill(tab.operator.name)
    await page.keyboard.press('Enter')
    const fitting = page.getByRole('region', { name: 'Battles that fit the filter' })
    await fitting.getByText('duel on skirmish').waitFor()
    await page.locator('input[name=player]:focus').waitFor()
    assert.equal(await fitting.getByRole('link').count(), 1)
    assert.match(page.url(), /\?mode=duel&player=/)
    assert.deepEqual(
      (await download(page)).map((line) => line.split(',')[0]),
      ['m0'],
    )
    await page.getByLabel('Mode').fill('')
    await page.getByLabel('Player').fill('player 1')
    await page.keyboard.press('Enter')
    await fitting.getByText('conquest on skirmish').waitFor()
    assert.equal(await fitting.getByRole('link').count(), 1, 'a guest by his name in the battle')
    await page.goBack()
    await fitting.getByText('duel on skirmish').waitFor()
    await page.reload()
    await fitting.getByText('duel on skirmish').waitFor()
    assert.equal(await page.getByLabel('Mode').inputValue(), 'duel', 'the address has the filter')
    await page.getByLabel('Ended from').fill('2031-01-01T00:00')
    await page.getByRole('button', { name: 'Filter' }).click()
    await page.getByText('No battle is like that.').waitFor()
    await page.getByRole('button', { name: 'Clear' }).click()
    await rows.first().waitFor()
    await page.locator('button:focus', { hasText: 'Clear' }).waitFor()
    assert.equal(await page.getByLabel('Player').inputValue(), '')
    await page.setViewportSize({ width: 390, height: 844 })
    await page.goto(`${page.url()}?mode=duel`)
    const folded = page.getByText('Filter (1 set)')
    await folded.waitFor()
    assert.equal(await page.getByLabel('Mode').isVisible(), false, 'a phone sees the list first')
    await folded.click()
    assert.equal(await page.getByLabel('Mode').inputValue(), 'duel')
    assert.equal(await page.getByLabel('Mode').isVisible(), true)
    tab.assertQuiet()
  })

  it('[ADM-3, BAT-6] one is seen from inside: players by place, the log by kind', async (t) => {
    const server = await openConsoleBrowser(t)
    const tab = await server.openAs('admin', '/console/matches')
    const { page } = tab
    const { userId } = tab.operator
    const userIds = Array.from({ length: PLAYERS }, (_, slot) => (slot === 0 ? userId : null))
    await store(server, { matchId: 'whole', userIds, botsFrom: 2 }, SCRIPT)
    await page.getByRole('button', { name: 'Look again' }).click()
    await page.getByRole('region', { name: 'All battles' }).getByRole('link').focus()
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'conquest on skirmish' }).waitFor()
    const players = page.getByRole('region', { name: 'Everybody, by place' })
    await players.getByRole('row').nth(50).waitFor()
    const log = page.getByRole('region', { name: 'In order, by the time since it began' })
    await log
      .getByText(/killed .* with /)
      .first()
      .waitFor()
    await tab.look('match')
    await page.getByRole('region', { name: 'Players' }).getByText('Show more').click()
    await players.getByRole('row').nth(PLAYERS).waitFor()
    assert.equal(await players.getByRole('row').count(), PLAYERS + 1)
    await players.getByText(SCRIPT).waitFor()
    assert.equal(await players.getByRole('link', { name: 'Player 0' }).count(), 1)
    const card = page.getByRole('region', { name: 'Log', exact: true })
    const before = await log.getByRole('row').count()
    await card.getByRole('button', { name: 'Show more' }).click()
    await log.getByRole('row').nth(before).waitFor()
    await card.getByLabel('Show').selectOption('the end')
    await log.getByText('team 0 won').waitFor()
    assert.equal(await log.getByRole('row').count(), 2)
    await card.getByLabel('Show').selectOption('joined')
    await page.getByText('No row is of this kind.').waitFor()
    assert.equal((await download(page)).length, PLAYERS)

    await page.setViewportSize({ width: 390, height: 844 })
    await page.reload()
    await players.getByRole('row').first().waitFor()
    const here = await page.getByRole('link', { name: 'Matches', exact: true }).boundingBox()
    assert.ok(here!.x >= 0 && here!.x + here!.width <= 390, 'the menu shows the page that is open')
    await page.getByRole('region', { name: 'Players' }).getByText('Show more').click()
    await players.getByRole('link', { name: 'Player 0' }).click()
    await page.getByRole('link', { name: 'All of them' }).click()
    await page.getByText('Battles that fit the filter').waitFor()
    tab.assertQuiet()
  })

  it('[ADM-3] says what is on its way, what was refused, and what is not there', async (t) => {
    const server = await openConsoleBrowser(t)
    const tab = await server.openAs('game-team', '/console/matches/none')
    const { page } = tab
    await page.getByText('There is no such battle.').waitFor()
    await tab.look('match-none')
    const refusal = {
      status: 503,
      contentType: 'application/problem+json',
      body: JSON.stringify({ code: 'database_unavailable', detail: 'The database is away.' }),
    }
    let isAway = true
    const held = Promise.withResolvers<void>()
    await page.route('**/v1/admin/matches**', async (route) => {
      await held.promise
      await (isAway ? route.fulfill(refusal) : route.continue())
    })
    await page.getByRole('link', { name: 'Matches', exact: true }).click()
    await page.getByRole('status', { name: 'Loading' }).waitFor()
    held.resolve()
    await page.getByRole('alert').getByText('The database is away.').waitFor()
    await tab.look('matches-failed')
    await page.getByRole('button', { name: 'Download CSV' }).click()
    await page.locator('.page-head').getByText('The database is away.').waitFor()
    isAway = false
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByText('No battle is over yet.').waitFor()

    const moderator = await server.openAs('moderator', '/console/matches')
    await moderator.page.getByRole('heading', { name: 'There is no such page' }).waitFor()
    assert.equal(await moderator.page.getByRole('link', { name: 'Matches' }).count(), 0)
    for (const one of [tab, moderator]) one.assertQuiet()
  })
})
