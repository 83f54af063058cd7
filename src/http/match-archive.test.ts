/** Finished battles as staff see them, over HTTP: found by a filter, from inside, their logs. */
import assert from 'node:assert/strict'
import { after, before, it } from 'node:test'

import { LOG_SUM, LogKind } from '@battalion/sim/battle-log.ts'
import { makeMatchReport } from '@battalion/testkit/made-match.ts'
import { openSocialWorld } from '@battalion/testkit/social-world.ts'
import type { SocialWorld } from '@battalion/testkit/social-world.ts'
import { describeDatabase } from '@battalion/testkit/test-database.ts'
import { sql } from 'kysely'

import { createMatchHttp } from '../open-matches.ts'
import { DELETED_NAME, MATCH_DATA } from '../services/matches/match-data.ts'
import { packMatch } from '../services/matches/pack-match.ts'
import { writeMatch } from '../services/matches/write-match.ts'
import { createPageCursors } from '../services/page-cursor.ts'
import { createFakeHttp } from '../testing/fake-http-app.ts'
import type { FakeHttp } from '../testing/fake-http-app.ts'
import { tempDir } from '../testing/temp-dir.ts'

const ENDED_AT_MS = Date.UTC(2030, 0, 2, 12)
const OTHER_OPERATOR = '00000000-0000-4000-8000-00000000000b'

interface MatchBody {
  readonly matchId: string
}
interface EventBody {
  readonly seq: number
  readonly sec: number
  readonly kind: string
  readonly actor: { readonly slot: number; readonly name: string } | null
  readonly figure: string | null
}
interface Page<T> {
  readonly items: readonly T[]
  readonly cursor: string | null
}

/** When the battle of this number ended. */
function at(index: number): string {
  return new Date(ENDED_AT_MS + index * 1000).toISOString()
}

describeDatabase('finished battles for staff', (engine) => {
  let world: SocialWorld
  let http: FakeHttp
  let ann: string
  let bob: string
  const closers: (() => unknown)[] = []
  before(async () => {
    world = await openSocialWorld(engine)
    ;[ann, bob] = (await world.users('Ann', 'Bob')) as [string, string]
    const cursors = createPageCursors(Buffer.alloc(32), world.clock)
    http = createFakeHttp({
      dataDir: tempDir({ after: (close) => void closers.push(close as () => unknown) }),
      matches: createMatchHttp(world.database, { publicUrl: () => '', cursors }),
      permissions: { mayUser: () => Promise.resolve(true) },
    })
    for (let index = 0; index < 7; index++) {
      const userIds = index < 3 ? [ann, bob, null] : [bob, null]
      const mode = index % 2 === 0 ? 'conquest' : 'duel'
      await store({ matchId: `a${index}`, userIds, mode, endedAtMs: ENDED_AT_MS + index * 1000 })
    }
    // At the same moment: the id decides, on both sides of a page's end.
    await store({ matchId: 'a7', userIds: [bob, null], endedAtMs: ENDED_AT_MS + 6000 })
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

  const call = (path: string, operatorId?: string) =>
    http.fetch(`/v1/admin/matches${path}`, { headers: http.signInOperator(operatorId) })

  async function ask<T>(path: string): Promise<T> {
    const answer = await call(path)
    assert.equal(answer.status, 200, `${path}: ${await answer.clone().text()}`)
    return (await answer.json()) as T
  }

  async function readAll<T>(path: string, limit: number): Promise<T[]> {
    const all: T[] = []
    for (let cursor: string | null | undefined; cursor !== null;) {
      const next = cursor === undefined ? '' : `&cursor=${cursor}`
      const page: Page<T> = await ask(`${path}limit=${limit}${next}`)
      all.push(...page.items)
      cursor = page.cursor
    }
    return all
  }

  /** What he who had this place in the battle's list of players was called. */
  async function called(matchId: string, slot: number, name: string): Promise<void> {
    await sql`update matches.session_players set name = ${name}
      where match_id = ${matchId} and slot = ${slot}`.execute(world.database.db)
  }

  async function find(filter: string, limit = 3): Promise<string[]> {
    return (await readAll<MatchBody>(`?${filter}`, limit)).map(({ matchId }) => matchId)
  }

  it('[ADM-3] the list is newest first, page by page, each battle once', async () => {
    assert.deepEqual(await find('', 1), ['a7', 'a6', 'a5', 'a4', 'a3', 'a2', 'a1', 'a0'])
    assert.deepEqual(await find('', 8), await find('', 3))
  })

  it('[ADM-3] a filter asks for mode, map, region, span and player, all at once', async () => {
    assert.deepEqual(await find('mode=duel&'), ['a5', 'a3', 'a1'])
    assert.deepEqual(await find('map=skirmish&region=test&mode=duel&'), ['a5', 'a3', 'a1'])
    for (const none of ['map=front&', 'region=eu&', 'mode=Duel&']) {
      assert.deepEqual(await find(none), [], none)
    }
    assert.deepEqual(await find(`from=${at(2)}&until=${at(5)}&`), ['a4', 'a3', 'a2'])
    assert.deepEqual(await find(`player=${ann}&`, 2), ['a2', 'a1', 'a0'])
    assert.deepEqual(await find(`player=${ann}&mode=duel&`), ['a1'])
    const nobody = '00000000-0000-4000-8000-00000000ffff'
    for (const none of [`player=${nobody}&`, 'player=nobody%20so&']) {
      assert.deepEqual(await find(none), [], none)
    }
    await sql`update identity.users set kind = 'account', name_key = 'ann' where id = ${ann}`.execute(
      world.database.db,
    )
    assert.deepEqual(await find('player=ANN&'), ['a2', 'a1', 'a0'], 'however it is written')
  })

  it('[ADM-3] a name finds who bore it in a battle, a guest too, however it is written', async () => {
    await called('a1', 0, 'Élan 1')
    await called('a4', 0, 'élan \uff11')
    // Two of one name are one battle.
    await called('a2', 0, 'ÉLAN  1')
    await called('a2', 1, 'Élan 1')
    const name = `player=${encodeURIComponent('\uff45\u0301lan 1')}&`
    for (const limit of [1, 2, 3]) assert.deepEqual(await find(name, limit), ['a4', 'a2', 'a1'])
    assert.deepEqual(await find(`${name}mode=duel&`), ['a1'])
    assert.deepEqual(await find(`${name}from=${at(2)}&until=${at(4)}&`), ['a2'])
    for (const none of ['player=lan&', 'player=%25&', 'player=Player_0&']) {
      assert.deepEqual(await find(none), [], none)
    }
    // An account is found with all its battles, and others' who were called so.
    await sql`update identity.users set kind = 'account', name_key = 'élan 1'
      where id = ${ann}`.execute(world.database.db)
    assert.deepEqual(await find(name, 2), ['a4', 'a2', 'a1', 'a0'])
  })

  it('[ADM-3, LEG-1] bots and who was deleted are not found by a name', async () => {
    const [cat, bot] = (await world.users('Cat', 'Bot')) as [string, string]
    await store({ matchId: 'b0', userIds: [cat, bot], botsFrom: 1, endedAtMs: ENDED_AT_MS - 1000 })
    await called('b0', 1, 'Clank')
    assert.deepEqual(await find('player=Clank&'), [])
    await called('b0', 0, 'Short Lived')
    assert.deepEqual(await find('player=short%20lived&'), ['b0'])
    await world.run((trx) => MATCH_DATA.erase(trx, cat))
    for (const gone of ['player=short%20lived&', `player=${DELETED_NAME}&`]) {
      assert.deepEqual(await find(gone), [], gone)
    }
    await sql`delete from matches.game_sessions where match_id = 'b0'`.execute(world.database.db)
  })

  it('[DAT-9] the report has what the list has by the same filter', async () => {
    const span = `from=${new Date(0).toISOString()}&until=${new Date(4e12).toISOString()}`
    for (const filter of ['', '&mode=duel', `&player=${ann}`, '&player=Player%200', '&map=front']) {
      const csv = await (await call(`/report?${span}${filter}`)).text()
      const [, ...lines] = csv.trimEnd().split('\r\n')
      const ids = lines.map((line) => line.split(',')[0]!)
      assert.deepEqual(ids.toSorted(), (await find(`${filter.slice(1)}&`)).toSorted(), filter)
    }
    assert.equal((await call('/report?mode=duel')).status, 400, 'a span is asked for')
  })

  it('a cursor is for who got it and for that filter', async () => {
    const { cursor } = await ask<Page<MatchBody>>('?limit=2&mode=duel')
    assert.equal((await call(`?mode=duel&cursor=${cursor}`)).status, 200)
    assert.equal((await call(`?cursor=${cursor}`)).status, 400)
    assert.equal((await call(`?mode=duel&cursor=${cursor}`, OTHER_OPERATOR)).status, 400)
    for (const wrong of ['?from=yesterday', '?limit=0', '?limit=101', `?map=${'m'.repeat(65)}`]) {
      assert.equal((await call(wrong)).status, 400, wrong)
    }
  })

  it('[ADM-3] a battle has everybody by place with his name, whatever his privacy', async () => {
    await sql`update identity.users set privacy = jsonb_build_object('profile', 'nobody')
      where id = ${bob}`.execute(world.database.db)
    const match = await ask<MatchBody & { players: number }>('/a0')
    assert.deepEqual([match.matchId, match.players], ['a0', 3])
    const players = await readAll<{ place: number; name: string; userId: string | null }>(
      '/a0/players?',
      2,
    )
    assert.deepEqual(
      players.map(({ place }) => place),
      [1, 2, 3],
    )
    assert.deepEqual(players.map(({ name }) => name).toSorted(), [
      'Player 0',
      'Player 1',
      'Player 2',
    ])
    assert.ok(players.some(({ userId }) => userId === bob))
    for (const path of ['', '/players', '/log', '/report']) {
      assert.equal((await call(`/none${path}`)).status, 404, path)
    }
  })

  it('[BAT-6] its log is there to the last row, in order, by kinds and by names', async () => {
    const { sheet, head } = makeMatchReport({ matchId: 'a0', userIds: [ann, bob, null] })
    const { log } = sheet
    const all = await readAll<EventBody>('/a0/log?', 7)
    assert.equal(all.length, log.count)
    for (const [row, event] of all.entries()) {
      assert.equal(event.seq, row)
      assert.equal(event.sec, log.ticks[row]! / head.tickRateHz)
      const name = event.actor && sheet.names[event.actor.slot]
      assert.equal(event.actor?.name ?? null, name)
      const isSum = log.kinds[row]! >= LOG_SUM
      assert.equal(event.kind === 'sum', isSum)
      assert.equal(event.figure !== null, isSum)
    }
    const countOf = (kind: number) => log.kinds.filter((one) => one === kind).length
    for (const kind of ['kill', 'assist', 'end', 'join'] as const) {
      const rows = await readAll<EventBody>(`/a0/log?kind=${kind}&`, 4)
      assert.equal(rows.length, countOf(LogKind[kind]), kind)
      assert.ok(rows.every((row) => row.kind === kind))
    }
    const sums = await readAll<EventBody>('/a0/log?kind=sum&', 50)
    assert.equal(sums.length, log.kinds.filter((kind) => kind >= LOG_SUM).length)
    assert.equal((await call('/a0/log?kind=weather')).status, 400)
  })
})
