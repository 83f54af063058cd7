/** Who is on the wire and behind a wall: counted in a small battle, and what the rows say of it. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { loadShippedBalance } from './load-shipped-balance.ts'
import { coverRows, measureCover } from './measure-cover.ts'

describe('enemies behind walls', () => {
  const balance = loadShippedBalance()
  const battle = { modeId: 'conquest', mapId: 'skirmish', players: 24, seed: 1, fromStep: 700 }

  it('[E-11] some enemies of a block are hidden, some are not, and none where no walls are', () => {
    const counts = measureCover(balance, battle, 20)
    assert.ok(counts.enemies > 0)
    assert.ok(counts.hidden > 0 && counts.hidden < counts.enemies)
    const bare = { ...balance, maps: balance.maps.map((map) => ({ ...map, boxes: [] })) }
    const open = measureCover(bare, battle, 20)
    assert.ok(open.enemies > 0)
    assert.equal(open.hidden, 0)
    assert.equal(coverRows(battle, counts).length, 6)
  })
})
