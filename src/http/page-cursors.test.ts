/**
 * Every list that is read page by page (the document names them): its pages have no gap and no
 * repeat while rows come in between, and a cursor that was made up, is another's, or is old is
 * refused with 4xx.
 */
import assert from 'node:assert/strict'
import { after, before, it } from 'node:test'

import { toUserId } from '@battalion/base/ids.ts'
import { makeMatchReport } from '@battalion/testkit/made-match.ts'
import { openSocialWorld } from '@battalion/testkit/social-world.ts'
import type { SocialWorld } from '@battalion/testkit/social-world.ts'
import { describeDatabase } from '@battalion/testkit/test-database.ts'

import { createMatchHttp } from '../open-matches.ts'
import { openChannel } from '../services/chat/channels.ts'
import { reportLine } from '../services/chat/reports.ts'
import { findNames } from '../services/identity/find-names.ts'
import { packMatch } from '../services/matches/pack-match.ts'
import { writeMatch } from '../services/matches/write-match.ts'
import { createModerationDesk } from '../services/moderation-desk.ts'
import { notify } from '../services/notifications/notifications.ts'
import { createPageCursors, CURSOR_MS_MAX } from '../services/page-cursor.ts'
import { putScores } from '../services/rankings/ranking-queries.ts'
import { createSocialDesk } from '../services/social-desk.ts'
import { createStandingsDesk } from '../services/standings-desk.ts'
import { systemClock, systemTimers } from '../system-clock.ts'
import { createFakeHttp } from '../testing/fake-http-app.ts'
import type { FakeHttp } from '../testing/fake-http-app.ts'
import { tempDir } from '../testing/temp-dir.ts'
import { NotificationStreams } from './notification-streams.ts'

/** Whatever a list answers. */
type Body = Record<string, unknown>

/** One list: how its pages are asked for, read and added to. */
interface PagedList {
  readonly path: string
  /** Query of the page behind this one; undefined at the end. */
  readonly next: (body: Body) => string | undefined
  readonly read: (body: Body) => readonly string[]
  /** Puts a row in where the reader has been already; it must not show up later. */
  readonly add: (index: number) => Promise<unknown>
  /** Query of a cursor that was made up. */
  readonly forged: readonly string[]
  readonly isStaff?: boolean
}

const PAGE = 3
const ROWS = 10
const NOBODY = '00000000-0000-4000-8000-00000000ffff'
const KEYS = [
  'GET /v1/me/matches',
  'GET /v1/players/{userId}/matches',
  'GET /v1/rankings/{board}',
  'GET /v1/matches/{matchId}/players',
  'GET /v1/channels/{channelId}/messages',
  'GET /v1/notifications',
  'GET /v1/admin/reports',
]
const NUMBERS = ['-1', '1.5', 'x', '9007199254740993', '1e99']

describeDatabase('pages of lists', (engine) => {
  let world: SocialWorld
  let http: FakeHttp
  let ann: string
  let bob: string
  let channelId: string
  let nowMs = 0
  const closers: (() => unknown)[] = []

  before(async () => {
    world = await openSocialWorld(engine)
    ;[ann, bob] = (await world.users('Ann', 'Bob')) as [string, string]
    http = createFakeHttp({
      dataDir: tempDir({ after: (close) => void closers.push(close as () => unknown) }),
      permissions: { mayUser: () => Promise.resolve(true) },
      ...createDesks(world, () => nowMs),
    })
    const wish = { kind: 'global', subject: 'pages' } as const
    channelId = (await world.run((trx) => openChannel(trx, world.chat, wish))).id
  })
  after(async () => {
    await world.close()
    for (const close of closers) await close()
  })

  const lists = (): Readonly<Record<string, PagedList>> => ({
    'GET /v1/me/matches': {
      path: '/v1/me/matches',
      ...sealed('items', (item) => (item as { match: { matchId: string } }).match.matchId),
      add: (index) => storeMatch(world, [ann, bob], index),
    },
    'GET /v1/players/{userId}/matches': {
      path: `/v1/players/${bob}/matches`,
      ...sealed('items', (item) => (item as { match: { matchId: string } }).match.matchId),
      add: (index) => storeMatch(world, [ann, bob], 100 + index),
    },
    'GET /v1/rankings/{board}': {
      path: '/v1/rankings/global',
      ...sealed('entries', (item) => String((item as { score: number }).score)),
      add: async (index) => {
        const scores = [{ userId: await world.user(`ranked ${index}`), score: 1000 + index }]
        await world.run((trx) => putScores(trx, { board: 'global', scores, now: new Date() }))
      },
    },
    'GET /v1/matches/{matchId}/players': {
      path: '/v1/matches/page-match-0/players',
      next: ({ cursor }) => (cursor === null ? undefined : `cursor=${cursor as string}`),
      read: ({ players }) => (players as { place: number }[]).map(({ place }) => String(place)),
      // A finished battle gets no more players.
      add: (index) => (index === 0 ? storeCrowd(world) : Promise.resolve()),
      forged: NUMBERS.map((value) => `cursor=${value}`),
    },
    'GET /v1/channels/{channelId}/messages': {
      path: `/v1/channels/${channelId}/messages`,
      next: ({ lines }) => numbered('before', (lines as { seq: number }[])[0]?.seq),
      read: ({ lines }) => (lines as { seq: number }[]).map(({ seq }) => String(seq)).toReversed(),
      add: (index) =>
        createSocialDesk(world).say({ userId: ann, channelId, text: `line ${index}` }),
      forged: ['after', 'before'].flatMap((key) => NUMBERS.map((value) => `${key}=${value}`)),
    },
    'GET /v1/notifications': {
      path: '/v1/notifications',
      next: ({ notifications }) =>
        numbered('before', (notifications as { seq: number }[]).at(-1)?.seq),
      read: ({ notifications }) =>
        (notifications as { seq: number }[]).map(({ seq }) => String(seq)),
      add: (index) => tell(world, ann, index),
      forged: ['after', 'before'].flatMap((key) => NUMBERS.map((value) => `${key}=${value}`)),
    },
    'GET /v1/admin/reports': {
      path: '/v1/admin/reports',
      next: ({ reports }) => {
        const last = (reports as { id: string }[]).at(-1)
        return last && `after=${last.id}`
      },
      read: ({ reports }) => (reports as { id: string }[]).map(({ id }) => id),
      // The oldest come first, so that whatever comes in is behind the reader.
      add: (index) => fileReport(world, { channelId, by: ann, index }),
      forged: [`after=${NOBODY}`, 'after=x', "after='"],
      isStaff: true,
    },
  })

  it('every list of the document that has pages is here', async () => {
    const { paths } = (await (await http.fetch('/openapi.json')).json()) as {
      paths: Record<string, { get?: { parameters?: { in: string; name: string }[] } }>
    }
    const paged = Object.entries(paths).filter(([, { get }]) =>
      get?.parameters?.some(
        (one) => one.in === 'query' && ['cursor', 'after', 'before', 'page'].includes(one.name),
      ),
    )
    const found = paged.map(([path]) => `GET ${path}`)
    assert.deepEqual(
      found.filter((key) => !key.includes('/admin/') || KEYS.includes(key)),
      [...new Set(found.filter((key) => KEYS.includes(key)))],
    )
    assert.deepEqual([...KEYS].sort(), Object.keys(lists()).sort())
  })

  for (const key of KEYS) {
    it(`${key}: no gap, no repeat, made-up cursors refused`, async () => {
      const list = lists()[key]!
      for (let index = 0; index < ROWS; index++) await list.add(index)
      const all = await readAll(list, 20)
      assert.ok(all.length >= ROWS, `${all.length} rows`)
      const seen = await readAll(list, PAGE, (page) => list.add(ROWS + page))
      const isForward = key === 'GET /v1/admin/reports'
      assert.deepEqual(isForward ? seen.slice(0, all.length) : seen, all)
      assert.equal(new Set(seen).size, seen.length)
      for (const query of list.forged) {
        const { status } = await call(list, query)
        assert.ok(status >= 400 && status < 500, `${query}: ${status}`)
      }
    })
  }

  it('a sealed cursor that is changed, another reader’s, another list’s or old is refused', async () => {
    const [mine, theirs, board] = ['me/matches', `players/${bob}/matches`, 'rankings/global'].map(
      (path) => ({ ...lists()['GET /v1/me/matches']!, path: `/v1/${path}` }),
    ) as [PagedList, PagedList, PagedList]
    const cursor = await cursorOf(mine)
    assert.equal((await call(mine, `cursor=${cursor}`)).status, 200)
    for (const wrong of changedTexts(cursor)) {
      assert.equal((await call(mine, `cursor=${wrong}`)).status, 400, wrong)
    }
    assert.equal((await call(theirs, `cursor=${cursor}`)).status, 400)
    assert.equal((await call(mine, `cursor=${cursor}`, bob)).status, 400)
    assert.equal((await call(mine, `cursor=${await cursorOf(board)}`)).status, 400)
    nowMs += CURSOR_MS_MAX
    assert.equal((await call(mine, `cursor=${cursor}`)).status, 200)
    nowMs += 1
    assert.equal((await call(mine, `cursor=${cursor}`)).status, 400)
  })

  it('a cursor tells nothing of who stands there', async () => {
    const cursor = await cursorOf(lists()['GET /v1/rankings/{board}']!)
    const bytes = Buffer.from(cursor, 'base64url').toString('latin1')
    for (const id of [ann, bob, 'score', '1000']) assert.ok(!bytes.includes(id))
  })

  async function cursorOf(list: PagedList): Promise<string> {
    const answer = await call(list, '')
    return ((await answer.json()) as { cursor: string }).cursor
  }

  async function call(list: PagedList, query: string, userId = ann): Promise<Response> {
    const claims = { kind: 'guest', displayName: 'x', sessionId: userId } as const
    const { accessToken } = await http.tokens.issue({ userId: toUserId(userId), ...claims })
    const headers = list.isStaff
      ? http.signInOperator(userId)
      : { authorization: `Bearer ${accessToken}` }
    const limit = /limit=/.test(query) ? '' : `&limit=${PAGE}`
    return http.fetch(`${list.path}?${query}${limit}`, { headers })
  }

  async function readAll(
    list: PagedList,
    limit: number,
    between: (page: number) => Promise<unknown> = () => Promise.resolve(),
  ): Promise<string[]> {
    const seen: string[] = []
    let query: string | undefined = ''
    for (let page = 0; query !== undefined && page < ROWS; page++) {
      const answer = await call(list, `${query}&limit=${limit}`)
      assert.equal(answer.status, 200, await answer.clone().text())
      const body = (await answer.json()) as Body
      const rows = list.read(body)
      seen.push(...rows)
      if (rows.length < limit) break
      query = list.next(body)
      await between(page)
    }
    return seen
  }
})

/** A list whose cursor is sealed. */
function sealed(name: string, keyOf: (item: unknown) => string) {
  return {
    next: ({ cursor }: Body) => (cursor === null ? undefined : `cursor=${cursor as string}`),
    read: (body: Body) => (body[name] as unknown[]).map(keyOf),
    forged: ['', 'x', '10.1', `7.${NOBODY}`, 'bm9uc2Vuc2U', 'a'.repeat(300), 'a'.repeat(5000)]
      .concat(Buffer.alloc(64).toString('base64url'))
      .map((cursor) => `cursor=${cursor}`),
  }
}

function numbered(key: string, seq: number | undefined): string | undefined {
  return seq === undefined ? undefined : `${key}=${seq}`
}

/** One character changed, each in turn; cut; and grown. */
function changedTexts(cursor: string): string[] {
  const at = [0, 5, 20, 30, Math.floor(cursor.length / 2), cursor.length - 2]
  const changed = at.map((index) => {
    const other = cursor[index] === 'A' ? 'B' : 'A'
    return cursor.slice(0, index) + other + cursor.slice(index + 1)
  })
  return [...changed, cursor.slice(0, -4), `${cursor}AAAA`, cursor.toLowerCase()]
}

const listVisible = async (_: unknown, __: unknown, ids: readonly string[]) => new Set(ids)

function levels(): never {
  return { levelMax: 1 } as never
}

function createDesks(world: SocialWorld, wallMs: () => number) {
  const { database, social, chat, clock } = world
  const cursors = createPageCursors(Buffer.alloc(32, 7), { wallMs })
  const boards = { findNames, listVisible, listFriendIds: async () => [], cursors }
  const desk = createSocialDesk({ database, social, chat })
  const mixed = { ...systemClock, monotonicMs: () => clock.monotonicMs() }
  const read = desk.notificationsAfter
  const streams = new NotificationStreams({ clock: mixed, timers: systemTimers, read })
  const rest = { streams, isHere: () => true }
  return {
    social: { desk, moderation: createModerationDesk({ database, social, chat }), ...rest },
    matches: createMatchHttp(database, { publicUrl: () => 'https://game.test', cursors }),
    standings: createStandingsDesk({ database, boards, levels }),
  }
}

async function storeMatch(world: SocialWorld, userIds: string[], index: number): Promise<void> {
  const { database, clock, social } = world
  const endedAtMs = Date.UTC(2030, 0, 2) + index * 1000
  const packed = packMatch(makeMatchReport({ matchId: `page-${index}`, userIds, endedAtMs }))
  const findKnownUsers = async (db: typeof database.db, ids: readonly string[]) =>
    new Set((await findNames(db, ids)).keys())
  const ports = { clock, outbox: social.outbox, findKnownUsers, afterMatch: [] }
  await writeMatch(database, ports, packed)
}

async function storeCrowd(world: SocialWorld): Promise<void> {
  const userIds = await world.users(...Array.from({ length: ROWS + 1 }, (_, nr) => `crowd ${nr}`))
  const { database, clock, social } = world
  const packed = packMatch(makeMatchReport({ matchId: 'page-match-0', userIds }))
  const findKnownUsers = async () => new Set(userIds)
  const ports = { clock, outbox: social.outbox, findKnownUsers, afterMatch: [] }
  await writeMatch(database, ports, packed)
}

async function tell(world: SocialWorld, userId: string, index: number): Promise<void> {
  const notice = { userId, cause: `page ${index}`, kind: 'staff_notice' } as const
  await world.run((trx) => notify(trx, world.social, { ...notice, values: { text: 'x' } }))
}

async function fileReport(
  world: SocialWorld,
  report: { readonly channelId: string; readonly by: string; readonly index: number },
): Promise<void> {
  const { channelId, by, index } = report
  const userId = await world.user('Loud')
  const said = { userId, channelId, text: `noise ${index}` }
  const { seq } = await createSocialDesk(world).say(said)
  world.clock.advance(1)
  const about = { reporterId: by, channelId, seq, reason: 'spam', note: '' } as const
  await world.run((trx) => reportLine(trx, world.chat, about))
}
