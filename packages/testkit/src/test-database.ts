/**
 * Databases for tests: one suite, both engines. `describeDatabase` runs its body once on PGlite and
 * once on PostgreSQL; each gives a fresh, migrated database to every `open`. PGlite starts from a
 * dump that is made once per set of migrations (.cache), PostgreSQL from a template database cloned
 * for each. PostgreSQL is the runner's private cluster (TEST_DATABASE_URL); without it the suite is
 * skipped with the reason, which CI counts as a failure.
 */
import { createHash, randomBytes } from 'node:crypto'
import {
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { describe } from 'node:test'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'

import { Client } from 'pg'

import { openDatabase } from '../../../src/db/database.ts'
import type { Database, DatabaseOptions, DatabasePlace } from '../../../src/db/database.ts'
import type { EngineName } from '../../../src/db/engine.ts'
import { PgliteEngine } from '../../../src/db/pglite-engine.ts'
import { systemClock, systemTimers } from '../../../src/system-clock.ts'
import { NO_POSTGRES } from './private-cluster.ts'

/** Tests that are not about time stand a machine that is busy (ms). */
const TEST_ANSWER_MS_MAX = 60_000
const ROOT_DIR = fileURLToPath(new URL('../../..', import.meta.url))
const CACHE_DIR = `${ROOT_DIR}.cache/test-database`
/** Session-level lock while a template is made (any number, ours). */
const TEMPLATE_LOCK_ID = 7_206_190_462

/** How tests reach PostgreSQL; undefined when there is none. */
export const TEST_DATABASE_URL = process.env['TEST_DATABASE_URL']

/** What a suite gets for its engine. */
export interface TestEngine {
  readonly name: EngineName
  /** A fresh migrated database, gone with the test. */
  open(test: Pick<TestContext, 'after'>, options?: Partial<DatabaseOptions>): Promise<Database>
  /** The place of a fresh database, empty or migrated, for tests that open it themselves. */
  place(test: Pick<TestContext, 'after'>, state: 'empty' | 'migrated'): Promise<DatabasePlace>
}

/** A suite that holds on both engines. */
export function describeDatabase(name: string, body: (engine: TestEngine) => void): void {
  describe(`${name}, on PGlite`, () => body(createTestEngine('pglite')))
  const skip = TEST_DATABASE_URL === undefined ? NO_POSTGRES : false
  describe(`${name}, on PostgreSQL`, { skip }, () => body(createTestEngine('postgres')))
}

/** One engine alone, for suites about it. */
export function createTestEngine(name: EngineName): TestEngine {
  const place: TestEngine['place'] = name === 'pglite' ? pglitePlace : postgresPlace
  return {
    name,
    place,
    async open(test, options = {}) {
      const migrated = await place(test, 'migrated')
      const patience = { answerMsMax: TEST_ANSWER_MS_MAX }
      const database = openDatabase({ ...TEST_PORTS, place: migrated, ...patience, ...options })
      test.after(() => database.close())
      await database.ready
      return database
    },
  }
}

/** Real clock and timers. */
export const TEST_PORTS = { clock: systemClock, timers: systemTimers }

/** A small pool; patient, as {@link TEST_ANSWER_MS_MAX} is. */
export function postgresPlaceAt(url: string): DatabasePlace {
  return {
    engine: 'postgres',
    url,
    poolMax: 8,
    connectMsMax: 20_000,
    statementMsMax: 20_000,
    lockMsMax: 20_000,
    idleTransactionMsMax: 60_000,
  }
}

async function pglitePlace(
  _: Pick<TestContext, 'after'>,
  state: 'empty' | 'migrated',
): Promise<DatabasePlace> {
  const place = { engine: 'pglite', directory: undefined } as const
  return { ...place, dump: await loadDump(state) }
}

async function loadDump(state: 'empty' | 'migrated'): Promise<Uint8Array> {
  const path = `${CACHE_DIR}/${state}-${state === 'empty' ? pgliteVersion() : migrationsHash()}.tar`
  if (existsSync(path)) return readFileSync(path)
  const dump = await makeDump(state)
  mkdirSync(CACHE_DIR, { recursive: true })
  const draft = `${path}.${process.pid}`
  writeFileSync(draft, dump)
  renameSync(draft, path)
  // 40 MB each: dumps of migrations that are no more are not kept.
  const older = globSync(`${CACHE_DIR}/${state}-*.tar`).filter((each) => each !== path)
  for (const each of older) rmSync(each, { force: true })
  return dump
}

async function makeDump(state: 'empty' | 'migrated'): Promise<Uint8Array> {
  if (state === 'empty') {
    const engine = new PgliteEngine({ directory: undefined, dump: undefined }, systemTimers)
    try {
      return await engine.dump()
    } finally {
      await engine.close()
    }
  }
  const place = { engine: 'pglite', directory: undefined, dump: await loadDump('empty') } as const
  const database = openDatabase({ ...TEST_PORTS, place })
  try {
    await database.ready
    return await database.dump()
  } finally {
    await database.close()
  }
}

/** Whatever changes a fresh database changes this: the migrations and the engine's version. */
function migrationsHash(): string {
  const hash = createHash('sha256')
  const files = globSync(`${ROOT_DIR}src/db/{migrations/*,migrate}.ts`).sort()
  for (const file of files) hash.update(readFileSync(file))
  return hash.update(pgliteVersion()).digest('hex').slice(0, 16)
}

function pgliteVersion(): string {
  const path = `${ROOT_DIR}node_modules/@electric-sql/pglite/package.json`
  return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version
}

async function postgresPlace(
  test: Pick<TestContext, 'after'>,
  state: 'empty' | 'migrated',
): Promise<DatabasePlace> {
  const name = `test_${randomBytes(8).toString('hex')}`
  await asAdmin(async (admin) => {
    const template = state === 'empty' ? 'template0' : await makeTemplate(admin)
    const locale = state === 'empty' ? `locale 'C.UTF-8'` : ''
    await admin.query(`create database ${name} template ${template} ${locale}`)
  })
  test.after(() => asAdmin((admin) => admin.query(`drop database ${name} with (force)`)))
  return postgresPlaceAt(urlOf(name))
}

/** The address of a database of the test cluster. */
export function urlOf(database: string): string {
  const url = new URL(TEST_DATABASE_URL!)
  url.pathname = `/${database}`
  return url.href
}

/** Runs `work` on the test cluster itself, as a user who may do everything. */
export async function asAdmin<T>(work: (admin: Client) => Promise<T>): Promise<T> {
  const admin = new Client({ connectionString: TEST_DATABASE_URL! })
  admin.on('error', () => undefined)
  await admin.connect()
  try {
    return await work(admin)
  } finally {
    await admin.end()
  }
}

/** The migrated template of this set of migrations; whoever comes first makes it. */
async function makeTemplate(admin: Client): Promise<string> {
  const name = `battalion_template_${migrationsHash()}`
  await admin.query(`select pg_advisory_lock(${TEMPLATE_LOCK_ID})`)
  try {
    const found = await admin.query('select 1 from pg_database where datname = $1', [name])
    if (found.rowCount !== 0) return name
    await admin.query(`create database ${name}_new template template0 locale 'C.UTF-8'`)
    const place = postgresPlaceAt(urlOf(`${name}_new`))
    const database = openDatabase({ ...TEST_PORTS, place })
    await database.ready
    await database.close()
    await admin.query(`alter database ${name}_new rename to ${name}`)
    return name
  } finally {
    await admin.query(`select pg_advisory_unlock(${TEMPLATE_LOCK_ID})`)
  }
}
