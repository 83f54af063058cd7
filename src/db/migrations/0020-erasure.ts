/**
 * Removing an account finds everything that names it by an index: notifications of others, mails,
 * evidence of reports. Without one each removal read these tables whole, and with a million rows
 * ran into its time limit, at every try.
 */
import { sql } from 'kysely'

import type { Migration } from '../migrate.ts'

const STATEMENTS = [
  `create index notifications_about on notify.notifications ((body ->> 'userId'))
    where body ->> 'userId' is not null`,
  `create index mails_about on notify.mails (split_part(cause, ':', 2))`,
  `create index reports_evidence on chat.reports using gin (evidence jsonb_path_ops)`,
] as const

export const erasureMigration: Migration = {
  name: '0020-erasure',
  async up(trx) {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(trx)
  },
}
