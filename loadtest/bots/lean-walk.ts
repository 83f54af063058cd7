/**
 * Legs of a lean bot: along the shared flow fields to one place after another, or in random lines
 * where the map is not known. Seeded; looks at the ground twice a second, no more.
 */
import { nextBelow, nextBetween, type PrngState } from '@battalion/base/prng.ts'
import type { BattleGround } from './battle-ground.ts'
import { stepAlong } from './flow-field.ts'
import { findFreeCell, navCellX, navCellZ } from './nav-grid.ts'

/** Time between two looks at the way (ms). */
const LOOK_MS = 500
/** Cells walked in thought per look. */
const LOOK_AHEAD_CELLS = 7
const NEW_GOAL_MS_MIN = 15_000
const NEW_GOAL_MS_MAX = 60_000

export interface Place {
  readonly x: number
  readonly z: number
}

export class LeanWalk {
  /** Direction to walk, unit or 0. */
  dirX = 0
  dirZ = 0
  readonly #dice: PrngState
  readonly #ground: BattleGround | undefined
  readonly #gather: Place | undefined
  #goal: Place | undefined
  #goalUntilMs = 0
  #nextLookMs = 0
  #lastX = 0
  #lastZ = 0

  constructor(dice: PrngState, ground: BattleGround | undefined, gather: Place | undefined) {
    this.#dice = dice
    this.#ground = ground
    this.#gather = gather
  }

  /** Chooses the direction for now; `place` is where the server last saw the bot. */
  look(nowMs: number, place: Place): void {
    if (nowMs < this.#nextLookMs) return
    this.#nextLookMs = nowMs + LOOK_MS * nextBetween(this.#dice, 0.8, 1.2)
    const isStuck = Math.hypot(place.x - this.#lastX, place.z - this.#lastZ) < 0.3
    this.#lastX = place.x
    this.#lastZ = place.z
    if (isStuck || this.#ground === undefined) this.#wander()
    else this.#follow(this.#ground, nowMs, place)
  }

  #wander(): void {
    const turn = nextBetween(this.#dice, 0, 2 * Math.PI)
    this.dirX = Math.cos(turn)
    this.dirZ = Math.sin(turn)
  }

  #follow(ground: BattleGround, nowMs: number, place: Place): void {
    const goal = this.#chooseGoal(ground, nowMs)
    if (Math.hypot(goal.x - place.x, goal.z - place.z) < 8) return this.#wander()
    const field = ground.flows.toward(goal.x, goal.z)
    let cell = findFreeCell(ground.nav, place.x, place.z, 2)
    if (cell < 0) return this.#wander()
    for (let step = 0; step < LOOK_AHEAD_CELLS; step++) cell = stepAlong(ground.nav, field, cell)
    const dx = navCellX(ground.nav, cell) - place.x
    const dz = navCellZ(ground.nav, cell) - place.z
    const metres = Math.hypot(dx, dz)
    if (metres < 0.5) return this.#wander()
    this.dirX = dx / metres
    this.dirZ = dz / metres
  }

  #chooseGoal(ground: BattleGround, nowMs: number): Place {
    if (this.#gather !== undefined) return this.#gather
    if (this.#goal === undefined || nowMs >= this.#goalUntilMs) {
      const { objectives, spawns } = ground.map.map
      const places = objectives.length > 0 ? objectives : spawns
      this.#goal = places[nextBelow(this.#dice, places.length)]!
      this.#goalUntilMs = nowMs + nextBetween(this.#dice, NEW_GOAL_MS_MIN, NEW_GOAL_MS_MAX)
    }
    return this.#goal
  }
}
