/**
 * A data directory whose embedded database is already made, for tests that start a server as a
 * process: making one takes seconds of a core beside what they look at. Made once per version of
 * PGlite (.cache) and copied; the server still migrates it.
 */
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { PgliteEngine } from '../../../src/db/pglite-engine.ts'
import { systemTimers } from '../../../src/system-clock.ts'

const ROOT_DIR = fileURLToPath(new URL('../../..', import.meta.url))

/** Puts a made database into `dataDir`, as `DATA_DIR` of a server to be started. */
export async function putMadeDatabase(dataDir: string): Promise<void> {
  const { version } = JSON.parse(
    readFileSync(`${ROOT_DIR}node_modules/@electric-sql/pglite/package.json`, 'utf8'),
  ) as { version: string }
  const cached = `${ROOT_DIR}.cache/test-database/made-${version}`
  if (!existsSync(cached)) await makeDatabase(cached)
  cpSync(cached, join(dataDir, 'db'), { recursive: true })
}

/** Several processes may make it at once; the first to finish counts. */
async function makeDatabase(target: string): Promise<void> {
  const draft = `${target}.${process.pid}`
  mkdirSync(join(target, '..'), { recursive: true })
  const engine = new PgliteEngine({ directory: draft, dump: undefined }, systemTimers)
  await engine.start()
  await engine.close()
  try {
    renameSync(draft, target)
  } catch (error) {
    rmSync(draft, { recursive: true, force: true })
    if (!existsSync(target)) throw error
  }
}
