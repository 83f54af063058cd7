/**
 * How a child program of ours ends: on SIGTERM or SIGINT, and when its parent is gone (the IPC
 * channel closes, or the parent's process id changes). Ends once, within END_MS_MAX, always.
 */

/** After this the process leaves whatever still hangs (ms); callers promise one second. */
const END_MS_MAX = 800
/** How often to look for the parent when there is no IPC channel (ms). */
const PARENT_POLL_MS = 250

/** Calls `end` once when this process should go, then exits with code 0. */
export function endWithParent(end: () => Promise<void>): void {
  const parentPid = process.ppid
  let isEnding = false
  const finish = () => {
    if (isEnding) return
    isEnding = true
    setTimeout(() => process.exit(0), END_MS_MAX).unref()
    end()
      .catch(() => undefined)
      .finally(() => process.exit(0))
  }
  process.on('SIGTERM', finish)
  process.on('SIGINT', finish)
  if (process.send !== undefined) process.on('disconnect', finish)
  setInterval(() => {
    if (process.ppid !== parentPid) finish()
  }, PARENT_POLL_MS).unref()
}
