/** Walking: the grid keeps clear of boxes, fields and paths lead there, cover hides. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { BattleMap } from '@battalion/sim/balance.ts'
import { findCoverSpot, createCoverMap } from './cover-spots.ts'
import {
  createFlowField,
  FLOW_FIELDS_MAX,
  FlowFields,
  flowMetres,
  stepAlong,
} from './flow-field.ts'
import { findPath } from './find-path.ts'
import { canWalkStraight, createNavGrid, findFreeCell, isWalkable, navCellOf } from './nav-grid.ts'

/** A room of 40 m with a wall across and a 2 m door at its south end. */
const ROOM: BattleMap = {
  id: 'room',
  name: 'Room',
  widthMetres: 40,
  depthMetres: 40,
  boxes: [
    { kind: 'wall', x: 20, z: 0, width: 0.5, depth: 36 },
    { kind: 'wall', x: 20, z: 38, width: 0.5, depth: 2 },
    { kind: 'cover', x: 8, z: 10, width: 3, depth: 0.6 },
  ],
  spawns: [],
  objectives: [],
}

describe('the nav grid', () => {
  const grid = createNavGrid(ROOM)

  it('closes what a body would touch and leaves a door of 2 m open', () => {
    assert.equal(isWalkable(grid, 20.2, 10), false)
    assert.equal(isWalkable(grid, 20.2, 37), true)
    assert.equal(isWalkable(grid, 9, 10.3), false)
    assert.equal(isWalkable(grid, 5, 5), true)
    assert.equal(isWalkable(grid, -1, 5), false)
  })

  it('finds the nearest free cell, and none where there is none', () => {
    const cell = findFreeCell(grid, 20.2, 10)
    assert.ok(cell >= 0)
    assert.equal(grid.blocked[cell], 0)
    const full = { ...grid, blocked: new Uint8Array(grid.blocked.length).fill(1) }
    assert.equal(findFreeCell(full, 20, 10), -1)
  })

  it('knows what is straight and what is not', () => {
    assert.equal(canWalkStraight(grid, { x: 5, z: 5 }, 15, 5), true)
    assert.equal(canWalkStraight(grid, { x: 5, z: 5 }, 35, 5), false)
  })
})

describe('a flow field', () => {
  const grid = createNavGrid(ROOM)

  it('leads from every free cell to the goal, step by step nearer', () => {
    const field = createFlowField(grid, 35, 5)
    for (let cell = 0; cell < grid.blocked.length; cell += 7) {
      if (grid.blocked[cell] !== 0) continue
      let at = cell
      for (let step = 0; step < 200 && field[at] !== 0; step++) {
        const next = stepAlong(grid, field, at)
        assert.ok(field[next]! < field[at]!, 'a step leads nearer')
        at = next
      }
      assert.equal(field[at], 0)
    }
  })

  it('goes around by the door', () => {
    const field = createFlowField(grid, 35, 5)
    const metres = flowMetres(grid, field, navCellOf(grid, 5, 5))
    assert.ok(metres > 60 && metres < 80, `${metres} m`)
  })

  it('is kept per goal, and at the limit the oldest goes', () => {
    const fields = new FlowFields(grid)
    const first = fields.toward(5, 5)
    assert.equal(fields.toward(5.2, 5.3), first)
    for (let index = 0; index < FLOW_FIELDS_MAX; index++)
      fields.toward(2 + (index % 16), 12 + index / 4)
    assert.ok(fields.size <= FLOW_FIELDS_MAX)
  })
})

describe('a path', () => {
  const grid = createNavGrid(ROOM)

  it('goes around what is in the way, neighbour by neighbour', () => {
    const path = findPath(grid, { x: 9.5, z: 8 }, { x: 9.5, z: 13 })
    assert.ok(path !== undefined && path.length >= 5)
    for (const cell of path) assert.equal(grid.blocked[cell], 0)
  })

  it('is refused when it would be long, or when there is none', () => {
    assert.equal(findPath(grid, { x: 15, z: 2 }, { x: 20.2, z: 10 }), undefined)
    const closed = createNavGrid({
      ...ROOM,
      boxes: [...ROOM.boxes, { kind: 'wall', x: 18, z: 35, width: 5, depth: 5 }],
    })
    assert.equal(findPath(closed, { x: 5, z: 5 }, { x: 35, z: 5 }), undefined)
  })
})

describe('cover', () => {
  it('is a spot whose box stands towards the threat', () => {
    const cover = createCoverMap(ROOM, createNavGrid(ROOM))
    const spot = findCoverSpot(cover, { x: 9, z: 14 }, { x: 9, z: 2 })
    assert.ok(spot !== undefined)
    assert.ok(spot.isLow)
    assert.ok(spot.z > 10.6 && spot.z < 12, 'south of the box when the threat is north')
  })
})
