/** Channels of battles on both engines: open with the first player, closed with the match. */
import assert from 'node:assert/strict'
import { after, before, it } from 'node:test'

import { describeDatabase } from '@battalion/testkit/test-database.ts'
import { openSocialWorld } from '@battalion/testkit/social-world.ts'
import type { SocialWorld } from '@battalion/testkit/social-world.ts'

import type { Database } from '../../db/database.ts'
import { listChannels } from './channels.ts'
import { sendLine } from './lines.ts'
import { MATCH_TASKS_MAX, MatchChannels } from './match-channels.ts'

describeDatabase('channels of battles', (engine) => {
  let world: SocialWorld
  let channels: MatchChannels
  let ada: string
  let bob: string
  const lost: unknown[] = []
  before(async () => {
    world = await openSocialWorld(engine)
    ;[ada, bob] = (await world.users('Ada', 'Bob')) as [string, string]
    const { database, chat, social } = world
    channels = new MatchChannels({
      ...chat,
      database,
      findNames: social.findNames,
      onLost: (error) => lost.push(error),
    })
  })
  after(() => world.close())

  const subjects = async (userId: string) => {
    await channels.settled()
    const list = await listChannels(world.database.db, userId)
    return list.map(({ kind, subject }) => `${kind} ${subject}`).sort()
  }
  const enter = (userId: string, matchId: string, team: number, squad = 0) =>
    channels.entered({ roomId: 'room', matchId, userId, team, squad })
  const find = async (userId: string, kind: string) =>
    (await listChannels(world.database.db, userId)).find((channel) => channel.kind === kind)!.id
  const say = (userId: string, channelId: string) =>
    sendLine(world.database, world.chat, { userId, channelId, text: 'push left' })

  it('[SOC-1] match, team and squad channels come with the battle and go with it', async () => {
    enter(ada, 'm1', 0)
    enter(bob, 'm1', 1)
    enter(bob, 'm1', 1)
    assert.deepEqual(await subjects(ada), ['match m1', 'squad m1:0:0', 'team m1:0'])
    assert.deepEqual(await subjects(bob), ['match m1', 'squad m1:1:0', 'team m1:1'])
    const team = await find(ada, 'team')
    await say(ada, team)
    await assert.rejects(say(bob, team), { code: 'not_found' }, 'the other team does not hear it')
    enter(bob, 'm1', 0)
    const both = ['match m1', 'squad m1:0:0', 'team m1:0']
    assert.deepEqual(await subjects(bob), both, 'teams are balanced')
    channels.left({ roomId: 'room', userId: bob })
    assert.deepEqual(await subjects(bob), [])
    enter(ada, 'm2', 1)
    assert.deepEqual(
      await subjects(ada),
      ['match m2', 'squad m2:1:0', 'team m2:1'],
      'the next match is another',
    )
    await assert.rejects(say(ada, team), { code: 'conflict' })
    channels.closed('room')
    channels.closed('room')
    assert.deepEqual(await subjects(ada), [])
    assert.equal(lost.length, 0)
  })

  it('[SOC-1] the squad channel follows the soldier; a squad that all left closes too', async () => {
    enter(ada, 'm5', 0, 3)
    enter(bob, 'm5', 0, 3)
    await channels.settled()
    const squad = await find(ada, 'squad')
    await say(bob, squad)
    enter(bob, 'm5', 0, 4)
    assert.deepEqual(await subjects(bob), ['match m5', 'squad m5:0:4', 'team m5:0'])
    await assert.rejects(say(bob, squad), { code: 'not_found' })
    await say(ada, squad)
    enter(ada, 'm5', 0, 4)
    await channels.settled()
    channels.closed('room')
    await channels.settled()
    const open = await world.database.db
      .selectFrom('chat.channels')
      .select('subject')
      .where('subject', 'like', 'm5%')
      .where('closed_at', 'is', null)
      .execute()
    assert.deepEqual(open, [])
    assert.equal(lost.length, 0)
  })

  it('who is no user gets none, and a full queue loses and counts', async () => {
    enter('00000000-0000-4000-8000-000000000000', 'm3', 0)
    await channels.settled()
    assert.equal(lost.length, 0)
    let done = 0
    const counting = new MatchChannels({
      ...world.chat,
      database: { transact: async () => void done++ } as unknown as Database,
      findNames: world.social.findNames,
      onLost: (error) => lost.push(error),
    })
    const stay = { roomId: 'room', matchId: 'm4', userId: ada }
    for (let task = 0; task < MATCH_TASKS_MAX + 5; task++) {
      counting.entered({ ...stay, team: task % 2, squad: 0 })
    }
    await counting.settled()
    assert.equal(done + lost.length, MATCH_TASKS_MAX + 5)
    assert.ok(lost.length >= 4 && lost.length <= 5, `${lost.length} lost`)
  })
})
