/**
 * The world peers play: as many soldiers at the same density and speed as ours, steered by the same
 * commands, everybody moving and turning every tick, three in a hundred losing hp. No walls, shots,
 * rewind, far tier or scoreboard: what is missing is missing in the peers' favour.
 */
import { createPrng, nextBelow, nextFloat } from '@battalion/base/prng.ts'
import { CELL_METRES } from '@battalion/sim/limits.ts'

const SPEED_MPS = 5
const RATE_HZ = 20
const HURT_RATIO = 0.03
const HP_MAX = 100
const AXIS_MAX = 127

/** One soldier, as every peer shows it: the same fields. */
export interface PeerSoldier {
  x: number
  z: number
  /** Binary angle. */
  yaw: number
  hp: number
  team: number
  weapon: number
  flags: number
}

/** What a command changes. */
export interface PeerCommand {
  readonly moveX: number
  readonly moveZ: number
  readonly yaw: number
  readonly buttons: number
}

interface Walker {
  readonly soldier: PeerSoldier
  moveX: number
  moveZ: number
}

export class PeerWalk {
  readonly #side: number
  readonly #dice = createPrng(7)
  readonly #walkers = new Set<Walker>()

  /** `cells`: side of the square field. */
  constructor(cells: number) {
    this.#side = cells * CELL_METRES
  }

  /** Puts `soldier` somewhere; returns how it is steered. */
  add(soldier: PeerSoldier): Walker {
    soldier.x = 1 + nextFloat(this.#dice) * (this.#side - 2)
    soldier.z = 1 + nextFloat(this.#dice) * (this.#side - 2)
    soldier.hp = HP_MAX
    soldier.team = this.#walkers.size % 2
    const walker = { soldier, moveX: 0, moveZ: 0 }
    this.#walkers.add(walker)
    return walker
  }

  remove(walker: Walker): void {
    this.#walkers.delete(walker)
  }

  /** The latest command holds until the next. */
  steer(walker: Walker, command: PeerCommand): void {
    walker.moveX = command.moveX
    walker.moveZ = command.moveZ
    walker.soldier.yaw = command.yaw
    walker.soldier.flags = command.buttons & 1
  }

  /** One tick for all. */
  step(): void {
    const step = SPEED_MPS / RATE_HZ / AXIS_MAX
    for (const walker of this.#walkers) {
      const { soldier } = walker
      soldier.x = this.#within(soldier.x + walker.moveX * step, soldier.x)
      soldier.z = this.#within(soldier.z + walker.moveZ * step, soldier.z)
      if (nextFloat(this.#dice) < HURT_RATIO) soldier.hp = 1 + nextBelow(this.#dice, HP_MAX)
    }
  }

  /** Who runs into the border is turned back by as much. */
  #within(to: number, from: number): number {
    if (to >= 1 && to <= this.#side - 1) return to
    return Math.min(Math.max(2 * from - to, 1), this.#side - 1)
  }
}
