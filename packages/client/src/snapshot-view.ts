/**
 * One snapshot stream as a client uses it: the decoder, the recent past of soldiers in sight, the
 * glide of the far ones, and the own head in the program's units. Reads no clock; emits nothing.
 */
import type { Balance } from '@battalion/sim/balance.ts'
import { LifeState } from '@battalion/sim/world.ts'
import { angleOfVector } from '@battalion/base/trig-table.ts'
import {
  type DecodeResult,
  type MapSize,
  SnapshotDecoder,
} from '@battalion/wire/snapshot-decoder.ts'
import type { InterpolatedEntities } from './interpolated-entities.ts'
import { clearSample, SnapshotHistory } from './interpolation.ts'
import { FarTracks } from './far-tracks.ts'
import type { OwnView } from './own-view.ts'
import type { OwnTruth } from './prediction.ts'

/** The rates and the place in time a stream starts with (from `welcome`). */
export interface StreamStart {
  readonly tick: number
  readonly tickRateHz: number
  readonly snapshotRateHz: number
}

export class SnapshotView {
  readonly decoder: SnapshotDecoder
  readonly #history = new SnapshotHistory()
  readonly #far: FarTracks
  readonly #tickMs: number

  constructor(map: MapSize, start: StreamStart) {
    this.decoder = new SnapshotDecoder(map, start.tick)
    this.#far = new FarTracks(start.tickRateHz, start.snapshotRateHz)
    this.#tickMs = 1000 / start.tickRateHz
  }

  /** Takes one frame body into the decoder. */
  apply(bytes: Uint8Array): DecodeResult {
    return this.decoder.apply(bytes)
  }

  /** Remembers what was just decoded, for drawing; `viewTick` is what is on the screen. */
  remember(viewTick: number): void {
    this.#history.record(this.decoder.tick, this.decoder.entities)
    this.#far.sync(this.decoder.far, viewTick)
  }

  /** Fills `out` with everybody but `skipNetId`, as of `viewTick`. */
  sampleInto(out: InterpolatedEntities, viewTick: number, skipNetId: number): void {
    clearSample(out)
    if (Number.isNaN(viewTick)) return
    this.#history.sampleInto(out, viewTick, skipNetId)
    this.#far.sampleInto(out, viewTick, skipNetId)
    this.#sampleProjectiles(out, viewTick)
  }

  /** Whether what was drawn at `viewTick` can still be drawn again. */
  covers(viewTick: number): boolean {
    return viewTick >= this.#history.oldestTick
  }

  /** What prediction stands on. */
  readTruth(): OwnTruth {
    const { own } = this.decoder
    return {
      x: own.x,
      z: own.z,
      ackSeq: own.hasAck === 0 ? undefined : own.ackSeq,
      life: own.life,
      isAlive: own.state === LifeState.alive,
    }
  }

  /** Writes the own head into `view`. */
  readOwn(view: OwnView, balance: Balance): void {
    const { own } = this.decoder
    const soldierClass = balance.classes[own.classId]
    view.state = own.state as LifeState
    view.life = own.life
    view.team = own.team
    view.squad = own.squad
    view.classId = own.classId
    view.serverX = own.x
    view.serverZ = own.z
    view.hp = own.hp
    view.hpMax = soldierClass?.hp ?? 0
    view.armour = own.armour
    view.slot = own.slot
    view.weapon = soldierClass?.weapons[own.slot] ?? 0
    view.magazine = own.magazine
    view.reserve = own.reserve
    view.reloadRemainingMs = this.#msUntil(own.reloadEndTick)
    view.abilityRemainingMs = this.#msUntil(own.abilityReadyTick)
    view.respawnRemainingMs = this.#msUntil(own.respawnTick)
    view.protectedRemainingMs = this.#msUntil(own.protectedUntilTick)
    view.downRemainingMs = this.#msUntil(own.downEndTick)
  }

  /** The server sends another share of what it knows from now on. */
  setPace(ticksPerSend: number, farShare: number): void {
    this.#far.setPace(ticksPerSend, farShare)
  }

  /** Forgets all but the decoder object: a new connection, or the next battle. */
  restart(map: MapSize, tick: number): void {
    this.decoder.reset(map, tick)
    this.#history.clear()
    this.#far.clear()
  }

  #msUntil(tick: number): number {
    return tick === 0 ? 0 : Math.max(0, (tick - this.decoder.tick) * this.#tickMs)
  }

  #sampleProjectiles(out: InterpolatedEntities, viewTick: number): void {
    const { projectiles } = this.decoder
    const secPerTick = this.#tickMs / 1000
    const sample = out.projectiles
    for (let row = 0; row < projectiles.count; row++) {
      const index = projectiles.ids[row]!
      const ageTicks = viewTick - projectiles.tick[index]!
      if (viewTick >= projectiles.endTick[index]!) continue
      const vx = projectiles.vx[index]!
      const vz = projectiles.vz[index]!
      const place = sample.count++
      sample.weapon[place] = projectiles.weapon[index]!
      // Told again in flight (a new cell) or not: it flies a straight line, backwards as well.
      sample.x[place] = projectiles.x[index]! + vx * ageTicks * secPerTick
      sample.z[place] = projectiles.z[index]! + vz * ageTicks * secPerTick
      sample.yaw[place] = angleOfVector(vx, vz)
    }
  }
}
