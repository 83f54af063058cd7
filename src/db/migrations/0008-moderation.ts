/**
 * What moderators do (services/chat): reports are claimed and settled with a verdict, words are
 * added to the lists while the game runs; and who takes which mails (services/notifications).
 */
import { sql } from 'kysely'

import type { Migration } from '../migrate.ts'

const FORMER_USER = 'uuid references identity.users (id) on delete set null'

const REPORTS = [
  `alter table chat.reports drop constraint reports_state_check`,
  `alter table chat.reports
    add column claimed_by ${FORMER_USER},
    add column claimed_at timestamptz,
    add column verdict text check (verdict in ('upheld', 'dismissed')),
    add column settled_note text not null default '',
    add column settled_by ${FORMER_USER},
    add column settled_at timestamptz`,
  `update chat.reports set state = 'settled', verdict = 'dismissed', settled_at = created_at
    where state = 'closed'`,
  `alter table chat.reports
    add constraint reports_state_check check (state in ('open', 'claimed', 'settled')),
    add constraint reports_claim_check check ((state = 'claimed') <= (claimed_at is not null)),
    add constraint reports_settled_check check (
      (state = 'settled') = (verdict is not null) and (verdict is null) = (settled_at is null))`,
  `drop index chat.reports_open`,
  `create index reports_queue on chat.reports (state, created_at, id)`,
  `create index reports_claimer on chat.reports (claimed_by) where claimed_by is not null`,
  `create index reports_settler on chat.reports (settled_by) where settled_by is not null`,
] as const

const WORDS = `create table chat.words (
  rule text not null check (rule in ('anywhere', 'prefix', 'whole', 'allow')),
  word text not null check (char_length(word) between 1 and 32),
  added_by ${FORMER_USER},
  created_at timestamptz not null,
  primary key (rule, word)
)`

const MAIL_OPT_OUTS = `create table notify.mail_opt_outs (
  user_id uuid not null references identity.users (id) on delete cascade,
  kind text not null check (char_length(kind) between 1 and 40),
  created_at timestamptz not null,
  primary key (user_id, kind)
)`

export const moderationMigration: Migration = {
  name: '0008-moderation',
  async up(trx) {
    for (const part of [...REPORTS, WORDS, MAIL_OPT_OUTS]) await sql.raw(part).execute(trx)
    await sql.raw('create index words_adder on chat.words (added_by)').execute(trx)
  },
}
