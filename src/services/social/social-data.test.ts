/** What is left of a user when he is gone: nothing in any table, and nobody else lost a thing. */
import assert from 'node:assert/strict'
import { after, before, it } from 'node:test'

import { describeDatabase } from '@battalion/testkit/test-database.ts'
import { openSocialWorld } from '@battalion/testkit/social-world.ts'
import type { SocialWorld } from '@battalion/testkit/social-world.ts'
import { sql } from 'kysely'

import { CHAT_DATA } from '../chat/chat-data.ts'
import { joinChannel } from '../chat/channels.ts'
import { openDirect } from '../chat/direct-channels.ts'
import { readLines, sendLine } from '../chat/lines.ts'
import { muteUser } from '../chat/mutes.ts'
import { listReports } from '../chat/report-queue.ts'
import { reportLine } from '../chat/reports.ts'
import { NOTIFICATION_DATA } from '../notifications/notification-data.ts'
import { countUnreadNotifications } from '../notifications/notifications.ts'
import { readStateVersion } from '../sync/state-versions.ts'
import { blockUser } from './blocks.ts'
import { acceptFriend, askFriend, listFriends, removeFriend } from './friends.ts'
import { createGroup, joinGroup, listGroupMembers } from './groups.ts'
import { findPartyOf, inviteToParty, joinParty } from './parties.ts'
import { createSocialData } from './social-data.ts'

const SCHEMAS = ['social', 'chat', 'notify']

describeDatabase('the data of a user', (engine) => {
  let world: SocialWorld
  before(async () => void (world = await openSocialWorld(engine)))
  after(() => world.close())

  it('[LEG-1] is copied whole, and erased without leftovers', async () => {
    const { database, social, chat } = world
    const ids = await world.users('Vera Gone', 'Stay', 'Other')
    const [vera, stay, other] = ids as [string, string, string]
    const words = 'my secret words'
    const { group, channel } = await world.run(async (trx) => {
      await askFriend(trx, social, { userId: vera, otherId: stay })
      await acceptFriend(trx, social, { userId: stay, otherId: vera })
      await blockUser(trx, social, { userId: vera, otherId: other })
      const founded = await createGroup(trx, social, { userId: vera, name: 'Heirs', isOpen: true })
      await joinGroup(trx, social, { userId: stay, groupId: founded.id })
      const { id: partyId } = await inviteToParty(trx, social, { userId: vera, otherId: stay })
      await joinParty(trx, social, { userId: stay, partyId })
      await openDirect(trx, chat, { userId: vera, otherId: stay })
      const subject = 'chat'
      const joined = { kind: 'squad', subject, userIds: [vera, stay] } as const
      return { group: founded, channel: await joinChannel(trx, chat, joined) }
    })
    await sendLine(database, chat, { userId: vera, channelId: channel.id, text: words })
    await sendLine(database, chat, { userId: stay, channelId: channel.id, text: 'I stay' })
    await world.run(async (trx) => {
      const report = { channelId: channel.id, seq: 1, reason: 'insult', note: '' } as const
      await reportLine(trx, chat, { ...report, reporterId: stay })
      const expiresAtMs = world.clock.wallMs() + 1000
      const mute = { userId: vera, scope: 'all', expiresAtMs, reason: 'x', byUserId: stay }
      await muteUser(trx, chat, mute)
    })
    const parts = [createSocialData(social), CHAT_DATA, NOTIFICATION_DATA]
    const copy: unknown[] = []
    for (const part of parts) copy.push(await part.read(database.db, vera))
    const text = JSON.stringify(copy)
    for (const value of [words, 'Heirs', stay, other, channel.id]) {
      assert.ok(text.includes(value), `the copy has ${value}`)
    }

    await world.run(async (trx) => {
      for (const part of parts) await part.erase(trx, vera)
    })
    assert.deepEqual(await findMentions(vera), [])
    assert.deepEqual(await findMentions(words), ['chat.reports'], 'evidence only')
    const left = await listGroupMembers(database.db, social, { userId: stay, groupId: group.id })
    assert.deepEqual(
      left.map(({ userId, role }) => [userId, role]),
      [[stay, 'owner']],
    )
    assert.equal((await findPartyOf(database.db, stay))?.leaderId, stay)
    assert.deepEqual(await listFriends(database.db, social, stay), [])
    const wish = { channelId: channel.id, userId: stay, limit: 10 }
    assert.deepEqual(
      (await readLines(database.db, chat, wish)).map((one) => [one.seq, one.authorId, one.text]),
      [
        [1, null, null],
        [2, stay, 'I stay'],
      ],
    )
    const [report] = await listReports(database.db, { state: 'open', limit: 1, viewerId: stay })
    assert.deepEqual([report?.accusedId, report?.lines[0]?.text], [null, words])
  })

  it('[SYNC-1] moves the state of who has less to read when he is gone', async () => {
    const { database, social } = world
    const [wim, xia] = (await world.users('Wim', 'Xia')) as [string, string]
    await world.run(async (trx) => {
      await askFriend(trx, social, { userId: wim, otherId: xia })
      await removeFriend(trx, social, { userId: wim, otherId: xia })
    })
    assert.equal(await countUnreadNotifications(database.db, xia), 1)
    const version = await readStateVersion(database.db, xia)
    await world.run(async (trx) => {
      await createSocialData(social).erase(trx, wim)
      await NOTIFICATION_DATA.erase(trx, wim)
    })
    assert.equal(await countUnreadNotifications(database.db, xia), 0)
    assert.ok((await readStateVersion(database.db, xia)) > version)
  })

  /** Tables with a row in which the value stands anywhere. */
  async function findMentions(value: string): Promise<string[]> {
    const { rows } = await sql<{ name: string }>`
      select schemaname || '.' || tablename as name from pg_tables
      where schemaname = any(${SCHEMAS}::text[]) order by 1`.execute(world.database.db)
    assert.ok(rows.length >= 14)
    const found: string[] = []
    for (const { name } of rows) {
      const { rows: hits } = await sql<{ count: number }>`
        select count(*)::int4 as count from ${sql.table(name)} as one
        where one::text like ${`%${value}%`}`.execute(world.database.db)
      if (hits[0]!.count > 0) found.push(name)
    }
    return found
  }
})
