/**
 * The head of a frame: what is one viewer's own. Compares with what the viewer was told last and
 * writes down what it tells now; the rest of a frame is shared bytes.
 */
import { assert } from '@battalion/base/assert.ts'
import { NET_ID_NONE } from '@battalion/base/ids.ts'
import type { ByteWriter } from './byte-writer.ts'
import type { CellMembers } from './cell-members.ts'
import type { FarWriter } from './far-writer.ts'
import { CENTRE_CELL_MASK, CENTRE_WIDE_BIT, HeadBit } from './frame-head.ts'
import type { OwnCapture } from './own-capture.ts'
import { OWN_FIELDS } from './own-fields.ts'
import type { PendingMarks } from './pending-marks.ts'
import type { SnapshotViewer } from './snapshot-viewer.ts'
import type { SnapshotWorld } from './snapshot-world.ts'
import { KILLS_PER_SEND_MAX, MARKS_PER_FRAME_MAX } from './wire-limits.ts'

/** Head with everything, without the far tier. */
const HEAD_BYTES_MAX =
  5 + 3 + 8 + 2 + OWN_FIELDS.length * 2 + 2 + MARKS_PER_FRAME_MAX * 4 + 2 + KILLS_PER_SEND_MAX * 5
const WAITING_MAX = 0xff

/** What heads are made from. */
export interface HeadSources {
  readonly world: SnapshotWorld
  readonly members: CellMembers
  readonly marks: PendingMarks
  readonly far: FarWriter
  readonly own: OwnCapture
}

export class HeadWriter {
  readonly #sources: HeadSources

  constructor(sources: HeadSources) {
    this.#sources = sources
  }

  /** Writes the head of a frame around `centreCell`. */
  write(writer: ByteWriter, viewer: SnapshotViewer, centreCell: number, isFresh: boolean): void {
    const { world, far, marks } = this.#sources
    assert(centreCell <= CENTRE_CELL_MASK, 'a centre cell fits its bits')
    writer.reserve(HEAD_BYTES_MAX + far.bytesMax)
    writer.u16(world.tick & 0xffff)
    writer.u16(centreCell | (viewer.blockRadius === 2 ? CENTRE_WIDE_BIT : 0))
    const bitsAt = writer.at
    writer.u8(0)
    let bits: number = isFresh ? HeadBit.fresh : 0
    if (viewer.netId !== NET_ID_NONE) bits |= this.#writePlayer(writer, viewer, isFresh)
    if (marks.killCount > 0) {
      bits |= HeadBit.kills
      marks.writeKills(writer)
    }
    if (far.isDue) {
      bits |= HeadBit.far
      far.compose(writer, viewer.team)
    }
    writer.bytes[bitsAt] = bits
  }

  #writePlayer(writer: ByteWriter, viewer: SnapshotViewer, isFresh: boolean): number {
    const { world, marks, own } = this.#sources
    const { netId } = viewer
    assert(netId < world.capacity, 'a viewer has a soldier of this world')
    let bits: number = HeadBit.player
    writer.u8(Math.min(viewer.inputsWaiting, WAITING_MAX))
    if (world.soldiers.hasAck[netId] !== 0) {
      bits |= HeadBit.ack
      writer.u16(world.soldiers.ackSeq[netId]!)
    }
    if (this.#writePosition(writer, viewer, isFresh)) bits |= HeadBit.position
    if (own.write(writer, netId, isFresh)) bits |= HeadBit.own
    if (marks.countOf(netId) > 0) {
      bits |= HeadBit.marks
      marks.writeMarks(writer, netId)
    }
    return bits
  }

  #writePosition(writer: ByteWriter, viewer: SnapshotViewer, isFresh: boolean): boolean {
    const { world, members } = this.#sources
    if (members.cellOf[viewer.netId]! < 0) return false
    const x = world.soldiers.px[viewer.netId]!
    const z = world.soldiers.pz[viewer.netId]!
    if (!isFresh && x === viewer.toldX && z === viewer.toldZ) return false
    writer.f32(x)
    writer.f32(z)
    viewer.toldX = x
    viewer.toldZ = z
    return true
  }
}
