/**
 * Drawing maps: buildings, woods and trenches become boxes. A sketch is drawn for one half or
 * quarter of a map and turned onto the rest, so that no team has the better ground. Seeded and
 * without engine-dependent maths: the same program gives the same file on every machine.
 */
import { nextBelow, nextBetween, nextFloat, createPrng } from '@battalion/base/prng.ts'
import type { PrngState } from '@battalion/base/prng.ts'
import type { BattleMap, MapBox, MapObjective, SpawnArea } from '@battalion/sim/balance.ts'

/** A rectangle on the ground (m). */
export interface Rect {
  readonly x: number
  readonly z: number
  readonly width: number
  readonly depth: number
}

export type Side = 'north' | 'south' | 'west' | 'east'
export const SIDES: readonly Side[] = ['north', 'south', 'west', 'east']

/** How the inside of a building is divided. */
export type Rooms = 'one' | 'two' | 'four'

/**
 * What a sketch starts with. `turns` = copies of everything drawn, 2 half turns or 4 quarter turns.
 */
export interface SketchOptions {
  readonly id: string
  readonly name: string
  readonly sideMetres: number
  readonly turns: 1 | 2 | 4
  readonly seed: number
}

/** Everything stands on this raster (m): short decimals in the file, exact in binary. */
const RASTER_METRES = 0.25
const WALL_METRES = 0.5
const DOOR_METRES = 2
const WINDOW_METRES = 2.5
/** Shorter walls have no windows (m). */
const WINDOWED_WALL_METRES_MIN = 14
const SCATTER_TRIES = 12

export class MapSketch {
  readonly prng: PrngState
  readonly #options: SketchOptions
  readonly #boxes: MapBox[] = []
  readonly #spawns: SpawnArea[] = []
  readonly #objectives: MapObjective[] = []
  readonly #taken: Rect[] = []

  constructor(options: SketchOptions) {
    this.#options = options
    this.prng = createPrng(options.seed)
  }

  /** One box and its turned copies. Parts outside the map are cut off. */
  box(kind: MapBox['kind'], rect: Rect): void {
    for (const turned of this.#turn(this.#cut(rect))) {
      if (turned.width < RASTER_METRES || turned.depth < RASTER_METRES) continue
      const isKnown = this.#boxes.some((box) => isSameRect(box, turned))
      if (!isKnown) this.#boxes.push({ kind, ...turned })
    }
  }

  /** Keeps scattered things off this ground. */
  reserve(rect: Rect): void {
    this.#taken.push(...this.#turn(rect))
  }

  isTaken(rect: Rect): boolean {
    return this.#taken.some((taken) => doRectsMeet(taken, rect))
  }

  /** Where a team enters; not turned: each team gets its own by hand. */
  spawn(team: number, x: number, z: number, radius: number): void {
    this.#spawns.push({ team, x, z, radius })
    this.#taken.push({ x: x - radius, z: z - radius, width: 2 * radius, depth: 2 * radius })
  }

  objective(objective: MapObjective): void {
    this.#objectives.push(objective)
    const { x, z } = objective
    this.#taken.push({ x: x - 3, z: z - 3, width: 6, depth: 6 })
  }

  /** A house: outer walls with a door in each named side, windows beside them, rooms, furniture. */
  building(rect: Rect, doors: readonly Side[], rooms: Rooms): void {
    this.reserve(grow(rect, 2))
    // Beside the middle, where inner walls would stand in the door.
    const doorShift = rooms === 'one' ? 0 : DOOR_METRES / 2 + WALL_METRES
    for (const side of SIDES) this.#facade(rect, side, doors.includes(side) ? doorShift : undefined)
    const { x, z, width, depth } = rect
    if (rooms !== 'one') this.#partition({ x: x + width / 2, z, width: 0, depth })
    if (rooms === 'four') this.#partition({ x, z: z + depth / 2, width, depth: 0 })
    this.#furnish(rect, rooms)
  }

  /**
   * One outer wall: a door near its middle if asked for, a window in each half that is long enough.
   */
  #facade(rect: Rect, side: Side, doorShift: number | undefined): void {
    const isFlat = side === 'north' || side === 'south'
    const length = isFlat ? rect.width : rect.depth
    const gaps: Gap[] = []
    if (doorShift !== undefined) {
      gaps.push({ at: length / 2 + doorShift - DOOR_METRES / 2, length: DOOR_METRES })
    }
    if (length >= WINDOWED_WALL_METRES_MIN) {
      const inset = length / 4 - WINDOW_METRES / 2
      for (const at of [inset, length - inset - WINDOW_METRES]) {
        gaps.push({ at, length: WINDOW_METRES, isWindow: true })
      }
    }
    const x = side === 'east' ? rect.x + rect.width - WALL_METRES : rect.x
    const z = side === 'south' ? rect.z + rect.depth - WALL_METRES : rect.z
    this.#wallWithGaps({ x, z, length, isFlat }, gaps)
  }

  /** An inner wall with two openings, so that no room is a trap. */
  #partition(line: Rect): void {
    const isFlat = line.depth === 0
    const length = isFlat ? line.width : line.depth
    const x = isFlat ? line.x : line.x - WALL_METRES / 2
    const z = isFlat ? line.z - WALL_METRES / 2 : line.z
    const openings = [length / 4, (length * 3) / 4].map((at) => ({
      at: at - DOOR_METRES / 2,
      length: DOOR_METRES,
    }))
    this.#wallWithGaps({ x, z, length, isFlat }, openings)
  }

  #wallWithGaps(wall: Wall, gaps: readonly Gap[]): void {
    let from = 0
    for (const gap of [...gaps].sort((a, b) => a.at - b.at)) {
      this.box('wall', alongWall(wall, from, gap.at - from))
      if (gap.isWindow) this.box('cover', alongWall(wall, gap.at, gap.length))
      from = gap.at + gap.length
    }
    this.box('wall', alongWall(wall, from, wall.length - from))
  }

  /** A table or crate in each room, off the ways between doors. */
  #furnish(rect: Rect, rooms: Rooms): void {
    const columns = rooms === 'one' ? 1 : 2
    const rows = rooms === 'four' ? 2 : 1
    const roomWidth = rect.width / columns
    const roomDepth = rect.depth / rows
    if (roomWidth < 7 || roomDepth < 7) return
    for (let column = 0; column < columns; column++) {
      for (let row = 0; row < rows; row++) {
        const x = rect.x + roomWidth * (column + nextBetween(this.prng, 0.25, 0.35))
        const z = rect.z + roomDepth * (row + nextBetween(this.prng, 0.62, 0.7))
        this.box('cover', { x, z, width: nextBetween(this.prng, 1, 2.5), depth: 1 })
      }
    }
  }

  /** Trees and logs, thicker in the middle; nothing where something stands. */
  woods(rect: Rect, count: number): void {
    for (let index = 0; index < count; index++) {
      this.#scatter(rect, () =>
        nextFloat(this.prng) < 0.7 ? this.#size('wall', 0.75, 1.25) : this.#size('cover', 1, 3),
      )
    }
  }

  /** Rocks, crates and broken walls on open ground. */
  rubble(rect: Rect, count: number): void {
    for (let index = 0; index < count; index++) {
      this.#scatter(rect, () =>
        nextFloat(this.prng) < 0.35 ? this.#size('wall', 1, 5) : this.#size('cover', 1.25, 4),
      )
    }
  }

  #size(kind: MapBox['kind'], low: number, high: number): Piece {
    const long = nextBetween(this.prng, low, high)
    const short = Math.min(long, nextBetween(this.prng, 0.75, 1.5))
    const isFlat = nextBelow(this.prng, 2) === 0
    return { kind, width: isFlat ? long : short, depth: isFlat ? short : long }
  }

  #scatter(rect: Rect, makePiece: () => Piece): void {
    const piece = makePiece()
    for (let attempt = 0; attempt < SCATTER_TRIES; attempt++) {
      const shareX = (nextFloat(this.prng) + nextFloat(this.prng)) / 2
      const shareZ = (nextFloat(this.prng) + nextFloat(this.prng)) / 2
      const place = this.#cut({
        x: rect.x + shareX * rect.width,
        z: rect.z + shareZ * rect.depth,
        width: piece.width,
        depth: piece.depth,
      })
      // A soldier's width and a half stays open between any two scattered things.
      if (this.isTaken(grow(place, 1.5))) continue
      this.box(piece.kind, place)
      this.reserve(place)
      return
    }
  }

  /** A long low thing, left out where something stands. */
  hedge(rect: Rect): void {
    if (this.isTaken(rect)) return
    this.box('cover', rect)
    this.reserve(rect)
  }

  /**
   * A breastwork of sandbags from north to south that steps east and west, open every few metres.
   */
  trench(x: number, zFrom: number, zTo: number): void {
    let z = zFrom
    let step = 0
    while (z < zTo) {
      const length = Math.min(nextBetween(this.prng, 5, 8), zTo - z)
      const bag = { x: x + (step % 2) * 3, z, width: 0.75, depth: length }
      if (!this.isTaken(grow(bag, 1))) {
        this.box('cover', bag)
        if (step % 2 === 0) this.box('cover', { x: bag.x - 4, z: z + 1, width: 0.75, depth: 3 })
        this.reserve({ x: bag.x - 4, z, width: 5, depth: length })
      }
      z += length + 2
      step++
    }
  }

  /** The finished map. */
  finish(): BattleMap {
    const { id, name, sideMetres } = this.#options
    return {
      id,
      name,
      widthMetres: sideMetres,
      depthMetres: sideMetres,
      boxes: this.#boxes,
      spawns: this.#spawns,
      objectives: this.#objectives,
    }
  }

  /** On the raster and within the map. */
  #cut(rect: Rect): Rect {
    const side = this.#options.sideMetres
    const x = Math.max(0, snap(rect.x))
    const z = Math.max(0, snap(rect.z))
    return {
      x,
      z,
      width: Math.min(side - x, snap(rect.width)),
      depth: Math.min(side - z, snap(rect.depth)),
    }
  }

  #turn(rect: Rect): Rect[] {
    const { sideMetres, turns } = this.#options
    const copies = [rect]
    for (let index = 1; index < turns; index++) {
      const last = copies[index - 1]!
      copies.push(turns === 2 ? halfTurn(last, sideMetres) : quarterTurn(last, sideMetres))
    }
    return copies
  }
}

interface Gap {
  readonly at: number
  readonly length: number
  readonly isWindow?: boolean
}

interface Wall {
  readonly x: number
  readonly z: number
  readonly length: number
  /** Runs along x. */
  readonly isFlat: boolean
}

interface Piece {
  readonly kind: MapBox['kind']
  readonly width: number
  readonly depth: number
}

function alongWall(wall: Wall, at: number, length: number): Rect {
  return wall.isFlat
    ? { x: wall.x + at, z: wall.z, width: length, depth: WALL_METRES }
    : { x: wall.x, z: wall.z + at, width: WALL_METRES, depth: length }
}

function halfTurn(rect: Rect, side: number): Rect {
  return { ...rect, x: side - rect.x - rect.width, z: side - rect.z - rect.depth }
}

function quarterTurn(rect: Rect, side: number): Rect {
  return { x: side - rect.z - rect.depth, z: rect.x, width: rect.depth, depth: rect.width }
}

/** A rectangle larger by `metres` on every side. */
export function grow(rect: Rect, metres: number): Rect {
  return {
    x: rect.x - metres,
    z: rect.z - metres,
    width: rect.width + 2 * metres,
    depth: rect.depth + 2 * metres,
  }
}

function doRectsMeet(a: Rect, b: Rect): boolean {
  if (a.x >= b.x + b.width || b.x >= a.x + a.width) return false
  return a.z < b.z + b.depth && b.z < a.z + a.depth
}

function isSameRect(a: Rect, b: Rect): boolean {
  return a.x === b.x && a.z === b.z && a.width === b.width && a.depth === b.depth
}

function snap(metres: number): number {
  return Math.round(metres / RASTER_METRES) * RASTER_METRES
}
