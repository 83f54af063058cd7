/**
 * The whole server: a party of three guests goes into a battle together [MM-3], each by his own
 * home room and socket, and whoever tries to use what is theirs gets nothing.
 */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { TestContext } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'

import { joinHome } from '@battalion/client/home-link.ts'
import type { HomeItems } from '@battalion/client/home-messages.ts'
import { until } from '@battalion/testkit/room-server.ts'
import { matchMaker } from '@colyseus/core'
import { Client } from '@colyseus/sdk'

import type { BattlefieldRoom } from '../rooms/battlefield-room.ts'
import { matchmake, startTestApp } from './testing/start-test-app.ts'

const SIX = {
  PLAYERS_MAX: '6',
  SEAT_TIMEOUT_SEC: '5',
  GUESTS_PER_ADDRESS_PER_MIN: '1000',
  MATCHMAKES_PER_USER_PER_MIN: '1000',
  MATCHMAKES_PER_ADDRESS_PER_MIN: '1000',
}
const WAIT_MS = 15_000

interface Guest {
  readonly userId: string
  readonly token: string
  readonly battles: HomeItems['party_battle'][]
  readonly ask: (method: string, path: string, body?: unknown) => Promise<Reply>
  readonly goHome: () => Promise<void>
  readonly seat: (roomId: string) => Promise<Response>
  /** Takes a seat and keeps it; his team. */
  readonly fight: (roomId: string) => Promise<number>
  readonly leave: () => Promise<void>
}

interface Reply {
  readonly status: number
  readonly body: Record<string, string>
}

function roomOf(roomId: string): BattlefieldRoom {
  return matchMaker.getLocalRoomById(roomId) as BattlefieldRoom
}

async function signInGuest(t: TestContext, url: string, name: string): Promise<Guest> {
  const headers = { 'content-type': 'application/json' }
  const body = JSON.stringify({ name })
  let signed = await fetch(`${url}/v1/auth/guest`, { method: 'POST', headers, body })
  // A busy machine answers late, and the server says so.
  for (let count = 0; count < 20 && signed.status === 503; count++) {
    await delay(500)
    signed = await fetch(`${url}/v1/auth/guest`, { method: 'POST', headers, body })
  }
  assert.ok(signed.ok, `${name}: ${signed.status}`)
  const { userId, accessToken } = (await signed.json()) as { userId: string; accessToken: string }
  const battles: HomeItems['party_battle'][] = []
  let room: Awaited<ReturnType<Client['joinById']>> | undefined
  const ask: Guest['ask'] = async (method, path, sent) => {
    const answer = await fetch(`${url}${path}`, {
      method,
      headers: { ...headers, authorization: `Bearer ${accessToken}` },
      ...(sent === undefined ? {} : { body: JSON.stringify(sent) }),
    })
    const text = await answer.text()
    return { status: answer.status, body: text === '' ? {} : JSON.parse(text) }
  }
  return {
    userId,
    token: accessToken,
    battles,
    ask,
    async goHome() {
      const link = await joinHome({ baseUrl: url, accessToken })
      t.after(() => link.leave())
      link.listen({
        item: (item) => void (item[0] === 'party_battle' && battles.push(item[1])),
        closed: () => undefined,
      })
    },
    seat: (roomId) => matchmake(url, `joinById/${roomId}`, { token: accessToken }),
    async fight(roomId) {
      const client = new Client(url)
      client.http.authToken = accessToken
      room = await client.joinById(roomId)
      room.onMessage('*', () => undefined)
      const { session } = roomOf(roomId)
      await until(() => session.roster.find(userId as never) !== undefined, `${name} is in`)
      const { netId } = session.roster.find(userId as never)!
      return session.match.world.soldiers.team[netId]!
    },
    leave: async () => void (await room?.leave()),
  }
}

/** Three guests at home, in one party that the first leads, and their server. */
async function openParty(t: TestContext, env: Readonly<Record<string, string>> = {}) {
  const { app, url } = await startTestApp(t, { ...SIX, ...env })
  const names = ['Ann', 'Ben', 'Cid']
  const guests: Guest[] = []
  for (const name of names) guests.push(await signInGuest(t, url, name))
  const [ann, ben, cid] = guests as [Guest, Guest, Guest]
  for (const guest of guests) await guest.goHome()
  for (const { userId, ask } of [ben, cid]) {
    const invited = await ann.ask('POST', '/v1/parties/invites', { userId })
    assert.equal(invited.status, 200, JSON.stringify(invited.body))
    const joined = await ask('POST', `/v1/parties/${invited.body['id']}/members`)
    assert.equal(joined.status, 200, JSON.stringify(joined.body))
  }
  const strangers: Guest[] = []
  for (const n of [1, 2, 3, 4]) strangers.push(await signInGuest(t, url, `Eve ${n}`))
  return { app, url, ann, ben, cid, strangers }
}

const go = (guest: Guest, wish: object = {}) => guest.ask('POST', '/v1/parties/battle', wish)

function refused(reply: Reply, code: string, text: RegExp): void {
  assert.equal(reply.body['code'], code, JSON.stringify(reply.body))
  assert.match(reply.body['detail'] ?? '', text)
}

it('[MM-3] a party of three gets places in one team, told by the home room', async (t) => {
  const { ann, ben, cid, strangers } = await openParty(t)
  const { status, body } = await go(ann)
  assert.equal(status, 200, JSON.stringify(body))
  const { roomId = '' } = body
  await until(() => ben.battles.length > 0 && cid.battles.length > 0, 'both hear', WAIT_MS)
  assert.deepEqual(ben.battles, cid.battles)
  const [told] = ben.battles
  assert.equal(told?.roomId, roomId)
  assert.equal(told.leaderId, ann.userId)
  assert.equal(told.expiresInSec, 15)
  assert.equal(ann.battles.length, 0, 'the leader has the answer')
  for (const stranger of strangers.slice(0, 3)) await stranger.fight(roomId)
  const late = await strangers[3]!.seat(roomId)
  assert.equal(late.status, 503, 'a stranger does not get a place of theirs')
  const teams = [await ann.fight(roomId), await ben.fight(roomId), await cid.fight(roomId)]
  assert.equal(new Set(teams).size, 1, teams.join(' '))
  const { soldierCount } = roomOf(roomId).session.match.world.teams
  assert.deepEqual([...soldierCount].slice(0, 2), [3, 3])
})

it('[MM-3] only the leader, only a party, only where all can come', async (t) => {
  const { url, ann, ben, cid, strangers } = await openParty(t)
  refused(await go(ben), 'forbidden', /leader/)
  refused(await go(strangers[0]!), 'not_found', /no party/)
  refused(await go(ann, { mode: 'duel' }), 'conflict', /larger than a team/)
  refused(await go(ann, { spectate: true }), 'invalid_request', /./)
  refused(await go(ann, { mode: 'nowhere' }), 'invalid_request', /./)
  const made = await matchmake(url, 'create/battlefield', { token: strangers[0]!.token })
  const { roomId: elsewhere } = (await made.json()) as { roomId: string }
  for (const stranger of strangers) await stranger.fight(elsewhere)
  await cid.fight(elsewhere)
  refused(await go(ann), 'conflict', /^Cid is in another battle/)
  await cid.leave()
  await until(() => !roomOf(elsewhere).isFighting(cid.userId), 'Cid is out', WAIT_MS)
  assert.equal(roomOf(elsewhere).session.metadata.players, 4, 'nothing is kept of all that')
  assert.equal(ben.battles.length, 0)
  await cid.ask('POST', '/v1/auth/logout-everywhere')
  let reply = await go(ann)
  for (let count = 0; count < 50 && reply.status === 200; count++) {
    await delay(100)
    reply = await go(ann)
  }
  refused(reply, 'conflict', /^Cid is not here/)
})

it('[MM-3] a kept place is good once, for a member, and goes with the membership', async (t) => {
  const { url, ann, ben, cid, strangers } = await openParty(t)
  const { body } = await go(ann)
  const { roomId = '' } = body
  for (const stranger of strangers.slice(0, 3)) await stranger.fight(roomId)
  await ben.fight(roomId)
  await ben.leave()
  await until(() => !roomOf(roomId).isFighting(ben.userId), 'Ben is out', WAIT_MS)
  await strangers[3]!.fight(roomId)
  assert.equal((await ben.seat(roomId)).status, 503, 'his place is used up')
  const { id } = (await ann.ask('GET', '/v1/parties')).body['party'] as unknown as { id: string }
  assert.equal((await ann.ask('DELETE', `/v1/parties/members/${cid.userId}`)).status, 204)
  assert.equal(roomOf(roomId).session.metadata.players, 5, 'a place is free again')
  const taker = await signInGuest(t, url, 'Eve 5')
  await taker.fight(roomId)
  assert.equal((await cid.seat(roomId)).status, 503, 'it is not his any more')
  assert.equal((await taker.ask('POST', `/v1/parties/${id}/members`)).status, 404)
  await ann.fight(roomId)
  assert.equal(roomOf(roomId).session.metadata.players, 6)
})

it('[MM-3] all go into the battle the leader fights in, or are told why not', async (t) => {
  const { ann, ben, cid, strangers } = await openParty(t)
  const first = await go(ann)
  const { roomId = '' } = first.body
  const side = await ann.fight(roomId)
  assert.equal((await go(ann)).body['roomId'], roomId, 'asking again renews the places')
  assert.deepEqual([await ben.fight(roomId), await cid.fight(roomId)], [side, side])
  await ben.leave()
  await cid.leave()
  await until(() => roomOf(roomId).session.roster.playerCount === 1, 'Ann is alone', WAIT_MS)
  for (const stranger of strangers) await stranger.fight(roomId)
  refused(await go(ann), 'conflict', /no room for your whole party/)
})
