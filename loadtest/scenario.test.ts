/** Scenario files: all of the folder are right, and wrong ones are named by file and field. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { loadShippedBalance } from '@battalion/testkit/load-shipped-balance.ts'
import { listScenarios, loadScenario, parseScenario } from './scenario.ts'

const VALID = {
  name: 'sample',
  about: 'A sample for the tests of scenarios.',
  mode: 'conquest',
  map: 'skirmish',
  fullBots: 2,
  leanBots: 3,
  joinsPerSec: 20,
  settleSec: 0,
  durationSec: 5,
  churnPerSec: 0,
  gather: null,
  network: null,
  budgets: { joins_failed: 0 },
}

describe('scenarios', () => {
  it('are those that the load program promises', () => {
    const crowds = ['bad-network', 'battle-1000', 'battle-200', 'churn', 'clump-1000']
    const promised = [...crowds, 'duel', 'feel-150', 'feel-80', 'skirmish-64']
    assert.deepEqual(listScenarios(), promised)
  })

  it('fit the shipped balance: mode, map and number of players', () => {
    const balance = loadShippedBalance()
    for (const name of listScenarios()) {
      const scenario = loadScenario(name)
      const mode = balance.modes.find((one) => one.id === scenario.mode)
      const map = balance.maps.find((one) => one.id === scenario.map)
      assert.ok(mode !== undefined && map !== undefined, name)
      assert.ok(mode.maps.includes(map.id), `${name}: ${mode.id} is not played on ${map.id}`)
      assert.ok(scenario.fullBots + scenario.leanBots <= mode.playersMax, `${name} is too full`)
      const { gather } = scenario
      if (gather !== null) assert.ok(gather.x < map.widthMetres && gather.z < map.depthMetres)
    }
  })

  it('are refused with file and field when wrong', () => {
    const wrong: readonly [object, RegExp][] = [
      [{ fullBots: -1 }, /^sample\.json: fullBots must be a number from 0 to 5000\.$/],
      [{ fullBots: 1.5 }, /fullBots must be a whole number/],
      [{ durationSec: Number.NaN }, /durationSec/],
      [{ mode: 'a b' }, /mode must be a text/],
      [
        { network: { latencyMs: 1, jitterMs: 0, lossRatio: 2, bytesPerSec: 0 } },
        /network\.lossRatio/,
      ],
      [{ budgets: { tick_p99: 3 } }, /budgets\.tick_p99 is not known/],
      [{ joinPerSec: 3 }, /joinPerSec is not known/],
      [{ fullBots: 0, leanBots: 0 }, /a scenario has bots/],
      [{ gather: [1, 2] }, /gather is not an object/],
    ]
    for (const [change, message] of wrong) {
      assert.throws(() => parseScenario({ ...VALID, ...change }, 'sample.json'), { message })
    }
    assert.equal(parseScenario(VALID, 'sample.json').leanBots, 3)
    assert.throws(() => loadScenario('nothing'), /There is no scenario "nothing"; there are bad/)
  })
})
