/**
 * Who opened a direct channel, so that one account opens only so many a day. Nobody of those that
 * were there before; forgotten with the account.
 */
import { sql } from 'kysely'

import type { Migration } from '../migrate.ts'

const STATEMENTS = [
  `alter table chat.channels add column opened_by uuid
    references identity.users (id) on delete set null`,
  `create index channels_opener on chat.channels (opened_by, created_at)
    where opened_by is not null`,
] as const

export const directOpenersMigration: Migration = {
  name: '0022-direct-openers',
  async up(trx) {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(trx)
  },
}
