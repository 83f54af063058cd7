/** Results of made-up battles of 1,000 accounts, through the same port as those of rooms. */
import { setTimeout as delay } from 'node:timers/promises'

import { makeMatchReport } from '@battalion/testkit/made-match.ts'
import { insertManyUsers } from '@battalion/testkit/many-users.ts'

import type { FinishedBattle, MatchResults } from '../../rooms/ports.ts'
import type { App } from '../../src/app.ts'
import type { ResultTimes } from './bench-talk.ts'

const PLAYERS = 1000
/** As many rows as a battle of 1,000 with a log for each of them leaves. */
const LOG_ROWS = 40_000
const LOOK_MS = 5
const STORED_MS_MAX = 30_000

/**
 * Battles that are told again and again under new ids. Making one takes this thread, which is the
 * rooms', some 15 ms: done beside the battle that is measured, its ticks waited for that, not for
 * what is measured.
 */
const BATTLES_MADE = 8

/** Reports them, one after another. */
export class BattleFinisher {
  results: MatchResults | undefined
  readonly #app: () => App
  #made: readonly FinishedBattle[] | undefined
  #count = 0

  constructor(app: () => App) {
    this.#app = app
  }

  /** Reports one and waits until it is in the database; throws RangeError when it is not. */
  async finish(): Promise<ResultTimes> {
    const { metrics, store } = this.#app()
    this.#made ??= makeBattles(await insertManyUsers(store.database, PLAYERS))
    const battle = this.#next(this.#made)
    const stored = metrics.numbers('battalion_results_total').cell('stored')
    const writes = metrics.histograms('battalion_result_write_seconds').cell()
    const before = { stored: stored.value, sum: writes.sum }
    const startedMs = performance.now()
    this.results?.report(battle)
    const callMs = performance.now() - startedMs
    while (stored.value === before.stored) {
      if (performance.now() - startedMs > STORED_MS_MAX) throw new RangeError('a result is missing')
      await delay(LOOK_MS)
    }
    const storedMs = performance.now() - startedMs
    return { callMs, storedMs, writeMs: (writes.sum - before.sum) * 1000 }
  }

  /** One of them under an id of its own. */
  #next(made: readonly FinishedBattle[]): FinishedBattle {
    const at = this.#count++
    const battle = made[at % made.length]!
    const matchId = at.toString(16).padStart(32, '0')
    return { ...battle, result: { ...battle.result, matchId } }
  }
}

function makeBattles(userIds: readonly string[]): FinishedBattle[] {
  return Array.from({ length: BATTLES_MADE }, (_, at) => makeBattle(userIds, at + 1))
}

/** In the room's words. */
function makeBattle(userIds: readonly string[], seed: number): FinishedBattle {
  const { head, sheet } = makeMatchReport({ matchId: '', userIds, logRows: LOG_ROWS, seed })
  const { fence: _, roomId, region, tickRateHz, startedAtMs, endedAtMs, ...result } = head
  const where = { roomId, region, seed, tickRateHz, startedAtMs, endedAtMs }
  return { ...where, result, sheet } as unknown as FinishedBattle
}
