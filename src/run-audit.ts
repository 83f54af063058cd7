/**
 * `npm run audit -- verify [--known HASH]`: checks the hash chain of the audit log, row by row.
 * Exit code 0 when it is whole, 1 when a row was changed, is missing or was cut off. With PGlite
 * the server must be stopped.
 */
import { parseArgs } from 'node:util'

import { ConfigError } from './config.ts'
import { createProgress, runDatabaseProgram } from './database-program.ts'
import { verifyChain } from './services/audit/verify-chain.ts'
import type { ChainFinding } from './services/audit/verify-chain.ts'

const USAGE = 'usage: npm run audit -- verify [--known HASH]'

const SENTENCES: Readonly<Record<ChainFinding['what'], (seq: number) => string>> = {
  changed: (seq) => `row ${seq} was changed: its hash is not that of its content`,
  missing: (seq) => `row ${seq} is missing`,
  unlinked: (seq) => `row ${seq} does not follow the row before it`,
  'cut off': (seq) => `the log does not end where its head says; rows from ${seq} on are gone`,
  'unknown hash': () => 'no row has the hash given by --known: the log was made anew',
}

await runDatabaseProgram('audit', async (database) => {
  const { knownHash } = readOptions()
  const progress = createProgress('audit')
  const onProgress = (rows: number) => progress.onProgress({ table: 'audit.entries', rows })
  const report = await verifyChain(database.patient, { knownHash, onProgress })
  const tookSec = progress.done().toFixed(1)
  for (const { what, seq } of report.findings) {
    process.stdout.write(`audit: ${SENTENCES[what](seq)}\n`)
  }
  const state = report.findingCount === 0 ? 'whole' : `${report.findingCount} findings`
  process.stdout.write(`audit: ${report.rows} rows, ${state} (${tookSec} s); head ${report.head}\n`)
  if (report.findingCount > 0) process.exitCode = 1
})

function readOptions(): { knownHash: string | undefined } {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { known: { type: 'string' } },
    })
    const { known } = values
    if (positionals[0] !== 'verify') throw new ConfigError(USAGE)
    if (known !== undefined && !/^[\da-f]{64}$/.test(known)) throw new ConfigError(USAGE)
    return { knownHash: known }
  } catch (error) {
    throw error instanceof ConfigError ? error : new ConfigError(USAGE)
  }
}
