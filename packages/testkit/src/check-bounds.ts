/**
 * I-11, bounds: hp and rounds within their limits, no shot faster than its weapon, nothing that is
 * not a number, everybody on the map and in no wall. Rounds and cadence from own books over events.
 */
import { Button } from '@battalion/sim/commands.ts'
import { EventType } from '@battalion/sim/events.ts'
import { PROJECTILES_MAX, SOLDIER_RADIUS_METRES, WEAPON_SLOTS } from '@battalion/sim/limits.ts'
import { LifeState } from '@battalion/sim/world.ts'
import type { StepRecord } from './step-record.ts'
import { forEachEvent, hold } from './step-record.ts'

const ID = 'I-11'
/** A body may be this much nearer to a wall than its radius: rounding of stored positions. */
const WALL_TOLERANCE_METRES = 0.0005
const SOLDIER_NUMBERS = ['px', 'pz', 'vx', 'vz', 'recoil', 'fireCarry'] as const
const PROJECTILE_NUMBERS = ['px', 'pz', 'vx', 'vz', 'travelMetres'] as const

export class BoundsCheck {
  /** Earliest tick of the next shot, by soldier and slot (generic cell rate algorithm). */
  readonly #nextShot: Float64Array
  readonly #nextAbility: Float64Array
  readonly #shots: Uint16Array
  readonly #spawned: Uint8Array
  #hasResupply = false

  constructor(capacity: number) {
    this.#nextShot = new Float64Array(capacity * WEAPON_SLOTS)
    this.#nextAbility = new Float64Array(capacity)
    this.#shots = new Uint16Array(capacity * WEAPON_SLOTS)
    this.#spawned = new Uint8Array(capacity)
  }

  check(step: StepRecord): void {
    this.#shots.fill(0)
    this.#spawned.fill(0)
    this.#hasResupply = false
    forEachEvent(step.world, (row, type) => {
      const { events } = step.world
      if (type === EventType.spawn) this.#spawned[events.target[row]!] = 1
      else if (type === EventType.shot) this.#bookShot(step, row)
      else if (type === EventType.ability) this.#bookAbility(step, row)
    })
    for (let id = 0; id < step.world.slotsUsed; id++) {
      this.#checkNumbers(step, id)
      this.#checkHp(step, id)
      if (step.world.soldiers.state[id] === LifeState.empty) continue
      for (let slot = 0; slot < WEAPON_SLOTS; slot++) this.#checkRounds(step, id, slot)
      this.#checkPlace(step, id)
      if (this.#spawned[id] !== 0) this.#forget(id)
    }
    this.#checkProjectiles(step)
    this.#checkObjectives(step)
  }

  #forget(id: number): void {
    this.#nextAbility[id] = 0
    this.#nextShot.fill(0, id * WEAPON_SLOTS, (id + 1) * WEAPON_SLOTS)
  }

  #bookShot(step: StepRecord, row: number): void {
    const { world, begin, balance } = step
    const actor = world.events.actor[row]!
    const weaponIndex = world.events.kind[row]!
    const classId = begin.classId[actor]!
    const slot = balance.classes[classId]!.weapons.indexOf(weaponIndex)
    hold(begin.state[actor] === LifeState.alive, ID, () => `#${actor} fired without a body`)
    if (slot < 0) return
    const buttons = step.commands.get(actor)?.buttons ?? 0
    hold((buttons & Button.fire) !== 0, ID, () => `#${actor} fired without a command to`)
    const index = actor * WEAPON_SLOTS + slot
    this.#shots[index]!++
    hold(this.#shots[index] === 1, ID, () => `#${actor} fired twice in one step`)
    const isReloading = begin.reloadEndTick[actor]! > world.tick
    const isSameSlot = begin.slot[actor] === slot
    hold(!isReloading || !isSameSlot, ID, () => `#${actor} fired while it reloaded`)
    const interval = (60 * step.mode.tickRateHz) / balance.weapons[weaponIndex]!.roundsPerMinute
    const due = this.#nextShot[index]!
    const isDue = world.tick >= due - 1.001
    hold(isDue, ID, () => `#${actor} fired at ${world.tick}, its weapon was ready at ${due}`)
    this.#nextShot[index] = Math.max(world.tick, due) + interval
  }

  #bookAbility(step: StepRecord, row: number): void {
    const { world, balance } = step
    const actor = world.events.actor[row]!
    const ability = balance.abilities[world.events.kind[row]!]!
    if (ability.form === 'resupply') this.#hasResupply = true
    const isDue = world.tick >= this.#nextAbility[actor]!
    hold(isDue, ID, () => `#${actor} used ${ability.id} before it was ready`)
    const waitTicks = (ability.cooldownMs * step.mode.tickRateHz) / 1000
    this.#nextAbility[actor] = world.tick + Math.floor(waitTicks) - 1
  }

  #checkNumbers(step: StepRecord, id: number): void {
    const { soldiers } = step.world
    for (const name of SOLDIER_NUMBERS) {
      const value = soldiers[name][id]!
      hold(Number.isFinite(value), ID, () => `#${id} ${name} is ${value}`)
    }
  }

  #checkHp(step: StepRecord, id: number): void {
    const { soldiers } = step.world
    const hp = soldiers.hp[id]!
    const isAlive = soldiers.state[id] === LifeState.alive
    hold(isAlive === hp > 0, ID, () => `#${id} in state ${soldiers.state[id]} has ${hp} hp`)
    const soldierClass = step.balance.classes[soldiers.classId[id]!]!
    hold(hp <= soldierClass.hp, ID, () => `#${id} has ${hp} hp of ${soldierClass.hp}`)
    const armour = soldiers.armour[id]!
    hold(armour <= soldierClass.armour, ID, () => `#${id} has ${armour} armour`)
  }

  #checkRounds(step: StepRecord, id: number, slot: number): void {
    const { begin, balance, world } = step
    const { soldiers } = world
    const weapon = balance.weapons[balance.classes[soldiers.classId[id]!]!.weapons[slot]!]!
    const index = id * WEAPON_SLOTS + slot
    const magazine = soldiers.magazine[index]!
    const reserve = soldiers.reserve[index]!
    const isInside = magazine <= weapon.magazineRounds && reserve <= weapon.reserveRounds
    hold(isInside, ID, () => `#${id} holds ${magazine} + ${reserve} rounds of ${weapon.id}`)
    if (this.#spawned[id] !== 0) return
    const before = begin.magazine[index]! + begin.reserve[index]! - this.#shots[index]!
    const after = magazine + reserve
    const isKept = after === before || (this.#hasResupply && after > before)
    hold(isKept, ID, () => `#${id} ${weapon.id}: ${after} rounds, ${before} after its shots`)
    const reloadEnd = begin.reloadEndTick[id]!
    const isReloaded = reloadEnd !== 0 && reloadEnd <= world.tick
    const isFuller = magazine > begin.magazine[index]! - this.#shots[index]!
    hold(!isFuller || isReloaded, ID, () => `#${id} ${weapon.id}: a magazine filled by itself`)
  }

  #checkPlace(step: StepRecord, id: number): void {
    const { soldiers } = step.world
    const state = soldiers.state[id]
    if (state !== LifeState.alive && state !== LifeState.down) return
    const x = soldiers.px[id]!
    const z = soldiers.pz[id]!
    const isOnMap = x >= 0 && x < step.map.widthMetres && z >= 0 && z < step.map.depthMetres
    hold(isOnMap, ID, () => `#${id} is off the map at (${x}, ${z})`)
    const gap = step.walls.distanceToSolid(x, z)
    const gapMin = SOLDIER_RADIUS_METRES - WALL_TOLERANCE_METRES
    hold(gap >= gapMin, ID, () => `#${id} stands ${gap} m from a box, at (${x}, ${z})`)
  }

  #checkProjectiles(step: StepRecord): void {
    const { projectiles } = step.world
    for (let index = 0; index < PROJECTILES_MAX; index++) {
      if (projectiles.active[index] === 0) continue
      for (const name of PROJECTILE_NUMBERS) {
        const value = projectiles[name][index]!
        hold(Number.isFinite(value), ID, () => `projectile ${index} ${name} is ${value}`)
      }
    }
  }

  #checkObjectives(step: StepRecord): void {
    const { objectives, teams } = step.world
    for (let index = 0; index < step.map.objectives.length; index++) {
      const progress = objectives.progress[index]!
      hold(progress >= 0 && progress < 1, ID, () => `objective ${index} is at ${progress}`)
    }
    for (let team = 0; team < step.mode.teamCount; team++) {
      const bleed = teams.bleed[team]!
      hold(bleed >= 0 && bleed < 1, ID, () => `team ${team} bleeds ${bleed}`)
    }
  }
}
