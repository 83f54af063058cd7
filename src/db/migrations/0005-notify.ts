/** What people are told (services/notifications): a row per user and cause, and mails once each. */
import { sql } from 'kysely'

import type { Migration } from '../migrate.ts'

const NOTIFY = [
  `create schema notify`,
  `create table notify.counters (
    user_id uuid primary key references identity.users (id) on delete cascade,
    last_seq bigint not null check (last_seq > 0)
  )`,
  `create table notify.notifications (
    user_id uuid not null references identity.users (id) on delete cascade,
    seq bigint not null,
    cause text not null,
    kind text not null,
    body jsonb not null,
    created_at timestamptz not null,
    read_at timestamptz,
    primary key (user_id, seq),
    unique (user_id, cause)
  )`,
  `create index notifications_age on notify.notifications (created_at)`,
  `create table notify.mails (
    id uuid primary key,
    user_id uuid not null references identity.users (id) on delete cascade,
    cause text not null,
    template text not null,
    state text not null check (state in ('queued', 'sent', 'refused')),
    created_at timestamptz not null,
    settled_at timestamptz,
    unique (user_id, cause),
    check ((state = 'queued') = (settled_at is null))
  )`,
  `create index mails_age on notify.mails (created_at)`,
] as const

export const notifyMigration: Migration = {
  name: '0005-notify',
  async up(trx) {
    for (const part of NOTIFY) await sql.raw(part).execute(trx)
  },
}
