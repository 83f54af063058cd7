/**
 * A lock that one process holds on a directory or on a database beside it: a file with the
 * holder's pid and start time. It appears with its content in one step (link), so nobody reads
 * half a lock. A crashed holder, or a pid that another program got since, never blocks a start.
 *
 * A stale lock is replaced, never removed, and only by who holds the right to replace just this
 * one: a lock of its own, named after its text, which no later lock has. Moving it aside by rename
 * was a race: a start that had read the stale one could move away the fresh one that came since,
 * and in two of 25 runs of the test two or three of eight starts held the directory.
 */
import { createHash, randomUUID } from 'node:crypto'
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'

/** Position of the start time in /proc/<pid>/stat, counted after the name in brackets. */
const STAT_START_TIME_INDEX = 19
/** A start that loses a race reads again; more rounds than this mean a broken disk. */
const ROUNDS_MAX = 5
/** Of the hash in the name of the right to replace a stale lock. */
const MARK_CHARS = 16

interface LockHolder {
  readonly pid: number
  /** Clock ticks since boot; empty where /proc is missing. */
  readonly startTime: string
  /** Makes every lock's text its own. */
  readonly nonce: string
}

/** Somebody else has it. */
export class LockHeldError extends Error {
  override readonly name = 'LockHeldError'
  readonly pid: number

  constructor(path: string, pid: number) {
    super(`${path} is held by process ${pid}`)
    this.pid = pid
  }
}

/** Takes the lock; the answer gives it back. Throws {@link LockHeldError} when it is held. */
export function takeLock(path: string): () => void {
  const own: LockHolder = {
    pid: process.pid,
    startTime: findStartTime(process.pid) ?? '',
    nonce: randomUUID(),
  }
  const text = JSON.stringify(own)
  for (let round = 0; round < ROUNDS_MAX; round++) {
    if (linkNew(path, text)) return () => giveBack(path, text)
    const found = readText(path)
    if (found === undefined) continue
    const holder = parseHolder(found)
    if (holder !== undefined && isAlive(holder)) throw new LockHeldError(path, holder.pid)
    if (replaceStale(path, found, text)) return () => giveBack(path, text)
  }
  throw new LockHeldError(path, 0)
}

function linkNew(path: string, text: string): boolean {
  const draft = writeDraft(path, text)
  try {
    linkOrCreate(draft, path, text)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  } finally {
    rmSync(draft, { force: true })
  }
}

function writeDraft(path: string, text: string): string {
  const draft = `${path}.${process.pid}.draft`
  writeFileSync(draft, text)
  return draft
}

/** Some file systems have no links; there the lock is created and then filled. */
function linkOrCreate(draft: string, path: string, text: string): void {
  try {
    linkSync(draft, path)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? ''
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(code)) throw error
    writeFileSync(path, text, { flag: 'wx' })
  }
}

/** Only our own lock: another holder's stays. */
function giveBack(path: string, text: string): void {
  if (readText(path) === text) rmSync(path, { force: true })
}

/**
 * Puts `text` in the place of the lock that reads `stale`; false when that has been replaced
 * meanwhile. Throws {@link LockHeldError} while another start is about to.
 */
function replaceStale(path: string, stale: string, text: string): boolean {
  const mark = createHash('sha256').update(stale).digest('hex').slice(0, MARK_CHARS)
  const giveRightBack = takeLock(`${path}.${mark}`)
  try {
    if (readText(path) !== stale) return false
    renameSync(writeDraft(path, text), path)
    return true
  } finally {
    giveRightBack()
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

function parseHolder(text: string): LockHolder | undefined {
  try {
    const value = JSON.parse(text) as Partial<LockHolder> | null
    if (typeof value?.pid !== 'number' || typeof value.startTime !== 'string') return undefined
    return { pid: value.pid, startTime: value.startTime, nonce: value.nonce ?? '' }
  } catch {
    return undefined
  }
}

function isAlive(holder: LockHolder): boolean {
  try {
    process.kill(holder.pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
  }
  const startTime = findStartTime(holder.pid)
  return startTime === undefined || holder.startTime === '' || startTime === holder.startTime
}

/** When a process began, as Linux counts it; undefined elsewhere or when it is gone. */
export function findStartTime(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[STAT_START_TIME_INDEX]
  } catch {
    return undefined
  }
}
