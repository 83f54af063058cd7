/** Chat on both engines: who reads and writes what, numbers without gap, pages, mutes, reports. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, it } from 'node:test'

import type { AppError } from '@battalion/base/app-error.ts'
import { describeDatabase } from '@battalion/testkit/test-database.ts'
import { openSocialWorld } from '@battalion/testkit/social-world.ts'
import type { SocialWorld } from '@battalion/testkit/social-world.ts'

import type { LiveLine } from '../live-events.ts'
import { LIVE_TOPICS } from '../live-events.ts'
import { blockUser } from '../social/blocks.ts'
import { acceptFriend, askFriend } from '../social/friends.ts'
import { closeChannel, joinChannel, leaveChannel, listChannels } from './channels.ts'
import { markChannelRead, openChannel } from './channels.ts'
import type { ChannelKind } from './channels.ts'
import { DIRECT_OPENED_PER_DAY_MAX, DIRECT_RECEIVED_PER_DAY_MAX } from './direct-channels.ts'
import { openDirect } from './direct-channels.ts'
import { LineRate } from './line-rate.ts'
import { deleteLine, EDIT_MS_MAX, editLine, readLines, sendLine } from './lines.ts'
import { MUTE_EVERYWHERE, muteUser, unmuteUser } from './mutes.ts'
import { listReports } from './report-queue.ts'
import { EVIDENCE_AFTER_COUNT, EVIDENCE_BEFORE_COUNT, reportLine } from './reports.ts'
import type { NewReport } from './reports.ts'

const MINUTE_MS = 60_000
const OPEN = { state: 'open', limit: 10, viewerId: randomUUID() } as const

const seqs = (lines: readonly LiveLine[]) => lines.map(({ seq }) => seq)
const wordsOf = (lines: readonly LiveLine[]) => lines.map(({ seq, text }) => [seq, text])

describeDatabase('chat', (engine) => {
  let world: SocialWorld
  let ada: string
  let bob: string
  let cleo: string
  before(async () => {
    world = await openSocialWorld(engine)
    ;[ada, bob, cleo] = (await world.users('Ada', 'Bob', 'Cleo')) as [string, string, string]
  })
  after(() => world.close())

  const join = (subject: string, userIds: string[], kind: ChannelKind = 'group') =>
    world.run((trx) => joinChannel(trx, world.chat, { kind, subject, userIds }))
  const say = (userId: string, channelId: string, text: string) =>
    sendLine(world.database, world.chat, { userId, channelId, text })
  const read = (
    userId: string,
    channelId: string,
    more: { after?: number; before?: number; limit?: number } = {},
  ) => readLines(world.database.db, world.chat, { userId, channelId, limit: 100, ...more })
  const erase = (userId: string, channelId: string, seq: number, isModerator = false) =>
    world.run((trx) => deleteLine(trx, world.chat, { userId, channelId, seq, isModerator }))

  it('[SOC-1] a line reaches the channel once, numbered in order; non-members get none', async () => {
    const { id } = await join('one', [ada, bob])
    await world.clearEvents()
    const first = await say(ada, id, 'hello')
    const second = await say(bob, id, 'hi')
    assert.deepEqual([first.seq, second.seq], [1, 2])
    assert.deepEqual(await read(bob, id), [first, second])
    const events = await world.events(LIVE_TOPICS.lines)
    assert.deepEqual(
      events.map(({ key, payload }) => [key, payload]),
      [
        [id, { type: 'line', line: first }],
        [id, { type: 'line', line: second }],
      ],
    )
    await assert.rejects(say(cleo, id, 'let me in'), { code: 'not_found' })
    await assert.rejects(read(cleo, id), { code: 'not_found' })
  })

  it('[SOC-8] membership ends with leaving, and begins without what was said unread', async () => {
    const { id } = await join('two', [ada, bob])
    await say(ada, id, 'before')
    await join('two', [cleo])
    await join('two', [cleo])
    const mine = (await listChannels(world.database.db, cleo)).find((one) => one.id === id)
    assert.equal(mine?.unreadCount, 0)
    await world.run((trx) =>
      leaveChannel(trx, world.chat, { kind: 'group', subject: 'two', userIds: [bob] }),
    )
    await assert.rejects(read(bob, id), { code: 'not_found' })
    await assert.rejects(say(bob, id, 'x'), { code: 'not_found' })
  })

  it('global and region channels are open to all, and are in all lists', async () => {
    const open = { kind: 'global', subject: 'all' } as const
    const { id } = await world.run((trx) => openChannel(trx, world.chat, open))
    assert.equal((await world.run((trx) => openChannel(trx, world.chat, open))).id, id)
    await say(ada, id, 'anybody?')
    assert.equal((await read(cleo, id)).length, 1)
    const view = (await listChannels(world.database.db, cleo)).find((one) => one.id === id)
    assert.deepEqual([view?.kind, view?.unreadCount], ['global', 1])
  })

  it('[SOC-2] 1,000 messages by cursor, both ways, with no gap and no repeat', async () => {
    const { id } = await join('thousand', [ada, bob])
    for (let index = 1; index <= 1000; index++) await say(ada, id, `line ${index}`)
    const forward: number[] = []
    for (let last = 0; ; last = forward.at(-1)!) {
      const page = await read(bob, id, { after: last, limit: 37 })
      if (page.length === 0) break
      for (const line of page) assert.equal(line.text, `line ${line.seq}`)
      forward.push(...seqs(page))
    }
    const everything = Array.from({ length: 1000 }, (_, index) => index + 1)
    assert.deepEqual(forward, everything)
    let backward = seqs(await read(bob, id, { limit: 64 }))
    assert.equal(backward.at(-1), 1000, 'without a cursor the newest')
    while (backward[0] !== 1) {
      // What is said meanwhile moves no page.
      const page = await read(bob, id, { before: backward[0]!, limit: 64 })
      await say(bob, id, 'meanwhile')
      backward = [...seqs(page), ...backward]
    }
    assert.deepEqual(backward, everything)
  })

  it('edit and delete: one’s own, in time, and the words are gone for others', async () => {
    const { id } = await join('edits', [ada, bob])
    const { seq } = await say(ada, id, 'helo')
    const edit = (userId: string, text: string) =>
      editLine(world.database, world.chat, { userId, channelId: id, seq, text })
    const edited = await edit(ada, 'hello')
    assert.deepEqual([edited.text, edited.isEdited], ['hello', true])
    assert.deepEqual(await read(bob, id), [edited])
    await assert.rejects(edit(bob, 'mine'), { code: 'forbidden' })
    await assert.rejects(erase(bob, id, seq), { code: 'forbidden' })
    await assert.rejects(erase(cleo, id, seq), { code: 'not_found' })
    await assert.rejects(erase(ada, id, 99), { code: 'not_found' })
    world.clock.advance(EDIT_MS_MAX + 1)
    await assert.rejects(edit(ada, 'late'), { code: 'conflict' })
    await world.clearEvents()
    await erase(ada, id, seq)
    await erase(ada, id, seq)
    assert.deepEqual(
      (await read(bob, id)).map(({ text }) => text),
      [null],
    )
    const [event, ...more] = await world.events(LIVE_TOPICS.lines)
    assert.equal(more.length, 0, 'twice is once')
    assert.equal((event!.payload['line'] as LiveLine).text, null)
    await assert.rejects(edit(ada, 'back'), { code: 'not_found' })
    const other = await say(ada, id, 'rude')
    await erase(bob, id, other.seq, true)
    assert.equal((await read(ada, id)).at(-1)?.text, null, 'a moderator deletes any line')
  })

  it('read marks count what is unread and never go back', async () => {
    const { id } = await join('marks', [ada, bob])
    for (let index = 0; index < 5; index++) await say(ada, id, `${index}`)
    const unread = async (userId: string) =>
      (await listChannels(world.database.db, userId)).find((one) => one.id === id)?.unreadCount
    const mark = (userId: string, seq: number) =>
      world.run((trx) => markChannelRead(trx, world.chat, { userId, channelId: id, seq }))
    assert.deepEqual([await unread(ada), await unread(bob)], [0, 5], 'who speaks has read')
    assert.equal(await mark(bob, 3), 3)
    assert.equal(await mark(bob, 1), 3)
    assert.equal(await unread(bob), 2)
    assert.equal(await mark(bob, 1e9), 5, 'not past the last line')
    await say(ada, id, 'new')
    assert.equal(await unread(bob), 1)
    await assert.rejects(mark(cleo, 1), { code: 'not_found' })
  })

  it('[SOC-4] a muted user’s line is refused until the mute ends, here or everywhere', async () => {
    const { id } = await join('mutes', [ada, bob])
    const { id: other } = await join('mutes 2', [ada])
    const mute = (scope: string) =>
      world.run((trx) =>
        muteUser(trx, world.chat, {
          userId: ada,
          scope,
          expiresAtMs: world.clock.wallMs() + MINUTE_MS,
          reason: 'flood',
          byUserId: bob,
        }),
      )
    await mute(id)
    await assert.rejects(say(ada, id, 'x'), { code: 'forbidden' })
    assert.equal((await say(ada, other, 'elsewhere')).seq, 1)
    world.clock.advance(MINUTE_MS + 1)
    assert.equal((await say(ada, id, 'again')).seq, 1)
    await mute(MUTE_EVERYWHERE)
    await assert.rejects(say(ada, other, 'x'), { code: 'forbidden' })
    const wish = { userId: ada, scope: MUTE_EVERYWHERE }
    assert.equal(await world.run((trx) => unmuteUser(trx, world.chat, wish)), true)
    assert.equal(await world.run((trx) => unmuteUser(trx, world.chat, wish)), false)
    assert.equal((await say(ada, other, 'free')).seq, 2)
  })

  it('[SOC-4] who is blocked does not write directly, and his lines show no words', async () => {
    const [dan, eve] = (await world.users('Dan', 'Eve')) as [string, string]
    const direct = (userId: string, otherId: string) =>
      world.run((trx) => openDirect(trx, world.chat, { userId, otherId }))
    const { id } = await direct(dan, eve)
    assert.equal((await direct(eve, dan)).id, id, 'one channel for two')
    const { id: group } = await join('blocks', [dan, eve])
    await say(dan, id, 'hey')
    await say(dan, group, 'hey all')
    await world.run((trx) => blockUser(trx, world.social, { userId: eve, otherId: dan }))
    await assert.rejects(say(dan, id, 'hey?'), { code: 'forbidden' })
    await assert.rejects(say(eve, id, 'no'), { code: 'forbidden' })
    await assert.rejects(direct(dan, eve), { code: 'forbidden' })
    assert.deepEqual(wordsOf(await read(eve, group)), [[1, null]])
    assert.deepEqual(wordsOf(await read(dan, group)), [[1, 'hey all']])
    await assert.rejects(direct(dan, dan), { code: 'invalid_request' })
  })

  it('[AUTH-8] who wants no direct lines gets none, or of friends alone, from then on', async () => {
    const [dee, eli] = (await world.users('Dee', 'Eli')) as [string, string]
    const pair = { userId: eli, otherId: dee }
    const open = () => world.run((trx) => openDirect(trx, world.chat, pair))
    const { id } = await open()
    const { seq } = await say(eli, id, 'hello')
    const edit = () =>
      editLine(world.database, world.chat, { ...pair, channelId: id, seq, text: 'x' })
    const refused = { code: 'forbidden', message: 'This player does not want to be written to.' }
    for (const directMessages of ['friends', 'nobody'] as const) {
      await world.wish(dee, { directMessages })
      for (const turn of [() => say(eli, id, 'again'), edit, open]) {
        await assert.rejects(turn(), refused, directMessages)
      }
      await say(dee, id, 'he may write himself')
    }
    await world.run((trx) => askFriend(trx, world.social, pair))
    await world.run((trx) => acceptFriend(trx, world.social, { userId: dee, otherId: eli }))
    await assert.rejects(say(eli, id, 'friends by now'), refused, 'nobody is nobody')
    await world.wish(dee, { directMessages: 'friends' })
    await say(eli, id, 'friends by now')
  })

  it('[SOC-4] one begins only so many direct channels a day; friends and old ones are free', async () => {
    const [mia, ned, oli] = (await world.users('Mia', 'Ned', 'Oli')) as [string, string, string]
    const open = (userId: string, otherId: string) =>
      world.run((trx) => openDirect(trx, world.chat, { userId, otherId }))
    const strangers = Array.from({ length: DIRECT_OPENED_PER_DAY_MAX }, (_, at) => `str ${at}`)
    for (const other of await world.users(...strangers)) {
      world.clock.advance(1000)
      await open(mia, other)
    }
    await assert.rejects(open(mia, ned), (error: AppError) => {
      assert.equal(error.code, 'rate_limited')
      assert.equal(error.retryAfterSec, 86_400 - DIRECT_OPENED_PER_DAY_MAX + 1)
      return true
    })
    await open(mia, (await world.users('str 0'))[0]!)
    await open(ned, mia)
    await world.run((trx) => askFriend(trx, world.social, { userId: mia, otherId: oli }))
    await world.run((trx) => acceptFriend(trx, world.social, { userId: oli, otherId: mia }))
    await open(mia, oli)
    world.clock.advance(86_400_000)
    await open(mia, (await world.users('Pip'))[0]!)
  })

  it('[SOC-4] a crowd of strangers begins only so many direct channels with one a day', async () => {
    const [sue, tom] = (await world.users('Sue', 'Tom')) as [string, string]
    const open = (userId: string, otherId: string) =>
      world.run((trx) => openDirect(trx, world.chat, { userId, otherId }))
    const crowd = Array.from({ length: DIRECT_RECEIVED_PER_DAY_MAX }, (_, at) => `crowd ${at}`)
    for (const other of await world.users(...crowd)) await open(other, sue)
    await assert.rejects(open(tom, sue), { code: 'conflict' })
    await open(sue, tom)
    await open(tom, sue)
  })

  it('[SOC-4] words of the lists are masked; a report carries what was really written', async () => {
    const { id } = await join('reports', [ada, bob])
    for (let index = 0; index < 20; index++) await say(bob, id, `line ${index}`)
    const rude = await say(ada, id, 'what the fuck')
    assert.equal(rude.text, 'what the ****')
    for (let index = 0; index < 20; index++) await say(bob, id, `then ${index}`)
    await erase(ada, id, rude.seq)
    const report = (more: Partial<NewReport> = {}) => {
      const wish = { reporterId: bob, channelId: id, seq: rude.seq, reason: 'insult', note: '' }
      return world.run((trx) => reportLine(trx, world.chat, { ...wish, ...more } as NewReport))
    }
    const reportId = await report({ note: ' bad\nword ' })
    await assert.rejects(report(), { code: 'conflict' })
    await assert.rejects(report({ reporterId: ada }), { code: 'invalid_request' })
    await assert.rejects(report({ reporterId: cleo }), { code: 'not_found' })
    await assert.rejects(report({ seq: 999 }), { code: 'not_found' })
    const [stored, ...others] = await listReports(world.database.db, OPEN)
    assert.equal(others.length, 0)
    assert.deepEqual([stored!.id, stored!.note, stored!.accusedId], [reportId, 'bad word', ada])
    assert.deepEqual(
      stored!.lines.map(({ seq }) => seq - rude.seq),
      Array.from(
        { length: EVIDENCE_BEFORE_COUNT + 1 + EVIDENCE_AFTER_COUNT },
        (_, index) => index - EVIDENCE_BEFORE_COUNT,
      ),
    )
    const line = stored!.lines.find(({ seq }) => seq === rude.seq)
    assert.deepEqual([line?.text, line?.isDeleted], ['what the fuck', true])
    const next = await listReports(world.database.db, { ...OPEN, after: reportId })
    assert.deepEqual(next, [])
  })

  it('a closed channel is read and not written, and is in no list', async () => {
    const { id } = await join('match 7', [ada, bob], 'match')
    await say(ada, id, 'gg')
    await world.run((trx) => closeChannel(trx, world.chat, { kind: 'match', subject: 'match 7' }))
    await assert.rejects(say(bob, id, 'gg'), { code: 'conflict' })
    assert.equal((await read(bob, id)).length, 1)
    assert.ok(!(await listChannels(world.database.db, bob)).some((one) => one.id === id))
  })

  it('[G-01] [G-04] what is too fast or no line never reaches the database', async () => {
    const { id } = await join('limits', [ada])
    const limited = { ...world.chat, rate: new LineRate() }
    const shout = (text: string) =>
      sendLine(world.database, limited, { userId: ada, channelId: id, text })
    await assert.rejects(shout('a'.repeat(501)), { code: 'invalid_request' })
    await assert.rejects(shout(' \n'), { code: 'invalid_request' })
    assert.equal((await shout('two\nlines\u0000')).text, 'two lines')
    await shout("' or 1=1; drop table chat.messages --")
    await shout('five')
    await assert.rejects(shout('six'), { code: 'rate_limited', retryAfterSec: 30 })
    assert.equal((await read(ada, id)).length, 3)
    world.clock.advance(30_000)
    assert.equal((await shout('later')).seq, 4)
  })

  // PGlite has one connection: it cannot show a race.
  if (engine.name !== 'postgres') return
  describe('races', () => {
    it('[SOC-1] 200 lines of 8 speakers at once: numbers 1 to 200, events in their order', async () => {
      const speakers = await world.users(...Array.from('ABCDEFGH', (name) => `speaker ${name}`))
      const { id } = await join('crowd', speakers)
      await world.clearEvents()
      await Promise.all(
        speakers.map(async (userId) => {
          for (let index = 0; index < 25; index++) await say(userId, id, `${index}`)
        }),
      )
      const expected = Array.from({ length: 200 }, (_, index) => index + 1)
      const stored = [
        ...seqs(await read(speakers[0]!, id, { after: 0, limit: 100 })),
        ...seqs(await read(speakers[0]!, id, { after: 100, limit: 100 })),
      ]
      assert.deepEqual(stored, expected)
      const events = await world.events(LIVE_TOPICS.lines)
      assert.deepEqual(
        events.map(({ payload }) => (payload['line'] as LiveLine).seq),
        expected,
      )
      for (const userId of speakers) {
        const own = (await read(userId, id, { after: 0 })).filter((one) => one.authorId === userId)
        assert.deepEqual(
          own.map(({ text }) => Number(text)),
          own.map((_, index) => index),
          'each speaker’s lines in the order he said them',
        )
      }
    })

    it('one channel for two who write each other first at once', async () => {
      for (let round = 0; round < 10; round++) {
        const [a, b] = (await world.users(`dm a${round}`, `dm b${round}`)) as [string, string]
        const open = (userId: string, otherId: string) =>
          world.run((trx) => openDirect(trx, world.chat, { userId, otherId }))
        const [one, two] = await Promise.all([open(a, b), open(b, a)])
        assert.equal(one.id, two.id)
      }
    })
  })
})
