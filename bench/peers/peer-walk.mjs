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
/** As our queues. */
const WAITING_MAX = 4

/** Steers soldiers with `x, z, yaw, hp, team, weapon, flags` by our commands. */
export class PeerWalk {
  #side
  #dice = createPrng(7)
  #walkers = new Set()

  /** `cells`: side of the square field. */
  constructor(cells) {
    this.#side = cells * CELL_METRES
  }

  /** Puts `soldier` somewhere; returns how it is steered. */
  add(soldier) {
    soldier.x = 1 + nextFloat(this.#dice) * (this.#side - 2)
    soldier.z = 1 + nextFloat(this.#dice) * (this.#side - 2)
    soldier.hp = HP_MAX
    soldier.team = this.#walkers.size % 2
    const walker = { soldier, moveX: 0, moveZ: 0, waiting: [] }
    this.#walkers.add(walker)
    return walker
  }

  remove(walker) {
    this.#walkers.delete(walker)
  }

  /** One command is carried out per tick, as ours; the last holds until the next. */
  steer(walker, { moveX, moveZ, yaw, buttons }) {
    if (walker.waiting.length >= WAITING_MAX) walker.waiting.shift()
    walker.waiting.push({ moveX, moveZ, yaw, buttons })
  }

  /** One tick for all. */
  step() {
    const step = SPEED_MPS / RATE_HZ / AXIS_MAX
    for (const walker of this.#walkers) {
      const { soldier } = walker
      const command = walker.waiting.shift()
      if (command !== undefined) {
        walker.moveX = command.moveX
        walker.moveZ = command.moveZ
        soldier.yaw = command.yaw
        soldier.flags = command.buttons & 1
      }
      soldier.x = this.#within(soldier.x + walker.moveX * step, soldier.x)
      soldier.z = this.#within(soldier.z + walker.moveZ * step, soldier.z)
      if (nextFloat(this.#dice) < HURT_RATIO) soldier.hp = 1 + nextBelow(this.#dice, HP_MAX)
    }
  }

  /** Who runs into the border is turned back by as much. */
  #within(to, from) {
    if (to >= 1 && to <= this.#side - 1) return to
    return Math.min(Math.max(2 * from - to, 1), this.#side - 1)
  }
}
