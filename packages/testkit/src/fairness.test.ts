/** The fairness experiment, small: it repeats itself and sees an advantage that is there. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FAIRNESS_ARMS, HONEST_ARM, PLANTED_ARM } from './fairness-arms.ts'
import type { FairnessArm } from './fairness-arms.ts'
import { playFairnessBattle } from './fairness-battle.ts'
import { measureGain } from './fairness-statistics.ts'
import { loadShippedBalance } from './load-shipped-balance.ts'
import { GAIN_PERCENT_MAX, fairnessRows, measureFairness } from './measure-fairness.ts'

/**
 * So few kills leave 95 % of a gain within some 20 %: enough to see that an arm plays and does not
 * run away with it. The 5 % are for the long run, `npm run sim -- --fairness`.
 */
const FEW_KILLS = 250
const GROSS_GAIN = 0.2

const balance = loadShippedBalance()

function measure(arm: FairnessArm, killsMin: number) {
  return measureFairness({ balance, arm, firstSeed: 1, killsMin })
}

describe('fair play', () => {
  it('[E-12] one seed is one battle, and an honest one the same whichever side is marked', () => {
    const options = { balance, arm: HONEST_ARM, seed: 3, steps: 600 } as const
    const first = playFairnessBattle({ ...options, markedTeam: 0 })
    const second = playFairnessBattle({ ...options, markedTeam: 1 })
    assert.deepEqual(playFairnessBattle({ ...options, markedTeam: 0 }), first)
    assert.ok(first.kills > 0 && first.deaths > 0)
    assert.deepEqual([second.kills, second.deaths], [first.deaths, first.kills])
  })

  for (const arm of FAIRNESS_ARMS) {
    it(`[E-01] [E-05] [E-06] ${arm.id}: ${arm.what}`, () => {
      const report = measure(arm, FEW_KILLS)
      assert.ok(report.kills >= FEW_KILLS && report.deaths >= FEW_KILLS)
      assert.ok(report.gain < GROSS_GAIN, `gained ${report.gain}`)
      if (arm.send === 'replay' || arm.send === 'flood') assert.ok(report.dropped > report.kills)
      if (arm.send === 'flood') assert.ok(report.refused > 0, 'broken frames are refused')
    })
  }

  it('an advantage that is really allowed is seen, and fails', () => {
    const report = measure(PLANTED_ARM, 4000)
    assert.ok(report.low > 0, `the interval begins at ${report.low}`)
    assert.ok(report.high > GAIN_PERCENT_MAX / 100)
    assert.ok(fairnessRows(report).some(({ pass }) => !pass))
  })

  it('the interval is that of clusters: wide when battles differ, and repeats itself', () => {
    const even = Array.from({ length: 40 }, () => ({ kills: 110, deaths: 100 }))
    const uneven = even.map((_, index) =>
      index % 2 === 0 ? { kills: 200, deaths: 20 } : { kills: 20, deaths: 180 },
    )
    const sure = measureGain(even)
    const unsure = measureGain(uneven)
    assert.deepEqual(sure, { gain: 110 / 100 - 1, low: 110 / 100 - 1, high: 110 / 100 - 1 })
    assert.ok(Math.abs(unsure.gain - 0.1) < 1e-9)
    assert.ok(unsure.low < -0.2 && unsure.high > 0.4)
    assert.deepEqual(measureGain(uneven), unsure)
  })
})
