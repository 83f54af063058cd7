/** What operators set for the whole game (services/operations): so far, maintenance. */
import { sql } from 'kysely'

import type { Migration } from '../migrate.ts'

const STATEMENTS = [
  `create schema operations`,
  // One row at most: it is on for everybody or for nobody.
  `create table operations.maintenance (
    id boolean primary key default true check (id),
    is_on boolean not null,
    text text not null check (char_length(text) <= 500),
    expected_until timestamptz,
    changed_at timestamptz not null,
    changed_by uuid references identity.users (id) on delete set null
  )`,
] as const

export const operationsMigration: Migration = {
  name: '0014-operations',
  async up(trx) {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(trx)
  },
}
