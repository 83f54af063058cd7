/**
 * What the players of the fairness experiment see: the past of the world as snapshots would have
 * told it, read from the rows of history (exact places: the wire's 1/16 m is left out). Also keeps
 * what each client was last told of itself, for its prediction.
 */
import { hasLineOfSight } from '@battalion/sim/collision.ts'
import { REWIND_ROWS, VIEW_TIME_PER_TICK } from '@battalion/sim/limits.ts'
import { RewindMark } from '@battalion/sim/rewind.ts'
import type { World } from '@battalion/sim/world.ts'

/** Rows of own states; more than the longest way of a snapshot. */
const OWN_ROWS = 16

/** A soldier as somebody saw it. */
export interface SeenSoldier {
  x: number
  z: number
  crouched: boolean
}

export class FairnessSight {
  readonly #world: World
  readonly #px: Float32Array
  readonly #pz: Float32Array
  readonly #ack: Int32Array
  readonly seen: SeenSoldier = { x: 0, z: 0, crouched: false }

  constructor(world: World) {
    this.#world = world
    this.#px = new Float32Array(OWN_ROWS * world.capacity)
    this.#pz = new Float32Array(OWN_ROWS * world.capacity)
    this.#ack = new Int32Array(OWN_ROWS * world.capacity)
  }

  /** Keeps everybody's own state; call after every step. */
  record(): void {
    const { tick, slotsUsed, soldiers } = this.#world
    for (let id = 0; id < slotsUsed; id++) {
      const row = this.#ownRow(id, tick)
      this.#px[row] = soldiers.px[id]!
      this.#pz[row] = soldiers.pz[id]!
      this.#ack[row] = soldiers.hasAck[id] === 0 ? -1 : soldiers.ackSeq[id]!
    }
  }

  ownX(netId: number, tick: number): number {
    return this.#px[this.#ownRow(netId, tick)]!
  }

  ownZ(netId: number, tick: number): number {
    return this.#pz[this.#ownRow(netId, tick)]!
  }

  /** Last command carried out as told with `tick`, -1 for none. */
  ownAck(netId: number, tick: number): number {
    return this.#ack[this.#ownRow(netId, tick)]!
  }

  /** Whether a soldier was on the field then. */
  wasAlive(netId: number, tick: number): boolean {
    const row = (tick % REWIND_ROWS) * this.#world.capacity + netId
    return (this.#world.rewind.mark[row]! & RewindMark.alive) !== 0
  }

  /** Fills `seen` with a soldier's place at a view time; false when it was not on the field. */
  look(netId: number, eighths: number): boolean {
    const tick = Math.floor(eighths / VIEW_TIME_PER_TICK)
    if (tick < 0 || !this.wasAlive(netId, tick) || !this.wasAlive(netId, tick + 1)) return false
    const { rewind, capacity } = this.#world
    const before = (tick % REWIND_ROWS) * capacity + netId
    const after = ((tick + 1) % REWIND_ROWS) * capacity + netId
    if (rewind.life[before] !== rewind.life[after]) return false
    const share = (eighths - tick * VIEW_TIME_PER_TICK) / VIEW_TIME_PER_TICK
    this.seen.x = rewind.px[before]! + (rewind.px[after]! - rewind.px[before]!) * share
    this.seen.z = rewind.pz[before]! + (rewind.pz[after]! - rewind.pz[before]!) * share
    this.seen.crouched = (rewind.mark[before]! & RewindMark.crouched) !== 0
    return true
  }

  /** The same, and true only when no wall stands between it and (x, z). */
  see(netId: number, eighths: number, x: number, z: number): boolean {
    return (
      this.look(netId, eighths) && hasLineOfSight(this.#world.map, x, z, this.seen.x, this.seen.z)
    )
  }

  #ownRow(netId: number, tick: number): number {
    return (tick % OWN_ROWS) * this.#world.capacity + netId
  }
}
