/**
 * Why a snapshot was refused, and the answers of the decoder, made once so that refusing allocates
 * nothing.
 */

export const DECODE_FAULTS = [
  /** The frame ends too early, or a number in it cannot be. */
  'truncated',
  /** Bytes are left over. */
  'trailing',
  /** The decoder waits for a fresh frame. */
  'lost',
  'head_bits',
  'centre_cell',
  'cell_bits',
  'unknown_cell',
  'slot',
  'code',
  'place',
  'mask',
  'net_id',
  'too_many',
  'effect_type',
  'projectile',
  'marks',
  'kills',
  'far',
] as const
export type DecodeFault = (typeof DECODE_FAULTS)[number]

export type DecodeResult =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: DecodeFault }

export const DECODE_OK: DecodeResult = { ok: true }

const REFUSALS = new Map<DecodeFault, DecodeResult>(
  DECODE_FAULTS.map((reason) => [reason, { ok: false, reason }]),
)

export function refusal(reason: DecodeFault): DecodeResult {
  return REFUSALS.get(reason)!
}
