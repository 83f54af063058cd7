/**
 * Wrap-aware u16 arithmetic (RFC 1982 in spirit): of two numbers the newer is the one at most half
 * the range ahead. Used for input sequence numbers, wire ticks and view times.
 */

/** Signed distance `a - b` on the u16 circle, -32768..32767. */
export function sequenceDifference(a: number, b: number): number {
  return (((a - b) & 0xffff) ^ 0x8000) - 0x8000
}

/** True when `a` is newer than `b`. */
export function isSequenceNewer(a: number, b: number): boolean {
  return sequenceDifference(a, b) > 0
}

/**
 * The full number nearest to `reference` whose low 16 bits are `low`. Turns a wire tick back into a
 * tick. May be negative when `reference` is near 0: callers clamp.
 */
export function expandSequence(low: number, reference: number): number {
  return reference + sequenceDifference(low & 0xffff, reference & 0xffff)
}
