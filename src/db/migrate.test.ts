/** Migrations on both engines: all or nothing, twice is nothing, two at once do not collide. */
import assert from 'node:assert/strict'
import { globSync } from 'node:fs'
import { basename } from 'node:path'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'

import { describeDatabase, TEST_DATABASE_URL } from '@battalion/testkit/test-database.ts'
import { asAdmin, postgresPlaceAt, TEST_PORTS, urlOf } from '@battalion/testkit/test-database.ts'
import { NO_POSTGRES } from '@battalion/testkit/private-cluster.ts'
import { sql } from 'kysely'

import { openDatabase } from './database.ts'
import { DatabaseSetupError } from './database-error.ts'
import { migrate, readBook } from './migrate.ts'
import type { Migration } from './migrate.ts'
import { ALL_MIGRATIONS } from './migrations/all-migrations.ts'

const NAMES = ALL_MIGRATIONS.map(({ name }) => name)

const extra = (name: string, statement: string): Migration => ({
  name,
  up: async (trx) => void (await sql.raw(statement).execute(trx)),
})

describe('the list of migrations', () => {
  it('has every file once, in the order of their numbers, none twice', () => {
    const folder = fileURLToPath(new URL('migrations', import.meta.url))
    const files = globSync(`${folder}/0*.ts`).map((path) => basename(path, '.ts'))
    assert.deepEqual(files.sort(), NAMES)
    // A number may be missing: they are given out before the work that takes them is done.
    const numbers = NAMES.map((name) => /^\d{4}(?=-)/.exec(name)?.[0])
    assert.ok(!numbers.includes(undefined))
    assert.equal(new Set(numbers).size, NAMES.length)
  })
})

describeDatabase('migrations', (engine) => {
  it('[DAT-4] brings an empty database to the latest; twice changes nothing', async (t) => {
    const place = await engine.place(t, 'empty')
    const database = openDatabase({ ...TEST_PORTS, place })
    t.after(() => database.close())
    await database.ready
    assert.deepEqual(await readBook(database.db), NAMES)
    assert.deepEqual(await migrate(database.patient, ALL_MIGRATIONS), [])
  })

  it('[DAT-4] a migration that fails leaves nothing of the whole batch', async (t) => {
    const database = await engine.open(t)
    const batch = [
      ...ALL_MIGRATIONS,
      extra('9001-good', 'create table public.good (id int4)'),
      extra('9002-bad', 'create table public.good (id int4)'),
    ]
    await assert.rejects(migrate(database.patient, batch), { code: '42P07' })
    assert.deepEqual(await readBook(database.db), NAMES)
    const { rows } = await sql<{ there: string | null }>`
      select to_regclass('public.good')::text as there`.execute(database.db)
    assert.equal(rows[0]!.there, null)
  })

  it('two that migrate at once do it once', async (t) => {
    const database = await engine.open(t)
    const batch = [...ALL_MIGRATIONS, extra('9001-one', 'create table public.one (id int4)')]
    const ran = await Promise.all([
      migrate(database.patient, batch),
      migrate(database.patient, batch),
    ])
    assert.deepEqual(ran.flat(), ['9001-one'])
  })

  it('refuses a database that a newer version brought forward', async (t) => {
    const database = await engine.open(t)
    await sql`insert into meta.migrations (name) values ('9999-later')`.execute(database.db)
    await assert.rejects(migrate(database.patient, ALL_MIGRATIONS), (error) => {
      assert.ok(error instanceof DatabaseSetupError)
      assert.match(error.message, /has migration 9999-later, which this version does not know/)
      return true
    })
  })
})

const skip = TEST_DATABASE_URL === undefined ? NO_POSTGRES : false

async function failsWith(url: string, line: RegExp): Promise<void> {
  const database = openDatabase({ ...TEST_PORTS, place: postgresPlaceAt(url) })
  try {
    await assert.rejects(database.ready, (error) => {
      assert.ok(error instanceof DatabaseSetupError, String(error))
      assert.match(error.message, line)
      assert.ok(!error.message.includes('\n'))
      return true
    })
    assert.equal(database.health().phase, 'failed')
  } finally {
    await database.close()
  }
}

describe('a PostgreSQL that cannot be used', { skip }, () => {
  it('stops the start with one line: LC_CTYPE=C finds no Korean', async () => {
    await asAdmin((admin) => admin.query(`create database ctype_c template template0 locale 'C'`))
    try {
      await failsWith(urlOf('ctype_c'), /^DATABASE_URL: LC_CTYPE=C does not know letters/)
    } finally {
      await asAdmin((admin) => admin.query('drop database ctype_c with (force)'))
    }
  })

  it('stops the start with one line: no such database', async () => {
    await failsWith(urlOf('nowhere'), /^DATABASE_URL: the database cannot be used: .*nowhere/)
  })
})
