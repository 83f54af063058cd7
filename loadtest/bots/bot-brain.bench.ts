/**
 * What a hundred bots cost that look, decide and act at 20 Hz in one battle, without network: the
 * part of a core their heads need. The rest of a full bot is its client.
 */
import type { BenchOptions, BenchRow } from '@battalion/testkit/bench-row.ts'
import { benchRow } from '@battalion/testkit/bench-row.ts'
import { loadShippedBalance } from '@battalion/testkit/load-shipped-balance.ts'
import { BotBattle } from './bot-battle.ts'

const BOT_COUNT = 100
const TICK_RATE_HZ = 20
/** Until everybody is in the thick of it (ticks). */
const WARM_UP_TICKS = 600

/** One battle, steps with and without the bots' heads. */
export function runBench({ small }: BenchOptions): BenchRow[] {
  const battle = new BotBattle({
    balance: loadShippedBalance(),
    modeId: 'conquest',
    mapId: 'skirmish',
    seed: 1,
    botCount: BOT_COUNT,
  })
  for (let tick = 0; tick < WARM_UP_TICKS; tick++) battle.step()
  const ticks = small ? 200 : 2000
  let thinkUs = 0
  for (let tick = 0; tick < ticks; tick++) {
    const before = process.cpuUsage()
    battle.think()
    const used = process.cpuUsage(before)
    thinkUs += used.user + used.system
    battle.stepWorld()
  }
  const core = (thinkUs / 1e6 / ticks) * TICK_RATE_HZ
  return [
    benchRow({
      name: 'bots.think_100_core',
      value: core,
      unit: 'cores',
      budget: 0.15,
      better: 'lower',
    }),
  ]
}
