/**
 * `npm run restore -- FILE [--wipe]`: a backup back into the configured database, all or nothing.
 * The server must be stopped. Without --wipe a database that holds rows is refused.
 */
import { parseArgs } from 'node:util'

import { ConfigError } from './config.ts'
import { createProgress, runDatabaseProgram } from './database-program.ts'
import { restore } from './db/restore.ts'

await runDatabaseProgram('restore', async (database) => {
  const { values, positionals } = parseArgs({
    options: { wipe: { type: 'boolean', default: false } },
    allowPositionals: true,
  })
  const [path] = positionals
  if (path === undefined) throw new ConfigError('name the file: npm run restore -- FILE [--wipe]')
  const { onProgress, done } = createProgress('restoring')
  const options = { path, mayWipe: values.wipe, onProgress }
  const { tables, rows } = await restore(database.patient, options)
  process.stdout.write(`${rows} rows of ${tables} tables restored in ${done().toFixed(1)} s\n`)
})
