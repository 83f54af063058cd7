/** Fixed seeds of the simulation harness, and the seeds that broke something once. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { promisify } from 'node:util'
import { loadShippedBalance } from './load-shipped-balance.ts'
import type { SimReport } from './run-sim-battles.ts'
import { runSimBattles } from './run-sim-battles.ts'
import type { SimWishes } from './sim-plan.ts'
import { planSim } from './sim-plan.ts'

interface Regressions {
  readonly seeds: readonly (SimWishes & { readonly why: string })[]
}

const REGRESSIONS = join(import.meta.dirname, '../seeds/regressions.json')
const FIXED: readonly SimWishes[] = [
  { seed: 6, steps: 1600 },
  { seed: 5, steps: 900 },
  { seed: 2, steps: 3000, modeId: 'duel' },
  { seed: 3, steps: 600, modeId: 'four-corners', players: 32 },
  { seed: 8, steps: 150, mapId: 'front', players: 150 },
]

function play(wishes: SimWishes): SimReport {
  const balance = loadShippedBalance()
  return runSimBattles(balance, planSim(balance, wishes))
}

describe('[BAT-2] fixed seeds hold every invariant', () => {
  const total: Record<string, number> = {}
  let battles = 0
  let returns = 0
  let reconnects = 0
  for (const wishes of FIXED) {
    it(`seed ${wishes.seed} ${wishes.modeId ?? wishes.mapId ?? ''}`, () => {
      const report = play(wishes)
      assert.equal(report.steps, wishes.steps)
      assert.ok(report.restores > 0, 'no save was restored')
      battles += report.battles
      returns += report.returns
      reconnects += report.reconnects
      for (const [name, count] of Object.entries(report.events)) {
        total[name] = (total[name] ?? 0) + count
      }
    })
  }

  it('and in them everything happens that can happen in a battle', () => {
    assert.ok(battles >= 1, 'no battle ended and was followed by another')
    assert.ok(returns >= 10, `[W9] ${returns} came back to the battle they had left`)
    assert.ok(reconnects >= 10, `${reconnects} connections were taken up again`)
    const names = ['shot', 'hit', 'armourHit', 'explosion', 'kill', 'death', 'assist', 'revive']
    for (const name of [
      ...names,
      'heal',
      'spawn',
      'capture',
      'ability',
      'reload',
      'end',
      'leave',
    ]) {
      assert.ok((total[name] ?? 0) > 0, `no ${name} in any of them`)
    }
  })
})

describe('seeds that once broke something', () => {
  const { seeds } = JSON.parse(readFileSync(REGRESSIONS, 'utf8')) as Regressions
  for (const { why, ...wishes } of seeds) {
    it(`seed ${wishes.seed}: ${why}`, () => {
      play(wishes)
    })
  }
})

describe('the program', () => {
  const program = join(import.meta.dirname, 'run-sim.ts')
  const run = promisify(execFile)

  it('prints seed, commit, expanded options and a hash every 100 steps, and ends with 0', async () => {
    const { stdout } = await run(process.execPath, [
      program,
      '--seed',
      '4',
      '--until',
      '200',
      '--trace',
    ])
    assert.match(stdout, /^commit \S+, node v\d+/)
    assert.match(stdout, /seed 4: .*players=64 .*tickRateHz=\d+/)
    assert.match(stdout, /step 100 tick 100 [0-9a-f]{16}\nstep 200 tick 200 [0-9a-f]{16}/)
    assert.match(stdout, /ok steps=200 /)
  })

  it('refuses what it does not understand', async () => {
    for (const wrong of [
      ['--seed', 'x'],
      ['--sed', '1'],
      ['--steps', '-1'],
    ]) {
      await assert.rejects(run(process.execPath, [program, ...wrong]), { code: 2 })
    }
  })
})
