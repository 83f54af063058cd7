/**
 * What battles leave behind (services/matches): one row a battle, one a player, the ordered log,
 * and what each person came to over all of them. The battle's id is the key: a result is written
 * once, whoever reports it how often. A deleted user's rows stay, nobody's; a deleted battle takes
 * everything of it along but the sums of its players.
 */
import { sql } from 'kysely'

import type { Migration } from '../migrate.ts'

const FIGURES = ['kills', 'deaths', 'assists', 'revives', 'captures', 'damage_done'].concat([
  'damage_taken',
  'healed',
  'shots_fired',
  'shots_hit',
  'played_sec',
])
const counts = FIGURES.map((name) => `${name} int not null check (${name} >= 0)`).join(',\n    ')
const sums = FIGURES.map((name) => `${name} bigint not null default 0`).join(',\n    ')

const TABLES = [
  `create schema matches`,
  // Who may write a battle's result: the holder of the highest fence. Without a row anybody may.
  `create table matches.claims (
    match_id text primary key check (char_length(match_id) between 1 and 64),
    holder text not null,
    fence bigint not null check (fence >= 1),
    claimed_at timestamptz not null
  )`,
  `create table matches.game_sessions (
    match_id text primary key check (char_length(match_id) between 1 and 64),
    fence bigint not null check (fence >= 1),
    room_id text not null,
    region text not null,
    mode text not null,
    map text not null,
    balance_version text not null,
    seed bigint not null,
    tick_rate_hz int not null check (tick_rate_hz > 0),
    started_at timestamptz not null,
    ended_at timestamptz not null,
    duration_sec int not null check (duration_sec >= 0),
    winner smallint,
    teams jsonb not null,
    player_count int not null check (player_count >= 0),
    people_count int not null check (people_count between 0 and player_count),
    log_rows int not null check (log_rows >= 0),
    log_dropped int not null check (log_dropped >= 0),
    created_at timestamptz not null,
    check (ended_at >= started_at)
  )`,
  `create index game_sessions_ended on matches.game_sessions (ended_at, match_id)`,
  `create index game_sessions_demo on matches.game_sessions (ended_at) where people_count = 0`,
  `create table matches.session_players (
    match_id text not null references matches.game_sessions (match_id) on delete cascade,
    slot int not null check (slot >= 0),
    user_id uuid references identity.users (id) on delete set null,
    is_bot boolean not null,
    name text not null check (char_length(name) <= 64),
    has_left boolean not null,
    team smallint not null check (team >= 0),
    squad smallint not null check (squad >= 0),
    class_id text not null,
    place int not null check (place >= 1),
    outcome text not null check (outcome in ('won', 'lost', 'drawn')),
    score int not null,
    ${counts},
    ended_at timestamptz not null,
    primary key (match_id, slot),
    unique (match_id, user_id)
  )`,
  `create index session_players_history on matches.session_players
    (user_id, ended_at desc, match_id desc) where user_id is not null`,
  // Columns of one chunk, of equal length: 30,000 rows of their own would take seconds to write.
  `create table matches.battle_logs (
    match_id text not null references matches.game_sessions (match_id) on delete cascade,
    chunk int not null check (chunk >= 0),
    first_seq int not null check (first_seq >= 0),
    row_count int not null check (row_count > 0),
    ticks int[] not null check (cardinality(ticks) = row_count),
    kinds smallint[] not null check (cardinality(kinds) = row_count),
    actors int[] not null check (cardinality(actors) = row_count),
    targets int[] not null check (cardinality(targets) = row_count),
    details smallint[] not null check (cardinality(details) = row_count),
    amounts int[] not null check (cardinality(amounts) = row_count),
    primary key (match_id, chunk)
  )`,
  // The log as rows, in order by seq; 65535 is nobody.
  `create view matches.battle_events as
    select match_id, first_seq + (n - 1)::int as seq, tick, kind,
      nullif(actor, 65535) as actor, nullif(target, 65535) as target, detail, amount
    from matches.battle_logs,
      unnest(ticks, kinds, actors, targets, details, amounts)
        with ordinality as row (tick, kind, actor, target, detail, amount, n)`,
  `create table matches.player_stats (
    user_id uuid primary key references identity.users (id) on delete cascade,
    matches bigint not null default 0,
    won bigint not null default 0,
    lost bigint not null default 0,
    drawn bigint not null default 0,
    leaves bigint not null default 0,
    score bigint not null default 0,
    score_best int not null default 0,
    ${sums},
    updated_at timestamptz not null
  )`,
  `create table matches.shares (
    code text primary key check (char_length(code) between 16 and 64),
    match_id text not null references matches.game_sessions (match_id) on delete cascade,
    user_id uuid not null references identity.users (id) on delete cascade,
    created_at timestamptz not null,
    unique (match_id, user_id)
  )`,
  `create index shares_user on matches.shares (user_id)`,
]

export const matchesMigration: Migration = {
  name: '0010-matches',
  async up(trx) {
    for (const table of TABLES) await sql.raw(table).execute(trx)
  },
}
