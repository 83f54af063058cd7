/**
 * The audit log (services/audit) and what operators sign in with (services/operators). The log is
 * append-only and hash-chained by triggers, so that no code of ours, and nobody at a prompt, adds a
 * row beside the chain or changes one without switching a trigger off. The head is one row that
 * every append locks: appends commit in the order of their numbers.
 */
import { sql } from 'kysely'

import type { Migration } from '../migrate.ts'

const STATEMENTS = [
  `create table audit.heads (
    id boolean primary key default true check (id),
    seq bigint not null,
    hash bytea not null
  ) with (fillfactor = 50)`,
  `create table audit.entries (
    seq bigint primary key,
    created_at timestamptz not null,
    actor_kind text not null check (actor_kind in ('user', 'machine', 'nobody')),
    actor_id uuid,
    address text,
    action text not null,
    target_kind text,
    target_id text,
    before jsonb,
    after jsonb,
    reason text,
    request_id text not null,
    outcome text not null check (outcome in ('done', 'refused', 'failed')),
    code text,
    prev_hash bytea not null,
    hash bytea not null,
    check ((actor_kind = 'user') = (actor_id is not null)),
    check ((target_kind is null) = (target_id is null)),
    check ((outcome = 'done') = (code is null))
  )`,
  `create index entries_actor on audit.entries (actor_id, seq)`,
  `create index entries_target on audit.entries (target_id, seq)`,
  `create index entries_action on audit.entries (action, seq)`,
  // As verify-chain.ts reads it: each field with its length before it, absent ones as a dash.
  `create function audit.field(value text) returns text language sql immutable as $$
    select coalesce(octet_length(convert_to(value, 'UTF8')) || ':' || value, '-')
  $$`,
  `create function audit.text_of(entry audit.entries) returns text language sql stable as $$
    select audit.field(entry.seq::text) || audit.field(encode(entry.prev_hash, 'hex'))
      || audit.field((extract(epoch from entry.created_at) * 1000000)::int8::text)
      || audit.field(entry.actor_kind) || audit.field(entry.actor_id::text)
      || audit.field(entry.address) || audit.field(entry.action)
      || audit.field(entry.target_kind) || audit.field(entry.target_id)
      || audit.field(entry.before::text) || audit.field(entry.after::text)
      || audit.field(entry.reason) || audit.field(entry.request_id)
      || audit.field(entry.outcome) || audit.field(entry.code)
  $$`,
  `create function audit.chain() returns trigger language plpgsql as $$
    declare head audit.heads;
    begin
      insert into audit.heads (seq, hash) values (0, sha256('battalion audit'))
        on conflict do nothing;
      select * into strict head from audit.heads for update;
      new.seq := head.seq + 1;
      new.prev_hash := head.hash;
      new.hash := sha256(convert_to(audit.text_of(new), 'UTF8'));
      update audit.heads set seq = new.seq, hash = new.hash;
      return new;
    end
  $$`,
  `create function audit.refuse() returns trigger language plpgsql as $$
    begin
      raise exception 'the audit log is append-only: % of % is refused', tg_op, tg_table_name
        using errcode = 'insufficient_privilege';
    end
  $$`,
  `create trigger chain before insert on audit.entries
    for each row execute function audit.chain()`,
  `create trigger append_only before update or delete on audit.entries
    for each row execute function audit.refuse()`,
  `create trigger no_truncate before truncate on audit.entries
    for each statement execute function audit.refuse()`,
  // The head moves only from inside the trigger of an append.
  `create trigger by_append before insert or update on audit.heads
    for each row when (pg_trigger_depth() < 1) execute function audit.refuse()`,
  `create trigger no_delete before delete on audit.heads
    for each row execute function audit.refuse()`,
  `create trigger no_truncate before truncate on audit.heads
    for each statement execute function audit.refuse()`,
] as const

const OPERATORS = [
  `create table operators.sessions (
    token_hash bytea primary key,
    user_id uuid not null references identity.users (id) on delete cascade,
    is_enrolling boolean not null,
    address text not null,
    device text not null,
    created_at timestamptz not null,
    used_at timestamptz not null,
    ends_at timestamptz not null
  )`,
  `create index sessions_user on operators.sessions (user_id)`,
  `create index sessions_end on operators.sessions (ends_at)`,
  `create table operators.links (
    token_hash bytea primary key,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    used_at timestamptz
  )`,
] as const

export const auditMigration: Migration = {
  name: '0009-audit',
  async up(trx) {
    await sql`create schema audit`.execute(trx)
    for (const statement of STATEMENTS) await sql.raw(statement).execute(trx)
    await sql`create schema operators`.execute(trx)
    for (const statement of OPERATORS) await sql.raw(statement).execute(trx)
  },
}
