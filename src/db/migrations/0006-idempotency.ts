/** HTTP requests with an Idempotency-Key (services/idempotency): a row per user and key. */
import { sql } from 'kysely'

import type { Migration } from '../migrate.ts'

const IDEMPOTENCY = [
  `create schema idempotency`,
  `create table idempotency.requests (
    user_id uuid not null references identity.users (id) on delete cascade,
    key text not null check (length(key) between 1 and 255),
    request_hash bytea not null,
    holder uuid not null,
    lease_until timestamptz not null,
    is_committed boolean not null default false,
    status int2 check (status between 200 and 599),
    content_type text,
    body text check (status is not null or body is null),
    created_at timestamptz not null,
    primary key (user_id, key)
  )`,
  `create index requests_age on idempotency.requests (created_at)`,
] as const

export const idempotencyMigration: Migration = {
  name: '0006-idempotency',
  async up(trx) {
    for (const part of IDEMPOTENCY) await sql.raw(part).execute(trx)
  },
}
