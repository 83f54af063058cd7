/**
 * Deeds of a person in one row instead of one each (services/progress): a battle of 1,000 moved
 * some 5,500 rows of counters, the dearest statement of its transaction. Beside them stands how
 * many achievements they were worth, so that only who reached another one has rows written.
 */
import { sql } from 'kysely'

import type { Migration } from '../migrate.ts'

const DEEDS = ['matches', 'wins', 'kills', 'assists', 'revives', 'captures', 'healed']

const STATEMENTS = [
  `create table progress.deeds (
    user_id uuid primary key references identity.users (id) on delete cascade,
    ${DEEDS.map((deed) => `${deed} bigint not null check (${deed} >= 0)`).join(',\n    ')},
    earned int not null default 0 check (earned >= 0)
  ) with (fillfactor = 70)`,
  `insert into progress.deeds (user_id, ${DEEDS.join(', ')})
    select user_id, ${DEEDS.map(
      (deed) => `coalesce(sum(amount) filter (where deed = '${deed}'), 0)`,
    ).join(', ')}
    from progress.counters group by user_id`,
  `drop table progress.counters`,
] as const

export const deedsMigration: Migration = {
  name: '0019-deeds',
  async up(trx) {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(trx)
  },
}
