/**
 * What a bench client does with its hands: runs on a slowly turning heading, turns every command,
 * keeps off borders and walls, and holds the trigger a quarter of the time at somebody near, which
 * is 2.5 shots a second. Seeded.
 */
import { createPrng, nextBelow, nextFloat } from '@battalion/base/prng.ts'
import type { PrngState } from '@battalion/base/prng.ts'
import { angleOfVector, cosOfAngle, sinOfAngle } from '@battalion/base/trig-table.ts'
import { Button } from '@battalion/sim/commands.ts'
import type { Command } from '@battalion/sim/commands.ts'
import type { CrowdBooks } from './crowd-books.ts'
import type { Behaviour } from './crowd-talk.ts'

const TURN_MAX = 2400
const BORDER_METRES = 8
/** Somebody is aimed at this long (ms), and the trigger held for this share of it. */
const AIM_MS = 1000
const TRIGGER_RATIO = 0.25
const STUCK_METRES = 0.05
/** Aim wanders by this at most, either way (binary angle). */
const AIM_ERROR = 300
const AIM_STEPS_PER_METRE = 16

export class PlayerHand {
  readonly #dice: PrngState
  readonly #index: number
  readonly #books: CrowdBooks
  readonly #sideMetres: number
  #heading: number
  #target = -1
  #aimFromMs: number
  #lastX = 0
  #lastZ = 0

  constructor(index: number, books: CrowdBooks, sideMetres: number) {
    this.#index = index
    this.#books = books
    this.#sideMetres = sideMetres
    this.#dice = createPrng(index + 1)
    this.#heading = nextBelow(this.#dice, 65_536)
    this.#aimFromMs = -AIM_MS * nextFloat(this.#dice)
  }

  /** Once per frame, before its commands. */
  look(nowMs: number, behaviour: Behaviour): void {
    const x = this.#books.x[this.#index]!
    const z = this.#books.z[this.#index]!
    if (x < 0) return
    const far = this.#sideMetres - BORDER_METRES
    if (x < BORDER_METRES || z < BORDER_METRES || x > far || z > far) {
      this.#heading = angleOfVector(this.#sideMetres / 2 - x, this.#sideMetres / 2 - z)
    } else if (Math.hypot(x - this.#lastX, z - this.#lastZ) < STUCK_METRES) {
      this.#heading = nextBelow(this.#dice, 65_536)
    }
    this.#lastX = x
    this.#lastZ = z
    if (behaviour.play !== 'fight' || nowMs - this.#aimFromMs < AIM_MS) return
    this.#aimFromMs = nowMs
    this.#target = this.#books.pickTarget(this.#index, this.#dice)
  }

  /** Fills in one command. */
  command(nowMs: number, behaviour: Behaviour, into: Command): void {
    into.buttons = 0
    into.aimDistance = 0
    if (behaviour.play === 'still') {
      into.moveX = 0
      into.moveZ = 0
      into.yaw = 0
      return
    }
    this.#heading = (this.#heading + nextBelow(this.#dice, TURN_MAX) - TURN_MAX / 2) & 0xffff
    into.moveX = Math.round(cosOfAngle(this.#heading) * 127)
    into.moveZ = Math.round(sinOfAngle(this.#heading) * 127)
    into.yaw = this.#heading
    const isHolding = nowMs - this.#aimFromMs < AIM_MS * TRIGGER_RATIO
    if (behaviour.play === 'fight' && this.#target >= 0 && isHolding) this.#shoot(into)
  }

  #shoot(into: Command): void {
    const { x, z } = this.#books
    const dx = x[this.#target]! - x[this.#index]!
    const dz = z[this.#target]! - z[this.#index]!
    into.buttons = Button.fire
    const error = nextBelow(this.#dice, 2 * AIM_ERROR) - AIM_ERROR
    into.yaw = (angleOfVector(dx, dz) + error) & 0xffff
    into.aimDistance = Math.round(Math.hypot(dx, dz) * AIM_STEPS_PER_METRE)
  }
}
