/**
 * Programmer errors. An assert says what must hold whatever a client sends; a failing one is a bug
 * of ours. Never reachable from the wire: readers return a reason instead (style.md, habit 6).
 */

/** Thrown by {@link assert}; a room that catches one is disposed, others live on. */
export class AssertionError extends Error {
  override readonly name = 'AssertionError'
}

/** Throws {@link AssertionError} with `message` unless `condition` holds. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new AssertionError(message)
}

/** The value, or an {@link AssertionError} when it is null or undefined. */
export function assertDefined<T>(value: T | null | undefined, message: string): T {
  if (value === null || value === undefined) throw new AssertionError(message)
  return value
}
