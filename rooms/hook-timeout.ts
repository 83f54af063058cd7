/**
 * A limit on how long a room's hook may take. A hook that hangs would keep a seat, a drain or a
 * close waiting for ever; after the limit it is given up, counted as an error of that hook.
 */
import type { TimerHandle, Timers } from '@battalion/base/clock.ts'

/** Longest a join, leave or dispose hook may take (ms). */
export const HOOK_MS_MAX = 5000

/** A hook that did not end in time. */
export class HookTimeoutError extends Error {
  override readonly name = 'HookTimeoutError'
}

/** What `work` gives, or {@link HookTimeoutError} after {@link HOOK_MS_MAX}. */
export async function withHookTimeout<T>(
  timers: Timers,
  hook: string,
  work: Promise<T>,
): Promise<T> {
  let timer: TimerHandle | undefined
  const timeout = new Promise<never>((_, reject) => {
    timer = timers.setTimeout(() => {
      reject(new HookTimeoutError(`${hook} took longer than ${HOOK_MS_MAX} ms`))
    }, HOOK_MS_MAX)
  })
  try {
    return await Promise.race([work, timeout])
  } finally {
    timer?.cancel()
  }
}
