/**
 * Signing in through providers, keys that rotate, another e-mail address (services/identity). A
 * flow is bound to the client that began it, and a linking one to its session. Of a signing key the
 * row has only times: the key itself is derived from the secret of the server.
 */
import { sql } from 'kysely'

import type { Migration } from '../migrate.ts'

const STEPS = [
  // No flow lives longer than some minutes; nothing began one before this.
  `delete from identity.oidc_flows`,
  `alter table identity.oidc_flows
    add column flow_hash bytea not null,
    add column redirect_uri text not null,
    add column session_id uuid references identity.sessions (id) on delete cascade,
    add column proved_user_id uuid references identity.users (id) on delete cascade,
    add constraint oidc_flows_link check ((user_id is null) = (session_id is null))`,
  `create index oidc_flows_session on identity.oidc_flows (session_id)
    where session_id is not null`,
  `create index oidc_flows_proved on identity.oidc_flows (proved_user_id)
    where proved_user_id is not null`,
  `create table identity.signing_keys (
    generation integer primary key check (generation > 0),
    kid text not null unique,
    created_at timestamptz not null,
    signs_at timestamptz not null,
    retires_at timestamptz
  )`,
  `alter table identity.mail_tokens drop constraint mail_tokens_purpose_check`,
  `alter table identity.mail_tokens add column email text,
    add constraint mail_tokens_purpose_check
      check (purpose in ('verify_email', 'reset_password', 'change_email', 'operator'))`,
] as const

export const oidcMigration: Migration = {
  name: '0007-oidc',
  async up(trx) {
    for (const step of STEPS) await sql.raw(step).execute(trx)
  },
}
