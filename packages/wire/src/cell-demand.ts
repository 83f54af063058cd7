/**
 * How many bytes each cell asks for in a send, and how much of it the blocks around it can afford.
 * A cell belongs to up to nine 3×3 blocks; the poorest of them decides, so that no block exceeds
 * its budget and the bytes of a cell stay the same for all who see it. Leaves, enters and
 * projectiles are never cut; what they leave over is shared by effects and updates.
 */
import { assert } from '@battalion/base/assert.ts'
import type { CellMembers } from './cell-members.ts'
import type { EntityCapture } from './entity-capture.ts'
import { ChangeCode, ENTITY_FIELDS, PROJECTILE_FIELDS, recordBytes } from './fields.ts'
import type { PendingEffects } from './pending-effects.ts'
import type { ProjectileTracker } from './projectile-tracker.ts'
import type { SnapshotWorld } from './snapshot-world.ts'

const NET_ID_BYTES = 2
const ENTER_BYTES = NET_ID_BYTES + recordBytes(ENTITY_FIELDS)
const PROJECTILE_BYTES = NET_ID_BYTES + recordBytes(PROJECTILE_FIELDS)
/** A row that is left, or the index of a projectile that is gone. */
const SMALL_BYTES = 2
/** Of what leaves and enters leave over, effects get at most this when updates want the rest. */
const EFFECT_SHARE = 0.25
/** Updates and effects have this much of the budget even when everybody comes and goes. */
const REST_SHARE_MIN = 0.25

/** Bytes of a change by the low three bits of its code; the mask comes on top. */
const CODE_BYTES = Uint8Array.from([0, 1, 2, 4, 1, 2, 3, 5])
const MASK_BYTES = Uint8Array.from({ length: 256 }, (_, mask) => {
  let bytes = 1
  for (let bit = 0; bit < 8; bit++) bytes += (mask >> bit) & 1
  return bytes
})

/** What a demand is measured from. */
export interface DemandSources {
  readonly world: SnapshotWorld
  readonly members: CellMembers
  readonly entities: EntityCapture
  readonly effects: PendingEffects
  readonly projectiles: ProjectileTracker
}

/** Bytes of one soldier's change, without its half byte of code. */
export function changeBytes(entities: EntityCapture, id: number): number {
  const code = entities.code[id]!
  const bytes = CODE_BYTES[code & 7]!
  if ((code & ChangeCode.masked) === 0) return bytes
  return bytes + MASK_BYTES[entities.changed[id]! & 0xff]!
}

export class CellDemand {
  /** Bytes a cell asks for: codes and changes of its members. */
  readonly updateBytes: Int32Array
  /** Share of them, and of the bytes of its effects, that the cell may tell, 0..1. */
  readonly updateShare: Float64Array
  readonly effectShare: Float64Array
  readonly #fixedBytes: Int32Array
  readonly #totalBytes: Int32Array
  readonly #sources: DemandSources
  readonly #blockBytes: number
  #isCut = false
  /** Shares that the block at hand affords. */
  #updateShareAt = 1
  #effectShareAt = 1

  constructor(sources: DemandSources, blockBytes: number) {
    const { cellCount } = sources.world.map
    assert(blockBytes > 0, 'a block may cost something')
    this.#sources = sources
    this.#blockBytes = blockBytes
    this.updateBytes = new Int32Array(cellCount)
    this.updateShare = new Float64Array(cellCount).fill(1)
    this.effectShare = new Float64Array(cellCount).fill(1)
    this.#fixedBytes = new Int32Array(cellCount)
    this.#totalBytes = new Int32Array(cellCount)
  }

  /** Measures every cell; true when some block cannot afford its cells. */
  measure(): boolean {
    const { cellCount } = this.#sources.world.map
    if (this.#isCut) {
      this.updateShare.fill(1)
      this.effectShare.fill(1)
      this.#isCut = false
    }
    let bytes = 0
    for (let cell = 0; cell < cellCount; cell++) bytes += this.#measureCell(cell)
    if (bytes <= this.#blockBytes) return false
    for (let cell = 0; cell < cellCount; cell++) this.#checkBlock(cell)
    return this.#isCut
  }

  #measureCell(cell: number): number {
    const { members, effects, projectiles, entities } = this.#sources
    const enters = members.enters[cell]!
    const oldCount = members.counts[cell]! - enters
    const list = members.members[cell]!
    let updates = 0
    for (let row = 0; row < oldCount; row++) updates += changeBytes(entities, list[row]!)
    if (updates !== 0) updates += (oldCount + 1) >> 1
    const fixed =
      1 +
      enters * ENTER_BYTES +
      projectiles.toldCount(cell) * PROJECTILE_BYTES +
      (members.leaveCounts[cell]! + projectiles.goneCount(cell)) * SMALL_BYTES
    this.updateBytes[cell] = updates
    this.#fixedBytes[cell] = fixed
    const total = fixed + updates + effects.byteCounts[cell]!
    this.#totalBytes[cell] = total
    return total
  }

  /** Cuts the cells of a block that asks for too much. */
  #checkBlock(centre: number): void {
    if (this.#sumBlock(centre, this.#totalBytes) <= this.#blockBytes) return
    const updates = this.#sumBlock(centre, this.updateBytes)
    const effects = this.#sumBlock(centre, this.#sources.effects.byteCounts)
    const fixed = this.#sumBlock(centre, this.#fixedBytes)
    const rest = Math.max(this.#blockBytes - fixed, this.#blockBytes * REST_SHARE_MIN)
    const effectsMax = Math.min(effects, Math.max(rest * EFFECT_SHARE, rest - updates))
    const updatesMax = Math.min(updates, rest - effectsMax)
    assert(updatesMax >= 0, 'a block affords something')
    this.#updateShareAt = updates === 0 ? 1 : updatesMax / updates
    this.#effectShareAt = effects === 0 ? 1 : effectsMax / effects
    this.#cutBlock(centre)
    this.#isCut = true
  }

  #sumBlock(centre: number, bytes: Int32Array | Uint32Array): number {
    const { cellsX, cellsZ } = this.#sources.world.map
    const cx = centre % cellsX
    const cz = (centre - cx) / cellsX
    let sum = 0
    for (let z = Math.max(cz - 1, 0); z <= Math.min(cz + 1, cellsZ - 1); z++) {
      for (let x = Math.max(cx - 1, 0); x <= Math.min(cx + 1, cellsX - 1); x++) {
        sum += bytes[z * cellsX + x]!
      }
    }
    return sum
  }

  #cutBlock(centre: number): void {
    const { updateShare, effectShare } = this
    const { cellsX, cellsZ } = this.#sources.world.map
    const cx = centre % cellsX
    const cz = (centre - cx) / cellsX
    for (let z = Math.max(cz - 1, 0); z <= Math.min(cz + 1, cellsZ - 1); z++) {
      for (let x = Math.max(cx - 1, 0); x <= Math.min(cx + 1, cellsX - 1); x++) {
        const cell = z * cellsX + x
        if (this.#updateShareAt < updateShare[cell]!) updateShare[cell] = this.#updateShareAt
        if (this.#effectShareAt < effectShare[cell]!) effectShare[cell] = this.#effectShareAt
      }
    }
  }
}
