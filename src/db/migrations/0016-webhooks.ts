/**
 * Outgoing webhooks (services/webhooks): where events go, and each delivery until it is through or
 * dead. An event has one delivery per endpoint, however often the bus hands it over.
 */
import { sql } from 'kysely'

import type { Migration } from '../migrate.ts'

const STATEMENTS = [
  `create table webhooks.endpoints (
    id uuid primary key,
    url text not null check (char_length(url) <= 2000),
    events text[] not null,
    note text not null check (char_length(note) <= 200),
    secret_sealed text not null,
    is_on boolean not null,
    failures int4 not null default 0 check (failures >= 0),
    paused_until timestamptz,
    dropped int8 not null default 0,
    locked_by uuid,
    locked_until timestamptz,
    created_at timestamptz not null,
    updated_at timestamptz not null
  )`,
  `create table webhooks.deliveries (
    id uuid primary key,
    endpoint_id uuid not null references webhooks.endpoints (id) on delete cascade,
    event_id uuid not null,
    type text not null,
    body text not null check (octet_length(body) <= 65536),
    state text not null check (state in ('waiting', 'delivered', 'dead')),
    attempts int4 not null default 0 check (attempts >= 0),
    run_at timestamptz not null,
    last_status int4,
    last_error text,
    created_at timestamptz not null,
    settled_at timestamptz,
    unique (endpoint_id, event_id),
    check ((state = 'waiting') = (settled_at is null))
  )`,
  `create index deliveries_due on webhooks.deliveries (endpoint_id, run_at)
    where state = 'waiting'`,
  `create index deliveries_listed on webhooks.deliveries (endpoint_id, created_at desc, id)`,
  `create index deliveries_settled on webhooks.deliveries (settled_at) where state <> 'waiting'`,
] as const

export const webhooksMigration: Migration = {
  name: '0016-webhooks',
  async up(trx) {
    await sql`create schema webhooks`.execute(trx)
    for (const statement of STATEMENTS) await sql.raw(statement).execute(trx)
  },
}
