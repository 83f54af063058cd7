/**
 * The battles whose hashes stand in `seeds/golden-hashes.json`. A change of the rules changes them,
 * on purpose or not: `node packages/testkit/src/print-golden-hashes.ts --write` after the first
 * kind.
 */
import type { SimWishes } from './sim-plan.ts'

export const GOLDEN_BATTLES: readonly SimWishes[] = [
  { seed: 9, steps: 600, players: 32 },
  { seed: 12, steps: 400, modeId: 'duel' },
]
