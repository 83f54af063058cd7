/** The whole server: a stock client takes its seat in a home room by our own matchmaking. */
import assert from 'node:assert/strict'
import { it } from 'node:test'

import { until } from '@battalion/testkit/room-server.ts'
import { Client } from '@colyseus/sdk'

import { signIn, startTestApp } from './testing/start-test-app.ts'

it('[SOC-1] a guest comes home, finds the open channels, and is no battle', async (t) => {
  const { app, url } = await startTestApp(t)
  await app.store.database.ready
  const client = new Client(url)
  client.http.authToken = await signIn(url)
  const room = await client.joinOrCreate('home')
  let welcome: { channels: { kind: string }[]; party: unknown } | undefined
  room.onMessage('welcome', (message) => (welcome = message as typeof welcome))
  room.onMessage('feed', () => undefined)
  await until(() => welcome !== undefined, 'the welcome', 15_000)
  const kinds = welcome!.channels.map(({ kind }) => kind)
  assert.ok(kinds.includes('global'), 'there is one to talk in')
  assert.ok(kinds.every((kind) => kind === 'global' || kind === 'region'))
  assert.equal(welcome!.party, null)
  assert.equal(app.battleCount(), 0, 'a drain does not wait for it')
  await room.leave()
  await assert.rejects(client.create('home'), 'only joinOrCreate opens one')
})

it('[F-06] [NTF-1] a log-out ends the stream and the home socket within a second', async (t) => {
  const { app, url } = await startTestApp(t)
  await app.store.database.ready
  const token = await signIn(url)
  const authorization = `Bearer ${token}`
  const client = new Client(url)
  client.http.authToken = token
  const room = await client.joinOrCreate('home')
  room.onMessage('*', () => undefined)
  let closed: number | undefined
  room.onLeave((code) => (closed = code))
  const headers = { authorization }
  const stream = await fetch(`${url}/v1/notifications/stream`, { headers })
  assert.equal(stream.status, 200)
  const reader = stream.body!.getReader()
  const first = await reader.read()
  assert.match(new TextDecoder().decode(first.value), /^retry: /)
  const out = await fetch(`${url}/v1/auth/logout-everywhere`, { method: 'POST', headers })
  const outMs = performance.now()
  assert.ok(out.ok, `${out.status}`)
  while (!(await reader.read()).done);
  const tookMs = performance.now() - outMs
  assert.ok(tookMs < 1000, `the stream ended after ${tookMs} ms`)
  await until(() => closed !== undefined, 'the socket', 1000)
  assert.equal((await fetch(`${url}/v1/notifications/stream`, { headers })).status, 401)
})
