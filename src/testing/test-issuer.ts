/**
 * A real OpenID Connect issuer on this machine (oauth2-mock-server): discovery, keys, codes with
 * PKCE. Whoever is sent there is signed in at once, as the user the test says. Tests only.
 */
import { generateKeyPairSync } from 'node:crypto'
import type { JsonWebKey } from 'node:crypto'
import type { TestContext } from 'node:test'

import { OAuth2Server } from 'oauth2-mock-server'

/** Who signs in there next, and what else the ID token says. */
export interface IssuerUser {
  readonly sub: string
  readonly [claim: string]: unknown
}

/** A running issuer. */
export interface TestIssuer {
  readonly server: OAuth2Server
  readonly issuer: string
  /** What its ID tokens say; a nonce in here replaces the right one. */
  user: IssuerUser
  /** Requests that reached it, as `GET /path`. */
  readonly asked: string[]
  /** Bodies of token requests. */
  readonly redeemed: Record<string, unknown>[]
  /** Goes where a browser would be sent; the query it comes back with. */
  visit(authorizationUrl: string): Promise<{ code: string; state: string; location: URL }>
}

const keys: JsonWebKey[] = []
let issuers = 0

function makeKey(): JsonWebKey {
  return generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' })
}

/** Two keys take turns, made once, under one id: a forger beside an issuer has the other one. */
function nextKey() {
  const index = issuers++ % 2
  keys[index] ??= makeKey()
  return { ...keys[index], kid: 'the-key', alg: 'RS256', kty: 'RSA' }
}

/** Starts one. */
export async function startTestIssuer(test: Pick<TestContext, 'after'>): Promise<TestIssuer> {
  const server = new OAuth2Server()
  await server.issuer.keys.add(nextKey())
  await server.start(0, '127.0.0.1')
  test.after(() => (server.listening ? server.stop() : undefined))
  const { port } = server.address()
  const issuer = `http://127.0.0.1:${port}`
  server.issuer.url = issuer
  const made: TestIssuer = {
    server,
    issuer,
    user: { sub: 'ada-at-issuer' },
    asked: [],
    redeemed: [],
    async visit(authorizationUrl) {
      const answer = await fetch(authorizationUrl, { redirect: 'manual' })
      const location = new URL(answer.headers.get('location') ?? 'about:blank')
      const { searchParams } = location
      const [code, state] = [searchParams.get('code') ?? '', searchParams.get('state') ?? '']
      return { code, state, location }
    },
  }
  server.service.on('beforeTokenSigning', (token: { payload: Record<string, unknown> }) => {
    Object.assign(token.payload, made.user)
  })
  server.service.on('beforeResponse', (_answer: unknown, request: { body?: unknown }) => {
    made.redeemed.push((request.body ?? {}) as Record<string, unknown>)
  })
  return made
}
