/**
 * The own soldier as the head of a frame tells it: exact position for reconciliation, and figures
 * nobody else gets. Refilled in place by the decoder; a spectator's stays as created.
 */
import { LifeState } from '@battalion/sim/world.ts'
import type { ByteReader } from './byte-reader.ts'
import type { OwnFieldName } from './own-fields.ts'
import { OWN_FIELDS } from './own-fields.ts'

/** Fields of the own table; ticks (`…Tick`) are whole server ticks, 0 = over or not at all. */
export type OwnState = { [Name in OwnFieldName]: number } & {
  /** Position (m), the server's float32 exactly; meaningful while alive or down. */
  x: number
  z: number
  /** seq of the last command applied; meaningless while `hasAck` is 0. */
  ackSeq: number
  hasAck: number
  /** Commands waiting at the server when the frame was made (255 = that many or more). */
  inputsWaiting: number
}

/** Nobody, nowhere. */
export function createOwnState(): OwnState {
  const state: Record<string, number> = { x: 0, z: 0, ackSeq: 0, hasAck: 0, inputsWaiting: 0 }
  for (const field of OWN_FIELDS) state[field.name] = 0
  state.state = LifeState.empty
  return state as OwnState
}

/** Reads the fields that the mask names. */
export function readOwnFields(reader: ByteReader, own: OwnState, tick: number): void {
  const mask = reader.u16()
  if (mask >= 1 << OWN_FIELDS.length) reader.failed = true
  for (let bit = 0; bit < OWN_FIELDS.length; bit++) {
    if (((mask >> bit) & 1) === 0) continue
    const field = OWN_FIELDS[bit]!
    if (field.type === 'u8') own[field.name] = reader.u8()
    else if (field.type === 'u16') own[field.name] = reader.u16()
    else own[field.name] = tickUntil(reader.u16(), tick)
  }
}

function tickUntil(ticksLeft: number, tick: number): number {
  return ticksLeft === 0 ? 0 : tick + ticksLeft
}
