/**
 * Versions of the balance beside the shipped one (services/balance). A draft is edited under its
 * revision; published, a row has its number and is never changed again: held by a trigger, so that
 * what a battle's log names stays what was played.
 */
import { sql } from 'kysely'

import type { Migration } from '../migrate.ts'

const STATEMENTS = [
  `create table balance.versions (
    id bigint generated always as identity primary key,
    number int4 unique check (number between 1 and 99999999),
    base text not null,
    note text not null check (char_length(note) <= 200),
    revision int4 not null check (revision >= 1),
    files text not null check (octet_length(files) <= 2097152),
    created_at timestamptz not null,
    updated_at timestamptz not null,
    published_at timestamptz,
    reason text check (char_length(reason) between 1 and 500),
    check ((number is null) = (published_at is null)),
    check ((number is null) = (reason is null))
  )`,
  `create function balance.refuse() returns trigger language plpgsql as $$
    begin
      raise exception 'a published balance is never changed: % of % is refused', tg_op, old.number
        using errcode = 'insufficient_privilege';
    end
  $$`,
  `create trigger immutable before update or delete on balance.versions
    for each row when (old.number is not null) execute function balance.refuse()`,
  `create function balance.refuse_all() returns trigger language plpgsql as $$
    begin
      raise exception 'published balances are never removed: % is refused', tg_op
        using errcode = 'insufficient_privilege';
    end
  $$`,
  `create trigger no_truncate before truncate on balance.versions
    for each statement execute function balance.refuse_all()`,
] as const

export const balanceMigration: Migration = {
  name: '0018-balance',
  async up(trx) {
    await sql`create schema balance`.execute(trx)
    for (const statement of STATEMENTS) await sql.raw(statement).execute(trx)
  },
}
