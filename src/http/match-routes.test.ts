/** Finished battles over HTTP: history, names that are not shown, shared pages, reports. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, it } from 'node:test'

import { toUserId } from '@battalion/base/ids.ts'
import { LOG_FIGURES, LOG_FIGURES_COUNT } from '@battalion/sim/battle-log.ts'
import { makeMatchReport } from '@battalion/testkit/made-match.ts'
import { openSocialWorld } from '@battalion/testkit/social-world.ts'
import type { SocialWorld } from '@battalion/testkit/social-world.ts'
import { describeDatabase } from '@battalion/testkit/test-database.ts'
import { sql } from 'kysely'

import { createPageCursors } from '../services/page-cursor.ts'
import { createMatchHttp } from '../open-matches.ts'
import { MATCH_DATA } from '../services/matches/match-data.ts'
import { DEMO_KEEP_MS, pruneMatches } from '../services/matches/prune-matches.ts'
import { packMatch } from '../services/matches/pack-match.ts'
import { writeMatch } from '../services/matches/write-match.ts'
import { acceptFriend, askFriend } from '../services/social/friends.ts'
import { createFakeHttp } from '../testing/fake-http-app.ts'
import type { FakeHttp } from '../testing/fake-http-app.ts'
import { tempDir } from '../testing/temp-dir.ts'

const PUBLIC_URL = 'https://game.example'
const PNG_MARK = [0x89, 0x50, 0x4e, 0x47]
const ENDED_AT_MS = Date.UTC(2030, 0, 2, 12)

interface PlayerBody {
  readonly userId: string | null
  readonly name: string | null
  readonly place: number
  readonly score: number
}
interface HistoryBody {
  readonly items: readonly { match: { matchId: string }; player: PlayerBody }[]
  readonly cursor: string | null
}

describeDatabase('finished battles over HTTP', (engine) => {
  let world: SocialWorld
  let http: FakeHttp
  let ann: string
  let bob: string
  let cat: string
  let isStaff = false
  const closers: (() => unknown)[] = []
  before(async () => {
    world = await openSocialWorld(engine)
    ;[ann, bob, cat] = (await world.users('Ann', 'Bob', 'Cat')) as [string, string, string]
    const cursors = createPageCursors(Buffer.alloc(32), world.clock)
    http = createFakeHttp({
      dataDir: tempDir({ after: (close) => void closers.push(close as () => unknown) }),
      matches: createMatchHttp(world.database, { publicUrl: () => PUBLIC_URL, cursors }),
      permissions: { mayUser: () => Promise.resolve(isStaff) },
    })
    for (let index = 0; index < 5; index++) {
      const userIds = index === 0 ? [ann, bob, cat, null] : [ann, bob]
      const endedAtMs = ENDED_AT_MS + index * 1000
      await store({ matchId: `h${index}`, userIds, endedAtMs, seed: index + 1 })
    }
    await store({ matchId: 'demo', userIds: [null, null], botsFrom: 0 })
  })
  after(async () => {
    for (const close of closers) await close()
    await world.close()
  })

  function store(made: Parameters<typeof makeMatchReport>[0]) {
    const ports = {
      clock: world.clock,
      outbox: world.social.outbox,
      findKnownUsers: (_: unknown, ids: readonly string[]) => Promise.resolve(new Set(ids)),
      afterMatch: [],
    }
    return writeMatch(world.database, ports, packMatch(makeMatchReport(made)))
  }

  async function call(userId: string, path: string, method = 'GET'): Promise<Response> {
    const claims = { kind: 'guest', displayName: 'x', sessionId: randomUUID() } as const
    const { accessToken } = await http.tokens.issue({ ...claims, userId: toUserId(userId) })
    return http.fetch(path, { method, headers: { authorization: `Bearer ${accessToken}` } })
  }

  async function ask<T>(userId: string, path: string): Promise<T> {
    const answer = await call(userId, path)
    assert.equal(answer.status, 200, `${path}: ${await answer.clone().text()}`)
    return (await answer.json()) as T
  }

  async function setPrivacy(userId: string, profile: string): Promise<void> {
    await sql`update identity.users set privacy = jsonb_build_object('profile', ${profile}::text)
      where id = ${userId}`.execute(world.database.db)
  }

  it('[BAT-6] my battles come newest first, page by page, each once', async () => {
    const seen: string[] = []
    let cursor: string | null = null
    do {
      const query: string = cursor === null ? '' : `&cursor=${cursor}`
      const page: HistoryBody = await ask(ann, `/v1/me/matches?limit=2${query}`)
      seen.push(...page.items.map(({ match }) => match.matchId))
      cursor = page.cursor
    } while (cursor !== null)
    assert.deepEqual(seen, ['h4', 'h3', 'h2', 'h1', 'h0'])
    const wrong = await call(ann, '/v1/me/matches?cursor=bm9uc2Vuc2U')
    assert.equal(wrong.status, 400)
  })

  it('[BAT-6] a battle has its teams, my row, players by place, and its course', async () => {
    const match = await ask<{ me: PlayerBody; players: number }>(ann, '/v1/matches/h0')
    assert.equal(match.players, 4)
    assert.equal(match.me.userId, ann)
    const first = await ask<{ players: PlayerBody[]; cursor: string }>(
      ann,
      '/v1/matches/h0/players?limit=3',
    )
    const rest = await ask<{ players: PlayerBody[]; cursor: string | null }>(
      ann,
      `/v1/matches/h0/players?limit=3&cursor=${first.cursor}`,
    )
    const places = [...first.players, ...rest.players].map(({ place }) => place)
    assert.deepEqual(places, [1, 2, 3, 4])
    assert.equal(rest.cursor, null)
    await ask(ann, '/v1/matches/h0/course')
    for (const path of ['', '/players', '/course']) {
      assert.equal((await call(ann, `/v1/matches/none${path}`)).status, 404)
    }
  })

  it('[SYNC-2] my stats are the sums of my battles', async () => {
    const stats = await ask<Record<string, number>>(cat, '/v1/me/stats')
    const { sheet } = makeMatchReport({ matchId: 'h0', userIds: [ann, bob, cat, null], seed: 1 })
    for (const [figure, name] of LOG_FIGURES.entries()) {
      assert.equal(stats[name], sheet.figures[2 * LOG_FIGURES_COUNT + figure], name)
    }
    assert.equal(stats['matches'], 1)
    const [nobody] = await world.users('nobody yet')
    assert.equal((await ask<Record<string, number>>(nobody!, '/v1/me/stats'))['matches'], 0)
  })

  it('[SOC-6] who does not want to be seen has no name, no id and no history for others', async () => {
    const namesFor = async (viewer: string) => {
      const { players } = await ask<{ players: PlayerBody[] }>(viewer, '/v1/matches/h0/players')
      return players.find(({ name, userId }) => userId === bob || name === 'Player 1')
    }
    const history = `/v1/players/${bob}/matches`
    assert.ok(await namesFor(cat))
    assert.equal((await call(cat, history)).status, 200)
    await setPrivacy(bob, 'nobody')
    assert.equal(await namesFor(cat), undefined)
    assert.ok(await namesFor(bob), 'he sees himself')
    assert.equal((await call(cat, history)).status, 404)
    assert.equal((await call(bob, history)).status, 200)
    await setPrivacy(bob, 'friends')
    assert.equal((await call(cat, history)).status, 404)
    await world.run((trx) => askFriend(trx, world.social, { userId: cat, otherId: bob }))
    await world.run((trx) => acceptFriend(trx, world.social, { userId: bob, otherId: cat }))
    assert.equal((await call(cat, history)).status, 200)
    assert.ok(await namesFor(cat))
    await setPrivacy(bob, 'everyone')
  })

  it('[SOC-6] a shared battle has an Open Graph page and a card; private means 404', async () => {
    const shared = await call(ann, '/v1/matches/h0/share', 'POST')
    const { code, url } = (await shared.json()) as { code: string; url: string }
    assert.equal(url, `${PUBLIC_URL}/m/${code}`)
    const again = (await (await call(ann, '/v1/matches/h0/share', 'POST')).json()) as object
    assert.deepEqual(again, { code, url }, 'the same link')
    assert.equal((await call(ann, '/v1/matches/demo/share', 'POST')).status, 404, 'not his battle')
    const page = await http.fetch(`/m/${code}`)
    assert.equal(page.status, 200)
    const html = await page.text()
    assert.match(html, /<meta property="og:title" content="Player 0 in Battalion">/)
    assert.ok(html.includes(`<meta property="og:image" content="${url}/card.png">`))
    assert.match(html, /og:description" content="Victory in Conquest on Skirmish: place \d of 4/)
    assert.ok(!html.includes('Player 1'), 'nobody else is named')
    const card = await http.fetch(`/m/${code}/card.png`)
    assert.equal(card.headers.get('content-type'), 'image/png')
    const bytes = Buffer.from(await card.arrayBuffer())
    assert.deepEqual([...bytes.subarray(0, 4)], PNG_MARK)
    assert.deepEqual([bytes.readUInt32BE(16), bytes.readUInt32BE(20)], [1200, 630])
    for (const profile of ['friends', 'nobody']) {
      await setPrivacy(ann, profile)
      assert.equal((await http.fetch(`/m/${code}`)).status, 404)
      assert.equal((await http.fetch(`/m/${code}/card.png`)).status, 404, 'also when drawn before')
    }
    await setPrivacy(ann, 'everyone')
    assert.equal((await http.fetch(`/m/${code}`)).status, 200)
    assert.equal((await call(ann, '/v1/matches/h0/share', 'DELETE')).status, 204)
    assert.equal((await http.fetch(`/m/${code}`)).status, 404)
    assert.equal((await http.fetch(`/m/${code}/card.png`)).status, 404)
  })

  it('[SOC-6] names cannot break the page', async () => {
    const userIds = await world.users('Mallory')
    await store({ matchId: 'evil', userIds })
    await sql`update matches.session_players set name = ${`"><script>alert(1)</script>`}
      where match_id = 'evil'`.execute(world.database.db)
    const shared = await call(userIds[0]!, '/v1/matches/evil/share', 'POST')
    const { code } = (await shared.json()) as { code: string }
    const html = await (await http.fetch(`/m/${code}`)).text()
    assert.ok(!html.includes('<script'))
    assert.equal((await http.fetch(`/m/${code}/card.png`)).status, 200)
  })

  it('[DAT-9] operators get a battle and a span of time as CSV that equals the rows', async () => {
    const report = '/v1/admin/matches/h0/report'
    assert.equal((await call(ann, report)).status, 401, 'a game token is none of the console')
    const headers = http.signInOperator(ann)
    assert.equal((await http.fetch(report, { headers })).status, 403)
    isStaff = true
    await sql`update matches.session_players set name = ${'=1+1,"x"'}
      where match_id = 'h0' and slot = 3`.execute(world.database.db)
    const answer = await http.fetch(report, { headers })
    assert.match(answer.headers.get('content-type') ?? '', /^text\/csv/)
    const [head, ...lines] = (await answer.text()).trimEnd().split('\r\n')
    assert.equal(lines.length, 4)
    assert.ok(
      lines.some((line) => line.includes(`"'=1+1,""x"""`)),
      'no formula',
    )
    for (const first of ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']) {
      await sql`update matches.session_players set name = ${`${first}1+1`}
        where match_id = 'h0' and slot = 3`.execute(world.database.db)
      const text = await (await http.fetch(report, { headers })).text()
      assert.ok(text.includes(`'${first}1+1`), JSON.stringify(first))
    }
    const score = head!.split(',').indexOf('score')
    const named = lines.filter((line) => !line.includes('"'))
    const sum = named.reduce((total, line) => total + Number(line.split(',')[score]), 0)
    const { rows } = await sql<{ sum: number }>`select sum(score)::int as sum
      from matches.session_players where match_id = 'h0' and slot < 3`.execute(world.database.db)
    assert.equal(sum, rows[0]!.sum)
    const from = new Date(ENDED_AT_MS + 1000).toISOString()
    const until = new Date(ENDED_AT_MS + 3000).toISOString()
    const path = `/v1/admin/matches/report?from=${from}&until=${until}`
    const span = await http.fetch(path, { headers })
    const ids = (await span.text()).trimEnd().split('\r\n').slice(1)
    assert.deepEqual(
      ids.map((line) => line.split(',')[0]),
      ['h1', 'h2'],
    )
    isStaff = false
  })

  it('[LEG-1] a user’s copy has his battles; deleted, his rows stay without him', async () => {
    const [gone] = await world.users('Gone')
    await store({ matchId: 'left', userIds: [gone!, ann] })
    const copy = (await MATCH_DATA.read(world.database.db, gone!)) as { seats: unknown[] }
    assert.equal(copy.seats.length, 1)
    assert.doesNotThrow(() => JSON.stringify(copy))
    await world.run((trx) => MATCH_DATA.erase(trx, gone!))
    const { players } = await ask<{ players: PlayerBody[] }>(ann, '/v1/matches/left/players')
    assert.equal(players.length, 2)
    assert.ok(players.every(({ userId, name }) => userId === ann || name === null))
  })

  it('[RANK-2] battles of bots alone are pruned after a day, those with people stay', async () => {
    const nowMs = ENDED_AT_MS + DEMO_KEEP_MS
    assert.equal(await pruneMatches(world.database.db, nowMs - 1000), 0)
    assert.equal(await pruneMatches(world.database.db, nowMs + 10_000), 1)
    const { rows } = await sql<{ rows: number }>`select
      (select count(*)::int from matches.battle_logs where match_id = 'demo')
      + (select count(*)::int from matches.session_players where match_id = 'demo')
        as rows`.execute(world.database.db)
    assert.equal(rows[0]!.rows, 0)
    assert.equal((await ask<HistoryBody>(ann, '/v1/me/matches')).items.length, 6)
  })
})
