/**
 * Routes of friends, groups, parties, chat, notifications and state over a real database: what two
 * users may do, what a third never sees (G-06), parameters as values (G-05), the stream (NTF-1).
 */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { setImmediate } from 'node:timers/promises'

import { toUserId } from '@battalion/base/ids.ts'
import { openSocialWorld } from '@battalion/testkit/social-world.ts'
import type { SocialWorld } from '@battalion/testkit/social-world.ts'
import { describeDatabase } from '@battalion/testkit/test-database.ts'
import { waitUntil } from '@battalion/testkit/wait-until.ts'

import { notify } from '../services/notifications/notifications.ts'
import { createSocialDesk } from '../services/social-desk.ts'
import { systemClock } from '../system-clock.ts'
import { absentModeration, createFakeHttp } from '../testing/fake-http-app.ts'
import type { FakeHttp } from '../testing/fake-http-app.ts'
import { tempDir } from '../testing/temp-dir.ts'
import { HEARTBEAT_MS, NotificationStreams, STREAM_MS_MAX } from './notification-streams.ts'
import { STREAMS_PER_USER_MAX } from './notification-streams.ts'

const known = (etag: string | null) => ({ headers: { 'if-none-match': etag! } })

const readNothing = () => Promise.resolve([])

interface Answer {
  readonly status: number
  readonly body: Record<string, unknown>
  readonly etag: string | null
}

describeDatabase('routes of people', (engine) => {
  let world: SocialWorld
  let http: FakeHttp
  let streams: NotificationStreams
  const closers: (() => unknown)[] = []
  before(async () => {
    world = await openSocialWorld(engine)
    const { database, social, chat, clock } = world
    const desk = createSocialDesk({ database, social, chat })
    // Tokens of the fake app end by the real clock.
    const mixed = { ...systemClock, monotonicMs: () => clock.monotonicMs() }
    const read = desk.notificationsAfter
    streams = new NotificationStreams({ clock: mixed, timers: clock, read })
    const dataDir = tempDir({ after: (close) => void closers.push(close as () => unknown) })
    const away = { moderation: absentModeration(), isHere: () => false }
    http = createFakeHttp({ dataDir, social: { desk, streams, ...away } })
  })
  after(async () => {
    await world.close()
    for (const close of closers) await close()
  })

  async function headersOf(name: string): Promise<Record<string, string>> {
    const userId = toUserId(await world.user(name))
    const claims = { userId, kind: 'guest', displayName: name, sessionId: name } as const
    const { accessToken } = await http.tokens.issue(claims)
    return { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' }
  }
  async function call(
    name: string,
    route: string,
    more: { body?: unknown; headers?: Record<string, string> } = {},
  ): Promise<Answer> {
    const [method = '', path = ''] = route.split(' ')
    const headers = { ...(await headersOf(name)), ...more.headers }
    const body = more.body === undefined ? {} : { body: JSON.stringify(more.body) }
    const response = await http.fetch(path, { method, headers, ...body })
    const text = await response.text()
    const parsed = text === '' ? {} : (JSON.parse(text) as Record<string, unknown>)
    return { status: response.status, body: parsed, etag: response.headers.get('etag') }
  }

  it('[SOC-7] ask, accept, list, end', async () => {
    const bob = await world.user('Bob')
    const ada = await world.user('Ada')
    const asked = await call('Ada', 'POST /v1/friends', { body: { userId: bob } })
    assert.deepEqual([asked.status, asked.body], [200, { state: 'asked' }])
    assert.equal((await call('Bob', `PUT /v1/friends/${ada}`)).status, 204)
    const { body } = await call('Bob', 'GET /v1/friends')
    const friends = body['friends'] as { name: string; state: string }[]
    assert.deepEqual(
      friends.map(({ name, state }) => [name, state]),
      [['Ada', 'friends']],
    )
    assert.equal((await call('Ada', `DELETE /v1/friends/${bob}`)).status, 204)
    assert.equal((await call('Ada', `PUT /v1/blocks/${bob}`)).status, 204)
    assert.deepEqual((await call('Ada', 'GET /v1/blocks')).body, { userIds: [bob] })
    const refused = await call('Bob', 'POST /v1/friends', { body: { userId: ada } })
    assert.equal(refused.status, 403)
    assert.equal((await call('Ada', `DELETE /v1/blocks/${bob}`)).status, 204)
  })

  it('[SOC-8] found, join, hand over, leave; [G-06] others see nothing', async () => {
    const body = { name: 'Foxes', isOpen: false }
    const { body: group } = await call('Ada', 'POST /v1/groups', { body })
    const path = `/v1/groups/${String(group['id'])}`
    for (const route of [`GET ${path}/members`, `POST ${path}/members`, `DELETE ${path}`]) {
      assert.equal((await call('Eve', route)).status, 404, route)
    }
    const bob = await world.user('Bob')
    const invite = await call('Ada', `POST ${path}/invites`, { body: { userId: bob } })
    assert.equal(invite.status, 204)
    assert.equal((await call('Bob', `POST ${path}/members`)).status, 204)
    const owner = { body: { role: 'owner' } }
    assert.equal((await call('Bob', `PATCH ${path}/members/${bob}`, owner)).status, 403)
    assert.equal((await call('Ada', `PATCH ${path}/members/${bob}`, owner)).status, 204)
    const ada = await world.user('Ada')
    assert.equal((await call('Ada', `DELETE ${path}/members/${ada}`)).status, 204)
    assert.equal((await call('Bob', `DELETE ${path}`)).status, 204)
  })

  it('a party by invitation; the leader’s rights are the leader’s', async () => {
    const [bob, ada] = (await world.users('Bob', 'Ada')) as [string, string]
    const invite = await call('Ada', 'POST /v1/parties/invites', { body: { userId: bob } })
    const id = String(invite.body['id'])
    assert.equal((await call('Eve', `POST /v1/parties/${id}/members`)).status, 404)
    const joined = await call('Bob', `POST /v1/parties/${id}/members`)
    assert.deepEqual(joined.body, { id, leaderId: ada, memberIds: [ada, bob] })
    const lead = { body: { userId: bob } }
    assert.equal((await call('Bob', 'PUT /v1/parties/leader', lead)).status, 403)
    assert.equal((await call('Ada', 'PUT /v1/parties/leader', lead)).status, 204)
    assert.equal((await call('Bob', `DELETE /v1/parties/members/${ada}`)).status, 204)
    assert.equal((await call('Bob', `DELETE /v1/parties/members/${bob}`)).status, 204)
    assert.deepEqual((await call('Bob', 'GET /v1/parties')).body['party'], null)
  })

  it('[SOC-2] say, page, edit, mark, report; [G-06] a third has none of it', async () => {
    const bob = await world.user('Bob')
    const { body: channel } = await call('Ada', 'POST /v1/channels', { body: { userId: bob } })
    const path = `/v1/channels/${String(channel['id'])}`
    const said = await call('Ada', `POST ${path}/messages`, { body: { text: 'helo' } })
    assert.deepEqual([said.status, said.body['seq']], [200, 1])
    const edited = await call('Ada', `PATCH ${path}/messages/1`, { body: { text: 'hello' } })
    assert.equal(edited.body['text'], 'hello')
    const page = await call('Bob', `GET ${path}/messages?after=0&limit=10`)
    assert.deepEqual(page.body, { lines: [edited.body] })
    const mark = await call('Bob', `PUT ${path}/read`, { body: { seq: 1 } })
    assert.deepEqual(mark.body, { readSeq: 1 })
    const report = { body: { reason: 'spam' } }
    assert.equal((await call('Bob', `POST ${path}/messages/1/reports`, report)).status, 200)
    const foreign: [string, unknown?][] = [
      [`GET ${path}/messages`],
      [`POST ${path}/messages`, { text: 'x' }],
      [`PATCH ${path}/messages/1`, { text: 'x' }],
      [`DELETE ${path}/messages/1`],
      [`PUT ${path}/read`, { seq: 1 }],
      [`POST ${path}/messages/1/reports`, { reason: 'spam' }],
    ]
    for (const [route, body] of foreign) {
      const answer = await call('Eve', route, { body })
      assert.equal(answer.status, 404, route)
      assert.ok(!JSON.stringify(answer.body).includes('hello'))
    }
    assert.equal((await call('Ada', `DELETE ${path}/messages/1`)).status, 204)
  })

  it('[G-04] [G-05] wrong values are 400, never 500; SQL in a text is text', async () => {
    const bob = await world.user('Bob')
    const { body: channel } = await call('Ada', 'POST /v1/channels', { body: { userId: bob } })
    const path = `/v1/channels/${String(channel['id'])}`
    const wrong: [string, unknown?][] = [
      [`POST ${path}/messages`, { text: 'a'.repeat(501) }],
      [`POST ${path}/messages`, { text: '\u0000\n' }],
      [`POST ${path}/messages`, { text: 'a', seq: 1 }],
      [`POST ${path}/messages`, {}],
      [`GET ${path}/messages?after=-1`],
      [`GET ${path}/messages?after=1e400`],
      [`GET ${path}/messages?limit=101`],
      [`GET ${path}/messages?before=x'or'1`],
      [`PUT ${path}/read`, { seq: 2 ** 60 }],
      ["GET /v1/channels/'or'1/messages"],
      ['POST /v1/friends', { userId: "' or 1=1" }],
      ['POST /v1/groups', { name: 'x', isOpen: true }],
      ['POST /v1/notifications/read', { upTo: -1 }],
    ]
    for (const [route, body] of wrong) {
      const answer = await call('Ada', route, { body })
      assert.equal(answer.status, 400, `${route} ${JSON.stringify(body)}`)
    }
    const text = "'; drop table chat.messages; --"
    const said = await call('Ada', `POST ${path}/messages`, { body: { text } })
    assert.equal(said.body['text'], text)
  })

  it('[SYNC-1] the state has an ETag that moves with every change, and 304 until then', async () => {
    const kim = await world.user('Kim')
    const first = await call('Lea', 'GET /v1/me/state')
    assert.deepEqual([first.status, first.body['friends']], [200, []])
    assert.equal((await call('Lea', 'GET /v1/me/state', known(first.etag))).status, 304)
    let { etag } = first
    const changes: [string, unknown?][] = [
      ['POST /v1/friends', { userId: kim }],
      [`DELETE /v1/friends/${kim}`],
      [`PUT /v1/blocks/${kim}`],
      [`DELETE /v1/blocks/${kim}`],
      ['POST /v1/groups', { name: 'Lea’s own' }],
      ['POST /v1/parties'],
    ]
    for (const [route, body] of changes) {
      await call('Lea', route, { body })
      const next = await call('Lea', 'GET /v1/me/state', known(etag))
      assert.equal(next.status, 200, route)
      assert.notEqual(next.etag, etag, route)
      etag = next.etag
    }
    const { body } = await call('Lea', 'GET /v1/me/state')
    assert.equal((body['groups'] as unknown[]).length, 1)
    assert.notEqual(body['party'], null)
    assert.equal((await call('Kim', 'GET /v1/me/state')).body['unreadNotifications'], 1)
  })

  async function advanceUntil(isTrue: () => boolean): Promise<void> {
    await waitUntil('time to pass', () => {
      world.clock.advance(HEARTBEAT_MS)
      return isTrue()
    })
  }

  describe('[NTF-1] the stream of notifications', () => {
    let serial = 0
    const tell = async (name: string) => {
      const userId = await world.user(name)
      const cause = `stream ${serial++}`
      const notice = { userId, cause, kind: 'friend_asked', values: { name: 'Ada' } } as const
      await world.run((trx) => notify(trx, world.social, notice))
      streams.wake([userId])
    }
    async function open(name: string, lastEventId?: number) {
      const last = lastEventId === undefined ? {} : { 'last-event-id': String(lastEventId) }
      const headers = { ...(await headersOf(name)), 'accept-language': 'ko', ...last }
      const response = await http.fetch('/v1/notifications/stream', { headers })
      if (response.status !== 200) return { status: response.status, text: () => '', ...NOTHING }
      const reader = response.body!.getReader()
      let text = ''
      let isOver = false
      const reading = (async () => {
        for (;;) {
          const { done, value } = await reader.read()
          if (done) break
          text += new TextDecoder().decode(value)
        }
        isOver = true
      })()
      const ids = () => Array.from(text.matchAll(/^id: (\d+)$/gm), (match) => Number(match[1]))
      const cut = async () => {
        await reader.cancel()
        await reading
      }
      return { status: 200, text: () => text, ids, cut, isOver: () => isOver }
    }
    const NOTHING = { ids: () => [] as number[], cut: async () => undefined, isOver: () => true }

    it('cut and resumed by Last-Event-ID: nothing lost, nothing twice', async () => {
      const first = await open('Max')
      await tell('Max')
      await tell('Max')
      await waitUntil('two events', () => first.ids().length === 2)
      await first.cut()
      for (let index = 0; index < 3; index++) await tell('Max')
      const second = await open('Max', first.ids().at(-1))
      await waitUntil('three more', () => second.ids().length === 3)
      await tell('Max')
      await waitUntil('one more', () => second.ids().length === 4)
      assert.deepEqual([...first.ids(), ...second.ids()], [1, 2, 3, 4, 5, 6])
      assert.match(second.text(), /"text":"Ada 님이/)
      await second.cut()
      await waitUntil('no stream is left', () => streams.count === 0)
    })

    it('a quiet stream has a heartbeat, finds what others wrote, and ends after a while', async () => {
      const quiet = await open('Ned')
      await waitUntil('the greeting', () => quiet.text().startsWith('retry: '))
      await advanceUntil(() => quiet.text().includes(': heartbeat'))
      const userId = await world.user('Ned')
      const notice = { userId, cause: 'elsewhere', kind: 'friend_asked', values: {} } as const
      await world.run((trx) => notify(trx, world.social, notice))
      await advanceUntil(() => quiet.ids().length === 1)
      world.clock.advance(STREAM_MS_MAX)
      await advanceUntil(() => quiet.isOver())
      await waitUntil('no stream is left', () => streams.count === 0)
    })

    it('[F-06] ends with its session at once, and with its token', async () => {
      const { clock } = world
      const userId = await world.user('Quin')
      const own = new NotificationStreams({ clock, timers: clock, read: readNothing })
      const of = (sessionId: string, expiresAtMs: number) => {
        const wish = { userId, sessionId, expiresAtMs, after: Number.MAX_SAFE_INTEGER }
        const reader = own.open(wish, (row) => row).getReader()
        let isOver = false
        const reading = (async () => {
          while (!(await reader.read()).done);
          isOver = true
        })()
        return { isOver: () => isOver, reading }
      }
      const later = clock.wallMs() + 60_000
      const [ended, soon, other] = [of('a', later), of('b', clock.wallMs() + 1000), of('c', later)]
      // Its client reads nothing at all: it ends all the same.
      const wish = { userId, sessionId: 'a', after: 0 }
      const unread = own.open(wish, (row) => row)
      await setImmediate()
      own.closeSessions(['a', 'nobody'])
      await Promise.all([ended.reading, unread.getReader().closed])
      assert.equal(own.count, 2)
      await waitUntil('the end of the token', () => {
        clock.advance(10)
        return soon.isOver()
      })
      assert.equal(other.isOver(), false)
      own.closeSessions(['c'])
      await other.reading
      assert.equal(own.count, 0)
    })

    it('[F-06] a session that ends while its stream is being opened gets none', async () => {
      const { clock } = world
      const { accessToken } = await http.tokens.issue({
        userId: toUserId(await world.user('Sid')),
        kind: 'guest',
        displayName: 'Sid',
        sessionId: 'brief',
      })
      const headers = { authorization: `Bearer ${accessToken}` }
      // Its request has passed the guards and reads the newest number.
      const opening = http.fetch('/v1/notifications/stream', { headers })
      streams.closeSessions(['brief'])
      const answer = await opening
      assert.equal(answer.status, 401)
      assert.equal(((await answer.json()) as { code: string }).code, 'unauthenticated')
      assert.equal(streams.count, 0)
      const own = new NotificationStreams({ clock, timers: clock, read: readNothing })
      own.closeSessions(Array.from({ length: 10_001 }, (_, index) => `session ${index}`))
      const wish = { userId: 'x', after: 0 }
      assert.throws(() => own.open({ ...wish, sessionId: 'session 10000' }, (row) => row), /ended/)
      own.open({ ...wish, sessionId: 'session 0' }, (row) => row)
    })

    it(`a user has at most ${STREAMS_PER_USER_MAX}; one user’s events are not another’s`, async () => {
      const opened: Awaited<ReturnType<typeof open>>[] = []
      for (let index = 0; index < STREAMS_PER_USER_MAX; index++) opened.push(await open('Oda'))
      assert.equal((await open('Oda')).status, 429)
      const other = await open('Pia')
      await tell('Oda')
      await waitUntil('all four', () => opened.every(({ ids }) => ids().length === 1))
      assert.deepEqual(other.ids(), [])
      for (const one of [...opened, other]) await one.cut()
      assert.equal(streams.count, 0)
    })
  })
})

describe('the stream without a token', () => {
  it('[G-07] is refused', async (t) => {
    const { fetch } = createFakeHttp({ dataDir: tempDir(t) })
    assert.equal((await fetch('/v1/notifications/stream')).status, 401)
  })
})
