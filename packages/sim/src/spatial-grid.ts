/**
 * Which 64 m cell each soldier is in: what interest and the wire are counted in. A soldier leaves
 * its cell only when it stands 2 m outside, so nobody flickers between two on a border.
 */
import { assert } from '@battalion/base/assert.ts'
import type { CompiledMap } from './compiled-map.ts'
import { CELL_HYSTERESIS_METRES, CELL_METRES } from './limits.ts'
import type { World } from './world.ts'
import { LifeState } from './world.ts'

/** `soldiers.cell` of one that is not on the field. */
export const CELL_NONE = -1

/** The cell a place lies in, without hysteresis. Places outside count to the nearest cell. */
export function cellOfPosition(map: CompiledMap, x: number, z: number): number {
  const cx = Math.min(Math.max(Math.floor(x / CELL_METRES), 0), map.cellsX - 1)
  const cz = Math.min(Math.max(Math.floor(z / CELL_METRES), 0), map.cellsZ - 1)
  assert(cx >= 0, 'a place is a number in x')
  assert(cz >= 0, 'a place is a number in z')
  return cz * map.cellsX + cx
}

/** Moves every soldier to its cell. */
export function rebinSoldiers(world: World): void {
  const { soldiers, map, slotsUsed } = world
  for (let id = 0; id < slotsUsed; id++) {
    const state = soldiers.state[id]!
    if (state !== LifeState.alive && state !== LifeState.down) {
      soldiers.cell[id] = CELL_NONE
      continue
    }
    if (soldiers.cell[id] !== CELL_NONE && isStillInside(world, id)) continue
    soldiers.cell[id] = cellOfPosition(map, soldiers.px[id]!, soldiers.pz[id]!)
    assert(soldiers.cell[id]! < map.cellCount, 'a soldier on the field is in a cell')
  }
}

function isStillInside(world: World, id: number): boolean {
  const { soldiers, map } = world
  const x = soldiers.px[id]!
  const z = soldiers.pz[id]!
  const cell = soldiers.cell[id]!
  const cz = Math.floor(cell / map.cellsX)
  const west = (cell - cz * map.cellsX) * CELL_METRES - CELL_HYSTERESIS_METRES
  const north = cz * CELL_METRES - CELL_HYSTERESIS_METRES
  const side = CELL_METRES + 2 * CELL_HYSTERESIS_METRES
  return x >= west && x < west + side && z >= north && z < north + side
}
