/**
 * Soldiers known only coarsely: each glides from where it is drawn to where it was last told, in
 * the time between two tellings (the far tier goes round slice by slice). Who the decoder no longer
 * knows is gone at once. Reads no clock; time is the view tick.
 */
import { angleOfVector } from '@battalion/base/trig-table.ts'
import { SOLDIERS_MAX } from '@battalion/sim/limits.ts'
import {
  FAR_REFRESH_HZ_MAX,
  FAR_SLICE_IDS,
  FAR_SLICES_PER_SEC_MAX,
} from '@battalion/wire/wire-limits.ts'
import { type InterpolatedEntities, Tier } from './interpolated-entities.ts'
import { appendRow } from './interpolation.ts'

/** A step longer than this between two tellings is a new place, not a walk (m). */
const GLIDE_METRES_MAX = 40

/** The far tier by net id, as a decoder holds it. */
export interface FarSoldiers {
  readonly x: ArrayLike<number>
  readonly z: ArrayLike<number>
  readonly team: ArrayLike<number>
  /** Net ids known, rows 0..count-1. */
  readonly ids: ArrayLike<number>
  readonly count: number
}

interface Track {
  readonly netId: number
  fromX: number
  fromZ: number
  toX: number
  toZ: number
  yaw: number
  team: number
  startTick: number
  /** Of the last `sync` that found it. */
  round: number
}

export class FarTracks {
  /** At most SOLDIERS_MAX; a list, because walking a Map allocates per entry. */
  readonly #tracks: Track[] = []
  readonly #rowOf = new Map<number, Track>()
  readonly #tickRateHz: number
  #ticksPerSend: number
  #farShare = 1
  #intervalTicks: number
  #round = 0

  constructor(tickRateHz: number, snapshotRateHz: number) {
    this.#tickRateHz = tickRateHz
    this.#ticksPerSend = tickRateHz / snapshotRateHz
    this.#intervalTicks = tickRateHz / FAR_REFRESH_HZ_MAX
  }

  /** What the server says of its rates: ticks from send to send, share of the far tier's rate. */
  setPace(ticksPerSend: number, farShare: number): void {
    this.#ticksPerSend = ticksPerSend
    this.#farShare = farShare
  }

  get count(): number {
    return this.#tracks.length
  }

  /** Takes over what the decoder knows while `viewTick` is drawn. */
  sync(far: FarSoldiers, viewTick: number): void {
    this.#round++
    let highest = 0
    for (let row = 0; row < far.count; row++) {
      const netId = far.ids[row]!
      highest = Math.max(highest, netId)
      this.#syncOne(far, netId, viewTick)
    }
    this.#forgetUntold()
    const slices = Math.ceil((Math.min(highest, SOLDIERS_MAX) + 1) / FAR_SLICE_IDS)
    this.#intervalTicks = this.#roundTicks(slices)
  }

  /** From one telling of a slice to the next, as the server goes round (SPEC.md, WF10). */
  #roundTicks(slices: number): number {
    const slicesPerSec = Math.min(slices * FAR_REFRESH_HZ_MAX, FAR_SLICES_PER_SEC_MAX)
    const dueTicks = (slices * this.#tickRateHz) / (slicesPerSec * this.#farShare)
    return Math.max(dueTicks, slices * this.#ticksPerSend)
  }

  clear(): void {
    this.#tracks.length = 0
    this.#rowOf.clear()
  }

  /** Appends all that are not in `out` yet; the near tier, sampled first, knows better. */
  sampleInto(out: InterpolatedEntities, viewTick: number, skipNetId: number): void {
    for (const track of this.#tracks) {
      if (track.netId === skipNetId) continue
      const row = appendRow(out, track.netId)
      if (row < 0) continue
      const share = this.#shareOf(track, viewTick)
      out.x[row] = track.fromX + (track.toX - track.fromX) * share
      out.z[row] = track.fromZ + (track.toZ - track.fromZ) * share
      out.yaw[row] = track.yaw
      out.team[row] = track.team
      out.classId[row] = 0
      out.weapon[row] = 0
      out.hp[row] = 0
      out.flags[row] = 0
      out.life[row] = 0
      out.tier[row] = Tier.far
    }
  }

  #syncOne(far: FarSoldiers, netId: number, viewTick: number): void {
    const x = far.x[netId]!
    const z = far.z[netId]!
    const team = far.team[netId]!
    const track = this.#rowOf.get(netId)
    if (track === undefined) {
      const round = this.#round
      const place = { fromX: x, fromZ: z, toX: x, toZ: z, startTick: viewTick }
      const created = { netId, ...place, yaw: 0, team, round }
      this.#tracks.push(created)
      this.#rowOf.set(netId, created)
      return
    }
    track.team = team
    track.round = this.#round
    if (track.toX !== x || track.toZ !== z) this.#aim(track, x, z, viewTick)
  }

  #aim(track: Track, x: number, z: number, viewTick: number): void {
    const share = this.#shareOf(track, viewTick)
    const drawnX = track.fromX + (track.toX - track.fromX) * share
    const drawnZ = track.fromZ + (track.toZ - track.fromZ) * share
    const isWalk = Math.hypot(x - drawnX, z - drawnZ) <= GLIDE_METRES_MAX
    track.fromX = isWalk ? drawnX : x
    track.fromZ = isWalk ? drawnZ : z
    track.toX = x
    track.toZ = z
    track.startTick = viewTick
    track.yaw = angleOfVector(x - drawnX, z - drawnZ)
  }

  #shareOf(track: Track, viewTick: number): number {
    return Math.min(1, Math.max(0, (viewTick - track.startTick) / this.#intervalTicks))
  }

  #forgetUntold(): void {
    for (let row = this.#tracks.length - 1; row >= 0; row--) {
      const track = this.#tracks[row]!
      if (track.round === this.#round) continue
      this.#rowOf.delete(track.netId)
      const last = this.#tracks.pop()!
      if (row < this.#tracks.length) this.#tracks[row] = last
    }
  }
}
