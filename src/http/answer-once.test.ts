/**
 * Idempotency-Keys over HTTP with the real services: every route that takes a key, from the role
 * table, gives its first answer again and has its effect once; what is refused before anything
 * begins is not kept.
 */
import assert from 'node:assert/strict'
import { after, before, it } from 'node:test'

import { toUserId } from '@battalion/base/ids.ts'
import { openSocialWorld } from '@battalion/testkit/social-world.ts'
import type { SocialWorld } from '@battalion/testkit/social-world.ts'
import { describeDatabase } from '@battalion/testkit/test-database.ts'

import { createKeyedRequests } from '../services/idempotency/keyed-requests.ts'
import { createSocialDesk } from '../services/social-desk.ts'
import { absentModeration, createFakeHttp, routeKeys } from '../testing/fake-http-app.ts'
import type { FakeHttp } from '../testing/fake-http-app.ts'
import { tempDir } from '../testing/temp-dir.ts'
import { NotificationStreams } from './notification-streams.ts'
import type { RouteRule } from './role-table.ts'
import { ROLE_TABLE } from './role-table.ts'

/** Has a key of its own (identity/refresh-session.ts), tested there. */
const OWN_KEYS = new Set(['POST /v1/auth/refresh'])

interface Answer {
  readonly status: number
  readonly text: string
  readonly isReplayed: boolean
  readonly retryAfter: string | null
}

describeDatabase('routes that take a key', (engine) => {
  let world: SocialWorld
  let http: FakeHttp
  const closers: (() => unknown)[] = []
  before(async () => {
    world = await openSocialWorld(engine)
    const { database, chat, clock } = world
    const desk = createSocialDesk({ database, social: world.social, chat })
    const streams = new NotificationStreams({ clock, timers: clock, read: desk.notificationsAfter })
    const dataDir = tempDir({ after: (close) => void closers.push(close as () => unknown) })
    const keyedRequests = createKeyedRequests(database, clock)
    const social = { desk, moderation: absentModeration(), streams, isHere: () => false }
    http = createFakeHttp({ dataDir, social, keyedRequests })
  })
  after(async () => {
    await world.close()
    for (const close of closers) await close()
  })

  let keys = 0
  const nextKey = () => `key-${keys++}`
  async function call(
    name: string,
    route: string,
    more: { key?: string; body?: unknown; text?: string } = {},
  ): Promise<Answer> {
    const [method = '', path = ''] = route.split(' ')
    const userId = toUserId(await world.user(name))
    const claims = { userId, kind: 'guest', displayName: name, sessionId: name } as const
    const { accessToken } = await http.tokens.issue(claims)
    const headers = {
      authorization: `Bearer ${accessToken}`,
      'content-type': 'application/json',
      ...(more.key === undefined ? {} : { 'idempotency-key': more.key }),
    }
    const body = more.body === undefined ? more.text : JSON.stringify(more.body)
    const response = await http.fetch(path, {
      method,
      headers,
      ...(body === undefined ? {} : { body }),
    })
    return {
      status: response.status,
      text: await response.text(),
      isReplayed: response.headers.get('idempotency-replayed') === 'true',
      retryAfter: response.headers.get('retry-after'),
    }
  }
  const made = async (name: string, route: string, body?: unknown) =>
    JSON.parse((await call(name, route, { body })).text) as Record<string, unknown>
  const directOf = async (name: string, other: string) => {
    const { id } = await made(name, 'POST /v1/channels', { userId: await world.user(other) })
    return `/v1/channels/${String(id)}`
  }

  /** One good request of each route: who asks, the address, the body. */
  const SCENES: Readonly<Record<string, () => Promise<readonly [string, string, unknown?]>>> = {
    'POST /v1/friends': async () => ['A1', 'POST /v1/friends', { userId: await world.user('B1') }],
    'PUT /v1/friends/{userId}': async () => {
      await call('A2', 'POST /v1/friends', { body: { userId: await world.user('B2') } })
      return ['B2', `PUT /v1/friends/${await world.user('A2')}`]
    },
    'POST /v1/groups': async () => ['A3', 'POST /v1/groups', { name: 'Owls', isOpen: true }],
    'POST /v1/groups/{groupId}/members': async () => {
      const { id } = await made('A4', 'POST /v1/groups', { name: 'Elks', isOpen: true })
      return ['B4', `POST /v1/groups/${String(id)}/members`]
    },
    'POST /v1/groups/{groupId}/invites': async () => {
      const { id } = await made('A5', 'POST /v1/groups', { name: 'Hares', isOpen: false })
      return ['A5', `POST /v1/groups/${String(id)}/invites`, { userId: await world.user('B5') }]
    },
    'POST /v1/parties': async () => ['A6', 'POST /v1/parties'],
    'POST /v1/parties/invites': async () => [
      'A7',
      'POST /v1/parties/invites',
      { userId: await world.user('B7') },
    ],
    'POST /v1/parties/{partyId}/members': async () => {
      const body = { userId: await world.user('B8') }
      const { id } = await made('A8', 'POST /v1/parties/invites', body)
      return ['B8', `POST /v1/parties/${String(id)}/members`]
    },
    'POST /v1/channels': async () => [
      'A9',
      'POST /v1/channels',
      { userId: await world.user('B9') },
    ],
    'POST /v1/channels/{channelId}/messages': async () => {
      return ['A10', `POST ${await directOf('A10', 'B10')}/messages`, { text: 'hello' }]
    },
    'PATCH /v1/channels/{channelId}/messages/{seq}': async () => {
      const channel = await directOf('A11', 'B11')
      const { seq } = await made('A11', `POST ${channel}/messages`, { text: 'hello' })
      return ['A11', `PATCH ${channel}/messages/${String(seq)}`, { text: 'well' }]
    },
    'POST /v1/channels/{channelId}/messages/{seq}/reports': async () => {
      const channel = await directOf('A12', 'B12')
      const { seq } = await made('A12', `POST ${channel}/messages`, { text: 'hello' })
      return ['B12', `POST ${channel}/messages/${String(seq)}/reports`, { reason: 'spam' }]
    },
  }

  const keyed = routeKeys(ROLE_TABLE).filter((key) => {
    const rule: RouteRule = ROLE_TABLE[key]
    return rule.takesIdempotencyKey === true && !OWN_KEYS.has(key) && rule.role === 'user'
  })
  for (const route of keyed) {
    it(`[F-04] ${route}: the same key is one request, with one effect and one answer`, async () => {
      const scene = SCENES[route]
      assert.ok(scene !== undefined, `write a scene for ${route}`)
      const [name, line, body] = await scene()
      const key = nextKey()
      await world.clearEvents()
      const first = await call(name, line, { key, body })
      assert.ok(first.status < 300, `${first.status} ${first.text}`)
      assert.ok(await isMarked(key), 'its effect is made by database.transact')
      const events = await world.events()
      const again = await call(name, line, { key, body })
      assert.deepEqual(again, { ...first, isReplayed: true })
      assert.deepEqual(await world.events(), events, 'nobody hears of it twice')
    })
  }

  it('the same key with another body or address is 422', async () => {
    const key = nextKey()
    await call('Ada', 'POST /v1/groups', { key, body: { name: 'Foxes', isOpen: true } })
    const spaced = await call('Ada', 'POST /v1/groups', {
      key,
      text: '{ "name": "Foxes", "isOpen": true }',
    })
    assert.ok(spaced.isReplayed, 'spaces change nothing')
    for (const [line, body] of [
      ['POST /v1/groups', { name: 'Foxes', isOpen: false }],
      ['POST /v1/groups?x=1', { name: 'Foxes', isOpen: true }],
      ['POST /v1/parties', undefined],
    ] as const) {
      const other = await call('Ada', line, { key, body })
      assert.deepEqual(
        [other.status, (JSON.parse(other.text) as { code: string }).code],
        [422, 'idempotency_key_reused'],
      )
    }
  })

  it('a refusal by the service is kept, one before it is not', async () => {
    const key = nextKey()
    const invalid = await call('Ada', 'POST /v1/friends', { key, body: { userId: 7 } })
    assert.equal(invalid.status, 400)
    const nobody = { userId: '00000000-0000-4000-8000-000000000000' }
    const missing = await call('Ada', 'POST /v1/friends', { key, body: nobody })
    assert.deepEqual([missing.status, missing.isReplayed], [404, false], 'the 400 used no key')
    const again = await call('Ada', 'POST /v1/friends', { key, body: nobody })
    assert.deepEqual(again, { ...missing, isReplayed: true })
  })

  it('a key is 1 to 255 visible characters', async () => {
    assert.equal(await statusOf('k'.repeat(255)), 200)
    assert.equal(await statusOf('k'.repeat(256)), 400)
    assert.equal(await statusOf('a b'), 400)
    assert.equal(await statusOf('caf\u00e9'), 400)
  })

  async function statusOf(key: string): Promise<number> {
    return (await call('Keys', 'POST /v1/parties', { key })).status
  }

  async function isMarked(key: string): Promise<boolean> {
    const row = await world.database.db
      .selectFrom('idempotency.requests')
      .select('is_committed')
      .where('key', '=', key)
      .executeTakeFirst()
    return row?.is_committed === true
  }
})
