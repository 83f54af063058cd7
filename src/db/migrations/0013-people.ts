/**
 * Players are found by how their names begin: an index for that, in the order of bytes, because no
 * other collation (C.UTF-8 included) lets LIKE use one. Jobs know the request that put them in
 * (OBS-2).
 */
import { sql } from 'kysely'

import type { Migration } from '../migrate.ts'

export const peopleMigration: Migration = {
  name: '0013-people',
  async up(trx) {
    await sql`
      create index users_name_beginning on identity.users (name_key collate "C")
      where status = 'active' and kind = 'account'`.execute(trx)
    await sql`alter table jobs.jobs add column request_id text`.execute(trx)
  },
}
