/** Access tokens against forgeries: every row of the tables must be refused. */
import assert from 'node:assert/strict'
import { createHmac, generateKeyPairSync, sign } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { chmodSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'

import { AppError } from '@battalion/base/app-error.ts'
import type { Clock } from '@battalion/base/clock.ts'
import { toUserId } from '@battalion/base/ids.ts'

import { tempDir } from '../../testing/temp-dir.ts'
import { createTestKeys } from '../../testing/test-keys.ts'
import { createAccessTokens } from './access-tokens.ts'
import type { AccessTokens } from './access-tokens.ts'
import { deriveSigningKey } from './key-ring.ts'
import type { SigningKey } from './key-ring.ts'
import { isStrongSecret, loadOwnSecret } from './server-secret.ts'

const NOW_SEC = 1_800_000_000
const TTL_SEC = 3600
const CLAIMS = {
  userId: toUserId('user-1'),
  kind: 'guest',
  displayName: 'Ada',
  sessionId: 'session-1',
} as const
const HEADER = { alg: 'EdDSA', typ: 'at+jwt' }
/** Id of the key that signs: forgers name it too, unless told otherwise. */
let kid = ''
const PAYLOAD = {
  sub: 'user-1',
  kind: 'guest',
  name: 'Ada',
  sid: 'session-1',
  jti: 'token-1',
  iss: 'battalion',
  aud: 'battalion-game',
  iat: NOW_SEC,
  exp: NOW_SEC + TTL_SEC,
}

class StoppedClock implements Clock {
  nowSec = NOW_SEC
  monotonicMs(): number {
    return this.nowSec * 1000
  }
  wallMs(): number {
    return this.nowSec * 1000
  }
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

/** A token with this header and payload, signed the right way unless told otherwise. */
function forge(
  key: KeyObject,
  parts: { header?: object; payload?: object },
  signAs = (text: string) => sign(null, Buffer.from(text), key).toString('base64url'),
): string {
  const header = encode({ ...HEADER, kid, ...parts.header })
  const text = `${header}.${encode({ ...PAYLOAD, ...parts.payload })}`
  return `${text}.${signAs(text)}`
}

/** The claims as a token gives them back: with its end. */
const READ = { ...CLAIMS, expiresAtMs: (NOW_SEC + TTL_SEC) * 1000 }

function setUp() {
  const clock = new StoppedClock()
  const keys = createTestKeys(clock)
  const key = deriveSigningKey(keys.secret, 1)
  kid = key.kid
  const tokens = createAccessTokens({ keys: keys.ring, clock, ttlSec: TTL_SEC })
  return { tokens, key, clock, keys }
}

async function isRefused(tokens: AccessTokens, token: string): Promise<void> {
  await assert.rejects(tokens.verify(token), (error) => {
    assert.ok(error instanceof AppError)
    assert.equal(error.code, 'unauthenticated')
    assert.equal(error.message, 'Sign in again: the token is missing or not valid.')
    return true
  })
}

describe('access tokens', () => {
  it('gives back exactly the named claims, and the test can forge a valid one', async () => {
    const { tokens, key } = setUp()
    const { accessToken, accessExpiresAt } = await tokens.issue(CLAIMS)
    assert.deepEqual(await tokens.verify(accessToken), READ)
    assert.equal(accessExpiresAt, new Date((NOW_SEC + TTL_SEC) * 1000).toISOString())
    const forged = forge(key.privateKey, { payload: { role: 'admin' } })
    assert.deepEqual(await tokens.verify(forged), READ, 'unknown claims are not passed on')
  })

  it('[AUTH-10] the own secret is kept between starts, readable by its owner only', (t) => {
    const dataDir = tempDir(t)
    const made = loadOwnSecret(dataDir)
    const path = join(dataDir, 'server-secret')
    chmodSync(path, 0o644)
    assert.equal(loadOwnSecret(dataDir), made)
    assert.equal(statSync(path).mode & 0o777, 0o600)
    assert.ok(isStrongSecret(made))
  })

  const forgeries: readonly (readonly [string, (key: SigningKey) => string])[] = [
    ...['none', 'None', 'nOnE'].map((alg) => {
      const make = (key: SigningKey) => forge(key.privateKey, { header: { alg } }, () => '')
      return [`alg ${alg}`, make] as const
    }),
    [
      'HS256 with the public key as its secret',
      ({ privateKey, publicKey }) => {
        const secret = publicKey.export({ format: 'pem', type: 'spki' })
        const hmac = (text: string) => createHmac('sha256', secret).update(text).digest('base64url')
        return forge(privateKey, { header: { alg: 'HS256' } }, hmac)
      },
    ],
    ['HS512', ({ privateKey }) => forge(privateKey, { header: { alg: 'HS512' } })],
    ['ES384', ({ privateKey }) => forge(privateKey, { header: { alg: 'ES384' } })],
    ['an empty signature', ({ privateKey }) => forge(privateKey, {}, () => '')],
    ['a stripped part', ({ privateKey }) => forge(privateKey, {}).split('.').slice(0, 2).join('.')],
    ['another key', () => forge(generateKeyPairSync('ed25519').privateKey, {})],
    ['a changed payload', ({ privateKey }) => swapPayload(forge(privateKey, {}))],
    ['nothing', () => ''],
    ['two dots', () => '..'],
    ['a very long text', () => 'a'.repeat(100_000)],
  ]
  for (const [name, make] of forgeries) {
    it(`[F-01] refuses ${name}`, async () => {
      const { tokens, key } = setUp()
      await isRefused(tokens, make(key))
    })
  }

  const headers: readonly object[] = [
    { kid: '../../dev/null' },
    { kid: undefined },
    { kid: 7 },
    { kid: '__proto__' },
    { kid: 'x'.repeat(1000) },
    { kid: "' OR 1=1 --" },
    { jku: 'http://127.0.0.1:1/keys.json' },
    { x5u: 'http://127.0.0.1:1/cert.pem' },
    { jwk: { kty: 'OKP', crv: 'Ed25519', x: 'AAAA' } },
    { crit: ['x'], x: 1 },
  ]
  for (const header of headers) {
    it(`[F-02] a header never chooses the key: ${JSON.stringify(header).slice(0, 60)}`, async () => {
      const { tokens, key, keys } = setUp()
      await tokens.issue(CLAIMS)
      let asked = 0
      const { times } = keys
      Object.defineProperty(keys, 'times', { get: () => (asked++, times) })
      const forger = generateKeyPairSync('ed25519').privateKey
      await isRefused(tokens, forge(forger, { header }))
      if ('kid' in header) await isRefused(tokens, forge(key.privateKey, { header }))
      assert.equal(asked, 0, 'no token makes the ring read anything')
    })
  }

  const payloads: readonly (readonly [string, object])[] = [
    ['expired one second ago', { iat: NOW_SEC - TTL_SEC, exp: NOW_SEC - 1 }],
    ['not valid for another hour', { nbf: NOW_SEC + 3600 }],
    ['issued in an hour', { iat: NOW_SEC + 3600 }],
    ['without exp', { exp: undefined }],
    ['without jti', { jti: undefined }],
    ['without iat', { iat: undefined }],
    ['without sub', { sub: undefined }],
    ['older than any token lives', { iat: NOW_SEC - TTL_SEC - 1, exp: NOW_SEC + 999_999 }],
    ['of another issuer', { iss: 'elsewhere' }],
    ['for another audience', { aud: 'battalion-console' }],
    ['of an unknown kind', { kind: 'admin' }],
    ['without a session', { sid: undefined }],
    ['with a user id that is too long', { sub: 'x'.repeat(65) }],
  ]
  for (const [name, payload] of payloads) {
    it(`[F-03] refuses a token ${name}`, async () => {
      const { tokens, key } = setUp()
      await isRefused(tokens, forge(key.privateKey, { payload }))
    })
  }

  for (const typ of ['rt+jwt', 'JWT', 'console+jwt', undefined]) {
    it(`[F-03] refuses a token of type ${typ}`, async () => {
      const { tokens, key } = setUp()
      await isRefused(tokens, forge(key.privateKey, { header: { typ } }))
    })
  }

  it('who comes back to his seat may hold a token that ran out, for a day, never a forged one', async () => {
    const { tokens, key, clock } = setUp()
    const { accessToken } = await tokens.issue(CLAIMS)
    clock.nowSec += TTL_SEC + 80_000
    await isRefused(tokens, accessToken)
    assert.deepEqual(await tokens.verifyReturning(accessToken), READ)
    const refused = async (token: string) =>
      await assert.rejects(tokens.verifyReturning(token), { code: 'unauthenticated' })
    clock.nowSec += 6401
    await refused(accessToken)
    clock.nowSec = NOW_SEC
    await refused(forge(key.privateKey, { payload: { iat: NOW_SEC + 1, exp: NOW_SEC + 60 } }))
    await refused(forge(key.privateKey, { payload: { nbf: NOW_SEC + 1 } }))
    await refused(forge(generateKeyPairSync('ed25519').privateKey, {}))
  })

  it('[F-03] a token ends at its time and not before', async () => {
    const { tokens, clock } = setUp()
    const { accessToken } = await tokens.issue(CLAIMS)
    clock.nowSec += TTL_SEC - 1
    assert.deepEqual(await tokens.verify(accessToken), READ)
    clock.nowSec += 1
    await isRefused(tokens, accessToken)
  })
})

function swapPayload(token: string): string {
  const [head = '', , signature = ''] = token.split('.')
  return [head, encode({ ...PAYLOAD, sub: 'user-2' }), signature].join('.')
}
