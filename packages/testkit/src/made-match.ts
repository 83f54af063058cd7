/**
 * Reports of battles that nobody played, of any size, for tests and benches of what is done with
 * them. The log adds up to the figures, as a real one does.
 */
import { BattleLog, LOG_FIGURES_COUNT, LOG_SUM } from '@battalion/sim/battle-log.ts'
import { LogKind, SLOT_NONE } from '@battalion/sim/battle-log.ts'
import { foldBattleLog } from '@battalion/sim/fold-battle-log.ts'
import { createPrng, nextBelow } from '@battalion/base/prng.ts'

import type { MatchReport } from '../../../src/services/matches/pack-match.ts'

/** What to make. */
export interface MadeMatch {
  readonly matchId: string
  /** By slot; null for nobody. */
  readonly userIds: readonly (string | null)[]
  readonly botsFrom?: number
  readonly logRows?: number
  readonly endedAtMs?: number
  readonly fence?: number
  readonly seed?: number
  readonly mode?: string
}

/** A report. */
export function makeMatchReport(made: MadeMatch): MatchReport {
  const { userIds, botsFrom = userIds.length, endedAtMs = Date.UTC(2030, 0, 2, 12) } = made
  const count = userIds.length
  const log = makeLog(made)
  const { figures } = foldBattleLog(log, count)
  const teams = userIds.map((_, slot) => slot % 2)
  const winner = 0
  return {
    head: {
      matchId: made.matchId,
      fence: made.fence ?? 1,
      roomId: 'room-1',
      region: 'test',
      mode: made.mode ?? 'conquest',
      map: 'skirmish',
      balanceVersion: '1',
      seed: made.seed ?? 1,
      tickRateHz: 20,
      startedAtMs: endedAtMs - 600_000,
      endedAtMs,
      durationSec: 590,
      winner,
      teams: [0, 1].map((team) => ({ team, score: 100 - team, tickets: 10 * (1 - team) })),
    },
    sheet: {
      userIds,
      names: userIds.map((_, slot) => `Player ${slot}`),
      classIds: userIds.map(() => 'rifleman'),
      bots: userIds.map((_, slot) => slot >= botsFrom),
      lefts: userIds.map((_, slot) => slot % 10 === 9),
      teams,
      squads: userIds.map((_, slot) => Math.floor(slot / 10)),
      figures,
      log,
      logDropped: 0,
    },
  }
}

function makeLog({ userIds, logRows = userIds.length * 10, seed = 1 }: MadeMatch) {
  const count = userIds.length
  const prng = createPrng(seed)
  const log = new BattleLog()
  const blank = { tick: 0, target: SLOT_NONE, detail: 0, amount: 0 }
  for (let row = 0; row < logRows; row++) {
    const kind = row % 3 === 0 ? LogKind.assist : LogKind.kill
    const tick = Math.floor((row * 11_800) / logRows)
    const actor = nextBelow(prng, count)
    const target = nextBelow(prng, count)
    log.note({ ...blank, tick, kind, actor, target, detail: nextBelow(prng, 5), amount: 1 })
  }
  for (let slot = 0; slot < count; slot++) {
    for (let figure = 5; figure < LOG_FIGURES_COUNT; figure++) {
      const amount = 1 + nextBelow(prng, 500)
      log.add({ ...blank, tick: 11_800, kind: LOG_SUM + figure, actor: slot, amount })
    }
  }
  log.add({ ...blank, tick: 11_800, kind: LogKind.end, actor: SLOT_NONE })
  return log.toColumns()
}
