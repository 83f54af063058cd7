/**
 * What people are to each other (services/social), what they say (services/chat), and the version
 * of each one's state (services/sync). A deleted user takes friendships, blocks, memberships and
 * marks along; lines stay without author until they are pruned, reports keep their evidence.
 */
import { sql } from 'kysely'

import type { Migration } from '../migrate.ts'

const USER = 'uuid not null references identity.users (id) on delete cascade'
const FORMER_USER = 'uuid references identity.users (id) on delete set null'

const SOCIAL = [
  `create schema social`,
  `create table social.friend_links (
    lo ${USER},
    hi ${USER},
    asked_by ${USER},
    state text not null check (state in ('asked', 'friends')),
    created_at timestamptz not null,
    accepted_at timestamptz,
    primary key (lo, hi),
    check (lo < hi),
    check (asked_by in (lo, hi)),
    check ((state = 'friends') = (accepted_at is not null))
  )`,
  `create index friend_links_hi on social.friend_links (hi)`,
  `create index friend_links_asker on social.friend_links (asked_by)`,
  `create table social.blocks (
    user_id ${USER},
    blocked_id ${USER},
    created_at timestamptz not null,
    primary key (user_id, blocked_id),
    check (user_id <> blocked_id)
  )`,
  `create index blocks_blocked on social.blocks (blocked_id)`,
  `create table social.groups (
    id uuid primary key,
    name text not null check (char_length(name) between 1 and 40),
    name_key text not null unique,
    is_open boolean not null,
    created_at timestamptz not null
  )`,
  `create table social.group_members (
    group_id uuid not null references social.groups (id) on delete cascade,
    user_id ${USER},
    role text not null check (role in ('owner', 'officer', 'member')),
    joined_at timestamptz not null,
    primary key (group_id, user_id)
  )`,
  `create unique index group_members_owner on social.group_members (group_id)
    where role = 'owner'`,
  `create index group_members_user on social.group_members (user_id)`,
  `create table social.group_invites (
    group_id uuid not null references social.groups (id) on delete cascade,
    user_id ${USER},
    invited_by ${USER},
    created_at timestamptz not null,
    primary key (group_id, user_id)
  )`,
  `create index group_invites_user on social.group_invites (user_id)`,
  `create index group_invites_inviter on social.group_invites (invited_by)`,
  `create table social.parties (
    id uuid primary key,
    created_at timestamptz not null
  )`,
  `create table social.party_members (
    user_id uuid primary key references identity.users (id) on delete cascade,
    party_id uuid not null references social.parties (id) on delete cascade,
    is_leader boolean not null,
    joined_at timestamptz not null
  )`,
  `create index party_members_party on social.party_members (party_id)`,
  `create unique index party_members_leader on social.party_members (party_id) where is_leader`,
  `create table social.party_invites (
    party_id uuid not null references social.parties (id) on delete cascade,
    user_id ${USER},
    invited_by ${USER},
    expires_at timestamptz not null,
    primary key (party_id, user_id)
  )`,
  `create index party_invites_user on social.party_invites (user_id)`,
  `create index party_invites_inviter on social.party_invites (invited_by)`,
  `create index party_invites_end on social.party_invites (expires_at)`,
] as const

const CHAT = [
  `create schema chat`,
  `create table chat.channels (
    id uuid primary key,
    kind text not null check (kind in
      ('global', 'region', 'match', 'team', 'squad', 'party', 'group', 'direct')),
    subject text not null,
    last_seq bigint not null default 0 check (last_seq >= 0),
    created_at timestamptz not null,
    closed_at timestamptz,
    unique (kind, subject)
  )`,
  `create index channels_closed on chat.channels (closed_at) where closed_at is not null`,
  `create table chat.channel_members (
    channel_id uuid not null references chat.channels (id) on delete cascade,
    user_id ${USER},
    is_member boolean not null,
    read_seq bigint not null default 0 check (read_seq >= 0),
    joined_at timestamptz not null,
    primary key (channel_id, user_id)
  )`,
  `create index channel_members_user on chat.channel_members (user_id)`,
  `create table chat.messages (
    channel_id uuid not null references chat.channels (id) on delete cascade,
    seq bigint not null check (seq > 0),
    author_id ${FORMER_USER},
    text text not null check (char_length(text) between 1 and 500 and octet_length(text) <= 1500),
    original text,
    created_at timestamptz not null,
    edited_at timestamptz,
    deleted_at timestamptz,
    primary key (channel_id, seq)
  )`,
  `create index messages_author on chat.messages (author_id)`,
  `create index messages_age on chat.messages (created_at)`,
  `create table chat.mutes (
    user_id ${USER},
    scope text not null,
    expires_at timestamptz not null,
    reason text not null,
    created_by ${FORMER_USER},
    created_at timestamptz not null,
    primary key (user_id, scope)
  )`,
  `create index mutes_giver on chat.mutes (created_by) where created_by is not null`,
  `create index mutes_end on chat.mutes (expires_at)`,
  `create table chat.reports (
    id uuid primary key,
    reporter_id ${FORMER_USER},
    accused_id ${FORMER_USER},
    channel_id uuid not null,
    seq bigint not null,
    reason text not null check (reason in
      ('spam', 'insult', 'threat', 'hate', 'cheating', 'other')),
    note text not null,
    evidence jsonb not null,
    state text not null default 'open' check (state in ('open', 'closed')),
    created_at timestamptz not null,
    unique (reporter_id, channel_id, seq)
  )`,
  `create index reports_accused on chat.reports (accused_id)`,
  `create index reports_open on chat.reports (created_at) where state = 'open'`,
] as const

const SYNC = [
  `create schema sync`,
  `create table sync.state_versions (
    user_id uuid primary key references identity.users (id) on delete cascade,
    version bigint not null check (version > 0)
  )`,
] as const

export const socialMigration: Migration = {
  name: '0004-social',
  async up(trx) {
    for (const part of [...SOCIAL, ...CHAT, ...SYNC]) await sql.raw(part).execute(trx)
  },
}
