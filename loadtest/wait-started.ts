/**
 * Waits until a server is through with everything that only happens at a start: a new embedded
 * database takes some seconds of another core, which no measurement should have in it.
 */
import { setTimeout as sleep } from 'node:timers/promises'

const POLL_MS = 50
const START_MS_MAX = 120_000

/** Resolves when `/startupz` says yes; a server that never does is measured as it is. */
export async function waitStarted(opsUrl: string): Promise<void> {
  const endMs = performance.now() + START_MS_MAX
  while (performance.now() < endMs) {
    const answer = await fetch(`${opsUrl}/startupz`).catch(() => undefined)
    await answer?.body?.cancel()
    if (answer?.ok === true) return
    await sleep(POLL_MS)
  }
}
