/**
 * What the database programs share (migrate, backup, restore, erd): the configuration, the lock,
 * the database opened and brought up to date, one line for what an operator must change, and
 * progress that is one rewritten line on a terminal and a line now and then elsewhere.
 */
import { mkdirSync } from 'node:fs'

import { ConfigError, readConfig } from './config.ts'
import type { Config } from './config.ts'
import { DatabaseSetupError } from './db/database-error.ts'
import type { BackupProgress } from './db/backup.ts'
import { openDatabase } from './db/database.ts'
import type { Database } from './db/database.ts'
import { checkNodeVersion } from './node-version.ts'
import { findDatabasePlace, lockDatabase } from './open-app-database.ts'
import { systemClock, systemTimers } from './system-clock.ts'

/** Wrong options, a database in use or not fit: the operator's to change (EX_CONFIG). */
const EXIT_CONFIG = 78
const EXIT_FAILED = 1
const TERMINAL_EVERY_MS = 100
const LINES_EVERY_MS = 5000

/** Reads the arguments, runs `work` on the configured database and sets the exit code. */
export async function runDatabaseProgram<T = undefined>(
  name: string,
  work: (database: Database, config: Config, wish: T) => Promise<void>,
  readWish?: () => T,
): Promise<void> {
  try {
    checkNodeVersion(process.versions.node)
    const wish = readWish?.() as T
    await openAndRun(name, (database, config) => work(database, config, wish))
  } catch (error) {
    const isKnown = error instanceof ConfigError || error instanceof DatabaseSetupError
    const text = error instanceof Error ? (isKnown ? error.message : error.stack) : String(error)
    process.stderr.write(`${name}: ${text}\n`)
    process.exitCode = isKnown ? EXIT_CONFIG : EXIT_FAILED
  }
}

async function openAndRun(
  name: string,
  work: (database: Database, config: Config) => Promise<void>,
): Promise<void> {
  const config = readConfig(process.env)
  mkdirSync(config.dataDir, { recursive: true })
  const unlock = lockDatabase(config)
  const database = openDatabase({
    place: findDatabasePlace(config),
    clock: systemClock,
    timers: systemTimers,
    onEvent(event, error) {
      const why = error instanceof Error ? `: ${error.message}` : ''
      process.stderr.write(`${name}: ${event}${why}\n`)
    },
  })
  try {
    await database.ready
    await work(database, config)
  } finally {
    await database.close()
    unlock()
  }
}

/** Progress of one run. */
export interface ProgramProgress {
  readonly onProgress: BackupProgress
  /** Ends the line; seconds since the start. */
  readonly done: () => number
}

/** Shows how far it is. */
export function createProgress(verb: string): ProgramProgress {
  const isTerminal = process.stderr.isTTY
  const startMs = systemClock.monotonicMs()
  let shownMs = startMs
  return {
    onProgress({ table, rows }) {
      const nowMs = systemClock.monotonicMs()
      if (nowMs - shownMs < (isTerminal ? TERMINAL_EVERY_MS : LINES_EVERY_MS)) return
      shownMs = nowMs
      const rate = Math.round((rows * 1000) / Math.max(1, nowMs - startMs))
      const line = `${verb} ${table}: ${rows} rows, ${rate} rows/s`
      process.stderr.write(isTerminal ? `\r${line} ` : `${line}\n`)
    },
    done() {
      if (isTerminal) process.stderr.write('\r')
      return (systemClock.monotonicMs() - startMs) / 1000
    },
  }
}
