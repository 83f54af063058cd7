/** Waits in real time for something that a test cannot await. */
import { setTimeout as sleep } from 'node:timers/promises'

import { AppError } from '@battalion/base/app-error.ts'

const POLL_MS = 5

/** Resolves when `isTrue` says so; rejects after `msMax`. */
export async function waitUntil(
  what: string,
  isTrue: () => boolean | Promise<boolean>,
  msMax = 90_000,
): Promise<void> {
  const endMs = performance.now() + msMax
  while (!(await isTrue())) {
    if (performance.now() > endMs) throw new AppError('internal', `waited in vain: ${what}`)
    await sleep(POLL_MS)
  }
}
