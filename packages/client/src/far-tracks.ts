/**
 * Soldiers known only coarsely, once or twice a second: each glides from where it is drawn to where
 * it was last reported, in the time between two reports. Who is not reported again for three times
 * that long is gone. Reads no clock; time is the view tick.
 */
import { assert } from '@battalion/base/assert.ts'
import { SOLDIERS_MAX } from '@battalion/sim/limits.ts'
import { type InterpolatedEntities, Tier } from './interpolated-entities.ts'
import { appendRow } from './interpolation.ts'

/** Intervals without a report after which a soldier is no longer drawn. */
const SILENT_INTERVALS_MAX = 3
/** A step longer than this between two reports is a new place, not a walk (m). */
const GLIDE_METRES_MAX = 40

/** One coarse report. */
export interface FarSoldier {
  readonly netId: number
  readonly x: number
  readonly z: number
  readonly yaw: number
  readonly team: number
  readonly classId: number
}

interface Track {
  readonly netId: number
  fromX: number
  fromZ: number
  toX: number
  toZ: number
  yaw: number
  team: number
  classId: number
  startTick: number
  intervalTicks: number
}

export class FarTracks {
  readonly #tracks = new Map<number, Track>()
  /** The same tracks in a row: walking a Map allocates per entry. */
  readonly #list: Track[] = []
  readonly #intervalTicksStart: number

  /** `intervalTicks`: ticks between two reports, until measured. */
  constructor(intervalTicks: number) {
    this.#intervalTicksStart = intervalTicks
  }

  get count(): number {
    return this.#tracks.size
  }

  /** Takes a report that arrived while `viewTick` is drawn. */
  report(far: FarSoldier, viewTick: number): void {
    assert(far.netId < SOLDIERS_MAX, 'a soldier has a net id below the limit')
    const track = this.#tracks.get(far.netId)
    if (track === undefined) {
      const created = this.#createTrack(far, viewTick)
      this.#tracks.set(far.netId, created)
      this.#list.push(created)
      return
    }
    const share = shareOf(track, viewTick)
    const x = track.fromX + (track.toX - track.fromX) * share
    const z = track.fromZ + (track.toZ - track.fromZ) * share
    const isWalk = Math.hypot(far.x - x, far.z - z) <= GLIDE_METRES_MAX
    track.fromX = isWalk ? x : far.x
    track.fromZ = isWalk ? z : far.z
    track.toX = far.x
    track.toZ = far.z
    track.yaw = far.yaw
    track.team = far.team
    track.classId = far.classId
    if (viewTick > track.startTick) track.intervalTicks = viewTick - track.startTick
    track.startTick = viewTick
  }

  /** Forgets one: the server said that he is no longer there. */
  forget(netId: number): void {
    const track = this.#tracks.get(netId)
    if (track !== undefined) this.#remove(this.#list.indexOf(track))
  }

  clear(): void {
    this.#tracks.clear()
    this.#list.length = 0
  }

  /** Appends all that are not in `out` yet; the near tier, sampled first, knows better. */
  sampleInto(out: InterpolatedEntities, viewTick: number, skipNetId: number): void {
    for (let index = this.#list.length - 1; index >= 0; index--) {
      const track = this.#list[index]!
      const age = viewTick - track.startTick
      if (age > track.intervalTicks * SILENT_INTERVALS_MAX) this.#remove(index)
      else if (track.netId !== skipNetId) appendTrack(out, track, shareOf(track, viewTick))
    }
  }

  #remove(index: number): void {
    this.#tracks.delete(this.#list[index]!.netId)
    const last = this.#list.pop()!
    if (index < this.#list.length) this.#list[index] = last
  }

  #createTrack(far: FarSoldier, viewTick: number): Track {
    return {
      netId: far.netId,
      fromX: far.x,
      fromZ: far.z,
      toX: far.x,
      toZ: far.z,
      yaw: far.yaw,
      team: far.team,
      classId: far.classId,
      startTick: viewTick,
      intervalTicks: this.#intervalTicksStart,
    }
  }
}

function shareOf(track: Track, viewTick: number): number {
  return Math.min(1, Math.max(0, (viewTick - track.startTick) / track.intervalTicks))
}

function appendTrack(out: InterpolatedEntities, track: Track, share: number): void {
  const row = appendRow(out, track.netId)
  if (row < 0) return
  out.x[row] = track.fromX + (track.toX - track.fromX) * share
  out.z[row] = track.fromZ + (track.toZ - track.fromZ) * share
  out.yaw[row] = track.yaw
  out.team[row] = track.team
  out.classId[row] = track.classId
  out.weapon[row] = 0
  out.hp[row] = 0
  out.flags[row] = 0
  out.life[row] = 0
  out.tier[row] = Tier.far
}
