/**
 * Forward migrations. All that are missing run in one transaction under an advisory lock: either
 * the database is at the newest state afterwards, or nothing of it changed [DAT-4]; two processes
 * that start at once do not both migrate. A database that knows a migration this version does not
 * is refused: it was brought forward by a newer version. There is no way back but a backup.
 */
import { sql } from 'kysely'
import type { Kysely } from 'kysely'

import { checkTrigrams } from './check-database.ts'
import type { Session, Trx } from './database.ts'
import { DatabaseSetupError } from './database-error.ts'

/** One step forward; never changed once released. */
export interface Migration {
  /** `0001-jobs`, as the file is called. */
  readonly name: string
  up(trx: Trx): Promise<void>
}

/** Any number, the same for ever: who migrates holds it. */
const MIGRATION_LOCK_ID = 7_206_190_461

/** Brings the database to the last of `migrations`; the names of those that ran. */
export async function migrate(
  session: Session,
  migrations: readonly Migration[],
): Promise<readonly string[]> {
  return session.transact(async (trx) => {
    await sql`select pg_advisory_xact_lock(${sql.lit(MIGRATION_LOCK_ID)})`.execute(trx)
    await createBook(trx)
    const done = await readBook(trx)
    checkHistory(done, migrations)
    const missing = migrations.slice(done.length)
    for (const migration of missing) {
      await migration.up(trx)
      await sql`insert into meta.migrations (name) values (${migration.name})`.execute(trx)
    }
    await checkTrigrams(trx)
    return missing.map(({ name }) => name)
  })
}

/** Names of the migrations that the database has, oldest first. */
export async function readBook<T>(db: Kysely<T>): Promise<readonly string[]> {
  const { rows } = await sql<{ name: string }>`
    select name from meta.migrations order by name`.execute(db)
  return rows.map(({ name }) => name)
}

async function createBook(trx: Trx): Promise<void> {
  const { rows } = await sql<{ exists: boolean }>`
    select to_regclass('meta.migrations') is not null as exists`.execute(trx)
  if (rows[0]!.exists) return
  await sql`create schema if not exists meta`.execute(trx)
  await sql`create extension if not exists pg_trgm with schema public`.execute(trx)
  await sql`
    create table meta.migrations (
      name text primary key,
      applied_at timestamptz not null default now()
    )`.execute(trx)
}

function checkHistory(done: readonly string[], migrations: readonly Migration[]): void {
  done.forEach((name, index) => {
    if (migrations[index]?.name === name) return
    throw new DatabaseSetupError(
      `the database has migration ${name}, which this version does not know at that place; ` +
        'run the version that made it, or restore a backup.',
    )
  })
}
