/**
 * The automatic camera of spectators: finds where the battle is hottest and stays there for a
 * while. Pure: time and the frame are arguments.
 */
import { CELL_METRES } from '@battalion/sim/limits.ts'

import type { ObjectiveView, SoldierFrame } from './battle-source.ts'

/** How long a scene is held at least (s), and from when on any better one will do. */
const SCENE_SEC_MIN = 7
const SCENE_SEC_MAX = 16
/** A new scene must be this much hotter to cut the current one short. */
const HOTTER_RATIO = 1.6
/** Size of the squares that are compared (m): about a screen. */
const SQUARE_METRES = CELL_METRES / 2
/** Heat added by one hit, and how it cools (1/s). */
const HIT_HEAT = 0.5
const COOLING_PER_SEC = 0.25

export interface Scene {
  x: number
  z: number
}

export class Director {
  /** Where the camera should be drawn to. */
  readonly goal: Scene = { x: 0, z: 0 }
  readonly #columns: number
  readonly #rows: number
  readonly #teams: Uint16Array[]
  readonly #sumX: Float32Array
  readonly #sumZ: Float32Array
  readonly #heat: Float32Array
  #square = -1
  #heldSec = 0

  constructor(extent: { width: number; depth: number }) {
    this.#columns = Math.max(1, Math.ceil(extent.width / SQUARE_METRES))
    this.#rows = Math.max(1, Math.ceil(extent.depth / SQUARE_METRES))
    const count = this.#columns * this.#rows
    this.#teams = [0, 1, 2, 3].map(() => new Uint16Array(count))
    this.#sumX = new Float32Array(count)
    this.#sumZ = new Float32Array(count)
    this.#heat = new Float32Array(count)
    this.goal.x = extent.width / 2
    this.goal.z = extent.depth / 2
  }

  /** Something happened here. */
  addHeat(x: number, z: number): void {
    const square = this.#squareOf(x, z)
    if (square >= 0) this.#heat[square]! += HIT_HEAT
  }

  /** Chooses the scene; call a few times a second. */
  update(frame: SoldierFrame, objectives: readonly ObjectiveView[], dtSec: number): void {
    this.#count(frame)
    this.#heldSec += dtSec
    const cooling = Math.exp(-COOLING_PER_SEC * dtSec)
    for (let square = 0; square < this.#heat.length; square++) this.#heat[square]! *= cooling
    const best = this.#hottest(objectives)
    const current = this.#square < 0 ? 0 : this.#score(this.#square, objectives)
    const isStale = this.#heldSec > SCENE_SEC_MAX || current === 0
    const isBeaten =
      this.#heldSec > SCENE_SEC_MIN && this.#score(best, objectives) > current * HOTTER_RATIO
    if (this.#square < 0 || isStale || isBeaten) {
      this.#square = best
      this.#heldSec = 0
    }
    this.#aim()
  }

  #squareOf(x: number, z: number): number {
    const column = Math.floor(x / SQUARE_METRES)
    const row = Math.floor(z / SQUARE_METRES)
    if (column < 0 || row < 0 || column >= this.#columns || row >= this.#rows) return -1
    return row * this.#columns + column
  }

  #count(frame: SoldierFrame): void {
    for (const team of this.#teams) team.fill(0)
    this.#sumX.fill(0)
    this.#sumZ.fill(0)
    for (let row = 0; row < frame.count; row++) {
      const square = this.#squareOf(frame.x[row]!, frame.z[row]!)
      const team = this.#teams[frame.team[row]!]
      if (square < 0 || team === undefined) continue
      team[square]!++
      this.#sumX[square]! += frame.x[row]!
      this.#sumZ[square]! += frame.z[row]!
    }
  }

  #hottest(objectives: readonly ObjectiveView[]): number {
    let best = 0
    let bestScore = -1
    for (let square = 0; square < this.#heat.length; square++) {
      const score = this.#score(square, objectives)
      if (score > bestScore) {
        best = square
        bestScore = score
      }
    }
    return best
  }

  /** Both sides near each other count most, then what was hit lately, then a contested circle. */
  #score(square: number, objectives: readonly ObjectiveView[]): number {
    let all = 0
    let most = 0
    for (const team of this.#teams) {
      all += team[square]!
      most = Math.max(most, team[square]!)
    }
    let score = (all - most) * 2 + all * 0.2 + this.#heat[square]!
    for (const objective of objectives) {
      const isHere = this.#squareOf(objective.x, objective.z) === square
      if (isHere && objective.capturing >= 0 && all > 0) score += 3
    }
    return score
  }

  #aim(): void {
    const square = this.#square
    let count = 0
    for (const team of this.#teams) count += team[square]!
    const column = square % this.#columns
    const row = Math.floor(square / this.#columns)
    this.goal.x = count > 0 ? this.#sumX[square]! / count : (column + 0.5) * SQUARE_METRES
    this.goal.z = count > 0 ? this.#sumZ[square]! / count : (row + 0.5) * SQUARE_METRES
  }
}
