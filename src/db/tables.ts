/**
 * Every table as kysely sees it, by schema. A schema belongs to one folder of `src/services`
 * (modules.ts); only that folder queries it. Row types stay below the services.
 */
import type { ColumnType, Generated } from 'kysely'

import type { AuditTables } from './audit-tables.ts'
import type { BalanceTables } from './balance-tables.ts'
import type { IdempotencyTables } from './idempotency-tables.ts'
import type { JsonText } from './json-text.ts'
import type { MatchTables } from './match-tables.ts'
import type { RatingTables } from './rating-tables.ts'
import type { SocialTables } from './social-tables.ts'
import type { StandingTables } from './standing-tables.ts'
import type { WebhookTables } from './webhook-tables.ts'

/** JSON that is written as text with a cast (`jsonText`) and read parsed. */
type Json = ColumnType<unknown, JsonText, JsonText>

/** One piece of work; see services/jobs. */
export interface JobRow {
  readonly id: Generated<bigint>
  readonly kind: string
  readonly key: string | null
  readonly payload: Json
  readonly run_at: Date
  readonly attempts: Generated<number>
  readonly attempts_max: number
  readonly locked_by: string | null
  readonly locked_until: Date | null
  readonly last_error: string | null
  /** The request that put it in; null for what is due by the clock. */
  readonly request_id: Generated<string | null>
  readonly created_at: Date
  readonly done_at: Date | null
  readonly dead_at: Date | null
}

/** An event on its way to the bus; see services/outbox. */
export interface OutboxRow {
  readonly id: Generated<bigint>
  readonly event_id: string
  readonly topic: string
  readonly key: string
  readonly payload: Json
  readonly headers: Json
  readonly created_at: Date
  readonly published_at: Date | null
}

/** An event that a consumer has taken in; makes at-least-once exactly once. */
export interface InboxRow {
  readonly consumer: string
  readonly event_id: string
  readonly taken_at: Date
}

/** What nobody could handle, with everything needed to try again. */
export interface DeadLetterRow {
  readonly id: Generated<bigint>
  readonly consumer: string
  readonly event_id: string
  readonly topic: string
  readonly key: string
  readonly payload: Json
  readonly headers: Json
  readonly reason: string
  readonly dead_at: Date
}

/** Who relays at present. */
export interface LeaseRow {
  readonly name: string
  readonly holder: string
  readonly expires_at: Date
}

/** A person, a guest or a bot; the one table that others reference. See services/identity. */
export interface UserRow {
  readonly id: string
  readonly kind: 'guest' | 'account' | 'bot'
  readonly name: string
  /** The name as it is compared; accounts have one. */
  readonly name_key: string | null
  /** Which bot of the server this is; the same at each start. */
  readonly bot_slot: string | null
  readonly email: string | null
  readonly email_key: string | null
  readonly email_verified_at: Date | null
  readonly status: Generated<'active' | 'deleted'>
  readonly locale: Generated<string>
  readonly time_zone: Generated<string>
  readonly privacy: ColumnType<unknown, JsonText | undefined, JsonText>
  readonly created_at: Date
  readonly last_seen_at: Date
  readonly deleted_at: Date | null
}

/** What a user proves himself with. */
export interface CredentialRow {
  readonly user_id: string
  readonly kind: 'password' | 'totp'
  /** PHC string of a password, sealed secret of TOTP. */
  readonly secret: string
  readonly confirmed_at: Date | null
  /** Last TOTP step that was used; a code is good once. */
  readonly last_step: bigint | null
  readonly created_at: Date
}

/** An OpenID Connect provider; a row is all it takes. */
export interface ProviderRow {
  readonly id: string
  readonly label: string
  readonly issuer: string
  readonly client_id: string
  readonly client_secret: string | null
  readonly scopes: Generated<string>
  readonly enabled: Generated<boolean>
  readonly created_at: Date
}

/** A user as a provider knows him. */
export interface IdentityRow {
  readonly provider_id: string
  readonly subject: string
  readonly user_id: string
  readonly created_at: Date
}

/** A sign-in on its way through a provider; used once. */
export interface OidcFlowRow {
  readonly state_hash: Uint8Array
  /** Of the secret that the client keeps who began it. */
  readonly flow_hash: Uint8Array
  readonly provider_id: string
  /** Who links, and by which session. */
  readonly user_id: string | null
  readonly session_id: string | null
  /** Who it turned out to be, while his second factor is missing. */
  readonly proved_user_id: string | null
  readonly redirect_uri: string
  readonly verifier: string
  readonly nonce: string
  readonly created_at: Date
  readonly expires_at: Date
}

/** A device that is signed in: a family of refresh tokens, of which only hashes are kept. */
export interface SessionRow {
  readonly id: string
  readonly user_id: string
  readonly family_hash: Uint8Array
  readonly refresh_hash: Uint8Array
  readonly previous_hash: Uint8Array | null
  readonly device: string
  readonly address: string
  readonly created_at: Date
  readonly rotated_at: Date
  readonly expires_at: Date
  readonly revoked_at: Date | null
  readonly revoked_reason: string | null
}

/** A key that signs access tokens, or did; the key itself is derived from the server's secret. */
export interface SigningKeyRow {
  readonly generation: number
  readonly kid: string
  readonly created_at: Date
  /** From here on it signs; it verifies at once. */
  readonly signs_at: Date
  /** From here on it verifies nothing. */
  readonly retires_at: Date | null
}

/** Failed log-ins of an account or an address. */
export interface LoginAttemptRow {
  readonly key: string
  readonly failures: number
  readonly failed_at: Date
  readonly locked_until: Date | null
}

/** A code that sign-up asks for when the policy is on. */
export interface InviteCodeRow {
  readonly code: string
  readonly uses_max: number
  readonly uses: Generated<number>
  readonly created_by: string | null
  readonly created_at: Date
  readonly expires_at: Date | null
  readonly disabled_at: Date | null
}

/** A one-time token that goes out by mail; only its hash is kept. */
export interface MailTokenRow {
  readonly hash: Uint8Array
  readonly user_id: string | null
  readonly purpose: 'verify_email' | 'reset_password' | 'change_email' | 'operator'
  readonly email_key: string | null
  /** The address as written, where it is to become the user's. */
  readonly email: string | null
  readonly created_at: Date
  readonly expires_at: Date
  readonly used_at: Date | null
}

/** A role that an account has; what it permits is in services/identity/roles.ts. */
export interface UserRoleRow {
  readonly user_id: string
  readonly role: 'moderator' | 'admin' | 'game-team' | 'store-manager'
  readonly granted_by: string | null
  readonly created_at: Date
}

/** What a user was sanctioned with; stays when it is over or lifted. */
export interface SanctionRow {
  readonly id: string
  readonly user_id: string
  readonly kind: 'ban' | 'mute' | 'match_lock' | 'kick'
  /** `all`; of a mute also a channel's id, of a kick the room it was from. */
  readonly scope: string
  readonly reason: string
  readonly created_by: string | null
  readonly created_at: Date
  /** Null = until it is lifted; a kick has no time. */
  readonly expires_at: Date | null
  readonly lifted_at: Generated<Date | null>
  readonly lifted_by: Generated<string | null>
  readonly lift_reason: Generated<string | null>
}

export interface Tables
  extends
    AuditTables,
    BalanceTables,
    IdempotencyTables,
    MatchTables,
    RatingTables,
    SocialTables,
    StandingTables,
    WebhookTables {
  'identity.credentials': CredentialRow
  'identity.identities': IdentityRow
  'identity.invite_codes': InviteCodeRow
  'identity.login_attempts': LoginAttemptRow
  'identity.mail_tokens': MailTokenRow
  'identity.oidc_flows': OidcFlowRow
  'identity.providers': ProviderRow
  'identity.sanctions': SanctionRow
  'identity.sessions': SessionRow
  'identity.signing_keys': SigningKeyRow
  'identity.user_roles': UserRoleRow
  'identity.users': UserRow
  'jobs.jobs': JobRow
  'stream.outbox': OutboxRow
  'stream.inbox': InboxRow
  'stream.dead_letters': DeadLetterRow
  'stream.leases': LeaseRow
}
