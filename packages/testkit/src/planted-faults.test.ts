/** Tests the tests: every planted bug must be caught, by the invariant that names it. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { loadShippedBalance } from './load-shipped-balance.ts'
import { PLANTED_FAULTS } from './planted-faults.ts'
import type { PlantedFault } from './planted-faults.ts'
import { SimFailure, runSimBattles } from './run-sim-battles.ts'
import { planSim } from './sim-plan.ts'

/** A bug that survives so many seeds of so many steps is not caught. */
const SEEDS_MAX = 4
const STEPS_MAX = 1500

/** What stopped a run with the bug in it, trying one seed after another. */
function catchFault(fault: PlantedFault): SimFailure | undefined {
  const balance = loadShippedBalance()
  for (let seed = 1; seed <= SEEDS_MAX; seed++) {
    try {
      const wishes = { seed, steps: STEPS_MAX, players: 32 }
      const plan = planSim(
        balance,
        fault.returns === false ? { ...wishes, returns: false } : wishes,
      )
      runSimBattles(balance, { ...plan, rules: { ...plan.rules, ...fault.rules } }, { fault })
    } catch (error) {
      assert.ok(error instanceof SimFailure, String(error))
      return error
    }
  }
  return undefined
}

describe('the invariants catch a planted bug', () => {
  for (const fault of PLANTED_FAULTS) {
    it(`[${fault.invariantId}] ${fault.name}`, () => {
      const failure = catchFault(fault)
      assert.ok(failure !== undefined, `survived ${SEEDS_MAX} seeds`)
      assert.equal(failure.invariantId, fault.invariantId, failure.message)
      assert.ok(failure.operations.length > 0, 'the report shows what came before')
    })
  }

  it('covers every invariant of the battle', () => {
    const named = new Set(PLANTED_FAULTS.map((fault) => fault.invariantId))
    for (const id of [
      'I-10',
      'I-11',
      'I-12',
      'I-13',
      'I-15',
      'I-16',
      'E-04',
      'W9',
      'L2',
      'L4',
      'B2',
    ]) {
      assert.ok(named.has(id), `no bug is planted for ${id}`)
    }
  })
})
