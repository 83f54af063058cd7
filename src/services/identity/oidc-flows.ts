/**
 * Sign-ins on their way through a provider. A flow is good once, for some minutes, and only for the
 * client that began it: it alone has the flow's secret, so neither a state that leaked nor a link
 * somebody was sent to signs anybody in. What began as linking needs its session still alive.
 */
import { randomBytes } from 'node:crypto'

import { AppError } from '@battalion/base/app-error.ts'

import type { Database, Db } from '../../db/database.ts'
import type { IdentityPorts } from './identity-ports.ts'
import type { OidcClient } from './oidc-client.ts'
import { readProvider } from './oidc-providers.ts'
import { hashSecret } from './refresh-tokens.ts'

const SECRET_BYTES = 32
/** For the user at the provider: a password, a second factor, a consent (ms). */
export const FLOW_MS_MAX = 600_000

/** What sign-in through providers stands on. */
export interface OidcPorts extends IdentityPorts {
  readonly oidc: OidcClient
  /** The only addresses a provider may send users back to; the first is the default. */
  readonly redirectUris: () => readonly string[]
}

/** What a client begins with. */
export interface FlowStart {
  readonly providerId: string
  readonly redirectUri: string | undefined
  /** Who links, by which session; absent: whoever it turns out to be signs in. */
  readonly link?: { readonly userId: string; readonly sessionId: string }
}

/** What the client keeps (`flow`), and where it sends the user. */
export interface StartedFlow {
  readonly flow: string
  readonly authorizationUrl: string
}

/** A flow that came back. */
export interface Flow {
  readonly providerId: string
  readonly userId: string | null
  readonly sessionId: string | null
  readonly provedUserId: string | null
  readonly redirectUri: string
  readonly verifier: string
  readonly nonce: string
}

/** What names a flow. */
export interface FlowKeys {
  readonly flow: string
  readonly state: string
}

/** Begins a flow. The issuer is asked before anything is written, outside any transaction. */
export async function startFlow(
  database: Database,
  ports: OidcPorts,
  start: FlowStart,
): Promise<StartedFlow> {
  const redirectUri = checkRedirect(ports.redirectUris(), start.redirectUri)
  const provider = await readProvider(database.db, ports, start.providerId)
  const [flow, state, nonce, verifier] = [secret(), secret(), secret(), secret()]
  const proof = { redirectUri, state, nonce, verifier }
  const authorizationUrl = await ports.oidc.authorize(provider, proof)
  const nowMs = ports.clock.wallMs()
  await database.db
    .insertInto('identity.oidc_flows')
    .values({
      state_hash: hashSecret(state),
      flow_hash: hashSecret(flow),
      provider_id: provider.id,
      user_id: start.link?.userId ?? null,
      session_id: start.link?.sessionId ?? null,
      proved_user_id: null,
      redirect_uri: redirectUri,
      verifier,
      nonce,
      created_at: new Date(nowMs),
      expires_at: new Date(nowMs + FLOW_MS_MAX),
    })
    .execute()
  return { flow, authorizationUrl }
}

function checkRedirect(allowed: readonly string[], asked: string | undefined): string {
  const [first = ''] = allowed
  if (asked === undefined) return first
  if (allowed.includes(asked)) return asked
  throw new AppError('invalid_request', 'This redirectUri is not one of OIDC_REDIRECT_URIS.')
}

function secret(): string {
  return randomBytes(SECRET_BYTES).toString('base64url')
}

const COLUMNS = [
  'provider_id as providerId',
  'user_id as userId',
  'session_id as sessionId',
  'proved_user_id as provedUserId',
  'redirect_uri as redirectUri',
  'verifier',
  'nonce',
] as const

/** Takes a flow off the table: of two requests one gets it; refused when there is none. */
export async function takeFlow(db: Db, keys: FlowKeys, nowMs: number): Promise<Flow> {
  const flow = await db
    .deleteFrom('identity.oidc_flows')
    .where('state_hash', '=', hashSecret(keys.state))
    .where('flow_hash', '=', hashSecret(keys.flow))
    .where('expires_at', '>', new Date(nowMs))
    .returning(COLUMNS)
    .executeTakeFirst()
  if (flow === undefined) throw uselessFlow()
  return flow
}

/** The flow if its user is known and only a second factor is missing. */
export async function findProvedFlow(
  db: Db,
  keys: FlowKeys,
  nowMs: number,
): Promise<string | undefined> {
  const row = await db
    .selectFrom('identity.oidc_flows')
    .select('proved_user_id as userId')
    .where('state_hash', '=', hashSecret(keys.state))
    .where('flow_hash', '=', hashSecret(keys.flow))
    .where('expires_at', '>', new Date(nowMs))
    .executeTakeFirst()
  return row?.userId ?? undefined
}

/** Puts a flow back for who is known now but owes the code of his second factor. */
export async function keepProvedFlow(
  db: Db,
  keys: FlowKeys,
  proved: { readonly flow: Flow; readonly userId: string; readonly nowMs: number },
): Promise<void> {
  await db
    .insertInto('identity.oidc_flows')
    .values({
      state_hash: hashSecret(keys.state),
      flow_hash: hashSecret(keys.flow),
      provider_id: proved.flow.providerId,
      user_id: null,
      session_id: null,
      proved_user_id: proved.userId,
      redirect_uri: proved.flow.redirectUri,
      verifier: '',
      nonce: '',
      created_at: new Date(proved.nowMs),
      expires_at: new Date(proved.nowMs + FLOW_MS_MAX),
    })
    .execute()
}

/** Forgets flows that nobody came back to. */
export async function deleteOldFlows(db: Db, nowMs: number): Promise<void> {
  await db.deleteFrom('identity.oidc_flows').where('expires_at', '<', new Date(nowMs)).execute()
}

/** Used, too old, of another client, or never there: one answer for all. */
export function uselessFlow(): AppError {
  return new AppError('unauthenticated', 'This sign-in was used or is too old; start again.')
}
