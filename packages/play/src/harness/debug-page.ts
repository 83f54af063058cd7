/**
 * A running page as tests use it: what they read through `globalThis.battalionDebug`, and what a
 * player does with dialog and keys. Tests only. Functions marked "runs in the page" are sent there
 * as text and may use nothing from outside.
 */
import assert from 'node:assert/strict'

import type { Page } from 'playwright-core'

import type { App } from '../game/app.ts'
import type { OwnStatus } from '../game/battle-source.ts'
import type { DebugHandle } from '../game/debug-handle.ts'

/** The page's global object, as functions that run in the page see it. */
export interface DebugPage {
  readonly battalionDebug: DebugHandle & { readonly app: App; readonly own: OwnStatus }
}

/** A walk counts when the server has the soldier this far from where it began (m). */
const WALK_METRES_MIN = 2
const DEPLOY_AGAIN_MS = 3000
const DEPLOY_ATTEMPTS_MAX = 15

/** The own soldier, as the page has it now. */
export function readOwn(page: Page): Promise<OwnStatus> {
  return page.evaluate(() => (globalThis as unknown as DebugPage).battalionDebug.own)
}

/** Waits until the own soldier is alive, down or dead. */
export async function waitForLife(page: Page, life: number): Promise<void> {
  await page.waitForFunction(
    (wanted) => (globalThis as unknown as DebugPage).battalionDebug.own?.life === wanted,
    life,
  )
}

/** Opens the join dialog and fills it in. */
export async function fillJoinDialog(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: 'Join the battle' }).click()
  await page.getByLabel('Name').fill(name)
  await page.getByRole('radio').first().check()
}

/**
 * Sends the dialog off and waits until the page plays. A server that is short of time refuses; then
 * it is asked again, as a player would, for the page's own patience.
 */
export async function deploy(page: Page): Promise<void> {
  const playing = page.locator('html[data-ready="playing"]')
  const refusal = page.locator('.dialog-error:not(:empty)')
  for (let attempt = 0; attempt < DEPLOY_ATTEMPTS_MAX; attempt++) {
    await page.getByRole('button', { name: 'Deploy' }).click()
    await playing.or(refusal).first().waitFor()
    if ((await playing.count()) > 0) return
    await page.waitForTimeout(DEPLOY_AGAIN_MS)
  }
  assert.fail(`the server refused: ${await refusal.textContent()}`)
}

/** Holds the keys that lead to the middle of the map until the server has moved the soldier. */
export async function walkToTheMiddle(page: Page): Promise<void> {
  const { keys, x, z } = await page.evaluate(readWayToTheMiddle)
  for (const key of keys) await page.keyboard.down(key)
  await page.waitForFunction(
    ([fromX, fromZ, metresMin]) => {
      const { own } = (globalThis as unknown as DebugPage).battalionDebug
      return Math.hypot(own.ghostX - fromX, own.ghostZ - fromZ) > metresMin
    },
    [x, z, WALK_METRES_MIN] as const,
  )
  for (const key of keys) await page.keyboard.up(key)
}

/** Runs in the page. */
function readWayToTheMiddle(): { keys: string[]; x: number; z: number } {
  const { app, own } = (globalThis as unknown as DebugPage).battalionDebug
  const { map } = app.source!
  const { ghostX: x, ghostZ: z } = own
  const keys = [
    x < map.widthMetres / 2 ? 'KeyD' : 'KeyA',
    z < map.depthMetres / 2 ? 'KeyS' : 'KeyW',
  ]
  return { keys, x, z }
}
