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

/** Makes and reports them, one after another. */
export class BattleFinisher {
  results: MatchResults | undefined
  readonly #app: () => App
  #userIds: readonly string[] | undefined
  #count = 0

  constructor(app: () => App) {
    this.#app = app
  }

  /** Reports one and waits until it is in the database; throws RangeError when it is not. */
  async finish(): Promise<ResultTimes> {
    const { metrics, store } = this.#app()
    this.#userIds ??= await insertManyUsers(store.database, PLAYERS)
    const battle = this.#make()
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

  /** Another one, in the room's words. */
  #make(): FinishedBattle {
    const at = this.#count++
    const matchId = at.toString(16).padStart(32, '0')
    const userIds = this.#userIds!
    const made = makeMatchReport({ matchId, userIds, logRows: LOG_ROWS, seed: at + 1 })
    const {
      fence: _,
      roomId,
      region,
      seed,
      tickRateHz,
      startedAtMs,
      endedAtMs,
      ...result
    } = made.head
    const where = { roomId, region, seed, tickRateHz, startedAtMs, endedAtMs }
    return { ...where, result, sheet: made.sheet } as unknown as FinishedBattle
  }
}
