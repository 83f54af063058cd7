/**
 * The longer story of a player on real servers: the end of a battle and the next one in the same
 * room, more bots by the engineer's button, and a phone's two thumbs. Pictures go to a temporary
 * folder, whose path is printed when something fails.
 */
import assert from 'node:assert/strict'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'

import { startServer } from '@battalion/client/testing/server-process.ts'
import { LifeState } from '@battalion/sim/world.ts'
import type { Browser, CDPSession, Page } from 'playwright-core'

import { findChromium, openBrowser, openPage } from './harness/browser.ts'
import {
  deploy,
  fillJoinDialog,
  readOwn,
  waitForLife,
  walkToTheMiddle,
} from './harness/debug-page.ts'
import type { DebugPage } from './harness/debug-page.ts'
import { startDemo } from './harness/start-demo.ts'

const SHORT_BATTLE_SERVER = fileURLToPath(
  new URL('../../../src/testing/short-battle-server.ts', import.meta.url),
)
const WAIT_MS_MAX = 60_000
/** A result that flashes up is none; well under the server's wait for the next battle (ms). */
const RESULT_STAYS_MS = 1500
/** News are up for four seconds, with motion or without (ms). */
const NEWS_STAY_MS = 1000
/** Longer than a starved machine leaves a page without a picture. */
const SPECTATOR_IDLE_SEC = 12
const FIRST_BOTS = 4
const MORE_BOTS = 20
/** Predicted and real place may differ by this much while standing still (m). */
const PREDICTION_METRES_MAX = 0.05
const PHONE = { viewport: { width: 360, height: 640 }, hasTouch: true, isMobile: true }
const skip = findChromium() === undefined ? 'needs Chromium' : false

/** Presses both thumbs: the left one pushes right, the right one aims right and fires. */
async function pressThumbs(page: Page, cdp: CDPSession): Promise<void> {
  const zones = await Promise.all(
    ['Move', 'Aim and fire'].map((name) => page.getByRole('group', { name }).boundingBox()),
  )
  const points = zones.map((zone, id) => ({
    id,
    x: zone!.x + zone!.width / 2,
    y: zone!.y + zone!.height * 0.7,
  }))
  for (let count = 1; count <= points.length; count++) {
    const touchPoints = points.slice(0, count)
    await cdp.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints })
  }
  const touchPoints = points.map((point) => ({ ...point, x: point.x + 54 }))
  await cdp.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints })
}

describe('the longer story of a player', { skip }, () => {
  const stops: (() => unknown)[] = []
  const pictures = mkdtempSync(join(tmpdir(), 'battalion-play-'))
  let browser: Browser
  let shortUrl: string
  let demoUrl: string

  async function open(url: string, options = {}): Promise<{ page: Page; complaints: string[] }> {
    const opened = await openPage(browser, { viewport: { width: 760, height: 480 }, ...options })
    opened.page.setDefaultTimeout(WAIT_MS_MAX)
    await opened.page.goto(url)
    await opened.page.waitForSelector('html[data-ready="spectating"]')
    return opened
  }

  function picture(page: Page, name: string): Promise<unknown> {
    return page.screenshot({ path: join(pictures, `${name}.png`) })
  }

  before(async () => {
    const test = { after: (stop: unknown) => void stops.push(stop as () => unknown) }
    const env = { SPECTATOR_IDLE_KICK_SEC: String(SPECTATOR_IDLE_SEC) }
    shortUrl = await startServer(test, env, SHORT_BATTLE_SERVER)
    const demo = await startDemo(FIRST_BOTS)
    stops.unshift(() => demo.stop())
    demoUrl = demo.url
    browser = await openBrowser()
    stops.unshift(() => browser.close())
  })

  after(async () => {
    for (const stop of stops) await stop()
  })

  it('shows the result until the next battle begins in the same room', async () => {
    const { page, complaints } = await open(shortUrl)
    await joinBattle(page, 'Ada')
    const matchId = await page.evaluate(readMatchId)
    const result = page.getByRole('region', { name: 'Result of the battle' })
    await result.waitFor()
    await page.waitForFunction(isEnded)
    await result.getByRole('cell', { name: 'Ada' }).waitFor()
    await page.waitForTimeout(RESULT_STAYS_MS)
    assert.ok(await result.isVisible(), `it stays; pictures in ${pictures}`)
    await picture(page, '1-result')
    await result.waitFor({ state: 'hidden' })
    await waitForLife(page, LifeState.alive)
    assert.notEqual(await page.evaluate(readMatchId), matchId, 'another battle')
    await walkToTheMiddle(page)
    await page.waitForFunction(isPredictionRight, PREDICTION_METRES_MAX)
    await picture(page, '2-next-battle')
    assert.deepEqual(complaints, [], `pictures in ${pictures}`)
    await page.context().close()
  })

  it('lets a watcher go who put the page away, and takes him back when he looks', async () => {
    const { page, complaints } = await open(shortUrl)
    await page.waitForTimeout(1.25 * 1000 * SPECTATOR_IDLE_SEC)
    assert.equal(await page.evaluate(readMode), 'spectating', 'watching is enough')
    await page.evaluate(putAway)
    await page.waitForFunction(isSentAway, undefined, { polling: 200 })
    await page.evaluate(lookAgain)
    await page.waitForFunction(isWatchingAgain)
    assert.deepEqual(complaints, [], `pictures in ${pictures}`)
    await page.context().close()
  })

  it('adds 20 bots to the demo, and the roster shows them', async () => {
    const { page, complaints } = await open(demoUrl)
    await page.waitForFunction(countsSoldiers, FIRST_BOTS)
    await page.keyboard.press('Backquote')
    await page.getByRole('button', { name: 'Add 20 bots' }).click()
    await page.waitForFunction(countsSoldiers, FIRST_BOTS + MORE_BOTS)
    await picture(page, '3-more-bots')
    assert.deepEqual(complaints, [], `pictures in ${pictures}`)
    await page.context().close()
  })

  it('is joined by keys alone, and with less motion loses no news', async () => {
    const { page, complaints } = await open(demoUrl, { reducedMotion: 'reduce' })
    await page.keyboard.press('Enter')
    await page.getByLabel('Name').waitFor()
    await page.keyboard.press('Enter')
    await page.waitForSelector('html[data-ready="playing"]')
    assert.equal(await page.evaluate(readNewsAfter, NEWS_STAY_MS), '1')
    assert.deepEqual(complaints, [], `pictures in ${pictures}`)
    await page.context().close()
  })

  it('[BAT-1] moves and shoots by two thumbs on a phone', async () => {
    const { page, complaints } = await open(demoUrl, PHONE)
    await joinBattle(page, 'Thumbs')
    const from = await readOwn(page)
    const cdp = await page.context().newCDPSession(page)
    await pressThumbs(page, cdp)
    await page.waitForFunction(
      ({ x, z, magazine }) => {
        const { own } = (globalThis as unknown as DebugPage).battalionDebug
        return Math.hypot(own.ghostX - x, own.ghostZ - z) > 2 && own.magazine < magazine
      },
      { x: from.x, z: from.z, magazine: from.magazine },
    )
    await picture(page, '4-thumbs')
    await cdp.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] })
    assert.deepEqual(complaints, [], `pictures in ${pictures}`)
    await page.context().close()
  })
})

/** Joins by the dialog and waits until the soldier stands in the field. */
async function joinBattle(page: Page, name: string): Promise<void> {
  await fillJoinDialog(page, name)
  await deploy(page)
  await waitForLife(page, LifeState.alive)
}

/** Runs in the page: once the soldier stands, server and prediction have it in one place. */
function isPredictionRight(metresMax: number): boolean {
  const { own } = (globalThis as unknown as DebugPage).battalionDebug
  return Math.hypot(own.ghostX - own.x, own.ghostZ - own.z) < metresMax
}

/** Runs in the page. */
function readMatchId(): string {
  return (globalThis as unknown as DebugPage).battalionDebug.app.source!.matchId
}

/** Runs in the page. */
function readMode(): string {
  return (globalThis as unknown as DebugPage).battalionDebug.mode
}

/** Runs in the page, so that no slow test looks after the news are gone: how much of them shows. */
async function readNewsAfter(waitMs: number): Promise<string> {
  const { banners } = (globalThis as unknown as DebugPage).battalionDebug.app.hud
  banners.say('Something new')
  const line = banners.news.lastElementChild!
  await new Promise((resolve) => {
    setTimeout(resolve, waitMs)
  })
  return getComputedStyle(line).opacity
}

/** Pictures that the page asked for while it was put away. */
interface PutAwayPage extends DebugPage {
  held: FrameRequestCallback[]
  draw: typeof requestAnimationFrame
}

/** Runs in the page: hidden and without pictures, as a browser treats a tab in the background. */
function putAway(): void {
  const page = globalThis as unknown as PutAwayPage
  page.held = []
  page.draw = requestAnimationFrame
  globalThis.requestAnimationFrame = (callback) => page.held.push(callback)
  Object.defineProperty(document, 'hidden', { configurable: true, value: true })
  document.dispatchEvent(new Event('visibilitychange'))
}

/** Runs in the page. */
function lookAgain(): void {
  const page = globalThis as unknown as PutAwayPage
  globalThis.requestAnimationFrame = page.draw
  Object.defineProperty(document, 'hidden', { configurable: true, value: false })
  document.dispatchEvent(new Event('visibilitychange'))
  for (const callback of page.held) requestAnimationFrame(callback)
}

/** Runs in the page. */
function isSentAway(): boolean {
  const { mode } = (globalThis as unknown as DebugPage).battalionDebug
  return mode === 'connecting' && document.querySelector('.banner:not([hidden])') !== null
}

/** Runs in the page. */
function isWatchingAgain(): boolean {
  const { mode } = (globalThis as unknown as DebugPage).battalionDebug
  return mode === 'spectating' && document.querySelector('.banner:not([hidden])') === null
}

/** Runs in the page. */
function isEnded(): boolean {
  return (globalThis as unknown as DebugPage).battalionDebug.phase === 'ended'
}

/** Runs in the page. */
function countsSoldiers(count: number): boolean {
  return (globalThis as unknown as DebugPage).battalionDebug.soldierCount >= count
}
