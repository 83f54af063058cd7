/**
 * Sanctions as one idea (services/identity): bans, mutes, match-locks and kicks in one table that
 * keeps its history: by whom, why, until when, lifted by whom and why. What bans and mutes there
 * were moves in. The log-in and the life of a session ask it, so it stands beside them.
 */
import { sql } from 'kysely'

import type { Migration } from '../migrate.ts'

const STATEMENTS = [
  `create table identity.sanctions (
    id uuid primary key,
    user_id uuid not null references identity.users (id) on delete cascade,
    kind text not null check (kind in ('ban', 'mute', 'match_lock', 'kick')),
    scope text not null check (char_length(scope) between 1 and 64),
    reason text not null check (char_length(reason) between 1 and 500),
    created_by uuid references identity.users (id) on delete set null,
    created_at timestamptz not null,
    expires_at timestamptz,
    lifted_at timestamptz,
    lifted_by uuid references identity.users (id) on delete set null,
    lift_reason text,
    check (kind <> 'mute' or expires_at is not null),
    check (kind <> 'kick' or (expires_at is null and lifted_at is null)),
    check (lifted_at is not null or (lifted_by is null and lift_reason is null))
  )`,
  `create index sanctions_history on identity.sanctions (user_id, created_at desc, id)`,
  `create index sanctions_standing on identity.sanctions (user_id, kind)
    where lifted_at is null and kind <> 'kick'`,
  `create index sanctions_locks on identity.sanctions (created_at, id)
    where lifted_at is null and kind = 'match_lock'`,
  `create index sanctions_giver on identity.sanctions (created_by) where created_by is not null`,
  `create index sanctions_lifter on identity.sanctions (lifted_by) where lifted_by is not null`,
  `insert into identity.sanctions
      (id, user_id, kind, scope, reason, created_by, created_at, expires_at, lifted_at)
    select id, user_id, 'ban', 'all', left(coalesce(nullif(reason, ''), '-'), 500), created_by,
      created_at, expires_at, lifted_at
    from identity.bans`,
  `insert into identity.sanctions
      (id, user_id, kind, scope, reason, created_by, created_at, expires_at)
    select gen_random_uuid(), user_id, 'mute', scope, coalesce(nullif(reason, ''), '-'), created_by,
      created_at, expires_at
    from chat.mutes`,
  // Moderators look through channels, newest first; what two say to each other is not looked at.
  `create index channels_newest on chat.channels (created_at desc, id desc)
    where kind <> 'direct'`,
  `drop table identity.bans`,
  `drop table chat.mutes`,
] as const

export const sanctionsMigration: Migration = {
  name: '0015-sanctions',
  async up(trx) {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(trx)
  },
}
