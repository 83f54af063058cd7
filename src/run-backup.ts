/**
 * `npm run backup [-- FILE]`: the configured database to one file, DATA_DIR/backups/<time>.jsonl.gz
 * when none is named. With PGlite the server must be stopped; PostgreSQL is read while it runs.
 */
import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'

import { ConfigError } from './config.ts'
import { createProgress, runDatabaseProgram } from './database-program.ts'
import { backUp } from './db/backup.ts'
import { systemClock } from './system-clock.ts'

await runDatabaseProgram(
  'backup',
  async (database, config, [named]) => {
    const madeAt = new Date(systemClock.wallMs())
    const name = `${madeAt.toISOString().replaceAll(':', '-')}.jsonl.gz`
    const path = named ?? join(config.dataDir, 'backups', name)
    mkdirSync(dirname(path), { recursive: true })
    const { onProgress, done } = createProgress('backing up')
    const { tables, rows } = await backUp(database.patient, { path, madeAt, onProgress })
    const tookSec = done().toFixed(1)
    process.stdout.write(`${path}: ${rows} rows of ${tables} tables in ${tookSec} s\n`)
  },
  readNamed,
)

function readNamed(): readonly string[] {
  const named = process.argv.slice(2)
  if (named.length < 2 && !named.some((each) => each.startsWith('-'))) return named
  throw new ConfigError('at most one file, and no options: npm run backup -- [FILE]')
}
