/** Which balance a running room's next battle takes. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import type { Balance, Mode } from '@battalion/sim/balance.ts'
import { loadShippedBalance } from '@battalion/testkit/load-shipped-balance.ts'

import { nextBalance } from './next-balance.ts'

const CURRENT = loadShippedBalance()
const MODE = CURRENT.modes[0]!
const FIELD = { mode: MODE, mapId: MODE.maps[0]! }

function withMode(change: Partial<Mode>): Balance {
  return { ...CURRENT, version: '2', modes: [{ ...MODE, ...change }] }
}

describe('[GMD-3] the next battle of a running room', () => {
  it('takes the newest balance where the room can go on with it', () => {
    const weapons = CURRENT.weapons.map((weapon) => ({ ...weapon, damage: 1 }))
    const newest = { ...CURRENT, version: '2', weapons }
    assert.equal(nextBalance(CURRENT, newest, FIELD), newest)
    assert.equal(nextBalance(CURRENT, CURRENT, FIELD), CURRENT)
    const longer = withMode({ roundSec: MODE.roundSec + 1 })
    assert.equal(nextBalance(CURRENT, longer, FIELD), longer)
  })

  it('keeps its own where mode, map, pace, places or classes would change', () => {
    for (const newest of [
      withMode({ id: 'other' }),
      withMode({ maps: ['other'] }),
      withMode({ tickRateHz: MODE.tickRateHz + 1 }),
      withMode({ playersMax: MODE.playersMax + 1 }),
      withMode({ teamCount: MODE.teamCount + 1 }),
      withMode({ squadSize: MODE.squadSize + 1 }),
      { ...CURRENT, version: '2', maps: CURRENT.maps.filter(({ id }) => id !== FIELD.mapId) },
      { ...CURRENT, version: '2', classes: CURRENT.classes.toReversed() },
    ]) {
      assert.equal(nextBalance(CURRENT, newest, FIELD), CURRENT)
    }
  })
})
