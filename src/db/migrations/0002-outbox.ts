/** Events leave in the transaction that made them true (services/outbox). */
import { sql } from 'kysely'

import type { Migration } from '../migrate.ts'

export const outboxMigration: Migration = {
  name: '0002-outbox',
  async up(trx) {
    await sql`create schema stream`.execute(trx)
    await sql`
      create table stream.outbox (
        id bigint generated always as identity primary key,
        event_id uuid not null unique,
        topic text not null,
        key text not null,
        payload jsonb not null,
        headers jsonb not null,
        created_at timestamptz not null,
        published_at timestamptz
      )`.execute(trx)
    await sql`
      create index outbox_waiting on stream.outbox (id) where published_at is null`.execute(trx)
    await sql`
      create index outbox_published on stream.outbox (published_at)
      where published_at is not null`.execute(trx)
    await sql`
      create table stream.inbox (
        consumer text not null,
        event_id uuid not null,
        taken_at timestamptz not null,
        primary key (consumer, event_id)
      )`.execute(trx)
    await sql`create index inbox_age on stream.inbox (taken_at)`.execute(trx)
    await sql`
      create table stream.dead_letters (
        id bigint generated always as identity primary key,
        consumer text not null,
        event_id uuid not null,
        topic text not null,
        key text not null,
        payload jsonb not null,
        headers jsonb not null,
        reason text not null,
        dead_at timestamptz not null,
        unique (consumer, event_id)
      )`.execute(trx)
    await sql`
      create table stream.leases (
        name text primary key,
        holder text not null,
        expires_at timestamptz not null
      )`.execute(trx)
  },
}
