/**
 * A battle from its end to what it leaves behind, as its player sees it: played by a page and two
 * guests on a real server, in the history, opened with its rating explained, shared by a link that
 * anybody may open, and hidden again. Pictures go to PLAY_PICTURES, else to a temporary folder.
 */
import assert from 'node:assert/strict'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'

import { startServer } from '@battalion/client/testing/server-process.ts'
import { waitUntil } from '@battalion/testkit/wait-until.ts'
import type { BattleResult } from '@battalion/wire/messages.ts'
import type { Browser, Page } from 'playwright-core'

import { fight, Person } from '../../../src/testing/story-world.ts'
import { findChromium, openBrowser, openPage } from './harness/browser.ts'
import { deploy, fillJoinDialog } from './harness/debug-page.ts'
import type { DebugPage } from './harness/debug-page.ts'
import { findFlaws } from './harness/find-flaws.ts'
import { openPlayer } from './harness/people-page.ts'
import type { PlayerPage } from './harness/people-page.ts'

const SHORT_BATTLE_SERVER = fileURLToPath(
  new URL('../../../src/testing/short-battle-server.ts', import.meta.url),
)
const skip = findChromium() === undefined ? 'needs Chromium' : false
const MANY = '1000'
/** Begins with all three, and is long enough to be rated; nobody joins late, nobody plays on. */
const ENV = {
  SHORT_ROUND_SEC: '31',
  SHORT_ENDED_SEC: '60',
  SHORT_PLAYERS_MIN: '3',
  GUESTS_PER_ADDRESS_PER_MIN: MANY,
  MATCHMAKES_PER_ADDRESS_PER_MIN: MANY,
}
const PHONE = { width: 390, height: 844 }
const DESK = { width: 1280, height: 900 }

describe('what a battle leaves behind', { skip }, () => {
  const stops: (() => unknown)[] = []
  const pictures = process.env['PLAY_PICTURES'] ?? mkdtempSync(join(tmpdir(), 'battalion-history-'))
  let browser: Browser
  let url: string
  let ada: PlayerPage
  let matchId = ''
  let link = ''

  before(async () => {
    const test = { after: (stop: unknown) => void stops.push(stop as () => unknown) }
    url = await startServer(test, ENV, SHORT_BATTLE_SERVER)
    browser = await openBrowser()
    stops.unshift(() => browser.close())
    ada = await openPlayer(browser, url)
  })
  after(async () => {
    for (const stop of stops) await stop()
  })

  function picture(page: Page, name: string): Promise<unknown> {
    return page.screenshot({ path: join(pictures, `history-${name}.png`) })
  }

  it('[BAT-5] is played to its end by a page and two guests, one of whom hides his name', async () => {
    const { page } = ada
    await fillJoinDialog(page, 'Ada')
    await deploy(page)
    const roomId = await page.evaluate(readRoomId)
    const guests = await Promise.all(['Bob', 'Quentin Quiet'].map((name) => enter(url, name)))
    const [, quiet] = guests
    await quiet!.api.patch('/v1/me', { body: { privacy: { profile: 'nobody' } } })
    const clients = await Promise.all(guests.map((guest) => guest.join({ options: {}, roomId })))
    const results: BattleResult[] = []
    for (const client of clients) client.on('result', (told) => void results.push(told))
    await fight(clients, () => results.length === clients.length)
    await Promise.all(clients.map((client) => client.leave()))
    matchId = results[0]!.matchId
    assert.equal(results[0]!.players.length, 3)
    await page.getByRole('region', { name: 'Result of the battle' }).waitFor()
    await picture(page, 'result')
    await waitUntil('the battle in the history', async () => {
      const { items } = await guests[0]!.api.get('/v1/me/matches')
      return items.some(({ match }) => match.matchId === matchId)
    })
  })

  it('[BAT-6] is in the history, and opens', async () => {
    const { page } = ada
    await page.setViewportSize(DESK)
    await page.getByRole('button', { name: 'Your battles' }).click()
    const dialog = page.getByRole('dialog', { name: 'Your battles' })
    await dialog.locator('.history-item').first().waitFor()
    assert.equal(await dialog.locator('.history-item').count(), 1)
    assert.match(await dialog.locator('.history-item').innerText(), /Conquest · Skirmish/)
    assert.deepEqual(await findFlaws(page, ['.history']), [])
    await picture(page, 'list')
    await dialog.locator('.history-item').click()
    await page.getByRole('dialog', { name: 'The battle' }).locator('article.match').waitFor()
  })

  it('[RANK-2] its rating is explained by parts that add up to the change', async () => {
    const rating = ada.page.getByRole('region', { name: 'Your rating' })
    const [, from, to] = /(\d+)\s*→\s*(\d+)/.exec(await rating.innerText())!
    const points = await rating.locator('.rating-points').allInnerTexts()
    assert.ok(points.length > 0)
    const sum = points.reduce((total, text) => total + Number(text.replace('\u2212', '-')), 0)
    assert.equal(sum, Number(to) - Number(from))
    const reasons = await rating.locator('small').allInnerTexts()
    assert.ok(reasons.every((text) => text.length > 10))
    assert.deepEqual(await findFlaws(ada.page, ['.history']), [])
    await picture(ada.page, 'match')
    await ada.page.setViewportSize(PHONE)
    await picture(ada.page, 'match-phone')
    await ada.page.setViewportSize(DESK)
  })

  it('[SOC-6] who hides his name is in the list without it', async () => {
    const players = ada.page.locator('.match-players')
    const names = await players.locator('.board-name').allInnerTexts()
    assert.deepEqual(names.map((name) => name.trim()).toSorted(), ['Ada', 'Bob', 'Hidden player'])
    assert.ok(!(await ada.page.locator('.history').innerHTML()).includes('Quiet'))
  })

  it('[SOC-6] is shared by a link that opens for who is not signed in', async () => {
    const { page } = ada
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    await page.getByRole('button', { name: 'Share' }).click()
    await page.getByText('The link is copied').waitFor()
    link = await page.evaluate(() => navigator.clipboard.readText())
    assert.ok(link.startsWith(`${url}/m/`), link)
    const stranger = await openPage(browser, { viewport: DESK })
    await stranger.page.goto(link)
    assert.equal(await stranger.page.title(), 'Ada in Battalion')
    const told = await stranger.page.evaluate(readOpenGraph)
    assert.equal(told['og:title'], 'Ada in Battalion')
    assert.equal(told['og:url'], link)
    assert.match(told['og:description']!, /Conquest on Skirmish: place \d of 3/)
    assert.equal(told['og:image'], `${link}/card.png`)
    assert.deepEqual(await stranger.page.evaluate(readCard), { width: 1200, height: 630 })
    const html = await stranger.page.content()
    for (const name of ['Quentin', 'Bob']) assert.ok(!html.includes(name), `${name} is not on it`)
    assert.deepEqual(await findFlaws(stranger.page, ['main']), [])
    await picture(stranger.page, 'shared')
    await stranger.page.setViewportSize(PHONE)
    await picture(stranger.page, 'shared-phone')
    assert.equal(await stranger.page.evaluate(readToken), null, 'nobody was signed in')
    assert.deepEqual(stranger.complaints, [])
    await stranger.page.context().close()
  })

  it('[SOC-6] shows nothing any more once its player hides himself', async () => {
    const headers = { authorization: `Bearer ${(await ada.page.evaluate(readToken))!}` }
    const hidden = await fetch(`${url}/v1/me`, {
      method: 'PATCH',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify({ privacy: { profile: 'nobody' } }),
    })
    assert.equal(hidden.status, 200)
    const stranger = await openPage(browser, { viewport: DESK })
    const answer = await stranger.page.goto(link)
    assert.equal(answer?.status(), 404)
    await stranger.page.getByText('There is no such battle').waitFor()
    assert.ok(!(await stranger.page.content()).includes('Ada'))
    assert.equal((await fetch(`${link}/card.png`)).status, 404)
    await stranger.page.context().close()
    assert.deepEqual(ada.complaints, [], `pictures in ${pictures}`)
  })
})

/** A guest of this name. */
async function enter(url: string, name: string): Promise<Person> {
  const person = new Person(url)
  person.keep(await person.api.post('/v1/auth/guest', { body: { name } }))
  return person
}

/** Runs in the page. */
function readRoomId(): string {
  return (globalThis as unknown as DebugPage).battalionDebug.app.source!.roomId
}

/** Runs in the page: what other sites read for a preview. */
function readOpenGraph(): Record<string, string> {
  const tags = [...document.querySelectorAll('meta[property^="og:"]')]
  return Object.fromEntries(
    tags.map((tag) => [tag.getAttribute('property') ?? '', tag.getAttribute('content') ?? '']),
  )
}

/** Runs in the page: the picture of the card, once it is there. */
async function readCard(): Promise<{ width: number; height: number }> {
  const card = document.querySelector('img')!
  await card.decode()
  return { width: card.naturalWidth, height: card.naturalHeight }
}

/** Runs in the page. */
function readToken(): string | null {
  const text = localStorage.getItem('battalion.session')
  return text === null ? null : (JSON.parse(text) as { accessToken: string }).accessToken
}
