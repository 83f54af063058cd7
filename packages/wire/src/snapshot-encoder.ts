/**
 * The server's end of the snapshot stream. Per step `collectEvents`, per send `encode` once and
 * `compose` once per viewer: cells are encoded once and copied, only the head is a viewer's own.
 * Reads the world, never writes it; allocates nothing per soldier or viewer; asserts its own work
 * and sends nothing of an enemy outside the viewer's block (E-11). SPEC.md is the format.
 */
import { assert } from '@battalion/base/assert.ts'
import { NET_ID_NONE } from '@battalion/base/ids.ts'
import { cellOfPosition } from '@battalion/sim/spatial-grid.ts'
import { ByteWriter } from './byte-writer.ts'
import { CellMembers } from './cell-members.ts'
import { CellWriter } from './cell-writer.ts'
import { CrowdThinner } from './crowd-thinner.ts'
import { EntityCapture } from './entity-capture.ts'
import { FarWriter } from './far-writer.ts'
import { HeadWriter } from './head-writer.ts'
import { OwnCapture } from './own-capture.ts'
import { PendingEffects } from './pending-effects.ts'
import { PendingMarks } from './pending-marks.ts'
import { ProjectileTracker } from './projectile-tracker.ts'
import type { SnapshotViewer } from './snapshot-viewer.ts'
import { createEncoderCounters } from './snapshot-world.ts'
import type { EncoderCounters, SnapshotWorld } from './snapshot-world.ts'
import { BLOCK_BYTES_BUDGET, CELLS_MAX, SNAPSHOT_BYTES_MAX } from './wire-limits.ts'

/** First room for shared bytes; doubled when it runs out. 1,000 moving soldiers take 4 KB. */
const SHARED_BYTES_START = 64 * 1024

export interface EncoderOptions {
  /** Bytes per send that the cells of a block should take; Infinity: everything at once. */
  readonly blockBytes?: number
}

export class SnapshotEncoder {
  readonly counters: EncoderCounters = createEncoderCounters()
  readonly #world: SnapshotWorld
  readonly #shared = ByteWriter.growing(SHARED_BYTES_START)
  readonly #frame = ByteWriter.fixed()
  readonly #entities: EntityCapture
  readonly #members: CellMembers
  readonly #effects: PendingEffects
  readonly #marks: PendingMarks
  readonly #projectiles: ProjectileTracker
  readonly #far: FarWriter
  readonly #cells: CellWriter
  readonly #crowds: CrowdThinner
  readonly #own: OwnCapture
  readonly #head: HeadWriter
  /** The pending tables belong to a send that was encoded; the next step starts new ones. */
  #isEncoded = false

  constructor(world: SnapshotWorld, options: EncoderOptions = {}) {
    const { cellCount } = world.map
    assert(cellCount <= CELLS_MAX, 'the cells of the map fit the wire')
    this.#world = world
    this.#entities = new EntityCapture(world.capacity)
    this.#members = new CellMembers(cellCount, world.capacity)
    this.#effects = new PendingEffects(cellCount, this.counters)
    this.#marks = new PendingMarks(world.capacity, this.counters)
    this.#projectiles = new ProjectileTracker(cellCount)
    const sources = {
      world,
      writer: this.#shared,
      members: this.#members,
      entities: this.#entities,
    }
    this.#far = new FarWriter(sources, this.counters)
    const contents = { ...sources, effects: this.#effects, projectiles: this.#projectiles }
    this.#cells = new CellWriter(this.#shared, cellCount, contents)
    const blockBytes = options.blockBytes ?? BLOCK_BYTES_BUDGET
    this.#crowds = new CrowdThinner(contents, this.counters, blockBytes)
    this.#own = new OwnCapture(world.capacity)
    this.#head = new HeadWriter({
      world,
      members: this.#members,
      marks: this.#marks,
      far: this.#far,
      own: this.#own,
    })
  }

  /** Slows the far tier down to this share of its rate, 0..1; what is told stays whole. */
  setFarShare(share: number): void {
    assert(share > 0 && share <= 1, 'the far tier is slowed, not stopped')
    this.#far.rateShare = share
  }

  /** Takes the events of the step that was just made. Call after every `stepWorld`. */
  collectEvents(): void {
    this.#startPending()
    const { count } = this.#world.events
    for (let row = 0; row < count; row++) {
      this.#effects.collect(this.#world, row)
      this.#marks.collect(this.#world, row)
    }
  }

  /** Encodes what all viewers share. Call once per send, before the first `compose`. */
  encode(): void {
    const world = this.#world
    this.#startPending()
    this.#isEncoded = true
    this.#shared.at = 0
    this.#entities.capture(world)
    this.#own.capture(world)
    this.#crowds.markUrgent()
    this.#members.update(world, this.#entities.changed)
    this.#effects.distribute(world, this.#members)
    this.#projectiles.update(world)
    this.#crowds.thin()
    this.#cells.encodeDeltas()
    this.#far.encode()
  }

  /**
   * Writes the body of one frame at `offset` and returns where it ends. SNAPSHOT_BYTES_MAX bytes of
   * room are always enough; less than the frame needs is an assertion.
   */
  compose(viewer: SnapshotViewer, out: Uint8Array, offset: number): number {
    assert(this.#isEncoded, 'encode comes before compose')
    assert(viewer.netId === NET_ID_NONE || viewer.blockRadius === 1, 'players see 3x3 cells')
    const writer = this.#frame
    writer.attach(out, offset)
    const centreCell = this.#centreOf(viewer)
    const isFresh = viewer.needKey || viewer.toldCentreCell < 0
    if (isFresh) this.counters.freshFrames++
    this.#head.write(writer, viewer, centreCell, isFresh)
    this.#composeCells(writer, viewer, centreCell, isFresh)
    viewer.toldCentreCell = centreCell
    viewer.toldBlockRadius = viewer.blockRadius
    viewer.needKey = false
    this.counters.keyCells = this.#cells.keyCells
    assert(writer.at - offset <= SNAPSHOT_BYTES_MAX, 'a frame keeps its bound')
    return writer.at
  }

  /** Empties the pending tables when what is in them has been sent. */
  #startPending(): void {
    if (!this.#isEncoded) return
    this.#isEncoded = false
    this.#effects.clear()
    this.#marks.clear()
  }

  /** Cell in the middle: the soldier's, where he fell, or where the spectator looks. */
  #centreOf(viewer: SnapshotViewer): number {
    const { map } = this.#world
    if (viewer.netId === NET_ID_NONE) return cellOfPosition(map, viewer.centreX, viewer.centreZ)
    const cell = this.#members.cellOf[viewer.netId]!
    if (cell >= 0) return cell
    if (viewer.toldCentreCell >= 0) return viewer.toldCentreCell
    return cellOfPosition(map, viewer.centreX, viewer.centreZ)
  }

  #composeCells(
    writer: ByteWriter,
    viewer: SnapshotViewer,
    centreCell: number,
    isFresh: boolean,
  ): void {
    const { cellsX, cellsZ } = this.#world.map
    const { counts } = this.#members
    const radius = viewer.blockRadius
    const centreX = centreCell % cellsX
    const centreZ = (centreCell - centreX) / cellsX
    const toldX = viewer.toldCentreCell % cellsX
    const toldZ = (viewer.toldCentreCell - toldX) / cellsX
    const toldRadius = isFresh ? -1 : viewer.toldBlockRadius
    const east = Math.min(centreX + radius, cellsX - 1)
    const south = Math.min(centreZ + radius, cellsZ - 1)
    let visibleCount = 0
    for (let cz = Math.max(centreZ - radius, 0); cz <= south; cz++) {
      for (let cx = Math.max(centreX - radius, 0); cx <= east; cx++) {
        const cell = cz * cellsX + cx
        const isKnown = Math.abs(cx - toldX) <= toldRadius && Math.abs(cz - toldZ) <= toldRadius
        if (isKnown) this.#cells.composeDelta(writer, cell)
        else this.#cells.composeKey(writer, cell)
        visibleCount += counts[cell]!
      }
    }
    viewer.visibleCount = visibleCount
  }
}
