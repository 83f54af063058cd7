/**
 * The client's end of the snapshot stream: takes frame bodies one after the other and holds what
 * the server has told, as columns. Never throws, whatever the bytes; a frame it refuses makes it
 * forget everything and wait for a fresh one (SPEC.md, section "Lost and found"). Allocates nothing
 * per frame, so that a hundred bots fit one process.
 */
import { expandSequence } from '@battalion/base/sequence.ts'
import { CELL_METRES } from '@battalion/sim/limits.ts'
import { ByteReader } from './byte-reader.ts'
import { CellDecoder } from './cell-decoder.ts'
import type { DecodeFault, DecodeResult } from './decode-fault.ts'
import { DECODE_OK, refusal } from './decode-fault.ts'
import { DecodedEffects, DecodedKills, DecodedMarks } from './decoded-effects.ts'
import { DecodedEntities } from './decoded-entities.ts'
import { DecodedFar } from './decoded-far.ts'
import { DecodedProjectiles } from './decoded-projectiles.ts'
import {
  CENTRE_CELL_MASK,
  CENTRE_WIDE_BIT,
  HeadBit,
  MARK_FLAGS_MASK,
  MarkFlag,
} from './frame-head.ts'
import type { OwnState } from './own-state.ts'
import { createOwnState, readOwnFields } from './own-state.ts'
import { MARKS_PER_FRAME_MAX } from './wire-limits.ts'

export type { DecodeFault, DecodeResult } from './decode-fault.ts'

/** What the decoder must know of the map: its size (m). A `BattleMap` will do. */
export interface MapSize {
  readonly widthMetres: number
  readonly depthMetres: number
}

const HEAD_NEEDS_PLAYER = HeadBit.ack | HeadBit.position | HeadBit.own | HeadBit.marks

export class SnapshotDecoder {
  readonly entities = new DecodedEntities()
  readonly projectiles = new DecodedProjectiles()
  readonly far: DecodedFar
  /** Effects, kills and own damage marks of the last frame. */
  readonly effects = new DecodedEffects()
  readonly kills = new DecodedKills()
  readonly marks = new DecodedMarks()
  readonly own: OwnState = createOwnState()
  /** Server tick of the last frame applied. */
  tick = 0
  /** Cell in the middle of the block, and its radius (cells). */
  centreCell = 0
  blockRadius = 1
  /** True until a fresh frame was applied, and after a refused one. */
  isLost = true
  readonly #reader = new ByteReader()
  readonly #cells = new CellDecoder(this.entities, this.projectiles, this.effects)
  #cellsX = 0
  #cellsZ = 0

  /** `tick`: where the server is, within 32,767 ticks (from `welcome`). */
  constructor(map: MapSize, tick = 0) {
    this.far = new DecodedFar(map.widthMetres, map.depthMetres)
    this.reset(map, tick)
  }

  /** Forgets everything: a new connection or the next battle. Soldiers in sight count as left. */
  reset(map: MapSize, tick = 0): void {
    this.#beginFrame()
    this.#lose()
    this.#cellsX = Math.ceil(map.widthMetres / CELL_METRES)
    this.#cellsZ = Math.ceil(map.depthMetres / CELL_METRES)
    this.far.reset(map.widthMetres, map.depthMetres)
    Object.assign(this.own, createOwnState())
    this.tick = tick
  }

  /** ackSeq of the own soldier (see `own.hasAck`). */
  get ackSeq(): number {
    return this.own.ackSeq
  }

  /** Takes one frame body. On a refusal nothing of the world is known any more. */
  apply(bytes: Uint8Array): DecodeResult {
    const reader = this.#reader
    reader.open(bytes)
    this.#beginFrame()
    let fault = this.#readFrame(reader)
    if (reader.failed) fault = 'truncated'
    else if (fault === undefined && reader.remaining > 0) fault = 'trailing'
    reader.close()
    if (fault !== undefined) {
      this.#lose()
      return refusal(fault)
    }
    this.entities.endFrame()
    return DECODE_OK
  }

  #beginFrame(): void {
    this.entities.beginFrame()
    this.effects.beginFrame()
    this.kills.beginFrame()
    this.marks.beginFrame()
  }

  #lose(): void {
    this.effects.beginFrame()
    this.kills.beginFrame()
    this.marks.beginFrame()
    this.#cells.forgetAll()
    this.entities.endFrame()
    this.isLost = true
  }

  #readFrame(reader: ByteReader): DecodeFault | undefined {
    const tickLow = reader.u16()
    const centre = reader.u16()
    const bits = reader.u8()
    if (reader.failed) return 'truncated'
    if ((bits & HeadBit.player) === 0 && (bits & HEAD_NEEDS_PLAYER) !== 0) return 'head_bits'
    if ((centre & ~(CENTRE_CELL_MASK | CENTRE_WIDE_BIT)) !== 0) return 'centre_cell'
    if ((centre & CENTRE_CELL_MASK) >= this.#cellsX * this.#cellsZ) return 'centre_cell'
    if ((bits & HeadBit.fresh) !== 0) {
      this.#cells.forgetAll()
      this.isLost = false
    }
    if (this.isLost) return 'lost'
    this.tick = Math.max(0, expandSequence(tickLow, this.tick))
    this.centreCell = centre & CENTRE_CELL_MASK
    this.blockRadius = (centre & CENTRE_WIDE_BIT) === 0 ? 1 : 2
    const fault = this.#readHead(reader, bits)
    return fault ?? this.#readCells(reader)
  }

  #readHead(reader: ByteReader, bits: number): DecodeFault | undefined {
    const { own } = this
    if ((bits & HeadBit.player) !== 0) {
      own.inputsWaiting = reader.u8()
      own.hasAck = (bits & HeadBit.ack) === 0 ? 0 : 1
    }
    if ((bits & HeadBit.ack) !== 0) own.ackSeq = reader.u16()
    if ((bits & HeadBit.position) !== 0) {
      own.x = reader.f32()
      own.z = reader.f32()
    }
    if ((bits & HeadBit.own) !== 0) readOwnFields(reader, own, this.tick)
    if ((bits & HeadBit.marks) !== 0 && !this.#readMarks(reader)) return 'marks'
    if ((bits & HeadBit.kills) !== 0 && !this.kills.read(reader)) return 'kills'
    if ((bits & HeadBit.far) !== 0 && !this.far.read(reader)) return 'far'
    return undefined
  }

  #readMarks(reader: ByteReader): boolean {
    const { marks } = this
    const count = reader.varint()
    if (count > MARKS_PER_FRAME_MAX) return false
    for (let row = 0; row < count; row++) {
      const flags = reader.u8()
      if ((flags & ~MARK_FLAGS_MASK) !== 0) return false
      const isTaken = (flags & MarkFlag.taken) !== 0
      marks.flags[row] = flags
      marks.value[row] = reader.u8()
      marks.direction[row] = isTaken ? reader.u8() << 8 : 0
      marks.target[row] = isTaken ? 0xffff : reader.u16()
    }
    marks.count = reader.failed ? 0 : count
    return true
  }

  #readCells(reader: ByteReader): DecodeFault | undefined {
    const radius = this.blockRadius
    const centreX = this.centreCell % this.#cellsX
    const centreZ = Math.floor(this.centreCell / this.#cellsX)
    const east = Math.min(centreX + radius, this.#cellsX - 1)
    const south = Math.min(centreZ + radius, this.#cellsZ - 1)
    this.#cells.forgetOutside(this.#cellsX, this.centreCell, radius)
    this.#cells.tick = this.tick
    for (let cz = Math.max(centreZ - radius, 0); cz <= south; cz++) {
      for (let cx = Math.max(centreX - radius, 0); cx <= east; cx++) {
        const fault = this.#cells.read(reader, this.#cellsX, cx, cz)
        if (fault !== undefined) return fault
      }
    }
    return undefined
  }
}
