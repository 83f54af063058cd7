/**
 * Keeps crowds within the byte budget of their blocks (engine notes 5.4). In a crowded cell each
 * soldier whose told state is old gathers weight; the cell saves up the bytes it may spend and,
 * when they pay for a turn, tells the heaviest. Who is not told keeps its baseline, which is that
 * of every viewer, so bytes stay shared. Nobody waits for more than STALE_SENDS_MAX sends.
 *
 * Never held: enters, leaves, new lives, teams, classes and squads, and who falls or rises (in a
 * crowded cell that is a leave and an enter). The own soldier is in the head of a frame.
 */
import { assert } from '@battalion/base/assert.ts'
import { SoldierFlag } from '@battalion/sim/world.ts'
import type { DemandSources } from './cell-demand.ts'
import { CellDemand, changeBytes } from './cell-demand.ts'
import { CHANGED_ENTER_BIT } from './entity-capture.ts'
import { ChangeCode } from './fields.ts'
import type { EncoderCounters } from './snapshot-world.ts'
import { STALE_SENDS_MAX } from './wire-limits.ts'

/**
 * A turn costs half a byte for every member, told or not; a cell waits until that is at most this
 * part of what it spends. Larger: longer waits. Smaller: more bytes that say "nothing".
 */
const TURN_RATIO = 4
/** Weight a soldier gathers per send, by what is new. By place code: none, near, some, far. */
const WEIGHT_BY_PLACE = Uint8Array.from([1, 2, 3, 5])
const WEIGHT_MASKED = 3
const WEIGHT_FIGHTING = 4
/** Weights are sorted into so many classes; the last is for who cannot wait. */
const CLASSES_COUNT = 64
const CLASS_OVERDUE = CLASSES_COUNT - 1
const WEIGHT_PER_CLASS = 2
const WEIGHT_MAX = 0xffff
/** Cells of a block have different remainders by 3 in x and z: their turns do not fall together. */
const PHASES_SIDE = 3

export class CrowdThinner {
  readonly #sources: DemandSources
  readonly #counters: EncoderCounters
  readonly #demand: CellDemand
  /** By cell: 1 = its updates take turns; bytes it has saved up. */
  readonly #isCrowded: Uint8Array
  readonly #savedBytes: Float64Array
  /** By net id: weight gathered, and sends since what was told was true. */
  readonly #weight: Uint16Array
  readonly #age: Uint8Array
  /** Bytes of the changes in each class of the cell at hand. */
  readonly #classBytes = new Uint32Array(CLASSES_COUNT)
  #crowdedCount = 0
  #send = 0

  constructor(sources: DemandSources, counters: EncoderCounters, blockBytes: number) {
    const { cellCount } = sources.world.map
    this.#sources = sources
    this.#counters = counters
    this.#demand = new CellDemand(sources, blockBytes)
    this.#isCrowded = new Uint8Array(cellCount)
    this.#savedBytes = new Float64Array(cellCount)
    this.#weight = new Uint16Array(sources.world.capacity)
    this.#age = new Uint8Array(sources.world.capacity)
  }

  /** Lets who falls or rises in a crowded cell enter anew, which is never held. Comes first. */
  markUrgent(): void {
    if (this.#crowdedCount === 0) return
    const { entities, members, world } = this.#sources
    for (let id = 0; id < world.slotsUsed; id++) {
      const cell = members.cellOf[id]!
      if (cell < 0 || this.#isCrowded[cell] === 0) continue
      if (entities.hasNewState(id)) entities.changed[id]! |= CHANGED_ENTER_BIT
    }
  }

  /** Holds back what this send cannot afford. After members, effects and projectiles. */
  thin(): void {
    const { updateShare, effectShare } = this.#demand
    this.#send++
    if (!this.#demand.measure() && this.#crowdedCount === 0) return
    for (let cell = 0; cell < updateShare.length; cell++) {
      if (updateShare[cell]! < 1) this.#thinUpdates(cell)
      else if (this.#isCrowded[cell] === 1) this.#endCrowd(cell)
      if (effectShare[cell]! < 1) this.#thinEffects(cell, effectShare[cell]!)
    }
  }

  #thinEffects(cell: number, share: number): void {
    const { effects } = this.#sources
    if (effects.counts[cell] === 0) return
    assert(share >= 0 && share < 1, 'effects that fit are left alone')
    const bytesMax = Math.floor(effects.byteCounts[cell]! * share)
    this.#counters.effectsThinned += effects.thin(cell, bytesMax, this.#send)
  }

  #thinUpdates(cell: number): void {
    const { members } = this.#sources
    const oldCount = members.counts[cell]! - members.enters[cell]!
    assert(oldCount >= 0, 'who entered is a member')
    const codeBytes = (oldCount + 1) >> 1
    const turnBytes = codeBytes * TURN_RATIO
    if (this.#isCrowded[cell] === 0) this.#startCrowd(cell, turnBytes)
    this.#forgetEntered(cell, oldCount)
    const afforded = this.#demand.updateBytes[cell]! * this.#demand.updateShare[cell]!
    assert(afforded >= 0, 'a share of bytes is no debt')
    const saved = Math.min(this.#savedBytes[cell]! + afforded, turnBytes + afforded)
    const isOverdue = this.#gatherWeights(cell, oldCount)
    if (saved < turnBytes && !isOverdue) {
      this.#savedBytes[cell] = saved
      this.#holdBelow(cell, CLASSES_COUNT, 0)
      return
    }
    const spent = this.#takeTurn(cell, saved - codeBytes)
    assert(spent >= 0, 'a turn costs bytes')
    // Who was overdue may have cost more than there was; a debt of one turn at most.
    this.#savedBytes[cell] = Math.max(saved - codeBytes - spent, -turnBytes)
  }

  #startCrowd(cell: number, turnBytes: number): void {
    const { members, world } = this.#sources
    const cx = cell % world.map.cellsX
    const cz = (cell - cx) / world.map.cellsX
    const phase = (cz % PHASES_SIDE) * PHASES_SIDE + (cx % PHASES_SIDE)
    assert(this.#isCrowded[cell] === 0, 'a crowd begins once')
    this.#isCrowded[cell] = 1
    this.#crowdedCount++
    assert(this.#crowdedCount <= this.#isCrowded.length, 'there are no more crowds than cells')
    this.#savedBytes[cell] = (turnBytes * phase) / PHASES_SIDE ** 2
    for (let row = 0; row < members.counts[cell]!; row++) this.#forget(members.members[cell]![row]!)
  }

  #endCrowd(cell: number): void {
    assert(this.#isCrowded[cell] === 1, 'only a crowd ends')
    this.#isCrowded[cell] = 0
    this.#crowdedCount--
    assert(this.#crowdedCount >= 0, 'crowds end once')
  }

  /** Who comes is told in full. */
  #forgetEntered(cell: number, oldCount: number): void {
    const { members } = this.#sources
    for (let row = oldCount; row < members.counts[cell]!; row++) {
      this.#forget(members.members[cell]![row]!)
    }
  }

  #forget(id: number): void {
    this.#weight[id] = 0
    this.#age[id] = 0
  }

  /** Adds this send's weights and sorts bytes into classes; true when somebody cannot wait. */
  #gatherWeights(cell: number, oldCount: number): boolean {
    const { members, entities } = this.#sources
    const list = members.members[cell]!
    let isOverdue = false
    this.#classBytes.fill(0)
    for (let row = 0; row < oldCount; row++) {
      const id = list[row]!
      if (entities.code[id] === 0) {
        this.#forget(id)
        continue
      }
      this.#age[id]!++
      this.#weight[id] = Math.min(this.#weight[id]! + this.#weightOf(id), WEIGHT_MAX)
      const classOf = this.#classOf(id)
      this.#classBytes[classOf]! += changeBytes(entities, id)
      if (classOf === CLASS_OVERDUE) isOverdue = true
    }
    return isOverdue
  }

  #weightOf(id: number): number {
    const { entities, world } = this.#sources
    const code = entities.code[id]!
    let weight = WEIGHT_BY_PLACE[code & ChangeCode.placeMask]!
    if ((code & ChangeCode.masked) !== 0) weight += WEIGHT_MASKED
    const fighting = world.soldiers.flags[id]! & (SoldierFlag.fired | SoldierFlag.hurt)
    return fighting === 0 ? weight : weight + WEIGHT_FIGHTING
  }

  #classOf(id: number): number {
    if (this.#age[id]! >= STALE_SENDS_MAX) return CLASS_OVERDUE
    // Only in the send in which a cell becomes crowded: later he enters anew.
    if (this.#sources.entities.hasNewState(id)) return CLASS_OVERDUE
    return Math.min((this.#weight[id]! / WEIGHT_PER_CLASS) | 0, CLASS_OVERDUE - 1)
  }

  /** Tells the heaviest that `bytesMax` pays for and who cannot wait; bytes of their changes. */
  #takeTurn(cell: number, bytesMax: number): number {
    let spent = this.#classBytes[CLASS_OVERDUE]!
    let lowest = CLASS_OVERDUE
    while (lowest > 0 && spent + this.#classBytes[lowest - 1]! <= bytesMax) {
      spent += this.#classBytes[--lowest]!
    }
    assert(lowest >= 0 && lowest <= CLASS_OVERDUE, 'those below a class wait')
    return spent + this.#holdBelow(cell, lowest, bytesMax - spent)
  }

  /** Holds everybody below a class but those of the next one that the bytes left pay for. */
  #holdBelow(cell: number, lowest: number, bytesLeft: number): number {
    const { members, entities } = this.#sources
    const list = members.members[cell]!
    const oldCount = members.counts[cell]! - members.enters[cell]!
    let spent = 0
    for (let index = 0; index < oldCount; index++) {
      // Another one is first each time, so that equals take turns as well.
      const id = list[(index + this.#send) % oldCount]!
      if (entities.code[id] === 0) continue
      const classOf = this.#classOf(id)
      const bytes = changeBytes(entities, id)
      if (classOf >= lowest || (classOf === lowest - 1 && spent + bytes <= bytesLeft)) {
        if (classOf < lowest) spent += bytes
        this.#forget(id)
        continue
      }
      entities.hold(id)
      this.#counters.updatesHeld++
    }
    return spent
  }
}
