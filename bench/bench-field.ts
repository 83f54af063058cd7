/**
 * The field battles are measured on: a square of whole cells at a chosen density, strewn with the
 * boxes of the shipped front, spawn areas in every cell so that the crowd stays spread. Rules are
 * the shipped ones, but weapons do a tenth of their damage and carry more rounds, and nobody has
 * armour: all keep fighting, every hit shows, few are off the field, and the number of visible
 * soldiers holds for the whole window.
 */
import { CELL_METRES } from '@battalion/sim/limits.ts'
import type { Balance, BattleMap, Mode, SpawnArea, Weapon } from '@battalion/sim/balance.ts'
import { loadShippedBalance } from '@battalion/testkit/load-shipped-balance.ts'

/** What a bench asks for. */
export interface FieldWish {
  /** Side of the square field (cells). */
  readonly cells: number
  readonly tickRateHz: number
}

/** Name of the mode and of the map. */
export const BENCH_FIELD = 'bench'
/** Soldiers a player sees on average, the yardstick of all figures (about 5 a cell). */
const VISIBLE = 37
/** Cells of a block, and rows or columns of it that the two borders of the field cut off. */
const BLOCK_SIDE = 3
const CUT_OFF = 2
const PLAYERS_MAX = 4000
const DAMAGE_RATIO = 0.1
const RESERVE_ROUNDS = 5000
const OBJECTIVE_RADIUS_METRES = 15
const FOREVER_SEC = 36_000
const FRONT = 'front'

/** Cells on a side so that `players`, evenly spread, see as many of each other as the yardstick. */
export function cellsFor(players: number): number {
  let best = BLOCK_SIDE
  for (let cells = BLOCK_SIDE; cells * cells <= players; cells++) {
    const isNearer = Math.abs(visibleOn(cells, players) - VISIBLE)
    if (isNearer < Math.abs(visibleOn(best, players) - VISIBLE)) best = cells
  }
  return best
}

/** Blocks at the border are cut off. */
function visibleOn(cells: number, players: number): number {
  return (players / cells ** 2) * (BLOCK_SIDE - CUT_OFF / cells) ** 2
}

/** The shipped rules on a field as wished. */
export function benchBalance(wish: FieldWish): Balance {
  const shipped = loadShippedBalance()
  const front = shipped.maps.find(({ id }) => id === FRONT)!
  const mode = shipped.modes.find(({ id }) => id === FRONT)!
  return {
    ...shipped,
    weapons: shipped.weapons.map(softened),
    // Every hit changes hp, which is on the wire.
    classes: shipped.classes.map((one) => ({ ...one, armour: 0 })),
    maps: [benchMap(front, wish.cells)],
    modes: [benchMode(mode, wish.tickRateHz)],
  }
}

function benchMode(mode: Mode, tickRateHz: number): Mode {
  return {
    ...mode,
    id: BENCH_FIELD,
    tickRateHz,
    playersMax: PLAYERS_MAX,
    playersMin: 1,
    warmupSec: 1,
    roundSec: FOREVER_SEC,
    tickets: 1_000_000,
    respawnSec: 2,
    protectionSec: 1,
    downSec: 3,
    maps: [BENCH_FIELD],
  }
}

function softened(weapon: Weapon): Weapon {
  const softer = {
    damage: weapon.damage * DAMAGE_RATIO,
    damageMin: weapon.damageMin * DAMAGE_RATIO,
    reserveRounds: RESERVE_ROUNDS,
  }
  if (weapon.kind === 'hitscan') return { ...weapon, ...softer }
  return { ...weapon, ...softer, blastDamage: weapon.blastDamage * DAMAGE_RATIO }
}

function benchMap(front: BattleMap, cells: number): BattleMap {
  const side = cells * CELL_METRES
  return {
    id: BENCH_FIELD,
    name: 'Bench',
    widthMetres: side,
    depthMetres: side,
    boxes: tiledBoxes(front, side),
    spawns: spawnsIn(cells),
    objectives: front.objectives.slice(0, 4).map((objective, index) => ({
      ...objective,
      x: side * (index % 2 === 0 ? 0.25 : 0.75),
      z: side * (index < 2 ? 0.25 : 0.75),
      radius: OBJECTIVE_RADIUS_METRES,
    })),
  }
}

/** The front's boxes, again and again until the field is full. */
function tiledBoxes(front: BattleMap, side: number): BattleMap['boxes'] {
  const boxes: BattleMap['boxes'][number][] = []
  for (let x = 0; x < side; x += front.widthMetres) {
    for (let z = 0; z < side; z += front.depthMetres) {
      for (const box of front.boxes) {
        const moved = { ...box, x: box.x + x, z: box.z + z }
        const fits = moved.x + box.width <= side && moved.z + box.depth <= side
        if (fits) boxes.push(moved)
      }
    }
  }
  return boxes
}

/** One area in every cell, teams by turns. */
function spawnsIn(cells: number): SpawnArea[] {
  return Array.from({ length: cells * cells }, (_, cell) => {
    const column = cell % cells
    const row = Math.floor(cell / cells)
    return {
      team: (column + row) % 2,
      x: (column + 0.5) * CELL_METRES,
      z: (row + 0.5) * CELL_METRES,
      radius: CELL_METRES * 0.45,
    }
  })
}
