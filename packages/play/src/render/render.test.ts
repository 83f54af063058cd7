/** The pure parts of the picture: walls, floors, effects. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { BattleMap, MapBox } from '@battalion/sim/balance.ts'

import { EFFECTS_MAX, EffectPool } from './effect-pool.ts'
import { buildFloorPlan } from './floor-plan.ts'
import { packTint, teamColour } from './palette.ts'
import { buildWallGeometry, WALL_FLOATS } from './wall-geometry.ts'

function mapOf(boxes: MapBox[]): BattleMap {
  return { id: 'm', name: 'M', widthMetres: 64, depthMetres: 64, boxes, spawns: [], objectives: [] }
}

describe('wall geometry', () => {
  it('makes five faces per box, all corners on the box, none below ground', () => {
    const box: MapBox = { kind: 'wall', x: 10, z: 20, width: 4, depth: 2 }
    const { vertices, indices } = buildWallGeometry(mapOf([box, { ...box, kind: 'cover', x: 30 }]))
    assert.equal(vertices.length, 2 * 5 * 4 * WALL_FLOATS)
    assert.equal(indices.length, 2 * 5 * 6)
    assert.ok(Math.max(...indices) < 2 * 5 * 4)
    for (let corner = 0; corner < 20; corner++) {
      const [x, z, height] = vertices.subarray(corner * WALL_FLOATS)
      assert.ok(x === 10 || x === 14)
      assert.ok(z === 20 || z === 22)
      assert.ok(height! >= 0 && height! <= 3)
    }
  })
})

describe('floor plan', () => {
  const room: MapBox[] = [
    { kind: 'wall', x: 16, z: 16, width: 28, depth: 1 },
    { kind: 'wall', x: 16, z: 43, width: 12, depth: 1 },
    { kind: 'wall', x: 31, z: 43, width: 13, depth: 1 },
    { kind: 'wall', x: 16, z: 16, width: 1, depth: 28 },
    { kind: 'wall', x: 43, z: 16, width: 1, depth: 28 },
  ]

  it('finds the inside of a room with a door, and no outside', () => {
    const { cells, columns } = buildFloorPlan(mapOf(room))
    assert.equal(cells[30 * columns + 30], 1)
    assert.equal(cells[20 * columns + 20], 1)
    assert.equal(cells[8 * columns + 8], 0)
    assert.equal(cells[55 * columns + 30], 0)
  })

  it('finds nothing on an open field', () => {
    const { cells } = buildFloorPlan(mapOf([{ kind: 'wall', x: 30, z: 30, width: 10, depth: 1 }]))
    assert.equal(cells.includes(1), false)
  })
})

describe('effect pool', () => {
  const look = {
    frame: 'glow',
    lifeSec: 1,
    sizeFrom: 1,
    sizeTo: 2,
    stretch: 1,
    alpha: 1,
    glow: 0,
    colour: [1, 1, 1],
  } as const

  it('ends effects with their life and never holds more than its limit', () => {
    const pool = new EffectPool([look])
    for (let index = 0; index < EFFECTS_MAX + 50; index++) pool.add(0, { x: 0, z: 0 })
    assert.equal(pool.aliveCount, EFFECTS_MAX)
    pool.step(0.5)
    assert.equal(pool.aliveCount, EFFECTS_MAX)
    pool.add(0, { x: 0, z: 0 })
    pool.step(0.6)
    assert.equal(pool.aliveCount, 1)
  })
})

describe('palette', () => {
  it('packs colours as the GPU reads them and greys unknown teams', () => {
    assert.equal(packTint([1, 0, 0], 1), 0xff0000ff)
    assert.equal(packTint([0, 0, 1], 0), 0x00ff0000)
    assert.equal(teamColour(-1).name, 'Nobody')
    assert.notEqual(teamColour(0).css, teamColour(1).css)
  })
})
