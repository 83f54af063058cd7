/**
 * A process, or a thread of one, that gives way to everybody else on its core, a battle's tick
 * above all. Linux keeps a priority for each thread, and `setPriority` sets the caller's alone:
 * V8's helpers, which collect its garbage, would go on as eager as before.
 */
import { readdirSync } from 'node:fs'
import { setPriority } from 'node:os'

/** Nice value of 19: about a tenth of a core that somebody else wants as well. */
const NICENESS = 10
const THREADS = '/proc/self/task'

/** Lowers this thread; those that it makes from now on are as low. */
export function giveWay(): void {
  lower(0)
}

/** Lowers all threads of this process. */
export function giveWayWhole(): void {
  lower(0)
  for (const id of listThreads()) lower(id)
}

function listThreads(): number[] {
  try {
    return readdirSync(THREADS).map(Number)
  } catch {
    // Not Linux: there the priority is the process's.
    return []
  }
}

function lower(id: number): void {
  try {
    setPriority(id, NICENESS)
  } catch {
    // Not everywhere permitted, or the thread has ended; then it is as eager as others.
  }
}
