/** B-01: no way of asking for a seat works without a valid token or leaves anything behind. */
import { generateKeyPairSync, sign } from 'node:crypto'

import { deriveSigningKey } from '../../../src/services/auth/key-ring.ts'
import type { SigningKey } from '../../../src/services/auth/key-ring.ts'
import { createServerSecret, loadOwnSecret } from '../../../src/services/auth/server-secret.ts'
import { sumOf } from '../../metrics-text.ts'
import { askSeat, isSeated, joinBattle, seatPath, signIn, takeSeat } from '../battle-user.ts'
import { callHttp } from '../call-http.ts'
import type { ChaosLab } from '../chaos-lab.ts'
import { figure, mustBeZero, mustHold, type Fault, type Figure } from '../fault.ts'
import { RawLink, type Target } from '../raw-link.ts'

const ADDRESS = '127.30.0.1'
const METHODS = ['joinOrCreate', 'join', 'joinById', 'create', 'reconnect']
const DAY_SEC = 86_400

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

/** A token like the server's, with what is given instead. */
function forge(
  { kid, privateKey }: Pick<SigningKey, 'kid' | 'privateKey'>,
  header: object = {},
  payload: object = {},
  signature?: string,
): string {
  const nowSec = Math.floor(Date.now() / 1000)
  const claims = {
    sub: 'user-1',
    kind: 'guest',
    name: 'Eve',
    sid: 'session-1',
    jti: 'token-1',
    iss: 'battalion',
    aud: 'battalion-game',
    iat: nowSec,
    exp: nowSec + 3600,
    ...payload,
  }
  const text = `${encode({ alg: 'EdDSA', typ: 'at+jwt', kid, ...header })}.${encode(claims)}`
  return `${text}.${signature ?? sign(null, Buffer.from(text), privateKey).toString('base64url')}`
}

function claimsOf(token: string): { sub: string; sid: string } {
  const payload = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')
  return JSON.parse(payload) as { sub: string; sid: string }
}

/** Tokens that must open nothing: [what, token]. */
function badTokens(ownKey: SigningKey): readonly (readonly [string, string])[] {
  const foreign = generateKeyPairSync('ed25519').privateKey
  const nowSec = Math.floor(Date.now() / 1000)
  return [
    ['none', ''],
    ['no token at all', 'Bearer'],
    ['expired', forge(ownKey, {}, { iat: nowSec - DAY_SEC, exp: nowSec - 1 })],
    ['without an end', forge(ownKey, {}, { exp: undefined })],
    ['from tomorrow', forge(ownKey, {}, { iat: nowSec + DAY_SEC, exp: nowSec + 2 * DAY_SEC })],
    ['of another key', forge({ kid: ownKey.kid, privateKey: foreign })],
    ['of a key of no id', forge(ownKey, { kid: '../../dev/null' })],
    ['alg none', forge(ownKey, { alg: 'none' }, {}, '')],
    ['alg nOnE', forge(ownKey, { alg: 'nOnE' }, {}, 'AA')],
    ['alg HS256', forge(ownKey, { alg: 'HS256' })],
    ['for another audience', forge(ownKey, {}, { aud: 'battalion-console' })],
    ['of another type', forge(ownKey, { typ: 'JWT' })],
    ['empty signature', forge(ownKey, {}, {}, '')],
    ['endless', 'a'.repeat(8000)],
  ]
}

async function askEverything(target: Target, token: string): Promise<number> {
  let notRefused = 0
  for (const method of METHODS) {
    const answer = await callHttp({
      target,
      address: ADDRESS,
      path: `/matchmake/${method}/battlefield`,
      method: 'POST',
      headers: token === '' ? {} : { authorization: `Bearer ${token}` },
      body: method === 'reconnect' ? '{"reconnectionToken":"x"}' : '{}',
    })
    if (answer.status !== 401) notRefused++
  }
  return notRefused
}

/** A seat of somebody, asked for with each bad token at the socket. */
async function askSockets(target: Target, tokens: readonly string[]): Promise<number> {
  const owner = await signIn(target, '127.30.0.2')
  const seat = await takeSeat(target, owner)
  let taken = 0
  for (const token of tokens) {
    const link = new RawLink({ target, address: ADDRESS })
    const isTaken = await isSeated(link, seatPath(seat, token))
    if (isTaken || (await link.ended).code !== 4401) taken++
    link.destroy()
  }
  const own = new RawLink({ target, address: owner.address })
  if (!(await isSeated(own, seatPath(seat, owner.accessToken)))) taken++
  own.destroy()
  return taken
}

async function run(lab: ChaosLab): Promise<Figure[]> {
  const { target, dataDir } = await lab.server()
  const key = deriveSigningKey(createServerSecret(loadOwnSecret(dataDir)), 1)
  const before = await lab.metrics()
  let notRefused = 0
  const tokens = badTokens(key)
  for (const [, token] of tokens) notRefused += await askEverything(target, token)
  const after = await lab.metrics()
  const rooms = sumOf(after, 'battalion_rooms') - sumOf(before, 'battalion_rooms')
  const seats = sumOf(after, 'battalion_seats_reserved')
  const sockets = await askSockets(
    target,
    tokens.map(([, token]) => token).filter((token) => token.length < 4000),
  )
  const control = await joinBattle(target, '127.30.0.3')
  control.link.destroy()
  // The right key alone is not enough: the session it names must be one that goes on.
  const { sub, sid } = claimsOf(control.user.accessToken)
  const right = await askSeat(target, {
    ...control.user,
    accessToken: forge(key, {}, { sub, sid }),
  })
  const made = await askSeat(target, { ...control.user, accessToken: forge(key) })
  return [
    figure('B-01 requests with bad tokens', tokens.length * METHODS.length, null, {
      unit: 'requests',
    }),
    mustBeZero('B-01 bad tokens not answered 401', notRefused),
    mustBeZero('B-01 rooms and seats left behind', rooms + seats),
    mustBeZero('B-01 sockets that took a foreign seat', sockets),
    mustHold('B-01 the forger can make a right token (control)', right.status === 200),
    mustHold('B-01 a right token of a made-up session is refused', made.status === 401),
  ]
}

/** The row. */
export const foreignTokens: Fault = {
  id: 'B-01',
  title: 'no method gives a seat without a valid token',
  group: 'B',
  isApart: true,
  isSmall: true,
  run,
}
