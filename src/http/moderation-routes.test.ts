/**
 * Routes of moderators over a real database (SOC-4): the queue by cursor with evidence, claims and
 * verdicts, mutes, lines, notices, words; one audit row per change; players get 403, see nothing.
 */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, it } from 'node:test'

import { openSocialWorld } from '@battalion/testkit/social-world.ts'
import type { SocialWorld } from '@battalion/testkit/social-world.ts'
import { describeDatabase } from '@battalion/testkit/test-database.ts'

import { joinChannel } from '../services/chat/channels.ts'
import { openDirect } from '../services/chat/direct-channels.ts'
import { readLines, sendLine } from '../services/chat/lines.ts'
import { CLAIM_MS_MAX } from '../services/chat/report-queue.ts'
import { reportLine } from '../services/chat/reports.ts'
import { createWordFilter } from '../services/chat/word-filter.ts'
import { SHIPPED_WORD_LISTS } from '../services/chat/word-lists.ts'
import { reloadWords, WORDS_TOPIC } from '../services/chat/word-table.ts'
import { createModerationDesk } from '../services/moderation-desk.ts'
import { createSocialDesk } from '../services/social-desk.ts'
import { createFakeHttp } from '../testing/fake-http-app.ts'
import type { FakeHttp, RecordedAct } from '../testing/fake-http-app.ts'
import { tempDir } from '../testing/temp-dir.ts'
import { NotificationStreams } from './notification-streams.ts'

interface ReportBody {
  readonly id: string
  readonly state: string
  readonly seq: number
  readonly lines: readonly { readonly seq: number; readonly text: string }[]
}

const MODERATORS = ['Mod', 'Max']

describeDatabase('routes of moderators', (engine) => {
  let world: SocialWorld
  let http: FakeHttp
  let ada: string
  let bob: string
  const acts: RecordedAct[] = []
  const closers: (() => unknown)[] = []
  before(async () => {
    world = await openSocialWorld(engine)
    ;[ada, bob] = (await world.users('Ada', 'Bob')) as [string, string]
    const staff = new Set(await world.users(...MODERATORS))
    const { database, social, chat, clock } = world
    const desk = createSocialDesk({ database, social, chat })
    const moderation = createModerationDesk({ database, social, chat })
    const read = desk.notificationsAfter
    const streams = new NotificationStreams({ clock, timers: clock, read })
    http = createFakeHttp({
      dataDir: tempDir({ after: (close) => void closers.push(close as () => unknown) }),
      social: { desk, moderation, streams, isHere: () => false },
      permissions: { mayUser: (userId) => Promise.resolve(staff.has(userId)) },
      onRecord: (act) => void acts.push(act),
    })
  })
  after(async () => {
    await world.close()
    for (const close of closers) await close()
  })

  async function call(name: string, route: string, body?: unknown) {
    const headers = http.signInOperator(await world.user(name))
    const [method = '', path = ''] = route.split(' ')
    const sent = body === undefined ? {} : { body: JSON.stringify(body) }
    const response = await http.fetch(`/v1/admin${path}`, { method, headers, ...sent })
    const text = await response.text()
    const parsed = text === '' ? {} : (JSON.parse(text) as Record<string, unknown>)
    return { status: response.status, body: parsed }
  }
  /** A change that must be made and leaves exactly one audit row. */
  async function change(name: string, route: string, body?: unknown) {
    const count = acts.length
    const answer = await call(name, route, body)
    assert.ok(answer.status < 300, `${route}: ${answer.status} ${JSON.stringify(answer.body)}`)
    assert.equal(acts.length, count + 1, `[ADM-4] ${route} leaves one audit row`)
    assert.equal(acts.at(-1)!.actorId, await world.user(name))
    return answer.body
  }
  /** A refusal that leaves none. */
  async function refuse(status: number, name: string, route: string, body?: unknown) {
    const count = acts.length
    assert.equal((await call(name, route, body)).status, status, `${name} ${route}`)
    assert.equal(acts.length, count, `${route} leaves no audit row`)
  }
  const channelOf = (subject: string) =>
    world.run((trx) =>
      joinChannel(trx, world.chat, { kind: 'group', subject, userIds: [ada, bob] }),
    )
  const say = (channelId: string, text: string) =>
    sendLine(world.database, world.chat, { userId: ada, channelId, text })
  const reportBy = (reporterId: string, channelId: string, seq: number) => {
    const report = { reporterId, channelId, seq, reason: 'insult', note: '' } as const
    return world.run((trx) => reportLine(trx, world.chat, report))
  }
  const notices = async (name: string) => {
    const userId = await world.user(name)
    const wish = { userId, after: 0, limit: 100 }
    const desk = createSocialDesk(world)
    return (await desk.notificationsAfter(wish)).map(({ kind, values }) => ({ kind, values }))
  }

  it('[G-05] a page of reports after none that there is is a wrong request', async () => {
    const path = '/reports?after=00000000-0000-4000-8000-000000000000'
    await refuse(400, 'Mod', `GET ${path}`)
  })

  it('[SOC-4] the queue has every report once, oldest first, with its evidence', async () => {
    const { id } = await channelOf('queue')
    const ids: string[] = []
    for (let index = 0; index < 7; index++) {
      const { seq } = await say(id, index === 3 ? 'what the fuck' : `line ${index}`)
      world.clock.advance(index % 2)
      ids.push(await reportBy(bob, id, seq))
    }
    const seen: ReportBody[] = []
    for (let query: string | undefined = ''; query !== undefined;) {
      const { body } = await call('Mod', `GET /reports?limit=3${query}`)
      const page = body as { reports: ReportBody[]; next: string | null }
      seen.push(...page.reports)
      query = page.next === null ? undefined : `&after=${page.next}`
    }
    assert.deepEqual(seen.map((report) => report.id).sort(), ids.toSorted())
    assert.equal(new Set(seen.map((report) => report.id)).size, ids.length)
    const rude = seen.find(({ seq }) => seq === 4)!
    assert.equal(rude.lines.find(({ seq }) => seq === 4)?.text, 'what the fuck')
    const one = await call('Mod', `GET /reports/${rude.id}`)
    assert.deepEqual(one.body, rude)
    await refuse(404, 'Mod', `GET /reports/${randomUUID()}`)
  })

  it('[SOC-4] a report is one moderator’s while he is at it, and is settled once', async () => {
    const { id } = await channelOf('claims')
    const reportId = await reportBy(bob, id, (await say(id, 'rude')).seq)
    const path = `/reports/${reportId}`
    assert.equal((await change('Mod', `PUT ${path}/claim`))['state'], 'claimed')
    const upheld = { verdict: 'upheld', note: 'insult' }
    await refuse(409, 'Max', `PUT ${path}/claim`)
    await refuse(409, 'Max', `DELETE ${path}/claim`)
    await refuse(409, 'Max', `PUT ${path}/verdict`, upheld)
    await refuse(400, 'Mod', `PUT ${path}/verdict`, { verdict: 'maybe' })
    assert.equal((await change('Mod', `DELETE ${path}/claim`))['state'], 'open')
    await change('Max', `PUT ${path}/claim`)
    world.clock.advance(CLAIM_MS_MAX)
    await change('Mod', `PUT ${path}/claim`)
    const settled = await change('Mod', `PUT ${path}/verdict`, upheld)
    assert.deepEqual([settled['state'], settled['verdict']], ['settled', 'upheld'])
    assert.equal(settled['settledBy'], await world.user('Mod'))
    assert.deepEqual((acts.at(-1)!.before as { state: string }).state, 'claimed')
    await refuse(409, 'Mod', `PUT ${path}/verdict`, upheld)
    await refuse(409, 'Max', `PUT ${path}/claim`)
    const done = (await call('Max', 'GET /reports?state=settled')).body['reports'] as ReportBody[]
    assert.deepEqual(
      done.map((report) => report.id),
      [reportId],
    )
    assert.ok((await notices('Bob')).some(({ kind }) => kind === 'report_settled'))
  })

  it('[G-07] nobody claims, settles or reads a report about himself', async () => {
    const mod = await world.user('Mod')
    const channel = { kind: 'group', subject: 'own case', userIds: [mod, bob] } as const
    const { id } = await world.run((trx) => joinChannel(trx, world.chat, channel))
    const said = { userId: mod, channelId: id, text: 'rude' }
    const { seq } = await sendLine(world.database, world.chat, said)
    const path = `/reports/${await reportBy(bob, id, seq)}`
    const dismissed = { verdict: 'dismissed', note: 'fine' }
    await refuse(403, 'Mod', `PUT ${path}/claim`)
    await refuse(403, 'Mod', `PUT ${path}/verdict`, dismissed)
    await refuse(403, 'Mod', `GET ${path}`)
    await refuse(403, 'Mod', `GET /reports?after=${path.slice('/reports/'.length)}`)
    const lists = async (name: string, state: string) => {
      const { body } = await call(name, `GET /reports?state=${state}&limit=50`)
      return (body['reports'] as ReportBody[]).some((one) => path.endsWith(one.id))
    }
    assert.deepEqual([await lists('Mod', 'open'), await lists('Max', 'open')], [false, true])
    assert.equal((await call('Max', `GET ${path}`)).body['state'], 'open')
    await change('Max', `PUT ${path}/verdict`, { verdict: 'upheld', note: '' })
    assert.deepEqual([await lists('Mod', 'settled'), await lists('Max', 'settled')], [false, true])
  })

  it('[SOC-4] a mute holds here or everywhere, until it ends or is lifted', async () => {
    const [{ id: here }, { id: there }] = [await channelOf('here'), await channelOf('there')]
    const until = new Date(world.clock.wallMs() + 60_000).toISOString()
    const mute = { until, reason: 'insults' }
    await world.clearEvents()
    await change('Mod', `PUT /users/${ada}/mutes/${here}`, mute)
    const told = (await world.events()).map(({ payload }) => payload['type'])
    assert.ok(told.includes('mute'), 'his live connections hear in the same transaction')
    await assert.rejects(say(here, 'x'), { code: 'forbidden' })
    await say(there, 'x')
    await change('Mod', `PUT /users/${ada}/mutes/all`, mute)
    await assert.rejects(say(there, 'x'), { code: 'forbidden' })
    const { body } = await call('Max', `GET /users/${ada}/mutes`)
    assert.deepEqual(
      (body['mutes'] as { scope: string }[]).map(({ scope }) => scope).sort(),
      [here, 'all'].sort(),
    )
    const imposed = acts.at(-1)!
    assert.deepEqual(
      [imposed.target, imposed.before, imposed.after, imposed.reason],
      [{ kind: 'user', id: ada }, null, { scope: 'all', until }, 'insults'],
    )
    await change('Mod', `DELETE /users/${ada}/mutes/all?reason=said%20sorry`)
    const lifted = acts.at(-1)!
    assert.deepEqual(
      [lifted.target?.id, (lifted.before as { scope: string }).scope, lifted.after, lifted.reason],
      [ada, 'all', null, 'said sorry'],
    )
    await refuse(403, 'Mod', `PUT /users/${await world.user('Mod')}/mutes/all`, mute)
    await say(there, 'x')
    world.clock.advance(60_000)
    await say(here, 'x')
    assert.deepEqual((await call('Max', `GET /users/${ada}/mutes`)).body, { mutes: [] })
    assert.deepEqual((await notices('Ada')).at(-1), {
      kind: 'muted',
      values: { until, reason: 'insults' },
    })
    const past = new Date(world.clock.wallMs()).toISOString()
    const far = new Date(world.clock.wallMs() + 400 * 86_400_000).toISOString()
    await refuse(400, 'Mod', `PUT /users/${ada}/mutes/all`, { ...mute, until: past })
    await refuse(400, 'Mod', `PUT /users/${ada}/mutes/all`, { ...mute, until: far })
    const later = { ...mute, until: new Date(world.clock.wallMs() + 1000).toISOString() }
    await refuse(400, 'Mod', `PUT /users/${ada}/mutes/all`, { ...later, reason: ' ' })
    await refuse(400, 'Mod', `PUT /users/${ada}/mutes/everything`, later)
    await refuse(404, 'Mod', `PUT /users/${randomUUID()}/mutes/all`, later)
    await refuse(404, 'Mod', `PUT /users/${ada}/mutes/${randomUUID()}`, later)
    await refuse(404, 'Mod', `DELETE /users/${ada}/mutes/all`)
  })

  it('[SOC-4] any line is taken from view; a notice is told once per id', async () => {
    const { id } = await channelOf('lines')
    const { seq } = await say(id, 'my address is …')
    await change('Mod', `DELETE /channels/${id}/messages/${seq}?reason=private`)
    const { target, before: was, after: is, reason } = acts.at(-1)!
    assert.deepEqual([target, reason], [{ kind: 'line', id: `${id}:${seq}` }, 'private'])
    assert.deepEqual([was, is], [{ authorId: ada, isDeleted: false }, { isDeleted: true }])
    const [line] = await readLines(world.database.db, world.chat, {
      channelId: id,
      userId: bob,
      limit: 1,
    })
    assert.equal(line!.text, null)
    await refuse(404, 'Mod', `DELETE /channels/${id}/messages/99`)
    const notice = `PUT /users/${bob}/notices/${randomUUID()}`
    await change('Mod', notice, { text: 'Be kind <b>please</b>' })
    assert.equal((await call('Mod', notice, { text: 'Be kind' })).status, 204)
    const told = (await notices('Bob')).filter(({ kind }) => kind === 'staff_notice')
    assert.deepEqual(told, [{ kind: 'staff_notice', values: { text: 'Be kind <b>please</b>' } }])
    const sent = (await call('Max', `GET /users/${bob}/notices`)).body['notices'] as object[]
    assert.equal(sent.length, 1)
    assert.deepEqual(
      { ...sent[0], createdAt: '' },
      {
        text: 'Be kind <b>please</b>',
        createdAt: '',
        isRead: false,
      },
    )
    assert.deepEqual((acts.at(-1)!.after as { text: string }).text, 'Be kind <b>please</b>')
    await refuse(404, 'Mod', `PUT /users/${randomUUID()}/notices/${randomUUID()}`, { text: 'x' })
  })

  it('[SOC-4] channels are looked into as they were written, direct ones are not', async () => {
    const { id } = await channelOf('look')
    for (const text of ['what the fuck', 'two', 'three']) await say(id, text)
    await change('Mod', `DELETE /channels/${id}/messages/2?reason=x`)
    interface Shown {
      readonly channel: { readonly subject: string }
      readonly lines: { seq: number; text: string; original: string | null; isDeleted: boolean }[]
    }
    const look = async (query: string) =>
      (await call('Max', `GET /channels/${id}/messages${query}`)).body as unknown as Shown
    const { channel, lines } = await look('')
    assert.equal(channel.subject, 'look')
    assert.deepEqual(
      lines.map(({ seq, text, original, isDeleted }) => [seq, text, original, isDeleted]),
      [
        [1, 'what the ****', 'what the fuck', false],
        [2, 'two', null, true],
        [3, 'three', null, false],
      ],
    )
    assert.deepEqual(
      (await look('?before=3&limit=1')).lines.map(({ seq }) => seq),
      [2],
    )
    const direct = await world.run((trx) =>
      openDirect(trx, world.chat, { userId: ada, otherId: bob }),
    )
    await refuse(404, 'Mod', `GET /channels/${direct.id}/messages`)
    await refuse(404, 'Mod', `GET /channels/${randomUUID()}/messages`)
    const seen: string[] = []
    for (let query: string | undefined = '?limit=2'; query !== undefined;) {
      const { body } = await call('Mod', `GET /channels${query}`)
      const page = body as { channels: { id: string }[]; next: string | null }
      seen.push(...page.channels.map((one) => one.id))
      query = page.next === null ? undefined : `?limit=2&after=${page.next}`
    }
    assert.ok(seen.includes(id) && !seen.includes(direct.id))
    assert.equal(new Set(seen).size, seen.length)
    const tried = await call('Mod', 'POST /words/try', { text: 'what the fuck' })
    assert.deepEqual(tried.body, { text: 'what the ****', hits: ['fuck'] })
  })

  it('[SOC-4] [G-02] words are added and removed while the filter runs', async () => {
    const filter = createWordFilter(SHIPPED_WORD_LISTS)
    const reload = () => reloadWords(world.database.db, filter)
    assert.equal(filter.mask('you zorgling').text, 'you zorgling')
    await world.clearEvents()
    await change('Mod', 'PUT /words/anywhere/Zorgling')
    assert.equal((await world.events(WORDS_TOPIC)).length, 1)
    await reload()
    assert.equal(filter.mask('you z0rg1ing, Z O R G L I N G').text, 'you ********, ***************')
    assert.equal((await call('Mod', 'PUT /words/anywhere/zorgling')).status, 204)
    assert.deepEqual((await call('Max', 'GET /words')).body, {
      words: [{ rule: 'anywhere', word: 'zorgling' }],
    })
    await change('Mod', 'PUT /words/allow/shit')
    await reload()
    assert.equal(filter.mask('shit').text, 'shit', 'a word that ships is taken away')
    for (const word of ['a', '<b>', encodeURIComponent("' or 1=1"), 'x'.repeat(33)]) {
      await refuse(400, 'Mod', `PUT /words/whole/${word}`)
    }
    await change('Mod', 'DELETE /words/allow/shit')
    await change('Mod', 'DELETE /words/anywhere/zorgling')
    await refuse(404, 'Mod', 'DELETE /words/anywhere/fuck')
    await reload()
    assert.equal(filter.mask('shit zorgling').text, '**** zorgling')
  })

  it('[G-07] [G-06] a player gets 403 everywhere and learns nothing', async () => {
    const { id } = await channelOf('forbidden')
    const reportId = await reportBy(bob, id, (await say(id, 'secret words')).seq)
    const mute = { until: new Date(world.clock.wallMs() + 1000).toISOString(), reason: 'x' }
    const routes: [string, unknown?][] = [
      ['GET /reports'],
      [`GET /reports/${reportId}`],
      [`PUT /reports/${reportId}/claim`],
      [`DELETE /reports/${reportId}/claim`],
      [`PUT /reports/${reportId}/verdict`, { verdict: 'upheld', role: 'moderator' }],
      [`GET /users/${ada}/mutes`],
      [`PUT /users/${ada}/mutes/all`, mute],
      [`DELETE /users/${ada}/mutes/all`],
      [`DELETE /channels/${id}/messages/1`],
      [`PUT /users/${ada}/notices/${randomUUID()}`, { text: 'x' }],
      [`GET /users/${ada}/notices`],
      ['GET /channels'],
      [`GET /channels/${id}/messages`],
      ['POST /words/try', { text: 'secret words' }],
      ['GET /words'],
      ['PUT /words/whole/secret'],
      ['DELETE /words/whole/secret'],
    ]
    const count = acts.length
    for (const [route, body] of routes) {
      for (const name of ['Ada', 'Bob']) {
        const answer = await call(name, route, body)
        assert.equal(answer.status, 403, `${name} ${route}`)
        assert.ok(!JSON.stringify(answer.body).includes('secret words'))
      }
    }
    assert.equal(acts.length, count)
  })
})
