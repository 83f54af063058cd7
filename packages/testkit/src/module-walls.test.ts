/** No module queries another's tables, and no foreign key joins two modules, but to the users. */
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { describe, it } from 'node:test'

import { sql } from 'kysely'

import { META_SCHEMA, SCHEMA_OF_MODULE, SHARED_KEY_TABLE } from '../../../src/db/modules.ts'
import { checkModuleWalls } from './module-walls.ts'
import { createTestEngine } from './test-database.ts'

const SOURCES = '{src/{services,http,admin,telemetry},rooms,matchmaker,schema}/**/*.ts'

describe('the walls between modules', () => {
  it('[DAT-5] no source names a table of another module', async (t) => {
    const { db } = await createTestEngine('pglite').open(t)
    const { rows } = await sql<{ name: string }>`
      select schemaname || '.' || tablename as name from pg_tables
      where schemaname not in ('pg_catalog', 'information_schema')`.execute(db)
    const sources = globSync(SOURCES)
      .filter((path) => !path.endsWith('.test.ts'))
      .map((path) => ({ path, text: readFileSync(path, 'utf8') }))
    const tables = rows.map(({ name }) => name)
    assert.ok(tables.length > 3)
    assert.deepEqual(checkModuleWalls(sources, tables), [])
    const own = sources.filter(({ text }) => /\.(transaction|startTransaction)\(/.test(text))
    assert.deepEqual(
      own.map(({ path }) => path),
      [],
      'transactions only by database.transact, which guards and retries',
    )
  })

  it('[DAT-5] every schema belongs to one module, and no foreign key crosses', async (t) => {
    const { db } = await createTestEngine('pglite').open(t)
    const { rows: schemas } = await sql<{ name: string }>`
      select distinct schemaname as name from pg_tables
      where schemaname not in ('pg_catalog', 'information_schema')
      order by 1`.execute(db)
    const owned = [...Object.values(SCHEMA_OF_MODULE), META_SCHEMA].sort()
    assert.deepEqual(
      schemas.map(({ name }) => name),
      owned,
    )
    const { rows: crossing } = await sql<{ source: string; target: string }>`
      select conrelid::regclass::text as source, confrelid::regclass::text as target
      from pg_constraint c
      join pg_class s on s.oid = conrelid join pg_class t on t.oid = confrelid
      where contype = 'f' and s.relnamespace <> t.relnamespace`.execute(db)
    assert.deepEqual(
      crossing.filter(({ target }) => target !== SHARED_KEY_TABLE),
      [],
    )
  })

  it('finds a planted query across modules, in kysely and in sql, but not in a comment', () => {
    const planted = [
      { path: 'src/services/jobs/a.ts', text: `\ndb.selectFrom('stream.outbox as o')` },
      { path: 'src/services/jobs/b.ts', text: 'sql`delete from stream.outbox where true`' },
      { path: 'src/http/c.ts', text: `db.selectFrom('jobs.jobs')` },
      { path: 'src/services/jobs/d.ts', text: `db.selectFrom('jobs.jobs') // stream.outbox` },
      { path: 'src/services/outbox/e.ts', text: `db.deleteFrom('stream.outbox')` },
    ]
    const found = checkModuleWalls(planted, ['jobs.jobs', 'stream.outbox'])
    assert.deepEqual(
      found.map(({ path, line }) => `${path}:${line}`),
      ['src/services/jobs/a.ts:2', 'src/services/jobs/b.ts:1', 'src/http/c.ts:1'],
    )
  })
})
