/**
 * Talks to OpenID Connect providers [AUTH-6]; alone imports openid-client. Discovery, code with
 * PKCE, state and nonce; ID tokens are checked against the issuer's keys. Never called inside a
 * transaction. An issuer that is slow or down costs at most ISSUER_MS_MAX a request, and after some
 * failures in a row nothing but a refusal: each provider has a breaker and a limit of calls.
 */
import { AppError } from '@battalion/base/app-error.ts'
import type { Clock } from '@battalion/base/clock.ts'
import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  ClientSecretPost,
  customFetch,
  discovery,
  enableNonRepudiationChecks,
  None,
} from 'openid-client'
import type { Configuration, CustomFetchOptions } from 'openid-client'

import { isIssuerDown, IssuerDownError } from './issuer-down.ts'
import { isLoopbackHttp } from './oidc-addresses.ts'
import { OidcBreaker } from './oidc-breaker.ts'
import type { BreakerEvent } from './oidc-breaker.ts'

/** For one request to an issuer (ms); a sign-in makes three at most. */
const ISSUER_MS_MAX = 3000
/** Of one answer; discovery documents and key sets have some kilobytes (bytes). */
const ANSWER_BYTES_MAX = 262_144
/** A discovery document is read again after this long (ms). */
const DISCOVERY_MS_MAX = 3_600_000
/** Providers whose discovery is kept; more and the oldest is read anew. */
const PROVIDERS_KEPT_MAX = 100
const MS_PER_SEC = 1000
const SERVER_ERROR = 500
/** As many as profiles have; the rest is cut (characters). */
const CLAIM_CHARS_MAX = 254

/** A provider as its issuer knows us. */
export interface OidcProvider {
  readonly id: string
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string | undefined
  readonly scopes: string
}

/** What proves that an answer belongs to a question. */
export interface OidcProof {
  readonly redirectUri: string
  readonly state: string
  readonly nonce: string
  readonly verifier: string
}

/** Who the issuer says it is. */
export interface OidcProfile {
  readonly subject: string
  readonly name: string | undefined
  readonly email: string | undefined
  readonly isEmailVerified: boolean
}

/** The two halves of a sign-in. */
export interface OidcClient {
  /** Where the user goes. */
  authorize(provider: OidcProvider, proof: OidcProof): Promise<string>
  /** Redeems the code he comes back with. */
  redeem(
    provider: OidcProvider,
    proof: OidcProof,
    answer: { readonly code: string; readonly iss: string | undefined },
  ): Promise<OidcProfile>
}

/** What happens to calls: the breaker's events, an issuer that failed, one that refused. */
export type OidcEvent = BreakerEvent | 'failed' | 'refused'

/** What the client stands on. */
export interface OidcClientPorts {
  readonly clock: Clock
  /** {@link ISSUER_MS_MAX} when left out; tests are less patient. */
  readonly issuerMsMax?: number
  readonly onEvent?: (event: OidcEvent, detail: OidcEventDetail) => void
}

/** For the log; holds no secret. */
export interface OidcEventDetail {
  readonly provider: string
  readonly error?: unknown
}

/** Talks to real issuers. */
export function createOidcClient(ports: OidcClientPorts): OidcClient {
  const known = new Map<string, KnownProvider>()
  const tell = (event: OidcEvent, detail: OidcEventDetail) => ports.onEvent?.(event, detail)
  const call = async <T>(
    provider: OidcProvider,
    work: (config: Configuration) => Promise<T>,
  ): Promise<T> => {
    const entry = knowProvider(known, provider, ports)
    try {
      return await entry.breaker.run(async () => work(await configure(entry, provider, ports)))
    } catch (error) {
      throw toAnswer(error, provider.id, tell)
    }
  }
  return {
    authorize: (provider, proof) =>
      call(provider, async (config) => {
        const parameters = {
          redirect_uri: proof.redirectUri,
          scope: provider.scopes,
          state: proof.state,
          nonce: proof.nonce,
          code_challenge: await calculatePKCECodeChallenge(proof.verifier),
          code_challenge_method: 'S256',
        }
        return buildAuthorizationUrl(config, parameters).href
      }),
    redeem: (provider, proof, answer) =>
      call(provider, async (config) => {
        const url = new URL(proof.redirectUri)
        url.searchParams.set('code', answer.code)
        url.searchParams.set('state', proof.state)
        if (answer.iss !== undefined) url.searchParams.set('iss', answer.iss)
        const tokens = await authorizationCodeGrant(config, url, {
          expectedState: proof.state,
          expectedNonce: proof.nonce,
          pkceCodeVerifier: proof.verifier,
          idTokenExpected: true,
        })
        return readProfile(tokens.claims() ?? {})
      }),
  }
}

interface KnownProvider {
  /** The row it was made from; a changed row is another provider. */
  readonly row: string
  readonly breaker: OidcBreaker
  config?: { readonly value: Configuration; readonly readAtMs: number }
}

function knowProvider(
  known: Map<string, KnownProvider>,
  provider: OidcProvider,
  { clock, onEvent }: OidcClientPorts,
): KnownProvider {
  const row = JSON.stringify(provider)
  const entry = known.get(provider.id)
  if (entry?.row === row) return entry
  const breaker = new OidcBreaker(clock, (event) => onEvent?.(event, { provider: provider.id }))
  const made: KnownProvider = { row, breaker }
  known.delete(provider.id)
  const oldest = known.keys().next().value
  if (known.size >= PROVIDERS_KEPT_MAX && oldest !== undefined) known.delete(oldest)
  known.set(provider.id, made)
  return made
}

async function configure(
  entry: KnownProvider,
  provider: OidcProvider,
  { clock, issuerMsMax }: OidcClientPorts,
): Promise<Configuration> {
  const nowMs = clock.monotonicMs()
  if (entry.config !== undefined && nowMs - entry.config.readAtMs < DISCOVERY_MS_MAX) {
    return entry.config.value
  }
  const { clientSecret } = provider
  const issuer = new URL(provider.issuer)
  const msMax = issuerMsMax ?? ISSUER_MS_MAX
  const value = await discovery(
    issuer,
    provider.clientId,
    undefined,
    clientSecret === undefined ? None() : ClientSecretPost(clientSecret),
    {
      timeout: msMax / MS_PER_SEC,
      [customFetch]: (url, request) => fetchBounded(url, request, msMax),
      execute: isLoopbackHttp(issuer)
        ? [allowInsecureRequests, enableNonRepudiationChecks]
        : [enableNonRepudiationChecks],
    },
  )
  entry.config = { value, readAtMs: nowMs }
  return value
}

/** One request, bounded in time and size; what an ill issuer does is told apart from a refusal. */
async function fetchBounded(
  url: string,
  request: CustomFetchOptions,
  msMax: number,
): Promise<Response> {
  try {
    const init = { ...request, signal: AbortSignal.timeout(msMax) } as RequestInit
    const answer = await fetch(url, init)
    const body = await readBounded(answer)
    if (answer.status >= SERVER_ERROR) throw new Error(`status ${answer.status}`)
    const { status, headers } = answer
    return new Response(body.length === 0 ? null : body, { status, headers })
  } catch (error) {
    throw new IssuerDownError('the issuer does not answer', { cause: error })
  }
}

async function readBounded(answer: Response): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of answer.body ?? []) {
    bytes += chunk.byteLength
    if (bytes > ANSWER_BYTES_MAX) throw new Error('the answer is too long')
    chunks.push(chunk)
  }
  return new Uint8Array(Buffer.concat(chunks))
}

function toAnswer(
  error: unknown,
  provider: string,
  tell: (event: OidcEvent, detail: OidcEventDetail) => void,
): AppError {
  if (error instanceof AppError) return error
  const isDown = isIssuerDown(error)
  tell(isDown ? 'failed' : 'refused', { provider, error })
  if (isDown) {
    return new AppError('unavailable', 'This sign-in provider does not answer. Try again soon.', {
      retryAfterSec: 5,
      cause: error,
    })
  }
  return new AppError(
    'unauthenticated',
    'The provider did not confirm this sign-in; start again.',
    {
      cause: error,
    },
  )
}

function readProfile(claims: Readonly<Record<string, unknown>>): OidcProfile {
  const text = (name: string) => {
    const value = claims[name]
    return typeof value === 'string' && value.length <= CLAIM_CHARS_MAX ? value : undefined
  }
  const subject = text('sub')
  if (subject === undefined || subject === '') throw new Error('the ID token names nobody')
  return {
    subject,
    name: text('preferred_username') ?? text('name') ?? text('nickname'),
    email: text('email'),
    isEmailVerified: claims['email_verified'] === true,
  }
}
