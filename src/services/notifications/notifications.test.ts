/** Notifications on both engines: once per cause, numbers to resume by, mails once, languages. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'

import { AppError } from '@battalion/base/app-error.ts'
import { describeDatabase } from '@battalion/testkit/test-database.ts'
import { openSocialWorld } from '@battalion/testkit/social-world.ts'
import type { SocialWorld } from '@battalion/testkit/social-world.ts'

import type { ClaimedJob } from '../jobs/job-queries.ts'
import { LIVE_TOPICS } from '../live-events.ts'
import { readStateVersion } from '../sync/state-versions.ts'
import { chooseMail } from './mail-choices.ts'
import { createMailNoticeHandler } from './mail-notices.ts'
import type { MailRecipient } from './mail-notices.ts'
import { countUnreadNotifications, MAIL_JOB, markNotificationsRead } from './notifications.ts'
import { NOTIFICATIONS_PER_USER_MAX, notify, readNotificationsAfter } from './notifications.ts'
import { readNotificationsBefore } from './notifications.ts'
import { NOTICE_KINDS, placeholdersOf, renderMail, renderNotice } from './render-template.ts'
import { createUnsubscribeToken, readUnsubscribeToken } from './unsubscribe-token.ts'

describe('texts of notifications', () => {
  it('[NTF-3] every kind is there in both languages, with the same values', () => {
    assert.ok(NOTICE_KINDS.length >= 5)
    for (const kind of NOTICE_KINDS) {
      assert.deepEqual(placeholdersOf('ko', kind), placeholdersOf('en', kind), kind)
      assert.notEqual(renderNotice(kind, 'ko-KR', {}).title, renderNotice(kind, 'en', {}).title)
      assert.equal(
        renderMail(kind, 'ko', {}) === undefined,
        renderMail(kind, 'en', {}) === undefined,
      )
    }
  })

  it('the language is that of the locale, English where we have none', () => {
    const values = { name: 'Ada' }
    assert.equal(
      renderNotice('friend_asked', 'ko-KR', values).text,
      'Ada 님이 친구 요청을 보냈습니다.',
    )
    for (const locale of ['en-GB', 'fr', '', '__proto__']) {
      assert.equal(
        renderNotice('friend_asked', locale, values).text,
        'Ada wants to be your friend.',
      )
    }
  })

  it('a name is text: braces are not read again, line ends add no header', () => {
    const name = '{recipient}\r\nBcc: all@example.com'
    const mail = renderMail('friend_asked', 'en', { name, recipient: 'Bob' })
    assert.equal(mail?.subject, '{recipient} Bcc: all@example.com wants to be your friend')
    assert.equal(renderNotice('friend_asked', 'en', {}).text, ' wants to be your friend.')
  })
})

describeDatabase('notifications', (engine) => {
  let world: SocialWorld
  before(async () => void (world = await openSocialWorld(engine)))
  after(() => world.close())

  const tell = (userId: string, cause: string, withMail = false) =>
    world.run((trx) =>
      notify(trx, world.social, {
        userId,
        cause,
        kind: 'friend_asked',
        values: { name: 'Ada' },
        withMail,
      }),
    )
  const seqsAfter = async (userId: string, seq: number, limit = 100) =>
    (await readNotificationsAfter(world.database.db, { userId, after: seq, limit })).map(
      (one) => one.seq,
    )

  it('[NTF-3] a cause is told once, and the numbers have no gap', async () => {
    const bob = await world.user('Bob')
    await world.clearEvents()
    assert.equal(await tell(bob, 'a'), true)
    assert.equal(await tell(bob, 'a'), false)
    assert.equal(await tell(bob, 'b'), true)
    assert.deepEqual(await seqsAfter(bob, 0), [1, 2])
    assert.equal((await world.events(LIVE_TOPICS.users)).length, 2)
  })

  it('[NTF-1] a stream goes on after any number: nothing lost, nothing twice', async () => {
    const cleo = await world.user('Cleo')
    for (let index = 0; index < 25; index++) await tell(cleo, `${index}`)
    const seen: number[] = []
    for (let cut = 1; seen.length < 25; cut = (cut % 4) + 1) {
      seen.push(...(await seqsAfter(cleo, seen.at(-1) ?? 0, cut)))
    }
    assert.deepEqual(
      seen,
      Array.from({ length: 25 }, (_, index) => index + 1),
    )
    const wish = { userId: cleo, before: 5, limit: 100 }
    const older = await readNotificationsBefore(world.database.db, wish)
    assert.deepEqual(
      older.map(({ seq }) => seq),
      [4, 3, 2, 1],
    )
  })

  it('read ones count no more, and the state’s version moves once', async () => {
    const dan = await world.user('Dan')
    for (const cause of ['a', 'b', 'c']) await tell(dan, cause)
    const mark = (upTo: number) =>
      world.run((trx) => markNotificationsRead(trx, world.social, { userId: dan, upTo }))
    await mark(2)
    assert.equal(await countUnreadNotifications(world.database.db, dan), 1)
    const version = await readStateVersion(world.database.db, dan)
    await mark(2)
    assert.equal(await readStateVersion(world.database.db, dan), version, 'nothing changed')
    await mark(1e9)
    assert.equal(await countUnreadNotifications(world.database.db, dan), 0)
  })

  it(`keeps the last ${NOTIFICATIONS_PER_USER_MAX} of a user`, async () => {
    const eve = await world.user('Eve')
    await world.run(async (trx) => {
      for (let index = 0; index < NOTIFICATIONS_PER_USER_MAX + 3; index++) {
        const notice = { userId: eve, cause: `${index}`, kind: 'friend_asked', values: {} } as const
        await notify(trx, world.social, notice)
      }
    })
    assert.equal((await seqsAfter(eve, 0))[0], 4)
  })

  const mailJobs = async (userId: string) =>
    (await world.database.db.selectFrom('jobs.jobs').selectAll().execute())
      .filter(({ kind, payload }) => {
        return kind === MAIL_JOB && (payload as { userId: string }).userId === userId
      })
      .map(({ payload }) => ({ payload }) as ClaimedJob)
  const mailStates = async (userId: string) => {
    const rows = await world.database.db.selectFrom('notify.mails').selectAll().execute()
    return rows.filter((row) => row.user_id === userId).map(({ state }) => state)
  }

  describe('mails', () => {
    const sent: { to: string; subject: string; text: string; unsubscribeUrl: string }[] = []
    const KEY = Uint8Array.of(1, 2, 3)
    const linkOf = (wish: { userId: string; kind: string }) =>
      `https://game.test/unsubscribe?token=${createUnsubscribeToken(KEY, wish)}`
    let recipient: MailRecipient | undefined
    let failure: Error | undefined
    const handle = (job: ClaimedJob) =>
      createMailNoticeHandler({
        database: world.database,
        clock: world.clock,
        findRecipient: () => Promise.resolve(recipient),
        unsubscribeUrl: linkOf,
        async send(mail) {
          if (failure !== undefined) throw failure
          sent.push(mail)
        },
      })(job)

    it('[NTF-2] [NTF-3] one mail per cause, sent once, in the user’s language', async () => {
      const finn = await world.user('Finn')
      await tell(finn, 'x', true)
      await tell(finn, 'x', true)
      const [job, ...more] = await mailJobs(finn)
      assert.equal(more.length, 0)
      recipient = { address: 'finn@example.com', name: 'Finn', locale: 'ko' }
      failure = new AppError('unavailable', 'The sender is away.')
      await assert.rejects(handle(job!), { code: 'unavailable' })
      assert.deepEqual(await mailStates(finn), ['queued'])
      failure = undefined
      await handle(job!)
      await handle(job!)
      assert.deepEqual(
        sent.map(({ to, subject }) => [to, subject]),
        [['finn@example.com', 'Ada 님이 친구 요청을 보냈습니다']],
      )
      assert.deepEqual(await mailStates(finn), ['sent'])
    })

    it('[NTF-2] who has no address or opted out gets none', async () => {
      const gil = await world.user('Gil')
      await tell(gil, 'x', true)
      recipient = undefined
      sent.length = 0
      await handle((await mailJobs(gil))[0]!)
      assert.deepEqual(sent, [])
      assert.deepEqual(await mailStates(gil), ['refused'])
    })

    it('[NTF-2] opting out by kind is honoured, also for mails that wait already', async () => {
      const ivy = await world.user('Ivy')
      recipient = { address: 'ivy@example.com', name: 'Ivy', locale: 'en' }
      sent.length = 0
      await tell(ivy, 'before', true)
      await handle((await mailJobs(ivy))[0]!)
      const token = sent[0]!.unsubscribeUrl.split('token=')[1]!
      assert.ok(sent[0]!.text.includes(token), 'the link stands in the mail')
      const wish = readUnsubscribeToken(KEY, token)
      assert.deepEqual(wish, { userId: ivy, kind: 'friend_asked' })
      await tell(ivy, 'waiting', true)
      const choose = (isOn: boolean) =>
        world.run((trx) => chooseMail(trx, world.social, { ...wish, isOn }))
      await choose(false)
      await choose(false)
      for (const job of await mailJobs(ivy)) await handle(job)
      assert.equal(sent.length, 1, 'nothing after the link was followed')
      assert.deepEqual((await mailStates(ivy)).sort(), ['refused', 'sent'])
      await choose(true)
      await tell(ivy, 'again', true)
      for (const job of await mailJobs(ivy)) await handle(job)
      assert.equal(sent.length, 2)
      const unknown = { userId: ivy, kind: 'nothing', isOn: false }
      const refused = world.run((trx) => chooseMail(trx, world.social, unknown))
      await assert.rejects(refused, { code: 'not_found' })
    })

    it('[NTF-2] a link that is forged, cut or for another key stops nothing', async () => {
      const jo = await world.user('Jo')
      const token = createUnsubscribeToken(KEY, { userId: jo, kind: 'friend_asked' })
      const [body, mac] = token.split('.') as [string, string]
      const other = Buffer.from(`${await world.user('Ivy')} friend_asked`).toString('base64url')
      for (const forged of [`${other}.${mac}`, body, `${body}.`, token.slice(0, -2), '.', '']) {
        assert.equal(readUnsubscribeToken(KEY, forged), undefined, forged)
      }
      assert.equal(readUnsubscribeToken(Uint8Array.of(9), token), undefined)
      assert.equal(readUnsubscribeToken(KEY, token.padEnd(1000, 'a')), undefined)
    })
  })

  // PGlite has one connection: it cannot show a race.
  if (engine.name !== 'postgres') return
  it('[NTF-3] 20 at once of 10 causes: each once, numbered 1 to 10', async () => {
    const hal = await world.user('Hal')
    const told = await Promise.all(
      Array.from({ length: 20 }, (_, index) => tell(hal, `race ${index % 10}`)),
    )
    assert.equal(told.filter(Boolean).length, 10)
    const expected = Array.from({ length: 10 }, (_, index) => index + 1)
    assert.deepEqual(await seqsAfter(hal, 0), expected)
  })
})
