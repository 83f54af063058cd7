/**
 * The shipped balance: it loads, its maps are the drawings, and every place on them can be reached.
 */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { BattleMap } from '@battalion/sim/balance.ts'
import { isFree } from '@battalion/sim/collision.ts'
import type { CompiledMap } from '@battalion/sim/compiled-map.ts'
import { compileMap } from '@battalion/sim/compiled-map.ts'
import { SOLDIER_RADIUS_METRES } from '@battalion/sim/limits.ts'
import { drawMaps } from './draw-maps.ts'
import { loadShippedBalance, readShippedBalanceFiles } from './load-shipped-balance.ts'

const STEP_METRES = 0.5

/** Which places of a half-metre raster a soldier can walk to from a spawn area. */
function flood(map: CompiledMap, x: number, z: number): { reached: Uint8Array; columns: number } {
  const columns = Math.ceil(map.map.widthMetres / STEP_METRES)
  const rows = Math.ceil(map.map.depthMetres / STEP_METRES)
  const reached = new Uint8Array(columns * rows)
  const queue = [Math.round(z / STEP_METRES) * columns + Math.round(x / STEP_METRES)]
  reached[queue[0]!] = 1
  while (queue.length > 0) {
    const place = queue.pop()!
    const column = place % columns
    for (const next of [place - columns, place + columns, column > 0 ? place - 1 : -1, place + 1]) {
      if (next < 0 || next >= reached.length || reached[next] !== 0) continue
      const nextX = (next % columns) * STEP_METRES
      const nextZ = Math.floor(next / columns) * STEP_METRES
      if (!isFree(map, nextX, nextZ, SOLDIER_RADIUS_METRES)) continue
      reached[next] = 1
      queue.push(next)
    }
  }
  return { reached, columns }
}

function shareOfFreeGroundReached(map: CompiledMap, reached: Uint8Array, columns: number): number {
  let free = 0
  let met = 0
  for (let place = 0; place < reached.length; place++) {
    const x = (place % columns) * STEP_METRES
    const z = Math.floor(place / columns) * STEP_METRES
    if (!isFree(map, x, z, SOLDIER_RADIUS_METRES)) continue
    free++
    if (reached[place] !== 0) met++
  }
  return met / free
}

function assertConnected(map: BattleMap): void {
  const compiled = compileMap(map)
  const from = map.spawns[0]!
  const { reached, columns } = flood(compiled, from.x, from.z)
  const places = [...map.spawns, ...map.objectives]
  for (const { x, z } of places) {
    const place = Math.round(z / STEP_METRES) * columns + Math.round(x / STEP_METRES)
    assert.equal(reached[place], 1, `${map.id}: (${x}, ${z}) cannot be reached`)
  }
  const share = shareOfFreeGroundReached(compiled, reached, columns)
  assert.ok(share > 0.995, `${map.id}: only ${share} of the free ground can be reached`)
}

describe('the shipped balance', () => {
  const balance = loadShippedBalance()

  it('[BAT-4] loads, with classes that differ in weapons, abilities and bodies', () => {
    assert.deepEqual(
      balance.classes.map((entry) => entry.id),
      ['assault', 'medic', 'engineer', 'recon'],
    )
    for (const key of ['ability', 'walkMetresPerSec'] as const) {
      assert.ok(new Set(balance.classes.map((entry) => entry[key])).size >= 4, key)
    }
    assert.equal(new Set(balance.classes.map((entry) => entry.weapons[0])).size, 4)
  })

  it('has the maps that draw-maps.ts draws (generate-maps.ts writes them)', () => {
    const files = readShippedBalanceFiles()
    for (const map of drawMaps()) assert.deepEqual(files[`maps/${map.id}.json`], map)
  })

  it('has modes for a duel, a skirmish and a front of a thousand and more', () => {
    const front = balance.modes.find((mode) => mode.id === 'front')!
    assert.ok(front.playersMax >= 1200)
    assert.ok(balance.modes.some((mode) => mode.teamCount === 4))
    const map = balance.maps.find((entry) => entry.id === 'front')!
    const cells = Math.ceil(map.widthMetres / 64) * Math.ceil(map.depthMetres / 64)
    assert.ok(Math.abs(1100 / cells - 5) < 1, `${1100 / cells} soldiers a cell`)
  })

  for (const map of balance.maps) {
    it(`lets soldiers walk to every spawn, objective and room of ${map.id}`, () => {
      assertConnected(map)
    })
  }
})
