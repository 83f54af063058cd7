/**
 * The running game from the console, over the real server: live figures and their streams, a kick,
 * a room that is closed, maintenance. Players are stock SDK clients.
 */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { TestContext } from 'node:test'

import { waitUntil } from '@battalion/testkit/wait-until.ts'
import { CLOSE_CODES } from '@battalion/wire/close-codes.ts'
import { Client } from '@colyseus/sdk'

import type { Database } from '../db/database.ts'
import { listAudit } from '../services/audit/audit-log.ts'
import { signIn, startTestApp } from '../testing/start-test-app.ts'
import { createOperator } from '../testing/test-operators.ts'
import type { TestOperator } from '../testing/test-operators.ts'
import type { BattleSummary, Overview } from './live-ports.ts'
import { LIVE_STREAMS_PER_OPERATOR_MAX } from './live-streams.ts'

const WIDE = {
  SIGN_INS_PER_ADDRESS_PER_MIN: '1000',
  GUESTS_PER_ADDRESS_PER_MIN: '1000',
  READS_PER_ADDRESS_PER_MIN: '100000',
}
const BATTLE = { mode: 'duel', map: 'duel' }
const NOBODY = '00000000-0000-4000-8000-000000000000'

interface Server {
  readonly url: string
  readonly database: Database
}

async function startServer(t: TestContext): Promise<Server> {
  const { url, app } = await startTestApp(t, WIDE)
  return { url, database: app.store.database }
}

/** A stock client in a battle, and what became of it. */
async function joinBattle({ url }: Server, options: Record<string, unknown> = BATTLE) {
  const client = new Client(url)
  const token = await signIn(url)
  client.http.authToken = token
  const room = await client.joinOrCreate('battlefield', options)
  const notices: { code: string; message: string; retryAfterSec?: number }[] = []
  room.onMessage('*', () => undefined)
  room.onMessage('notice', (notice: (typeof notices)[number]) => void notices.push(notice))
  const player = { client, room, notices, closedWith: undefined as number | undefined }
  room.onLeave((code) => void (player.closedWith = code))
  const me = await fetch(`${url}/v1/me`, { headers: { authorization: `Bearer ${token}` } })
  const { userId } = (await me.json()) as { userId: string }
  return Object.assign(player, { userId })
}

async function ask(
  { url }: Server,
  line: string,
  { headers }: Pick<TestOperator, 'headers'>,
  body?: unknown,
) {
  const [method = '', path = ''] = line.split(' ')
  const answer = await fetch(url + path, {
    method,
    headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  return { status: answer.status, body: (text === '' ? {} : JSON.parse(text)) as never }
}

/** The last row of the audit log. */
async function lastRow({ database }: Server) {
  return (await listAudit(database.db, { limit: 1 }))[0]!
}

/** A stream of events, read as they come. */
async function watch({ url }: Server, path: string, { headers }: Pick<TestOperator, 'headers'>) {
  const abort = new AbortController()
  const answer = await fetch(url + path, { headers, signal: abort.signal })
  const events: { name: string; data: unknown }[] = []
  const stream = { status: answer.status, events, isOver: false, stop: () => abort.abort() }
  const read = async () => {
    let text = ''
    for await (const bytes of answer.body!) {
      text += new TextDecoder().decode(bytes)
      const parts = text.split('\n\n')
      text = parts.pop()!
      for (const part of parts) {
        const [, name, data] = /event: (\w+)\ndata: (.*)$/.exec(part) ?? []
        if (name !== undefined) events.push({ name, data: JSON.parse(data!) })
      }
    }
    stream.isOver = true
  }
  if (answer.ok) read().catch(() => (stream.isOver = true))
  else await answer.body?.cancel()
  return stream
}

describe('live figures', () => {
  it('[ADM-3] tell what the process does, once a second; opening is one row', async (t) => {
    const server = await startServer(t)
    const moderator = await createOperator(server, 'moderator')
    const player = await joinBattle(server)
    const stream = await watch(server, '/v1/admin/live', moderator)
    const last = () => stream.events.at(-1)?.data as Overview | undefined
    await waitUntil('the player is counted', () => last()?.sample.people === 1)
    await waitUntil('ticks are timed', () => last()!.sample.tickMsP99 > 0)
    assert.equal((await lastRow(server)).action, 'overview.watch', 'events leave no rows')
    const { sample, database } = last()!
    assert.equal(database.ok, true)
    assert.deepEqual([sample.rooms, sample.joins, sample.joinsRefused], [1, 1, 0])
    assert.ok(sample.rssBytes > 0 && sample.heapBytes > 0 && sample.bytesPerSec >= 0)
    const { body } = await ask(server, 'GET /v1/admin/overview', moderator)
    const { samples } = body as { samples: Overview['sample'][] }
    assert.ok(samples.length >= 2)
    assert.ok(samples.every(({ atMs }, index) => index === 0 || atMs > samples[index - 1]!.atMs))
    await player.room.leave()
    stream.stop()
  })

  it('[ADM-3] show a room from inside: figures, ticks, players, its log', async (t) => {
    const server = await startServer(t)
    const team = await createOperator(server, 'game-team')
    const player = await joinBattle(server, { ...BATTLE, name: 'Ann<b>' })
    player.room.send('rtt', { id: 1, ms: 42 })
    const { roomId } = player.room
    const { body } = await ask(server, 'GET /v1/admin/rooms', team)
    const [listed] = (body as { rooms: BattleSummary[] }).rooms
    assert.deepEqual([listed?.roomId, listed?.mode, listed?.isDraining], [roomId, 'duel', false])
    const stream = await watch(server, `/v1/admin/rooms/${roomId}/live`, team)
    const told = (name: string) => stream.events.filter((event) => event.name === name)
    const inIt = () => (told('players').at(-1)?.data ?? []) as Record<string, unknown>[]
    await waitUntil('his ping', () => inIt()[0]?.['pingMs'] === 42)
    assert.deepEqual([inIt()[0]?.['userId'], inIt()[0]?.['isBot']], [player.userId, false])
    await waitUntil('its log', () => JSON.stringify(told('lines')).includes('client joined'))
    const inside = await ask(server, `GET /v1/admin/rooms/${roomId}`, team)
    const { ticks, samples } = inside.body as { ticks: { counts: object }; samples: unknown[] }
    assert.deepEqual(Object.keys(ticks.counts).length, 6)
    assert.ok(samples.length >= 1)
    assert.equal((await ask(server, 'GET /v1/admin/rooms/nowhere', team)).status, 404)
    await player.room.leave()
    await waitUntil('the stream of a room that is gone', () => stream.isOver)
    assert.equal(stream.events.at(-1)?.name, 'end')
  })

  it('[F-06] end within a second with the session: ban, roles, sign-out; bounded', async (t) => {
    const server = await startServer(t)
    const admin = await createOperator(server, 'admin')
    const ways: Readonly<Record<string, (userId: string) => [line: string, body?: unknown]>> = {
      ban: (userId) => [`POST /v1/admin/users/${userId}/ban`, { reason: 'left' }],
      roles: (userId) => [`DELETE /v1/admin/users/${userId}/roles/moderator`],
    }
    for (const [way, change] of Object.entries(ways)) {
      const moderator = await createOperator(server, 'moderator')
      const stream = await watch(server, '/v1/admin/live', moderator)
      await waitUntil('an event', () => stream.events.length > 0)
      const [line, body] = change(moderator.userId)
      assert.equal((await ask(server, line, admin, body)).status, 204)
      await checkOver(stream, way)
    }
    const moderator = await createOperator(server, 'moderator')
    const streams: Awaited<ReturnType<typeof watch>>[] = []
    for (let n = 0; n < LIVE_STREAMS_PER_OPERATOR_MAX; n++) {
      streams.push(await watch(server, '/v1/admin/live', moderator))
    }
    assert.equal((await watch(server, '/v1/admin/live', moderator)).status, 429)
    assert.equal((await watch(server, '/v1/admin/live', admin)).status, 200, 'others look on')
    await waitUntil('events', () => streams.every(({ events }) => events.length > 0))
    assert.equal((await ask(server, 'DELETE /v1/admin/session', moderator)).status, 204)
    for (const stream of streams) await checkOver(stream, 'sign-out')
  })
})

async function checkOver(stream: Awaited<ReturnType<typeof watch>>, why: string): Promise<void> {
  const doneMs = performance.now()
  await waitUntil(`the end by ${why}`, () => stream.isOver)
  const tookMs = performance.now() - doneMs
  assert.ok(tookMs < 1000, `${why}: the stream ended after ${tookMs} ms`)
}

describe('acts on rooms', () => {
  it('[ADM-1] a kick: 4403 within a second, seat free, no way back, a row; 403 without', async (t) => {
    const server = await startServer(t)
    const moderator = await createOperator(server, 'moderator')
    const team = await createOperator(server, 'game-team')
    const player = await joinBattle(server)
    const other = await joinBattle(server)
    const { roomId, reconnectionToken } = player.room
    assert.equal(other.room.roomId, roomId)
    const kick = `POST /v1/admin/rooms/${roomId}/kick`
    const body = { userId: player.userId, reason: 'aimbot' }
    assert.equal((await ask(server, kick, team, body)).status, 403)
    assert.equal((await ask(server, kick, moderator, { ...body, userId: NOBODY })).status, 404)
    assert.equal((await ask(server, kick, moderator, { ...body, reason: ' ' })).status, 400)
    assert.equal(player.closedWith, undefined)
    const startedMs = performance.now()
    assert.equal((await ask(server, kick, moderator, body)).status, 204)
    await waitUntil('the socket closes', () => player.closedWith !== undefined)
    assert.equal(player.closedWith, CLOSE_CODES.kicked)
    const tookMs = performance.now() - startedMs
    assert.ok(tookMs < 1000, `kicked after ${tookMs} ms`)
    const row = await lastRow(server)
    assert.deepEqual([row.action, row.outcome, row.reason], ['room.kick', 'done', 'aimbot'])
    assert.deepEqual(row.target, { kind: 'user', id: player.userId })
    assert.equal(row.actor.id, moderator.userId)
    const inside = await ask(server, `GET /v1/admin/rooms/${roomId}`, moderator)
    const { players } = inside.body as { players: { userId: string }[] }
    assert.deepEqual(
      players.map(({ userId }) => userId),
      [other.userId],
      'the seat is free',
    )
    await assert.rejects(player.client.joinById(roomId, {}), /operator removed you/)
    await assert.rejects(player.client.reconnect(reconnectionToken))
    const elsewhere = await player.client.joinOrCreate('battlefield', BATTLE)
    assert.notEqual(elsewhere.roomId, roomId, 'another battle is open to him')
    await Promise.all([elsewhere.leave(), other.room.leave()])
  })

  it('[ADM-3] a room is closed: nobody new, 4461 for who is in it, a row', async (t) => {
    const server = await startServer(t)
    const admin = await createOperator(server, 'admin')
    const moderator = await createOperator(server, 'moderator')
    const player = await joinBattle(server)
    const close = `POST /v1/admin/rooms/${player.room.roomId}/close`
    const body = { reason: 'stuck' }
    assert.equal((await ask(server, close, moderator, body)).status, 403)
    assert.equal((await ask(server, close, admin, body)).status, 204)
    await waitUntil('the socket closes', () => player.closedWith !== undefined)
    assert.equal(player.closedWith, CLOSE_CODES.battle_over)
    const row = await lastRow(server)
    assert.deepEqual([row.action, row.reason, row.target?.kind], ['room.close', 'stuck', 'room'])
    await waitUntil('the room is gone', async () => {
      return (await ask(server, close, admin, body)).status === 404
    })
  })
})

describe('maintenance', () => {
  it('[ADM-3] turns newcomers away with words and time; battles and staff go on', async (t) => {
    const server = await startServer(t)
    const admin = await createOperator(server, 'admin')
    const moderator = await createOperator(server, 'moderator')
    const player = await joinBattle(server)
    const home = new Client(server.url)
    home.http.authToken = await signIn(server.url)
    const feed: unknown[] = []
    const standing = await home.joinOrCreate('home')
    standing.onMessage('*', () => undefined)
    standing.onMessage('feed', (items) => void feed.push(items))
    const status = async () => (await fetch(`${server.url}/v1/status`)).json()
    assert.deepEqual(await status(), { isOpen: true, maintenance: null })
    const set = 'PUT /v1/admin/maintenance'
    const text = 'New maps come in; back soon.'
    const until = new Date(Date.now() + 600_000).toISOString()
    const on = { isOn: true, text, until }
    assert.equal((await ask(server, set, moderator, on)).status, 403)
    assert.equal((await ask(server, set, admin, { isOn: true })).status, 400, 'words are needed')
    assert.equal((await ask(server, set, admin, on)).status, 200)
    const row = await lastRow(server)
    assert.deepEqual(
      [row.action, row.before, row.after],
      ['maintenance.set', { isOn: false, text: '', until: null }, on],
    )
    await waitUntil('the battle is told', () => player.notices.length > 0)
    assert.deepEqual([player.notices[0]?.code, player.notices[0]?.message], ['maintenance', text])
    await waitUntil('who is at home is told', () => JSON.stringify(feed).includes(text))

    const token = await signIn(server.url)
    const join = (as: string, method: string) =>
      fetch(`${server.url}/matchmake/${method}/battlefield`, {
        method: 'POST',
        headers: { authorization: `Bearer ${as}`, 'content-type': 'application/json' },
        body: JSON.stringify(BATTLE),
      })
    for (const method of ['joinOrCreate', 'create', 'join']) {
      const answer = await join(token, method)
      const problem = (await answer.json()) as { code: string; detail: string }
      assert.deepEqual([answer.status, problem.code, problem.detail], [503, 'maintenance', text])
      assert.ok(Number(answer.headers.get('retry-after')) > 500)
    }
    assert.deepEqual(((await status()) as { isOpen: boolean }).isOpen, false)
    assert.equal(player.closedWith, undefined, 'the battle goes on')
    await player.room.leave(false)
    const login = { login: admin.name, password: admin.password, code: admin.code(0) }
    const signedIn = await fetch(`${server.url}/v1/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(login),
    })
    const { accessToken } = (await signedIn.json()) as { accessToken: string }
    assert.equal((await join(accessToken, 'joinOrCreate')).status, 200, 'staff look how it goes')
    assert.equal((await ask(server, set, admin, { isOn: false })).status, 200)
    assert.equal((await join(token, 'joinOrCreate')).status, 200)
    await standing.leave()
  })
})
