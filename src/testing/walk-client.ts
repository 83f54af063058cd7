/**
 * A client of `packages/client` that walks in a real battle, for tests of what it predicts. Tests
 * only.
 */
import assert from 'node:assert/strict'
import { performance } from 'node:perf_hooks'
import type { TestContext } from 'node:test'

import type { BattleClient } from '@battalion/client/battle-client.ts'
import { INTENT_AT_REST } from '@battalion/client/intent.ts'
import { createInterpolatedEntities } from '@battalion/client/interpolated-entities.ts'
import { joinBattle } from '@battalion/client/join-battle.ts'
import { createGuest } from '@battalion/client/session.ts'
import { LifeState } from '@battalion/sim/world.ts'

/** Far beyond what anything here takes: the machine may be busy. */
const WAIT_MS_MAX = 60_000
const PAUSE_MS = 10
const WALK_METRES = 2

/** A new guest in a battle, alive. */
export async function joinAlive(
  test: Pick<TestContext, 'after'>,
  url: string,
  where: { readonly mode?: string; readonly roomId?: string },
): Promise<BattleClient> {
  const { accessToken } = await createGuest(url, { name: 'Tester' })
  const { mode, roomId } = where
  const client = await joinBattle({
    baseUrl: url,
    accessToken,
    now,
    options: { ...(mode === undefined ? {} : { mode }), classId: 'medic' },
    ...(roomId === undefined ? {} : { roomId }),
  })
  test.after(() => client.leave())
  await play(client, 'the soldier is alive', () => client.own.state === LifeState.alive)
  return client
}

/** Walks some metres as the server has it; how far prediction was off meanwhile (m, median). */
export async function walk(client: BattleClient): Promise<number> {
  const { x } = client.own
  const moveX = x < client.map.map.widthMetres / 2 ? 1 : -1
  client.setIntent({ ...INTENT_AT_REST, moveX })
  await play(client, 'it has walked', () => Math.abs(client.own.serverX - x) > WALK_METRES)
  client.setIntent(INTENT_AT_REST)
  return client.stats.predictionErrorP50Metres
}

function now(): number {
  return performance.now()
}

async function play(client: BattleClient, what: string, isDone: () => boolean): Promise<void> {
  const sample = createInterpolatedEntities()
  const endMs = now() + WAIT_MS_MAX
  while (!isDone()) {
    assert.ok(now() < endMs, `waited in vain until ${what}`)
    client.update(now())
    client.sample(now(), sample)
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
  }
}
