/**
 * What is believed of skills, and every calculation with all that it read (services/ratings). The
 * battle and the user are the key, so a battle counts once; the number in a row makes the chain of
 * calculations visible, each beginning where the one before ended. A deleted user takes them along.
 */
import { sql } from 'kysely'

import type { Migration } from '../migrate.ts'

const USER = 'uuid not null references identity.users (id) on delete cascade'

const TABLES = [
  `create schema ratings`,
  `create table ratings.ratings (
    user_id ${USER},
    mode text not null check (char_length(mode) between 1 and 64),
    mu float8 not null,
    sigma float8 not null check (sigma > 0),
    rated_count int not null check (rated_count >= 0),
    rated_at timestamptz,
    primary key (user_id, mode),
    check ((rated_count = 0) = (rated_at is null))
  )`,
  `create table ratings.mmr_calculations (
    match_id text not null check (char_length(match_id) between 1 and 64),
    user_id ${USER},
    mode text not null,
    seq int check (seq >= 1),
    reason text check (reason in ('bots', 'alone', 'short')),
    inputs jsonb not null,
    mu float8,
    sigma float8 check (sigma > 0),
    ended_at timestamptz not null,
    primary key (match_id, user_id),
    unique (user_id, mode, seq),
    check ((seq is null) = (reason is not null)),
    check ((seq is null) = (mu is null) and (seq is null) = (sigma is null))
  )`,
]

export const ratingsMigration: Migration = {
  name: '0011-ratings',
  async up(trx) {
    for (const table of TABLES) await sql.raw(table).execute(trx)
  },
}
