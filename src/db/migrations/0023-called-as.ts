/**
 * Staff find finished battles by what a person was called in them, guests included: newest first,
 * case and width aside. Bots and those who were deleted are not in it. Two million rows of people
 * take 5 s on PostgreSQL, in which results of battles wait.
 */
import { sql } from 'kysely'

import type { Migration } from '../migrate.ts'

export const calledAsMigration: Migration = {
  name: '0023-called-as',
  async up(trx) {
    await sql`
      create index session_players_called on matches.session_players
        (lower(normalize(name, NFKC)), ended_at desc, match_id desc)
        where user_id is not null and not is_bot`.execute(trx)
  },
}
