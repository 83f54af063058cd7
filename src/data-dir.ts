/**
 * The data directory: made when absent, proven writable, locked for one process. The lock is a file
 * with the holder's pid and start time, so a crashed holder, or a pid that was given to somebody
 * else since, never blocks a start. Two starts within the same millisecond on a stale lock could
 * both win; a supervisor does not do that.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

import { ConfigError } from './config.ts'

const LOCK_FILE = 'lock'
/** Position of the start time in /proc/<pid>/stat, counted after the name in brackets. */
const STAT_START_TIME_INDEX = 19

interface LockHolder {
  readonly pid: number
  /** Clock ticks since boot; empty where /proc is missing. */
  readonly startTime: string
}

/** A directory this process holds. */
export interface DataDir {
  readonly path: string
  release(): void
}

/** Takes the directory; throws {@link ConfigError} when another live process has it. */
export function openDataDir(path: string): DataDir {
  const lock = join(path, LOCK_FILE)
  const own: LockHolder = { pid: process.pid, startTime: findStartTime(process.pid) ?? '' }
  try {
    mkdirSync(path, { recursive: true })
    takeLock(lock, own)
  } catch (error) {
    throw toConfigError(error, path)
  }
  return { path: resolve(path), release: () => rmSync(lock, { force: true }) }
}

function takeLock(lock: string, own: LockHolder): void {
  const text = JSON.stringify(own)
  try {
    writeFileSync(lock, text, { flag: 'wx' })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    const holder = readHolder(lock)
    if (holder !== undefined && isAlive(holder)) {
      throw new ConfigError(
        `DATA_DIR: ${resolve(lock, '..')} is in use by process ${holder.pid}; ` +
          'stop that server or set another DATA_DIR.',
      )
    }
    rmSync(lock, { force: true })
    writeFileSync(lock, text, { flag: 'wx' })
  }
}

function readHolder(lock: string): LockHolder | undefined {
  try {
    const value = JSON.parse(readFileSync(lock, 'utf8')) as Partial<LockHolder> | null
    if (typeof value?.pid !== 'number' || typeof value.startTime !== 'string') return undefined
    return { pid: value.pid, startTime: value.startTime }
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

function toConfigError(error: unknown, path: string): unknown {
  const code = (error as NodeJS.ErrnoException).code ?? ''
  if (!['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'ENOSPC'].includes(code)) return error
  return new ConfigError(
    `DATA_DIR: ${resolve(path)} is not a directory this user may write (${code}); ` +
      'fix its permissions or set another DATA_DIR.',
  )
}
