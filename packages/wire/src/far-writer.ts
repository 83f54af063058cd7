/**
 * The far tier: per team, where its soldiers are, coarse. Told in slices of net ids, at most one
 * per send, so that the load is flat; stateless, so that a skipped frame heals with the next round.
 */
import { assert } from '@battalion/base/assert.ts'
import { TEAMS_MAX } from '@battalion/sim/limits.ts'
import type { ByteWriter } from './byte-writer.ts'
import type { CellMembers } from './cell-members.ts'
import type { EntityCapture } from './entity-capture.ts'
import { quantisePlace } from './entity-capture.ts'
import { TEAM_ALL } from './snapshot-viewer.ts'
import type { EncoderCounters, SnapshotWorld } from './snapshot-world.ts'
import { FAR_REFRESH_HZ_MAX, FAR_SLICE_IDS, FAR_SLICES_PER_SEC_MAX } from './wire-limits.ts'

const FAR_STEPS = 256
const SLICE_BYTES_MAX = 6 + 2 * FAR_SLICE_IDS

/** What the far tier is made from, and the shared bytes it is written to. */
export interface FarSources {
  readonly world: SnapshotWorld
  readonly writer: ByteWriter
  readonly members: CellMembers
  readonly entities: EntityCapture
}

export class FarWriter {
  /** True when this send tells a slice. */
  isDue = false
  /** Share of the rate told; below 1 while the battle is overloaded. */
  rateShare = 1
  /** Where the list of a team stands in the shared bytes; `start[teamCount]` = end of the last. */
  readonly #start = new Int32Array(TEAMS_MAX + 1)
  readonly #sources: FarSources
  readonly #counters: EncoderCounters
  #teamCount = 0
  #slice = 0
  /** Slices that are due; below 1 none is. */
  #credit = 0
  #lastTick = -1

  constructor(sources: FarSources, counters: EncoderCounters) {
    this.#sources = sources
    this.#counters = counters
  }

  /** Writes the slice that is due, if one is, for every team. */
  encode(): void {
    const { world, writer } = this.#sources
    const sliceCount = Math.ceil(world.slotsUsed / FAR_SLICE_IDS)
    this.isDue = this.#payCredit(sliceCount)
    if (!this.isDue) return
    if (this.#slice >= sliceCount) this.#slice = 0
    assert(sliceCount > 0, 'a slice that is due has somebody in it')
    assert(sliceCount <= 0x100, 'the number of a slice fits a byte')
    this.#teamCount = world.mode.teamCount
    for (let team = 0; team < this.#teamCount; team++) {
      this.#start[team] = writer.at
      this.#writeSlice(team)
    }
    this.#start[this.#teamCount] = writer.at
    assert(this.#teamCount <= TEAMS_MAX, 'every team has a place for its list')
    assert(writer.at >= this.#start[0]!, 'lists follow each other')
    this.#slice++
  }

  /** Room that `compose` needs at most. */
  get bytesMax(): number {
    return this.isDue ? 1 + this.#start[this.#teamCount]! - this.#start[0]! : 0
  }

  /** Copies the list of a team, or of all. */
  compose(writer: ByteWriter, team: number): void {
    const shared = this.#sources.writer.bytes
    assert(this.isDue, 'a far tier is composed when it was encoded')
    if (team === TEAM_ALL) {
      writer.u8(this.#teamCount)
      writer.copy(shared, this.#start[0]!, this.#start[this.#teamCount]!)
      return
    }
    assert(team < this.#teamCount, 'the viewer belongs to a team of the mode')
    writer.u8(1)
    writer.copy(shared, this.#start[team]!, this.#start[team + 1]!)
  }

  /**
   * A whole round takes at least 1 / FAR_REFRESH_HZ_MAX seconds; at most FAR_SLICES_PER_SEC_MAX
   * slices are told in a second, and one in a send.
   */
  #payCredit(sliceCount: number): boolean {
    const { world } = this.#sources
    if (sliceCount === 0) return false
    const ticks = this.#lastTick < 0 ? world.mode.tickRateHz : world.tick - this.#lastTick
    assert(ticks >= 0, 'time goes on')
    assert(this.rateShare > 0 && this.rateShare <= 1, 'the far tier is slowed, not stopped')
    this.#lastTick = world.tick
    const slicesPerSec = Math.min(sliceCount * FAR_REFRESH_HZ_MAX, FAR_SLICES_PER_SEC_MAX)
    this.#credit += (ticks * slicesPerSec * this.rateShare) / world.mode.tickRateHz
    assert(this.#credit >= 0, 'no slice is owed')
    if (this.#credit < 1) return false
    this.#credit--
    if (this.#credit >= 1) {
      this.#counters.farThinned += Math.floor(this.#credit)
      this.#credit %= 1
    }
    assert(this.#credit < 1, 'one slice is due in a send')
    return true
  }

  #writeSlice(team: number): void {
    const { world, writer, members, entities } = this.#sources
    const first = this.#slice * FAR_SLICE_IDS
    const end = Math.min(first + FAR_SLICE_IDS, world.slotsUsed)
    assert(first < world.slotsUsed, 'a slice begins with somebody')
    assert(end > first, 'a slice is of somebody')
    const startAt = writer.at
    writer.reserve(SLICE_BYTES_MAX)
    writer.u8(team)
    writer.u8(this.#slice)
    const bitmapAt = writer.at
    writer.u16(0)
    writer.u16(0)
    for (let id = first; id < end; id++) {
      if (members.cellOf[id]! < 0 || entities.next.team[id] !== team) continue
      const bit = id - first
      writer.bytes[bitmapAt + (bit >> 3)]! |= 1 << (bit & 7)
      // Not from `entities.next`: in a crowd that may be what clients were told a second ago.
      writer.u8(farStep(quantisePlace(world.soldiers.px[id]!), world.map.map.widthMetres))
      writer.u8(farStep(quantisePlace(world.soldiers.pz[id]!), world.map.map.depthMetres))
    }
    assert(writer.at - startAt <= SLICE_BYTES_MAX, 'a slice keeps its bound')
  }
}

/** Square of 256 along one side of the map, from 1/16 m. */
export function farStep(place: number, sideMetres: number): number {
  return Math.min(Math.floor((place * FAR_STEPS) / (sideMetres * 16)), FAR_STEPS - 1)
}
