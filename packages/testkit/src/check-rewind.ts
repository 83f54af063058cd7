/**
 * I-13, second half: a shot is judged no further back than allowed, and never in the future;
 * shooter and victim were both alive then, in the lives they have now; no shot passes a wall. Keeps
 * its own history of places, so a rewind that reads the wrong row shows as a hit beside the ray.
 */
import type { Weapon } from '@battalion/sim/balance.ts'
import { EventType, HitFlag } from '@battalion/sim/events.ts'
import { REWIND_MS_MAX, SOLDIER_RADIUS_METRES, VIEW_TIME_PER_TICK } from '@battalion/sim/limits.ts'
import { LifeState } from '@battalion/sim/world.ts'
import type { StepRecord } from './step-record.ts'
import { forEachEvent, hold } from './step-record.ts'

const ID = 'I-13'
/** Rows of own history; 250 ms at 128 Hz is 32. */
const HISTORY_ROWS = 48
/** Float32 events and the linear table of angles. */
const RAY_TOLERANCE_METRES = 0.02
/** Shorter rays have no direction worth the name. */
const RAY_METRES_MIN = 0.5
/** Places tried across a body for a line that no wall blocks. */
const SIGHT_SAMPLES = 81

interface Past {
  readonly x: number
  readonly z: number
}

export class RewindCheck {
  readonly #capacity: number
  readonly #px: Float64Array
  readonly #pz: Float64Array
  /** Which life stood there, 0 = nobody on the field. */
  readonly #lifeThen: Uint32Array
  readonly #life: Uint32Array
  /** Row of this step's hit-scan shot by soldier, -1 = none. */
  readonly #shotRow: Int32Array
  /** Joiners whose first spawn event is still to be read. */
  readonly #hasJoined = new Set<number>()

  constructor(capacity: number) {
    this.#capacity = capacity
    this.#px = new Float64Array(capacity * HISTORY_ROWS)
    this.#pz = new Float64Array(capacity * HISTORY_ROWS)
    this.#lifeThen = new Uint32Array(capacity * HISTORY_ROWS)
    this.#life = new Uint32Array(capacity)
    this.#shotRow = new Int32Array(capacity)
  }

  check(step: StepRecord): void {
    const { world } = step
    this.#shotRow.fill(-1)
    this.#bookJoins(step)
    this.#writeRow(step)
    forEachEvent(world, (row, type) => {
      if (type === EventType.shot) this.#checkShot(step, row)
      else if (type === EventType.hit) this.#checkHit(step, row)
      else if (type === EventType.spawn) this.#bookSpawn(step, row)
    })
  }

  /** Who joined between the steps got its life before the row was written. */
  #bookJoins(step: StepRecord): void {
    const { events } = step.world
    this.#hasJoined.clear()
    forEachEvent(step.world, (row, type) => {
      const netId = events.target[row]!
      if (type !== EventType.join || step.begin.state[netId] !== LifeState.alive) return
      this.#life[netId]!++
      this.#hasJoined.add(netId)
    })
  }

  /**
   * Places where soldiers stood after moving; a respawn of this step moved only who had no body.
   */
  #writeRow(step: StepRecord): void {
    const { world, begin } = step
    const start = (world.tick % HISTORY_ROWS) * this.#capacity
    const respawned = new Set<number>()
    forEachEvent(world, (row, type) => {
      if (type === EventType.spawn) respawned.add(world.events.target[row]!)
    })
    for (let id = 0; id < world.slotsUsed; id++) {
      const stood = begin.state[id] === LifeState.alive
      const hasMovedAway = respawned.has(id) && begin.px[id] !== world.soldiers.px[id]
      this.#px[start + id] = hasMovedAway ? Number.NaN : toldPlace(world.soldiers.px[id]!)
      this.#pz[start + id] = hasMovedAway ? Number.NaN : toldPlace(world.soldiers.pz[id]!)
      this.#lifeThen[start + id] = stood ? this.#life[id]! : 0
    }
  }

  #bookSpawn(step: StepRecord, row: number): void {
    const netId = step.world.events.target[row]!
    if (!this.#hasJoined.delete(netId)) this.#life[netId]!++
  }

  #checkShot(step: StepRecord, row: number): void {
    const { events } = step.world
    const actor = events.actor[row]!
    const weapon = step.balance.weapons[events.kind[row]!]!
    if (weapon.kind !== 'hitscan') return
    this.#shotRow[actor] = row
    const ray = rayOf(step, row)
    const isInRange = ray.length <= weapon.rangeMetres + RAY_TOLERANCE_METRES
    hold(isInRange, 'E-04', () => `#${actor} shot ${ray.length} m with ${weapon.id}`)
    const isBlocked = step.walls.isSegmentBlocked(ray, 'wall', 0.01)
    hold(!isBlocked, 'E-04', () => `#${actor} shot through a wall`)
  }

  #checkHit(step: StepRecord, row: number): void {
    const { events } = step.world
    const actor = events.actor[row]!
    const target = events.target[row]!
    const weapon = step.balance.weapons[events.kind[row]!]!
    const isBlast = (events.flags[row]! & HitFlag.explosion) !== 0
    if (weapon.kind !== 'hitscan' || isBlast) return
    const shotRow = this.#shotRow[actor]!
    hold(shotRow >= 0, ID, () => `#${actor} hit #${target} without a shot`)
    const eighths = this.#viewTime(step, actor, weapon)
    const past = this.#pastOf(target, eighths)
    hold(past !== undefined, ID, () => `#${actor} hit #${target}, who was not there then`)
    if (past === undefined || Number.isNaN(past.x)) return
    if (weapon.pellets === 1) this.#checkRay(step, shotRow, past, target)
    else this.#checkSight(step, shotRow, past, target)
  }

  /** The ray must meet the body where it was. */
  // oxlint-disable-next-line max-params -- one claim with its evidence
  #checkRay(step: StepRecord, shotRow: number, past: Past, target: number): void {
    const ray = rayOf(step, shotRow)
    if (ray.length < RAY_METRES_MIN) return
    const dirX = (ray.bx - ray.ax) / ray.length
    const dirZ = (ray.bz - ray.az) / ray.length
    const toX = past.x - ray.ax
    const toZ = past.z - ray.az
    const aside = Math.abs(toX * dirZ - toZ * dirX)
    const reach = SOLDIER_RADIUS_METRES + RAY_TOLERANCE_METRES
    hold(aside <= reach, ID, () => `#${target} was hit ${aside} m beside where it stood then`)
  }

  /** Pellets fly apart: some line to the body where it was must be free. */
  // oxlint-disable-next-line max-params -- one claim with its evidence
  #checkSight(step: StepRecord, shotRow: number, past: Past, target: number): void {
    const { ax, az } = rayOf(step, shotRow)
    const dx = past.x - ax
    const dz = past.z - az
    const distance = Math.sqrt(dx * dx + dz * dz)
    if (distance < SOLDIER_RADIUS_METRES) return
    let isSeen = false
    for (let sample = 0; sample < SIGHT_SAMPLES && !isSeen; sample++) {
      const share = (sample / (SIGHT_SAMPLES - 1)) * 2 - 1
      const aside = (share * SOLDIER_RADIUS_METRES) / distance
      const segment = { ax, az, bx: past.x - dz * aside, bz: past.z + dx * aside }
      isSeen = !step.walls.isSegmentBlocked(segment, 'wall', 0.02)
    }
    hold(isSeen, 'E-04', () => `#${target} was hit through a wall`)
  }

  /** The moment the shot should be judged at, by the rules, in eighths of a tick. */
  #viewTime(step: StepRecord, actor: number, weapon: Weapon): number {
    const now = step.world.tick * VIEW_TIME_PER_TICK
    const claim = step.commands.get(actor)?.viewTime ?? 0
    let ahead = (((claim - now) % 65536) + 65536) % 65536
    if (ahead >= 32768) ahead -= 65536
    const boundMs = Math.min(weapon.rewindMsMax, REWIND_MS_MAX)
    const back = Math.floor((boundMs * step.mode.tickRateHz * VIEW_TIME_PER_TICK) / 1000)
    const eighths = Math.min(now, Math.max(now + ahead, Math.max(0, now - back)))
    return this.#pastOf(actor, eighths) === undefined ? now : eighths
  }

  /** Where somebody stood then; undefined when not on the field in the present life. */
  #pastOf(id: number, eighths: number): Past | undefined {
    const tick = Math.floor(eighths / VIEW_TIME_PER_TICK)
    const share = eighths / VIEW_TIME_PER_TICK - tick
    const before = (tick % HISTORY_ROWS) * this.#capacity + id
    const life = this.#life[id]!
    if (this.#lifeThen[before] !== life) return undefined
    if (share === 0) return { x: this.#px[before]!, z: this.#pz[before]! }
    const after = ((tick + 1) % HISTORY_ROWS) * this.#capacity + id
    if (this.#lifeThen[after] !== life) return undefined
    return {
      x: this.#px[before]! + (this.#px[after]! - this.#px[before]!) * share,
      z: this.#pz[before]! + (this.#pz[after]! - this.#pz[before]!) * share,
    }
  }
}

/** A place in the steps clients are told, 1/16 m (C10). */
function toldPlace(metres: number): number {
  return Math.round(metres * 16) / 16
}

interface Ray {
  readonly ax: number
  readonly az: number
  readonly bx: number
  readonly bz: number
  readonly length: number
}

function rayOf(step: StepRecord, row: number): Ray {
  const { events } = step.world
  const ax = events.x[row]!
  const az = events.z[row]!
  const bx = events.x2[row]!
  const bz = events.z2[row]!
  return { ax, az, bx, bz, length: Math.sqrt((bx - ax) * (bx - ax) + (bz - az) * (bz - az)) }
}
