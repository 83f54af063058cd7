/**
 * A battle in which nobody did anything is not rated, and its rows say so. What stands there met
 * the narrower check, so no row is read again: a large table would stop the writing of results.
 */
import { sql } from 'kysely'

import type { Migration } from '../migrate.ts'

const STATEMENTS = [
  `alter table ratings.mmr_calculations drop constraint mmr_calculations_reason_check`,
  `alter table ratings.mmr_calculations add constraint mmr_calculations_reason_check
    check (reason in ('bots', 'alone', 'short', 'empty')) not valid`,
] as const

export const emptyBattlesMigration: Migration = {
  name: '0021-empty-battles',
  async up(trx) {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(trx)
  },
}
