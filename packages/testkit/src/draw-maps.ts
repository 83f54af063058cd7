/**
 * The shipped maps as drawings. `generate-maps.ts` writes them to `packages/sim/balance/1/maps`; a
 * test holds the files to these drawings. Change a map here, run the program, look at it.
 */
import { nextBelow } from '@battalion/base/prng.ts'
import type { BattleMap } from '@battalion/sim/balance.ts'
import { MapSketch, SIDES } from './map-sketch.ts'
import type { Rect, Rooms } from './map-sketch.ts'

/** All maps of balance version 1. */
export function drawMaps(): BattleMap[] {
  return [drawDuel(), drawSkirmish(), drawFront()]
}

/** A yard of one cell for two: a house in the middle, cover on every way round it. */
function drawDuel(): BattleMap {
  const sketch = new MapSketch({ id: 'duel', name: 'The Yard', sideMetres: 64, turns: 2, seed: 7 })
  sketch.spawn(0, 7, 32, 3)
  sketch.spawn(1, 57, 32, 3)
  sketch.building({ x: 25, z: 25, width: 14, depth: 14 }, SIDES, 'one')
  sketch.box('wall', { x: 12, z: 28, width: 0.5, depth: 8 })
  sketch.box('wall', { x: 18, z: 10, width: 10, depth: 0.5 })
  sketch.box('wall', { x: 18, z: 10, width: 0.5, depth: 6 })
  sketch.box('cover', { x: 20, z: 40, width: 4, depth: 1 })
  sketch.box('cover', { x: 17, z: 22, width: 1, depth: 3 })
  sketch.box('cover', { x: 30, z: 17, width: 4, depth: 1 })
  sketch.box('wall', { x: 8, z: 48, width: 6, depth: 4 })
  sketch.reserve({ x: 15, z: 7, width: 16, depth: 12 })
  sketch.rubble({ x: 2, z: 2, width: 60, depth: 28 }, 9)
  return sketch.finish()
}

/**
 * A town quarter of 4 × 4 cells for 2 or 4 teams: a market, four streets, four blocks, four parks.
 */
function drawSkirmish(): BattleMap {
  const sketch = new MapSketch({
    id: 'skirmish',
    name: 'Crossroads',
    sideMetres: 256,
    turns: 4,
    seed: 11,
  })
  sketch.spawn(0, 18, 128, 12)
  sketch.spawn(1, 238, 128, 12)
  sketch.spawn(2, 128, 18, 12)
  sketch.spawn(3, 128, 238, 12)
  sketch.objective({ id: 'market', name: 'Market', x: 128, z: 128, radius: 10 })
  sketch.objective({ id: 'depot', name: 'Depot', x: 72, z: 72, radius: 8 })
  sketch.objective({ id: 'school', name: 'School', x: 184, z: 72, radius: 8 })
  sketch.objective({ id: 'mill', name: 'Mill', x: 184, z: 184, radius: 8 })
  sketch.objective({ id: 'chapel', name: 'Chapel', x: 72, z: 184, radius: 8 })
  // The streets: two crossing, and a ring.
  sketch.reserve({ x: 0, z: 122, width: 116, depth: 12 })
  sketch.reserve({ x: 46, z: 46, width: 5, depth: 164 })
  // The market: stalls round the point.
  sketch.box('cover', { x: 117, z: 121, width: 1, depth: 5 })
  sketch.box('cover', { x: 121, z: 134, width: 4, depth: 1.25 })
  sketch.box('wall', { x: 118, z: 116, width: 3, depth: 3 })
  sketch.reserve({ x: 114, z: 114, width: 28, depth: 28 })
  // The quarter's big house around its point, and its neighbours.
  sketch.building({ x: 60, z: 60, width: 24, depth: 24 }, SIDES, 'one')
  sketch.box('cover', { x: 66, z: 70, width: 1, depth: 4 })
  sketch.box('cover', { x: 77, z: 70, width: 1, depth: 4 })
  sketch.building({ x: 92, z: 58, width: 20, depth: 14 }, ['north', 'south', 'west'], 'two')
  sketch.building({ x: 90, z: 82, width: 22, depth: 22 }, SIDES, 'four')
  sketch.building({ x: 60, z: 92, width: 14, depth: 20 }, ['east', 'west'], 'one')
  sketch.building({ x: 24, z: 92, width: 14, depth: 14 }, ['east', 'south'], 'one')
  // Cover down the streets and before the spawns.
  for (const x of [36, 58, 80, 100]) {
    sketch.box('cover', { x, z: x % 8 === 0 ? 124 : 130, width: 1, depth: 3 })
  }
  sketch.box('wall', { x: 34, z: 116, width: 0.5, depth: 5 })
  sketch.box('wall', { x: 34, z: 135, width: 0.5, depth: 5 })
  sketch.woods({ x: 4, z: 4, width: 42, depth: 42 }, 44)
  sketch.rubble({ x: 50, z: 4, width: 66, depth: 42 }, 16)
  sketch.rubble({ x: 4, z: 50, width: 40, depth: 70 }, 12)
  return sketch.finish()
}

const FRONT_METRES = 960
/** Side of a district, the squares the front is planned in. */
const DISTRICT_METRES = 80
/** The western half: v village, w wood, f field with hedges, t town, . open ground. */
const FRONT_PLAN = [
  '.wwfwf',
  '.f.vfv',
  '.f.vwv',
  '.wffw.',
  '.ww.ft',
  '..fvft',
  '..fvft',
  '.ww.ft',
  '.wffw.',
  '.f.vwv',
  '.f.vfv',
  '.wwfwf',
]
const FRONT_ROWS_METRES = [160, 480, 800]
const FRONT_OBJECTIVES = [
  ['Mill Farm', 'Quarry', 'Old Barracks'],
  ['Northfield', 'Town Square', 'Southfield'],
  ['Signal Hill', 'Rail Yard', 'Brickworks'],
]

/** Two bases, trenches, villages and woods, and a town between them, for a thousand and more. */
function drawFront(): BattleMap {
  const sketch = new MapSketch({
    id: 'front',
    name: 'The Front',
    sideMetres: FRONT_METRES,
    turns: 2,
    seed: 23,
  })
  drawFrontPlaces(sketch)
  drawTown(sketch)
  FRONT_PLAN.forEach((plan, row) => {
    for (let column = 0; column < plan.length; column++) {
      drawDistrict(sketch, plan[column]!, {
        x: column * DISTRICT_METRES,
        z: row * DISTRICT_METRES,
        width: DISTRICT_METRES,
        depth: DISTRICT_METRES,
      })
    }
  })
  return sketch.finish()
}

function drawFrontPlaces(sketch: MapSketch): void {
  for (const z of FRONT_ROWS_METRES) {
    sketch.spawn(0, 56, z, 36)
    sketch.spawn(1, FRONT_METRES - 56, z, 36)
  }
  FRONT_OBJECTIVES.forEach((column, index) => {
    column.forEach((name, row) => {
      const id = name.toLowerCase().replaceAll(' ', '-')
      const x = 264 + index * 216
      sketch.objective({ id, name, x, z: FRONT_ROWS_METRES[row]!, radius: 14 })
    })
  })
  // Roads: along the rows and down the middle, so that there is always a way to run.
  for (const z of FRONT_ROWS_METRES) {
    sketch.reserve({ x: 0, z: z - 4, width: FRONT_METRES, depth: 8 })
  }
  sketch.reserve({ x: 476, z: 0, width: 8, depth: FRONT_METRES })
  for (const z of FRONT_ROWS_METRES) {
    sketch.trench(206, z - 70, z + 70)
    sketch.trench(352, z - 90, z + 90)
    sketch.box('cover', { x: 258, z: z - 8, width: 5, depth: 1 })
    sketch.box('cover', { x: 266, z: z + 7, width: 5, depth: 1 })
  }
}

/** The town round the square: blocks of houses along streets, drawn for its western half. */
function drawTown(sketch: MapSketch): void {
  sketch.box('wall', { x: 468, z: 470, width: 4, depth: 4 })
  sketch.box('cover', { x: 466, z: 484, width: 6, depth: 1 })
  sketch.box('cover', { x: 474, z: 463, width: 1, depth: 5 })
  sketch.reserve({ x: 460, z: 460, width: 40, depth: 40 })
  for (let row = 0; row < 8; row++) {
    for (let column = 0; column < 3; column++) {
      const width = 18 + 2 * nextBelow(sketch.prng, 4)
      const depth = 18 + 2 * nextBelow(sketch.prng, 4)
      const plot = { x: 380 + column * 32, z: 352 + row * 33, width, depth }
      if (sketch.isTaken(plot)) continue
      sketch.building(plot, SIDES, pickRooms(sketch))
      sketch.box('cover', { x: plot.x + 2, z: plot.z + depth + 3, width: 4, depth: 0.75 })
    }
  }
}

function pickRooms(sketch: MapSketch): Rooms {
  const rooms: readonly Rooms[] = ['one', 'two', 'four']
  return rooms[nextBelow(sketch.prng, rooms.length)]!
}

/** One square of country. */
function drawDistrict(sketch: MapSketch, kind: string, rect: Rect): void {
  if (kind === 'v') drawVillage(sketch, rect)
  if (kind === 'w') sketch.woods(rect, 46)
  if (kind === 'f') drawField(sketch, rect)
  sketch.rubble(rect, kind === '.' ? 12 : 4)
}

/** A field: hedges round it with a gap in the middle of each side, a wagon and a few stones. */
function drawField(sketch: MapSketch, rect: Rect): void {
  const inset = 5
  const length = DISTRICT_METRES / 2 - inset - 2
  for (const far of [0, 1]) {
    for (const half of [0, 1]) {
      const along = inset + half * (length + 4)
      const across = far === 0 ? inset : DISTRICT_METRES - inset - 0.75
      sketch.hedge({ x: rect.x + along, z: rect.z + across, width: length, depth: 0.75 })
      sketch.hedge({ x: rect.x + across, z: rect.z + along, width: 0.75, depth: length })
    }
  }
  sketch.rubble(rect, 4)
}

/** Up to four houses with yards. */
function drawVillage(sketch: MapSketch, rect: Rect): void {
  for (let index = 0; index < 4; index++) {
    const plot = {
      x: rect.x + 6 + (index % 2) * 40 + nextBelow(sketch.prng, 8),
      z: rect.z + 6 + (index >> 1) * 40 + nextBelow(sketch.prng, 8),
      width: 10 + 2 * nextBelow(sketch.prng, 5),
      depth: 10 + 2 * nextBelow(sketch.prng, 5),
    }
    if (sketch.isTaken(plot)) continue
    sketch.building(plot, SIDES, plot.width >= 16 ? 'two' : 'one')
    sketch.box('cover', { x: plot.x - 3, z: plot.z - 3, width: plot.width / 2, depth: 0.75 })
  }
}
