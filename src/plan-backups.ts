/**
 * Backups by the running server (DAT-6): a job looks once an hour whether the newest file is old
 * enough, so a server that was down catches up, and of several processes one does it. Deletes only
 * files that it named itself, and never the newest. On PGlite nobody else is served while it reads.
 */
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'

import type { Clock } from '@battalion/base/clock.ts'

import type { Config } from './config.ts'
import { backUp } from './db/backup.ts'
import type { Database } from './db/database.ts'
import type { JobPlan } from './open-app-database.ts'
import { systemClock } from './system-clock.ts'
import type { AppLogger } from './telemetry/logger.ts'

/** Kind of the job. */
export const BACKUP_JOB = 'backup'
const HOUR_MS = 3_600_000
/** The job comes once an hour, a few seconds early or late (ms). */
const SLACK_MS = 60_000
const NAME = /^auto-(\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}Z)\.jsonl\.gz$/

/** What backups stand on. */
export interface BackupOptions {
  readonly config: Pick<Config, 'backupEveryHours' | 'backupDir' | 'backupKeepCount' | 'dataDir'>
  readonly logger: Pick<AppLogger, 'info'>
  readonly clock?: Pick<Clock, 'wallMs'>
}

/** The job; without `BACKUP_EVERY_HOURS` it is not planned, and one that is left does nothing. */
export function planBackups(database: Database, options: BackupOptions): JobPlan {
  const isOn = options.config.backupEveryHours > 0
  return {
    handlers: {
      [BACKUP_JOB]: async () => {
        if (isOn) await backUpWhenDue(database, options)
      },
    },
    schedules: isOn ? [{ kind: BACKUP_JOB, pattern: '29 * * * *' }] : [],
  }
}

/** The new file; undefined while the newest is young enough. */
export async function backUpWhenDue(
  database: Database,
  { config, logger, clock = systemClock }: BackupOptions,
): Promise<string | undefined> {
  const directory = config.backupDir || join(config.dataDir, 'backups')
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const nowMs = clock.wallMs()
  const newestMs = listBackups(directory).at(-1)?.madeMs ?? -Infinity
  if (nowMs - newestMs < config.backupEveryHours * HOUR_MS - SLACK_MS) return undefined
  const madeAt = new Date(nowMs)
  const path = join(directory, `auto-${madeAt.toISOString().replaceAll(':', '-')}.jsonl.gz`)
  const made = await backUp(database.patient, { path, madeAt, onProgress: () => undefined })
  const old = listBackups(directory).slice(0, -config.backupKeepCount)
  for (const { name } of old) rmSync(join(directory, name), { force: true })
  const line = { event: 'backup.done', path, ...made, deleted: old.length }
  logger.info(line, 'the database is backed up')
  return path
}

/** Files of this job, oldest first. */
function listBackups(directory: string): { readonly name: string; readonly madeMs: number }[] {
  return readdirSync(directory)
    .flatMap((name) => {
      const [, time] = NAME.exec(name) ?? []
      if (time === undefined) return []
      const [day, clock] = time.split('T') as [string, string]
      return [{ name, madeMs: Date.parse(`${day}T${clock.replace(/-/g, ':')}`) }]
    })
    .sort((a, b) => a.madeMs - b.madeMs)
}
