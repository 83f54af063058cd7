/**
 * Who people are (services/identity): users, what they prove themselves with, their sessions, their
 * roles. `identity.users` comes first: it is the one table that others may reference. A session row
 * is a family of refresh tokens: its secrets are kept as hashes only.
 */
import { sql } from 'kysely'

import type { Migration } from '../migrate.ts'

const TABLES = [
  `create table identity.users (
    id uuid primary key,
    kind text not null check (kind in ('guest', 'account', 'bot')),
    name text not null check (char_length(name) between 1 and 40),
    name_key text unique,
    bot_slot text unique,
    email text,
    email_key text unique,
    email_verified_at timestamptz,
    status text not null default 'active' check (status in ('active', 'deleted')),
    locale text not null default 'en',
    time_zone text not null default 'UTC',
    privacy jsonb not null default '{}',
    created_at timestamptz not null,
    last_seen_at timestamptz not null,
    deleted_at timestamptz,
    check ((status = 'deleted') = (deleted_at is not null)),
    check ((kind = 'bot') = (bot_slot is not null)),
    check ((email is null) = (email_key is null)),
    check (email is not null or email_verified_at is null)
  )`,
  `create index users_idle_guests on identity.users (last_seen_at) where kind = 'guest'`,
  `create table identity.credentials (
    user_id uuid not null references identity.users (id) on delete cascade,
    kind text not null check (kind in ('password', 'totp')),
    secret text not null,
    confirmed_at timestamptz,
    last_step bigint,
    created_at timestamptz not null,
    primary key (user_id, kind)
  )`,
  `create table identity.providers (
    id text primary key check (id ~ '^[a-z0-9-]{1,32}$'),
    label text not null,
    issuer text not null,
    client_id text not null,
    client_secret text,
    scopes text not null default 'openid email',
    enabled boolean not null default true,
    created_at timestamptz not null
  )`,
  `create table identity.identities (
    provider_id text not null references identity.providers (id) on delete restrict,
    subject text not null,
    user_id uuid not null references identity.users (id) on delete cascade,
    created_at timestamptz not null,
    primary key (provider_id, subject)
  )`,
  `create index identities_user on identity.identities (user_id)`,
  `create table identity.oidc_flows (
    state_hash bytea primary key,
    provider_id text not null references identity.providers (id) on delete cascade,
    user_id uuid references identity.users (id) on delete cascade,
    verifier text not null,
    nonce text not null,
    created_at timestamptz not null,
    expires_at timestamptz not null
  )`,
  `create index oidc_flows_end on identity.oidc_flows (expires_at)`,
  `create index oidc_flows_user on identity.oidc_flows (user_id) where user_id is not null`,
  `create table identity.sessions (
    id uuid primary key,
    user_id uuid not null references identity.users (id) on delete cascade,
    family_hash bytea not null,
    refresh_hash bytea not null,
    previous_hash bytea,
    device text not null,
    address text not null,
    created_at timestamptz not null,
    rotated_at timestamptz not null,
    expires_at timestamptz not null,
    revoked_at timestamptz,
    revoked_reason text,
    check ((revoked_at is null) = (revoked_reason is null))
  )`,
  `create index sessions_user on identity.sessions (user_id)`,
  `create index sessions_end on identity.sessions (expires_at)`,
  `create table identity.login_attempts (
    key text primary key,
    failures integer not null check (failures >= 0),
    failed_at timestamptz not null,
    locked_until timestamptz
  )`,
  `create index login_attempts_age on identity.login_attempts (failed_at)`,
  `create table identity.invite_codes (
    code text primary key,
    uses_max integer not null check (uses_max > 0),
    uses integer not null default 0,
    created_by uuid references identity.users (id) on delete set null,
    created_at timestamptz not null,
    expires_at timestamptz,
    disabled_at timestamptz,
    check (uses between 0 and uses_max)
  )`,
  `create index invite_codes_maker on identity.invite_codes (created_by)
    where created_by is not null`,
  `create table identity.mail_tokens (
    hash bytea primary key,
    user_id uuid references identity.users (id) on delete cascade,
    purpose text not null check (purpose in ('verify_email', 'reset_password', 'operator')),
    email_key text,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    used_at timestamptz
  )`,
  `create index mail_tokens_user on identity.mail_tokens (user_id)`,
  `create index mail_tokens_end on identity.mail_tokens (expires_at)`,
  `create table identity.user_roles (
    user_id uuid not null references identity.users (id) on delete cascade,
    role text not null
      check (role in ('moderator', 'admin', 'game-team', 'store-manager')),
    granted_by uuid references identity.users (id) on delete set null,
    created_at timestamptz not null,
    primary key (user_id, role)
  )`,
  `create index user_roles_giver on identity.user_roles (granted_by)
    where granted_by is not null`,
  `create table identity.bans (
    id uuid primary key,
    user_id uuid not null references identity.users (id) on delete cascade,
    reason text not null,
    created_by uuid references identity.users (id) on delete set null,
    created_at timestamptz not null,
    expires_at timestamptz,
    lifted_at timestamptz
  )`,
  `create index bans_user on identity.bans (user_id) where lifted_at is null`,
  `create index bans_giver on identity.bans (created_by) where created_by is not null`,
] as const

export const identityMigration: Migration = {
  name: '0003-identity',
  async up(trx) {
    await sql`create schema identity`.execute(trx)
    for (const table of TABLES) await sql.raw(table).execute(trx)
  },
}
