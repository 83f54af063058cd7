/** Where the bots of `npm start` go, and that people find a seat beside them. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'

import { loadBalance } from './load-balance.ts'
import { planDemo } from './plan-demo.ts'

const { balance } = loadBalance(
  fileURLToPath(new URL('../packages/sim/balance/1', import.meta.url)),
)

function seatsOf(id: string): number {
  return balance.modes.find((mode) => mode.id === id)!.playersMax
}

describe('the plan of a demo', () => {
  it('a hundred bots play the first mode, and the button stops before it is full', () => {
    const { mode, extraBotsMax } = planDemo({ bots: 100 }, balance)
    assert.equal(mode, undefined)
    assert.ok(extraBotsMax >= 20)
    assert.ok(100 + extraBotsMax < seatsOf(balance.modes[0]!.id))
  })

  it('more bots than the first mode holds go where people still find seats', () => {
    const { mode, extraBotsMax } = planDemo({ bots: seatsOf(balance.modes[0]!.id) }, balance)
    assert.ok(seatsOf(mode!) > seatsOf(balance.modes[0]!.id) + extraBotsMax)
  })

  it('what was asked for stands', () => {
    assert.deepEqual(planDemo({ bots: 300, mode: 'duel' }, balance), {
      mode: 'duel',
      extraBotsMax: 0,
    })
    assert.equal(planDemo({ bots: 300, map: 'skirmish' }, balance).mode, undefined)
  })

  it('more bots than any battle holds go to the largest', () => {
    const { mode, extraBotsMax } = planDemo({ bots: 2000 }, balance)
    assert.equal(seatsOf(mode!), Math.max(...balance.modes.map(({ playersMax }) => playersMax)))
    assert.equal(extraBotsMax, 0)
  })
})
