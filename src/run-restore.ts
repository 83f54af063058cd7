/**
 * `npm run restore -- FILE [--wipe]`: a backup back into the configured database, all or nothing.
 * The server must be stopped. Without --wipe a database that holds rows is refused.
 */
import { parseArgs } from 'node:util'

import { ConfigError } from './config.ts'
import { createProgress, runDatabaseProgram } from './database-program.ts'
import { restore } from './db/restore.ts'

await runDatabaseProgram(
  'restore',
  async (database, _, { path, mayWipe }) => {
    const { onProgress, done } = createProgress('restoring')
    const options = { path, mayWipe, onProgress }
    const { tables, rows } = await restore(database.patient, options)
    process.stdout.write(`${rows} rows of ${tables} tables restored in ${done().toFixed(1)} s\n`)
  },
  readWish,
)

function readWish(): { readonly path: string; readonly mayWipe: boolean } {
  const options = { wipe: { type: 'boolean', default: false } } as const
  try {
    const { values, positionals } = parseArgs({ options, allowPositionals: true })
    const [path] = positionals
    if (path !== undefined && positionals.length === 1) return { path, mayWipe: values.wipe }
  } catch {
    // An option that there is none of; what there is comes next.
  }
  throw new ConfigError('name one file: npm run restore -- FILE [--wipe]')
}
