/**
 * What the clients of one process know together: where each is, so that who fights aims at somebody
 * who is really there. A client alone knows only its own place (it reads no more than the head).
 */
import { nextBelow } from '@battalion/base/prng.ts'
import type { PrngState } from '@battalion/base/prng.ts'
import { CELL_METRES } from '@battalion/sim/limits.ts'

/** Others looked at when one picks whom to shoot at. */
const LOOKS_MAX = 8
const AIM_METRES_MAX = 45

export class CrowdBooks {
  readonly x: Float32Array
  readonly z: Float32Array
  readonly #cells: number
  readonly #first: Int32Array
  readonly #next: Int32Array
  readonly #size: Uint16Array

  constructor(clientsMax: number, sideMetres: number) {
    this.x = new Float32Array(clientsMax).fill(-1)
    this.z = new Float32Array(clientsMax)
    this.#cells = Math.max(1, Math.ceil(sideMetres / CELL_METRES))
    this.#first = new Int32Array(this.#cells ** 2)
    this.#next = new Int32Array(clientsMax)
    this.#size = new Uint16Array(this.#cells ** 2)
  }

  /** Sorts everybody into cells again; a few times a second. */
  sort(): void {
    this.#first.fill(-1)
    this.#size.fill(0)
    for (let index = 0; index < this.x.length; index++) {
      if (this.x[index]! < 0) continue
      const cell = this.#cellOf(index)
      this.#next[index] = this.#first[cell]!
      this.#first[cell] = index
      this.#size[cell]!++
    }
  }

  /**
   * Somebody near `index`, −1 when the dice find nobody. Joins go to both teams by turns, so nearly
   * all of the other parity are enemies.
   */
  pickTarget(index: number, dice: PrngState): number {
    const cell = this.#cellOf(index)
    const size = this.#size[cell]!
    if (size < 2) return -1
    let other = this.#first[cell]!
    for (let skip = nextBelow(dice, size); skip > 0; skip--) other = this.#next[other]!
    for (let look = 0; look < LOOKS_MAX; look++) {
      const metres = Math.hypot(this.x[other]! - this.x[index]!, this.z[other]! - this.z[index]!)
      const isEnemy = ((other ^ index) & 1) === 1
      if (isEnemy && metres < AIM_METRES_MAX) return other
      other = this.#next[other]!
      if (other < 0) other = this.#first[cell]!
    }
    return -1
  }

  #cellOf(index: number): number {
    const column = Math.min(this.#cells - 1, Math.floor(this.x[index]! / CELL_METRES))
    const row = Math.min(this.#cells - 1, Math.floor(this.z[index]! / CELL_METRES))
    return row * this.#cells + Math.max(0, column)
  }
}
