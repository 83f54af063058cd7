/**
 * The play page against a real server, in a real browser: watch, join, move, shoot, see damage,
 * die, respawn, lose the line and come back, leave. Pictures of each stage go to a temporary
 * folder, whose path is printed when something fails.
 */
import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'

import { startServer } from '@battalion/client/testing/server-process.ts'
import { LifeState } from '@battalion/sim/world.ts'
import type { Browser, Page } from 'playwright-core'

import { findChromium, openBrowser, openPage } from './harness/browser.ts'
import {
  deploy,
  fillJoinDialog,
  readOwn,
  waitForLife,
  walkToTheMiddle,
} from './harness/debug-page.ts'
import type { DebugPage } from './harness/debug-page.ts'

const BOTS_PROGRAM = fileURLToPath(new URL('../../../loadtest/run-bots.ts', import.meta.url))
const BOT_KEY = 'page-test-bots-0123456789abcdef0123456789abcdef'
const WAIT_MS_MAX = 60_000
const skip = findChromium() === undefined ? 'needs Chromium' : false

/** Walks towards the enemy without a shot until it has hit, or won. */
async function huntUntil(page: Page, end: 'hurt' | 'fallen'): Promise<void> {
  const endMs = performance.now() + 2 * WAIT_MS_MAX
  let held: string[] = []
  for (;;) {
    assert.ok(performance.now() < endMs, 'the enemy finds the player')
    const { isHurt, isFallen, keys } = await page.evaluate(readHunt)
    const isOver = isFallen || (end === 'hurt' && isHurt)
    for (const key of held) if (!keys.includes(key) || isOver) await page.keyboard.up(key)
    if (isOver) return
    for (const key of keys) await page.keyboard.down(key)
    held = keys
    await page.waitForTimeout(300)
  }
}

/** Runs in the page: what was suffered, and the keys that lead to the enemy, or to the middle. */
function readHunt(): { isHurt: boolean; isFallen: boolean; keys: string[] } {
  const { app, own } = (globalThis as unknown as DebugPage).battalionDebug
  const { soldiers, map } = app.source!
  const goal = { x: map.widthMetres / 2, z: map.depthMetres / 2 }
  for (let row = 0; row < soldiers.count; row++) {
    if (soldiers.team[row] === own.team) continue
    goal.x = soldiers.x[row]!
    goal.z = soldiers.z[row]!
  }
  const keys: string[] = []
  if (Math.abs(goal.x - own.x) > 3) keys.push(goal.x > own.x ? 'KeyD' : 'KeyA')
  if (Math.abs(goal.z - own.z) > 3) keys.push(goal.z > own.z ? 'KeyS' : 'KeyW')
  const isHurt = document.querySelector('.damage-arc.is-shown') !== null
  return { isHurt, isFallen: own.life !== 1, keys }
}

describe('the play page on a real server', { skip }, () => {
  const stops: (() => unknown)[] = []
  const pictures = mkdtempSync(join(tmpdir(), 'battalion-play-'))
  let browser: Browser
  let page: Page
  let complaints: string[]

  function picture(name: string): Promise<unknown> {
    return page.screenshot({ path: join(pictures, `${name}.png`) })
  }

  before(async () => {
    const env = { BATTALION_BOT_KEY: BOT_KEY }
    const url = await startServer({ after: (stop) => void stops.push(stop as () => unknown) }, env)
    const args = ['--url', url, '--count', '1', '--mode', 'duel', '--quiet']
    const bots = fork(BOTS_PROGRAM, args, { env: { ...process.env, ...env }, stdio: 'ignore' })
    stops.unshift(async () => {
      bots.kill('SIGTERM')
      if (bots.exitCode === null && bots.signalCode === null) await once(bots, 'exit')
    })
    browser = await openBrowser()
    stops.unshift(() => browser.close())
    ;({ page, complaints } = await openPage(browser, { viewport: { width: 760, height: 480 } }))
    page.setDefaultTimeout(WAIT_MS_MAX)
    await page.goto(`${url}/?mode=duel`)
  })

  after(async () => {
    for (const stop of stops) await stop()
  })

  it('opens straight into the battle, as a spectator', async () => {
    await page.waitForSelector('html[data-ready="spectating"]')
    await page.waitForFunction(
      () => (globalThis as unknown as DebugPage).battalionDebug.soldiersKnown > 0,
    )
    await picture('1-watching')
    assert.ok(await page.getByRole('button', { name: 'Join the battle' }).isVisible())
  })

  it('joins with a name and a class', async () => {
    await fillJoinDialog(page, 'Ada')
    await picture('2-joining')
    await deploy(page)
    await waitForLife(page, LifeState.alive)
    const own = await readOwn(page)
    assert.notEqual(own.netId, 0xffff)
    await page.keyboard.press('Tab')
    await page.getByRole('cell', { name: 'Ada' }).waitFor()
    await page.keyboard.press('Tab')
  })

  it('[BAT-1] moves its soldier by keys, as the server agrees', async () => {
    await walkToTheMiddle(page)
    await picture('3-moving')
  })

  it('shoots: the magazine empties', async () => {
    const then = await readOwn(page)
    await page.mouse.move(600, 240)
    await page.mouse.down()
    await page.waitForFunction((magazine) => {
      const { own } = (globalThis as unknown as DebugPage).battalionDebug
      return own.magazine < magazine
    }, then.magazine)
    await picture('4-shooting')
    await page.mouse.up()
  })

  it('[BAT-4] [BAT-5] sees damage, falls and comes back', async () => {
    await huntUntil(page, 'hurt')
    await picture('5-hurt')
    await huntUntil(page, 'fallen')
    await waitForLife(page, LifeState.dead)
    await page.locator('.respawn').waitFor()
    await picture('6-fallen')
    await waitForLife(page, LifeState.alive)
    await picture('7-back')
  })

  it('[BAT-7] comes back after a lost line as the same soldier', async () => {
    const then = await readOwn(page)
    await page.evaluate(() => {
      const { source } = (globalThis as unknown as DebugPage).battalionDebug.app
      ;(source as unknown as { client: { dropConnection(): void } }).client.dropConnection()
    })
    await page.locator('.banner').waitFor()
    await picture('8-lost')
    await page.locator('.banner').waitFor({ state: 'hidden' })
    const later = await readOwn(page)
    assert.equal(later.netId, then.netId)
    assert.equal(later.team, then.team)
  })

  it('shows the engineer what is going on, and makes the network worse', async () => {
    await page.keyboard.press('Backquote')
    await page.getByText('Prediction error').waitFor()
    await page.getByRole('slider', { name: 'Latency' }).fill('100')
    await page.waitForFunction(
      () => (globalThis as unknown as DebugPage).battalionDebug.app.source!.stats.rttMs > 100,
    )
    await picture('9-engineer')
    await page.getByRole('slider', { name: 'Latency' }).fill('0')
    await page.keyboard.press('Backquote')
  })

  it('leaves by Escape, back to watching, without a complaint', async () => {
    await page.keyboard.press('Escape')
    await page.waitForSelector('html[data-ready="spectating"]')
    assert.deepEqual(complaints, [], `pictures in ${pictures}`)
  })
})
