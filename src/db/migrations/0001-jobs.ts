/** The job table: work that must happen later, or again when it fails (services/jobs). */
import { sql } from 'kysely'

import type { Migration } from '../migrate.ts'

export const jobsMigration: Migration = {
  name: '0001-jobs',
  async up(trx) {
    await sql`create schema jobs`.execute(trx)
    await sql`
      create table jobs.jobs (
        id bigint generated always as identity primary key,
        kind text not null,
        key text unique,
        payload jsonb not null,
        run_at timestamptz not null,
        attempts integer not null default 0 check (attempts >= 0),
        attempts_max integer not null check (attempts_max > 0),
        locked_by text,
        locked_until timestamptz,
        last_error text,
        created_at timestamptz not null,
        done_at timestamptz,
        dead_at timestamptz,
        check ((locked_by is null) = (locked_until is null)),
        check (done_at is null or dead_at is null)
      )`.execute(trx)
    await sql`
      create index jobs_due on jobs.jobs (run_at, id)
      where done_at is null and dead_at is null`.execute(trx)
    await sql`
      create index jobs_dead on jobs.jobs (dead_at) where dead_at is not null`.execute(trx)
    await sql`
      create index jobs_done on jobs.jobs (done_at) where done_at is not null`.execute(trx)
  },
}
