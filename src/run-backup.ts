/**
 * `npm run backup [-- FILE]`: the configured database to one file, DATA_DIR/backups/<time>.jsonl.gz
 * when none is named. With PGlite the server must be stopped; PostgreSQL is read while it runs.
 */
import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'

import { createProgress, runDatabaseProgram } from './database-program.ts'
import { backUp } from './db/backup.ts'
import { systemClock } from './system-clock.ts'

await runDatabaseProgram('backup', async (database, config) => {
  const madeAt = new Date(systemClock.wallMs())
  const name = `${madeAt.toISOString().replaceAll(':', '-')}.jsonl.gz`
  const path = process.argv[2] ?? join(config.dataDir, 'backups', name)
  mkdirSync(dirname(path), { recursive: true })
  const { onProgress, done } = createProgress('backing up')
  const { tables, rows } = await backUp(database.patient, { path, madeAt, onProgress })
  const tookSec = done().toFixed(1)
  process.stdout.write(`${path}: ${rows} rows of ${tables} tables in ${tookSec} s\n`)
})
