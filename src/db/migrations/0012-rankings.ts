/**
 * Boards (services/rankings) and what players have come to (services/progress).
 *
 * A rank is how many stand above: counting them one by one takes a tenth of a second among a
 * million. So boards keep how many stand in each bucket of scores, by triggers, whoever changes
 * an entry and however: a rank is the buckets above and the rest of its own. Each trigger locks
 * buckets in order, but a statement that inserts and updates runs two of them: who moves entries
 * holds `lockBoards` (services/rankings), or two battles wait for each other.
 */
import { sql } from 'kysely'

import type { Migration } from '../migrate.ts'

const USER = 'uuid not null references identity.users (id) on delete cascade'

/** Adds up what changed and books it in the buckets, in their order. */
function countFunction(name: string, changes: string): string {
  return `create function rankings.${name}() returns trigger language plpgsql as $$
    begin
      insert into rankings.buckets as held (board, bucket, players)
      select board, rankings.bucket_of(board, score), sum(change)::int
      from (${changes}) as changed
      group by 1, 2 having sum(change) <> 0 order by 1, 2
      on conflict (board, bucket) do update set players = held.players + excluded.players;
      return null;
    end $$`
}

const ADDED = 'select board, score, 1 as change from new_rows'
const REMOVED = 'select board, score, -1 as change from old_rows'

const RANKINGS = [
  `create schema rankings`,
  // Ratings lie between 0 and some 3,000, points of a season go into the millions.
  `create function rankings.bucket_of(board text, score int) returns int language sql immutable
    as $$ select case when board like 'season:%' then score / 256 else score / 8 end $$`,
  `create table rankings.entries (
    board text not null check (char_length(board) between 1 and 80),
    user_id ${USER},
    score int not null check (score >= 0),
    updated_at timestamptz not null,
    primary key (board, user_id)
  )`,
  `create index entries_order on rankings.entries (board, score desc, user_id)`,
  `create index entries_user on rankings.entries (user_id)`,
  `create table rankings.buckets (
    board text not null,
    bucket int not null,
    players int not null,
    primary key (board, bucket)
  )`,
  `create index buckets_above on rankings.buckets (board, bucket desc) include (players)`,
  countFunction('count_added', ADDED),
  countFunction('count_changed', `${ADDED} union all ${REMOVED}`),
  countFunction('count_removed', REMOVED),
  `create trigger entries_added after insert on rankings.entries
    referencing new table as new_rows for each statement execute function rankings.count_added()`,
  `create trigger entries_changed after update on rankings.entries
    referencing new table as new_rows old table as old_rows
    for each statement execute function rankings.count_changed()`,
  `create trigger entries_removed after delete on rankings.entries
    referencing old table as old_rows
    for each statement execute function rankings.count_removed()`,
  `create table rankings.seasons (
    id int primary key check (id >= 1),
    starts_at timestamptz not null,
    ends_at timestamptz not null,
    closed_at timestamptz,
    check (ends_at > starts_at)
  )`,
  `create unique index seasons_open on rankings.seasons ((true)) where closed_at is null`,
  `create table rankings.season_results (
    season int not null references rankings.seasons (id),
    board text not null,
    user_id ${USER},
    rank int not null check (rank >= 1),
    score int not null,
    tier text,
    primary key (season, board, user_id)
  )`,
  `create index season_results_order on rankings.season_results (season, board, rank, user_id)`,
  `create index season_results_user on rankings.season_results (user_id)`,
]

const PROGRESS = [
  `create schema progress`,
  // A battle that was taken in; whatever is replayed finds itself here.
  `create table progress.taken (
    match_id text not null,
    user_id ${USER},
    taken_at timestamptz not null,
    primary key (match_id, user_id)
  )`,
  `create index taken_user on progress.taken (user_id)`,
  `create table progress.characters (
    user_id ${USER},
    class_id text not null,
    points bigint not null check (points >= 0),
    level int not null check (level >= 1),
    matches int not null check (matches >= 0),
    primary key (user_id, class_id)
  )`,
  `create table progress.counters (
    user_id ${USER},
    deed text not null,
    amount bigint not null check (amount >= 0),
    primary key (user_id, deed)
  )`,
  `create table progress.achievements (
    user_id ${USER},
    achievement text not null,
    match_id text not null,
    earned_at timestamptz not null,
    primary key (user_id, achievement)
  )`,
]

export const rankingsMigration: Migration = {
  name: '0012-rankings',
  async up(trx) {
    for (const part of [...RANKINGS, ...PROGRESS]) await sql.raw(part).execute(trx)
  },
}
