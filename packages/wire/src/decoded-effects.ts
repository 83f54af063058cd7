/**
 * What happened in the last frame, as columns: effects in sight, kills of the whole battle, damage
 * marks of the own soldier. Refilled by each frame; rows 0..count-1 are valid until the next.
 */
import { NET_ID_NONE } from '@battalion/base/ids.ts'
import { cosOfAngle, sinOfAngle } from '@battalion/base/trig-table.ts'
import { POSITION_STEPS_PER_METRE } from '@battalion/sim/limits.ts'
import type { ByteReader } from './byte-reader.ts'
import type { DecodedEntities } from './decoded-entities.ts'
import type { EffectField } from './fields.ts'
import {
  createColumns,
  EFFECT_FIELDS,
  EFFECT_FORMS,
  EffectType,
  LENGTH_STEPS_PER_METRE,
} from './fields.ts'
import { DECODED_EFFECTS_MAX, KILLS_PER_SEND_MAX, MARKS_PER_FRAME_MAX } from './wire-limits.ts'

/** Rows of the effect columns: the last is a bin for what finds no room. */
const ROWS = DECODED_EFFECTS_MAX + 1

/** Effects of the last frame. */
export class DecodedEffects {
  count = 0
  /** Effects that found no room or whose soldier was never seen, since the start. */
  droppedCount = 0
  /** EffectType. */
  readonly type = new Uint8Array(ROWS)
  readonly wire = createColumns(EFFECT_FIELDS, ROWS)
  /** Net ids, 65535 = not told. */
  readonly actor = this.wire.actor
  readonly target = this.wire.target
  /** Weapon or ability index. */
  readonly kind = this.wire.kind
  readonly flags = this.wire.flags
  /** Hp. */
  readonly value = this.wire.value
  /** Binary angle of a shot. */
  readonly yaw = this.wire.yaw
  /** Where it happened (m): the muzzle, the soldier, the centre of the blast. */
  readonly x = new Float32Array(ROWS)
  readonly z = new Float32Array(ROWS)
  /** End of a shot's ray (m), elsewhere the same as x and z. */
  readonly x2 = new Float32Array(ROWS)
  readonly z2 = new Float32Array(ROWS)

  beginFrame(): void {
    this.count = 0
  }

  /** Reads an effect of `cell`; false for an unknown type: nothing after it can be read. */
  read(reader: ByteReader, entities: DecodedEntities, cell: number): boolean {
    const type = reader.u8()
    const form = EFFECT_FORMS[type]
    if (form === undefined || form.length === 0) return false
    const row = this.count
    const isKept = this.count < DECODED_EFFECTS_MAX
    this.type[row] = type
    this.#clearRow(row)
    for (const name of form) this.#readField(reader, name, row)
    if (isKept && this.#place(row, entities, cell)) this.count++
    else this.droppedCount++
    return true
  }

  #clearRow(row: number): void {
    this.actor[row] = NET_ID_NONE
    this.target[row] = NET_ID_NONE
    this.kind[row] = 0
    this.flags[row] = 0
    this.value[row] = 0
    this.yaw[row] = 0
  }

  #readField(reader: ByteReader, name: EffectField, row: number): void {
    this.wire[name][row] = EFFECT_FIELDS[name] === 'u8' ? reader.u8() : reader.u16()
  }

  /** Gives the effect its place on the ground; false when its soldier was never seen. */
  #place(row: number, entities: DecodedEntities, cell: number): boolean {
    if (this.type[row] === EffectType.explosion) {
      this.x[row] = this.wire.x[row]! / POSITION_STEPS_PER_METRE
      this.z[row] = this.wire.z[row]! / POSITION_STEPS_PER_METRE
    } else {
      const subject = this.actor[row] === NET_ID_NONE ? this.target[row]! : this.actor[row]!
      if (subject >= entities.cell.length || !entities.isWitnessed(subject, cell)) return false
      this.x[row] = entities.x[subject]!
      this.z[row] = entities.z[subject]!
    }
    const length = this.type[row] === EffectType.shot ? this.wire.length[row]! : 0
    const metres = length / LENGTH_STEPS_PER_METRE
    this.x2[row] = this.x[row] + cosOfAngle(this.yaw[row]!) * metres
    this.z2[row] = this.z[row] + sinOfAngle(this.yaw[row]!) * metres
    return true
  }
}

/** Kills of the whole battle in the last frame. */
export class DecodedKills {
  count = 0
  /** Net id, 65535 = nobody. */
  readonly actor = new Uint16Array(KILLS_PER_SEND_MAX)
  readonly target = new Uint16Array(KILLS_PER_SEND_MAX)
  readonly weapon = new Uint8Array(KILLS_PER_SEND_MAX)

  beginFrame(): void {
    this.count = 0
  }

  /** False when there are more than a frame may have. */
  read(reader: ByteReader): boolean {
    const count = reader.varint()
    if (count > KILLS_PER_SEND_MAX) return false
    for (let row = 0; row < count; row++) {
      this.actor[row] = reader.u16()
      this.target[row] = reader.u16()
      this.weapon[row] = reader.u8()
    }
    this.count = reader.failed ? 0 : count
    return true
  }
}

/** Damage dealt and taken by the own soldier in the last frame. */
export class DecodedMarks {
  count = 0
  /** Bits of MarkFlag. */
  readonly flags = new Uint8Array(MARKS_PER_FRAME_MAX)
  /** Hp, or armour. */
  readonly value = new Uint8Array(MARKS_PER_FRAME_MAX)
  /** Dealt: net id of who took it. */
  readonly target = new Uint16Array(MARKS_PER_FRAME_MAX)
  /** Taken: binary angle from the own soldier to where it came from, multiples of 256. */
  readonly direction = new Uint16Array(MARKS_PER_FRAME_MAX)

  beginFrame(): void {
    this.count = 0
  }
}
