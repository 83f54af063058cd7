/**
 * Where the own soldier is before the server says so: the newest exact place the server told, plus
 * every command it has not answered, by the very movement file the server runs. Equal to the server
 * to the last bit while no command is lost.
 *
 * Corrections are measured against what was predicted for the same command, and hidden by an offset
 * that fades; a new life is no error and never smoothed. Reads no clock; a step allocates nothing.
 */
import { isSequenceNewer } from '@battalion/base/sequence.ts'
import type { SoldierClass } from '@battalion/sim/balance.ts'
import type { CompiledMap } from '@battalion/sim/compiled-map.ts'
import { type MoveCommand, type MovementBody, moveSoldier } from '@battalion/sim/movement.ts'

/** Unanswered commands kept: 3 s at 40 Hz. At the limit the oldest is forgotten: a correction. */
export const PENDING_COMMANDS_MAX = 128
/** A correction beyond this is shown at once: sliding across the map would lie longer (m). */
export const SMOOTHED_METRES_MAX = 3
/** Time in which an offset fades to 1/e (ms): 86 % is gone after 100 ms. */
const FADE_MS = 50

/** The part of a snapshot head that prediction stands on. */
export interface OwnTruth {
  readonly x: number
  readonly z: number
  /** seq of the last command applied, undefined before the first. */
  readonly ackSeq: number | undefined
  /** Counts spawns: a change means a new body. */
  readonly life: number
  readonly isAlive: boolean
}

export class Prediction {
  readonly #body = createBody()
  readonly #ahead = createBody()
  readonly #environment: { map: CompiledMap; class: SoldierClass; dtSec: number }
  readonly #dtSec: number
  readonly #pending: (MoveCommand & { readonly seq: number })[] = []
  /** Place predicted after each pending command, same order. */
  readonly #afterX = new Float32Array(PENDING_COMMANDS_MAX)
  readonly #afterZ = new Float32Array(PENDING_COMMANDS_MAX)
  #isAlive = false
  #life = -1
  #ackX = 0
  #ackZ = 0
  #offsetX = 0
  #offsetZ = 0
  /** Newest measured error (m). */
  errorMetres = 0

  constructor(map: CompiledMap, soldierClass: SoldierClass, tickRateHz: number) {
    this.#dtSec = 1 / tickRateHz
    this.#environment = { map, class: soldierClass, dtSec: this.#dtSec }
  }

  /** Prediction after the last command, without smoothing (m). */
  get x(): number {
    return this.#body.px[0]!
  }
  get z(): number {
    return this.#body.pz[0]!
  }
  get pendingCount(): number {
    return this.#pending.length
  }

  /** The class of the present life decides the speed; an unknown one changes nothing. */
  setClass(soldierClass: SoldierClass | undefined): void {
    if (soldierClass !== undefined) this.#environment.class = soldierClass
  }

  /** Carries out a command now and remembers it until the server has answered it. */
  apply(command: MoveCommand & { readonly seq: number }): void {
    if (this.#pending.length === PENDING_COMMANDS_MAX) this.#forget(1)
    this.#pending.push(command)
    this.#step(this.#pending.length - 1)
  }

  /** Takes the server's word; true when an error was measured. */
  reconcile(truth: OwnTruth): boolean {
    const isSameBody = this.#isAlive && truth.isAlive && truth.life === this.#life
    const drawnX = this.x
    const drawnZ = this.z
    if (truth.ackSeq !== undefined) this.#acknowledge(truth.ackSeq)
    const error = Math.hypot(truth.x - this.#ackX, truth.z - this.#ackZ)
    this.#isAlive = truth.isAlive
    this.#life = truth.life
    this.#replayFrom(truth.x, truth.z)
    if (!isSameBody) {
      this.#offsetX = 0
      this.#offsetZ = 0
      return false
    }
    this.errorMetres = error
    this.#smooth(drawnX - this.x, drawnZ - this.z)
    return true
  }

  /** Where to draw `aheadSec` after the last command, if `command` is what is being held. */
  drawInto(out: { x: number; z: number }, command: MoveCommand, aheadSec: number): void {
    const ahead = this.#ahead
    ahead.px[0] = this.x
    ahead.pz[0] = this.z
    if (this.#isAlive && aheadSec > 0) {
      this.#environment.dtSec = Math.min(aheadSec, this.#dtSec)
      moveSoldier(ahead, 0, command, this.#environment)
      this.#environment.dtSec = this.#dtSec
    }
    out.x = ahead.px[0] + this.#offsetX
    out.z = ahead.pz[0] + this.#offsetZ
  }

  /** Lets the visible offset of past corrections fade. */
  fade(elapsedMs: number): void {
    const left = Math.exp(-Math.max(0, elapsedMs) / FADE_MS)
    this.#offsetX *= left
    this.#offsetZ *= left
  }

  /** Forgets commands that will never be answered, after a lost connection. */
  reset(): void {
    this.#pending.length = 0
    this.#isAlive = false
  }

  #acknowledge(ackSeq: number): void {
    let count = 0
    while (count < this.#pending.length && !isSequenceNewer(this.#pending[count]!.seq, ackSeq)) {
      count++
    }
    if (count === 0) return
    this.#ackX = this.#afterX[count - 1]!
    this.#ackZ = this.#afterZ[count - 1]!
    this.#forget(count)
  }

  #forget(count: number): void {
    this.#pending.splice(0, count)
    this.#afterX.copyWithin(0, count)
    this.#afterZ.copyWithin(0, count)
  }

  #replayFrom(x: number, z: number): void {
    this.#body.px[0] = x
    this.#body.pz[0] = z
    this.#ackX = this.x
    this.#ackZ = this.z
    for (let index = 0; index < this.#pending.length; index++) this.#step(index)
  }

  #step(index: number): void {
    if (this.#isAlive) moveSoldier(this.#body, 0, this.#pending[index]!, this.#environment)
    this.#afterX[index] = this.x
    this.#afterZ[index] = this.z
  }

  #smooth(dx: number, dz: number): void {
    this.#offsetX += dx
    this.#offsetZ += dz
    if (Math.hypot(this.#offsetX, this.#offsetZ) <= SMOOTHED_METRES_MAX) return
    this.#offsetX = 0
    this.#offsetZ = 0
  }
}

function createBody(): MovementBody {
  return {
    px: new Float32Array(1),
    pz: new Float32Array(1),
    vx: new Float32Array(1),
    vz: new Float32Array(1),
    yaw: new Uint16Array(1),
  }
}
