/**
 * State hashes of one seeded battle, for comparing engines: the same function runs in this process,
 * in a child, on another Node and in a browser. Pure: the balance comes as an argument.
 */
import { parseBalance } from '@battalion/sim/parse-balance.ts'
import { hashWorld } from '@battalion/sim/world-state.ts'
import { runSimBattles } from './run-sim-battles.ts'
import type { SimWishes } from './sim-plan.ts'
import { planSim } from './sim-plan.ts'

/** Ticks between two hashes that are kept; between them every tick's is folded in. */
export const HASH_EVERY_STEPS = 100

/**
 * One line per 100 steps, `step hash fold`: the state's hash then, and FNV-1a over the hashes of
 * all steps so far, so that a difference in any single step shows in every later line.
 */
export function hashSimBattle(files: Record<string, unknown>, wishes: SimWishes): string[] {
  const balance = parseBalance(files)
  const lines: string[] = []
  let fold = 0x811c9dc5
  runSimBattles(balance, planSim(balance, wishes), {
    onStep: (step, world) => {
      const hash = hashWorld(world)
      for (let index = 0; index < hash.length; index++) {
        fold = Math.imul(fold ^ hash.charCodeAt(index), 0x01000193)
      }
      if (step % HASH_EVERY_STEPS === 0) lines.push(`${step} ${hash} ${(fold >>> 0).toString(16)}`)
      return true
    },
  })
  return lines
}
