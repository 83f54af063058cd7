/**
 * E-04 for what flies and what bursts: projectiles keep to their speed and never pass a wall; a
 * blast hurts nobody outside its radius or behind a wall.
 */
import { EventType, HitFlag } from '@battalion/sim/events.ts'
import { PROJECTILES_MAX, SOLDIER_RADIUS_METRES } from '@battalion/sim/limits.ts'
import type { StepRecord } from './step-record.ts'
import { forEachEvent, hold } from './step-record.ts'

const ID = 'E-04'
const TOLERANCE_METRES = 0.02
const NEVER = -1

export class ProjectileCheck {
  /** Where each was after the last step, and which use of the index it was. */
  readonly #px = new Float64Array(PROJECTILES_MAX)
  readonly #pz = new Float64Array(PROJECTILES_MAX)
  readonly #generation = new Int32Array(PROJECTILES_MAX).fill(NEVER)

  check(step: StepRecord): void {
    const { projectiles } = step.world
    for (let index = 0; index < PROJECTILES_MAX; index++) {
      if (projectiles.active[index] === 0) {
        this.#generation[index] = NEVER
        continue
      }
      const isSame = this.#generation[index] === projectiles.generation[index]
      if (isSame) this.#checkFlight(step, index)
      this.#generation[index] = projectiles.generation[index]!
      this.#px[index] = projectiles.px[index]!
      this.#pz[index] = projectiles.pz[index]!
    }
    forEachEvent(step.world, (row, type) => {
      if (type !== EventType.hit) return
      if ((step.world.events.flags[row]! & HitFlag.explosion) !== 0) this.#checkBlast(step, row)
    })
  }

  #checkFlight(step: StepRecord, index: number): void {
    const { projectiles } = step.world
    const weapon = step.balance.weapons[projectiles.weapon[index]!]!
    hold(weapon.kind === 'projectile', ID, () => `${weapon.id} does not fly`)
    if (weapon.kind !== 'projectile') return
    const ax = this.#px[index]!
    const az = this.#pz[index]!
    const segment = { ax, az, bx: projectiles.px[index]!, bz: projectiles.pz[index]! }
    const dx = segment.bx - ax
    const dz = segment.bz - az
    const way = Math.sqrt(dx * dx + dz * dz)
    const wayMax = weapon.speedMetresPerSec / step.mode.tickRateHz + TOLERANCE_METRES
    hold(way <= wayMax, ID, () => `projectile ${index} flew ${way} m, ${wayMax} m at most`)
    const isBlocked = way > 0 && step.walls.isSegmentBlocked(segment, 'wall', TOLERANCE_METRES)
    hold(!isBlocked, ID, () => `projectile ${index} flew through a wall`)
  }

  /** Some explosion of this step, of this weapon and owner, must reach the one it hurt. */
  #checkBlast(step: StepRecord, hitRow: number): void {
    const { events } = step.world
    const weapon = step.balance.weapons[events.kind[hitRow]!]!
    if (weapon.kind !== 'projectile') return
    const bx = events.x[hitRow]!
    const bz = events.z[hitRow]!
    const reach = weapon.blastRadiusMetres + SOLDIER_RADIUS_METRES + TOLERANCE_METRES
    let isReached = false
    forEachEvent(step.world, (row, type) => {
      if (type !== EventType.explosion || isReached) return
      if (events.kind[row] !== events.kind[hitRow]) return
      if (events.actor[row] !== events.actor[hitRow]) return
      const segment = { ax: events.x[row]!, az: events.z[row]!, bx, bz }
      const dx = bx - segment.ax
      const dz = bz - segment.az
      if (dx * dx + dz * dz > reach * reach) return
      isReached = !step.walls.isSegmentBlocked(segment, 'wall', TOLERANCE_METRES)
    })
    const target = events.target[hitRow]!
    hold(isReached, ID, () => `a ${weapon.id} hurt #${target} through a wall or too far away`)
  }
}
