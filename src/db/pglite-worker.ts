/**
 * PGlite's thread: the only code that touches PGlite. It blocks whatever thread it runs in (a heavy
 * query stopped the loop for 1.8 s), hence a thread of its own, at a lower priority than the rooms.
 * Takes one request after another and answers each; it decides nothing.
 */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { setPriority } from 'node:os'
import { join } from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'

import { assertDefined } from '@battalion/base/assert.ts'
import { PGlite } from '@electric-sql/pglite'
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm'

import { COLUMN_READERS } from './column-types.ts'
import type { PgliteFailure, PgliteOpen, PgliteReply, PgliteRequest } from './pglite-messages.ts'

/** Below the rooms' thread (nice value); Linux keeps one for each thread. */
const PRIORITY_NICE = 10

const port = assertDefined(parentPort, 'pglite-worker.ts runs as a worker thread')

/** Lies in a database directory whose making was finished. */
const MADE_FILE = 'battalion-made'
/** Everything about everybody is in it. */
const DIRECTORY_MODE = 0o700

async function openPglite(open: PgliteOpen): Promise<PGlite> {
  const { directory, dump } = open
  if (directory !== undefined) {
    moveUnfinished(directory)
    mkdirSync(directory, { recursive: true, mode: DIRECTORY_MODE })
  }
  const db = await createPglite(directory, dump)
  if (directory !== undefined) writeFileSync(join(directory, MADE_FILE), '')
  return db
}

/**
 * Making a database takes seconds; a process that ends in between leaves one that may not open.
 * Nothing can be in it yet, but it is moved aside, not removed: a guess must not cost data.
 */
function moveUnfinished(directory: string): void {
  if (!existsSync(directory) || existsSync(join(directory, MADE_FILE))) return
  if (readdirSync(directory).length === 0) return
  const aside = `${directory}.unfinished`
  rmSync(aside, { recursive: true, force: true })
  renameSync(directory, aside)
}

function createPglite(directory: string | undefined, dump: Uint8Array | undefined) {
  return PGlite.create({
    ...(directory === undefined ? {} : { dataDir: directory }),
    ...(dump === undefined ? {} : { loadDataDir: new Blob([Uint8Array.from(dump)]) }),
    extensions: { pg_trgm },
    parsers: COLUMN_READERS,
  })
}

async function answer(db: PGlite, request: PgliteRequest): Promise<PgliteReply> {
  const { id } = request
  try {
    if (request.kind === 'query') {
      const { rows, affectedRows } = await db.query(request.sql, request.params)
      return { id, rows, affectedCount: affectedRows }
    }
    if (request.kind === 'close') {
      await db.close()
      return { id, rows: [], affectedCount: undefined }
    }
    const dump = await db.dumpDataDir('none')
    return { id, dump: new Uint8Array(await dump.arrayBuffer()) }
  } catch (error) {
    return { id, failure: describe(error) }
  }
}

function describe(error: unknown): PgliteFailure {
  const { code, message, constraint, detail } = error as Partial<PgliteFailure>
  return { code: code ?? 'XX000', message: message ?? String(error), constraint, detail }
}

function lowerPriority(): void {
  try {
    setPriority(PRIORITY_NICE)
  } catch {
    // Not allowed, or a system without it: the default priority does.
  }
}

lowerPriority()
try {
  const db = await openPglite(workerData as PgliteOpen)
  port.on('message', (request: PgliteRequest) => {
    void answer(db, request).then((reply) => port.postMessage(reply))
  })
  port.postMessage({ id: 0, rows: [], affectedCount: undefined } satisfies PgliteReply)
} catch (error) {
  port.postMessage({ id: 0, failure: describe(error) } satisfies PgliteReply)
}
