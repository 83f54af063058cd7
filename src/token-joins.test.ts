/**
 * AUTH-2 over the whole server: a token that a route refuses opens no seat and no socket either.
 * The tokens are forged with the server's own key, so each is wrong in one thing alone.
 */
import assert from 'node:assert/strict'
import { sign } from 'node:crypto'
import { it } from 'node:test'

import { Client } from '@colyseus/sdk'

import type { Seat } from './http/matchmaking-routes.ts'
import { deriveSigningKey } from './services/auth/key-ring.ts'
import { createServerSecret } from './services/auth/server-secret.ts'
import { matchmake, signIn, startTestApp } from './testing/start-test-app.ts'
import { randomSecret } from './testing/test-keys.ts'

type Fields = Readonly<Record<string, unknown>>

/** What is wrong with each. */
const WRONGS: readonly (readonly [string, { header?: Fields; payload?: Fields }])[] = [
  ['that ended a second ago', { payload: { exp: Math.floor(Date.now() / 1000) - 1 } }],
  ['of another algorithm', { header: { alg: 'ES256' } }],
  ['without an algorithm', { header: { alg: 'none' } }],
  ['for another audience', { payload: { aud: 'battalion-console' } }],
  ['of another type', { header: { typ: 'rt+jwt' } }],
  ['of a session that never was', { payload: { sid: crypto.randomUUID() } }],
]

it('[AUTH-2] no seat and no socket for a token that a route refuses', async (t) => {
  const secret = randomSecret()
  const { url } = await startTestApp(t, {
    SERVER_SECRET: secret,
    MATCHMAKES_PER_USER_PER_MIN: '1000',
    MATCHMAKES_PER_ADDRESS_PER_MIN: '1000',
  })
  const { privateKey } = deriveSigningKey(createServerSecret(secret), 1)
  const token = await signIn(url)
  const forge = ({ header = {}, payload = {} }: { header?: Fields; payload?: Fields }) => {
    const [head, body] = token.split('.', 2).map(decode)
    const text = `${encode({ ...head, ...header })}.${encode({ ...body, ...payload })}`
    return `${text}.${sign(null, Buffer.from(text), privateKey).toString('base64url')}`
  }
  const client = new Client(url)
  const readMe = async (bearer: string) => {
    const answer = await fetch(`${url}/v1/me`, { headers: { authorization: `Bearer ${bearer}` } })
    await answer.body?.cancel()
    return answer.status
  }
  assert.equal(await readMe(forge({ payload: { jti: 'ours' } })), 200, 'the test can forge one')

  const refuse = async (name: string, bearer: string) => {
    assert.equal(await readMe(bearer), 401, `a route: a token ${name}`)
    for (const path of ['joinOrCreate/home', 'joinOrCreate/battlefield']) {
      const answer = await matchmake(url, path, { token: bearer })
      assert.equal(answer.status, 401, `${path}: a token ${name}`)
    }
    await assert.rejects(takeSeat(bearer), `a socket: a token ${name}`)
  }
  const seats: (() => Promise<unknown>)[] = []
  const takeSeat = async (bearer: string) => {
    const answer = await matchmake(url, 'joinOrCreate/home', { token })
    const seat = (await answer.json()) as Seat
    assert.equal(answer.status, 200)
    client.auth.token = bearer
    const room = await client.consumeSeatReservation(seat)
    seats.push(() => room.leave())
  }
  for (const [name, wrong] of WRONGS) await refuse(name, forge(wrong))

  await takeSeat(token)
  assert.equal(seats.length, 1, 'the seat was good, the tokens were not')
  await seats[0]!()
})

function decode(part: string): Fields {
  return JSON.parse(Buffer.from(part, 'base64url').toString()) as Fields
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
