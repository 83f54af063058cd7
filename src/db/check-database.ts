/**
 * What a database must be before anything is written to it: PostgreSQL 15 or newer, UTF-8, and a
 * character type that knows letters. With LC_CTYPE=C `lower('É')` changes nothing and trigrams of
 * Korean are empty, so search finds nothing and says nothing.
 */
import { sql } from 'kysely'
import type { Kysely } from 'kysely'

import { DatabaseSetupError } from './database-error.ts'

const VERSION_NUM_MIN = 150_000

interface Answer {
  readonly version_num: number
  readonly encoding: string
  readonly ctype: string
  readonly folds: boolean
}

/** Throws DatabaseSetupError with one line for the operator. */
export async function checkDatabase<T>(db: Kysely<T>): Promise<void> {
  const { rows } = await sql<Answer>`
    select current_setting('server_version_num')::int4 as version_num,
           pg_encoding_to_char(encoding)::text as encoding,
           datctype::text as ctype,
           lower('É') = 'é' as folds
    from pg_database where datname = current_database()`.execute(db)
  const { version_num: version, encoding, ctype, folds } = rows[0]!
  if (version < VERSION_NUM_MIN) {
    refuse(`PostgreSQL ${Math.floor(version / 10_000)} is too old; use 15 or newer.`)
  }
  if (encoding !== 'UTF8') refuse(`its encoding is ${encoding}; create it with encoding UTF8.`)
  if (!folds) {
    refuse(
      `LC_CTYPE=${ctype} does not know letters beyond ASCII; create it with ` +
        `"create database … template template0 locale 'C.UTF-8'".`,
    )
  }
}

/** As above, once pg_trgm is there: the trigrams of a Korean word must not be empty. */
export async function checkTrigrams<T>(db: Kysely<T>): Promise<void> {
  const { rows } = await sql<{ count: number }>`
    select cardinality(show_trgm('서든어택'))::int4 as count`.execute(db)
  if (rows[0]!.count === 0) refuse('trigrams of Korean are empty; its LC_CTYPE must be C.UTF-8.')
}

function refuse(why: string): never {
  throw new DatabaseSetupError(`DATABASE_URL: ${why}`)
}
