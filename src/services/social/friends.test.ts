/** Friends and blocks on both engines (SOC-7): approval, cross requests, who may not ask, races. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'

import { describeDatabase } from '@battalion/testkit/test-database.ts'
import { openSocialWorld } from '@battalion/testkit/social-world.ts'
import type { SocialWorld } from '@battalion/testkit/social-world.ts'

import { LIVE_TOPICS } from '../live-events.ts'
import { readNotificationsAfter } from '../notifications/notifications.ts'
import { readStateVersion } from '../sync/state-versions.ts'
import { blockUser, listBlocked, unblockUser } from './blocks.ts'
import { acceptFriend, askFriend, listFriends, removeFriend, REQUESTS_OUT_MAX } from './friends.ts'

describeDatabase('friends', (engine) => {
  let world: SocialWorld
  before(async () => void (world = await openSocialWorld(engine)))
  after(() => world.close())

  const ask = (userId: string, otherId: string) =>
    world.run((trx) => askFriend(trx, world.social, { userId, otherId }))
  const accept = (userId: string, otherId: string) =>
    world.run((trx) => acceptFriend(trx, world.social, { userId, otherId }))
  const remove = (userId: string, otherId: string) =>
    world.run((trx) => removeFriend(trx, world.social, { userId, otherId }))
  const block = (userId: string, otherId: string) =>
    world.run((trx) => blockUser(trx, world.social, { userId, otherId }))
  const states = async (userId: string) =>
    (await listFriends(world.database.db, world.social, userId)).map(
      ({ name, state }) => `${name} ${state}`,
    )
  const notices = async (userId: string) =>
    (await readNotificationsAfter(world.database.db, { userId, after: 0, limit: 100 })).map(
      ({ kind }) => kind,
    )
  const mails = async () =>
    (await world.database.db.selectFrom('jobs.jobs').select('payload').execute()).map(
      ({ payload }) => payload as { userId: string; kind: string },
    )

  it('[SOC-7] A asks, B is asked and mailed; only after B accepts both lists show it', async () => {
    const [ada, bob] = (await world.users('Ada', 'Bob')) as [string, string]
    assert.equal(await ask(ada, bob), 'asked')
    assert.deepEqual(await states(ada), ['Bob asked'])
    assert.deepEqual(await states(bob), ['Ada asks'])
    assert.deepEqual(await notices(bob), ['friend_asked'])
    const mail = (await mails()).filter(({ userId }) => userId === bob)
    assert.deepEqual(
      mail.map(({ kind }) => kind),
      ['friend_asked'],
    )
    assert.ok(!JSON.stringify(mail).includes('Ada'), '[LEG-1] a job outlives who it tells of')
    await accept(bob, ada)
    assert.deepEqual(await states(ada), ['Bob friends'])
    assert.deepEqual(await states(bob), ['Ada friends'])
    assert.deepEqual(await notices(ada), ['friend_accepted'])
  })

  it('the asker cannot accept for the other, nobody accepts what was not asked', async () => {
    const [ada, cleo] = (await world.users('Ada', 'Cleo')) as [string, string]
    await ask(ada, cleo)
    await assert.rejects(accept(ada, cleo), { code: 'not_found' })
    assert.deepEqual(await states(cleo), ['Ada asks'])
    const dan = await world.user('Dan')
    await assert.rejects(accept(dan, cleo), { code: 'not_found' })
  })

  it('[SOC-7] requests that cross become a friendship', async () => {
    const [eve, finn] = (await world.users('Eve', 'Finn')) as [string, string]
    assert.equal(await ask(eve, finn), 'asked')
    assert.equal(await ask(eve, finn), 'asked', 'asked twice is once')
    assert.equal(await ask(finn, eve), 'friends')
    assert.deepEqual(await states(eve), ['Finn friends'])
    assert.equal(await ask(eve, finn), 'friends')
  })

  it('removing ends it for both and can be asked again; it is told once a day', async () => {
    const [gil, hal] = (await world.users('Gil', 'Hal')) as [string, string]
    for (let round = 0; round < 3; round++) {
      await ask(gil, hal)
      await (round === 1 ? remove(hal, gil) : remove(gil, hal))
    }
    assert.deepEqual(await states(hal), [])
    assert.deepEqual(await notices(hal), ['friend_asked'])
    assert.equal((await mails()).filter(({ userId }) => userId === hal).length, 1)
    world.clock.advance(86_400_000)
    await ask(gil, hal)
    assert.deepEqual(await notices(hal), ['friend_asked', 'friend_asked'])
    await assert.rejects(remove(gil, await world.user('Ida')), { code: 'not_found' })
  })

  it('[SOC-7] who is blocked cannot ask; blocking ends a friendship', async () => {
    const [jan, kim] = (await world.users('Jan', 'Kim')) as [string, string]
    await ask(jan, kim)
    await accept(kim, jan)
    await block(kim, jan)
    assert.deepEqual(await states(jan), [])
    assert.deepEqual(await listBlocked(world.database.db, kim), [jan])
    await assert.rejects(ask(jan, kim), { code: 'forbidden' })
    await assert.rejects(ask(kim, jan), { code: 'forbidden', message: 'You block this player.' })
    await world.run((trx) => unblockUser(trx, world.social, { userId: kim, otherId: jan }))
    assert.equal(await ask(jan, kim), 'asked')
  })

  it('[AUTH-8] who wants no requests gets none, or of friends of friends alone', async () => {
    const names = ['Oda', 'Pia', 'Quin', 'Rob'] as const
    const [oda, pia, quin, rob] = (await world.users(...names)) as [string, string, string, string]
    await ask(pia, quin)
    await accept(quin, pia)
    await world.wish(pia, { friendRequests: 'friends_of_friends' })
    await ask(rob, quin)
    const refused = { code: 'forbidden', message: 'This player cannot be asked.' }
    await assert.rejects(ask(rob, pia), refused, 'who has only asked a friend is no friend')
    await accept(quin, rob)
    assert.equal(await ask(rob, pia), 'asked')
    await world.wish(oda, { friendRequests: 'nobody' })
    await assert.rejects(ask(quin, oda), refused)
    assert.deepEqual([await states(oda), await notices(oda)], [[], []])
    assert.equal(await ask(oda, quin), 'asked', 'he may ask himself')
    assert.equal(await ask(quin, oda), 'friends', 'and be answered')
  })

  it('nobody asks himself, or who is not there', async () => {
    const ada = await world.user('Ada')
    const nobody = '00000000-0000-4000-8000-000000000000'
    await assert.rejects(ask(ada, ada), { code: 'invalid_request' })
    await assert.rejects(ask(ada, nobody), { code: 'not_found' })
    await assert.rejects(block(ada, ada), { code: 'invalid_request' })
    await assert.rejects(block(ada, nobody), { code: 'not_found' })
  })

  it(`at most ${REQUESTS_OUT_MAX} requests of one user wait`, async () => {
    const lea = await world.user('Lea')
    for (let index = 0; index < REQUESTS_OUT_MAX; index++) {
      await ask(lea, await world.user(`asked ${index}`))
    }
    await assert.rejects(ask(lea, await world.user('one more')), { code: 'conflict' })
  })

  it('[SYNC-1] every change moves the version of both, and both hear of it', async () => {
    const [max, ned] = (await world.users('Max', 'Ned')) as [string, string]
    const versions = async () => [
      await readStateVersion(world.database.db, max),
      await readStateVersion(world.database.db, ned),
    ]
    await world.clearEvents()
    assert.deepEqual(await versions(), [0, 0])
    await ask(max, ned)
    assert.deepEqual(await versions(), [1, 1])
    await accept(ned, max)
    await remove(max, ned)
    assert.deepEqual(await versions(), [3, 3])
    const heard = (await world.events(LIVE_TOPICS.users))
      .filter(({ payload }) => payload['type'] === 'friend')
      .map(({ payload }) => (payload['body'] as { state: string }).state)
    const expected = ['asked', 'asks', 'friends', 'friends', 'none', 'none']
    assert.deepEqual(heard.sort(), expected.sort())
  })

  // PGlite has one connection: it cannot show a race.
  if (engine.name !== 'postgres') return
  describe('races', () => {
    it('[SOC-7] two who ask each other at once are friends, 20 times of 20', async () => {
      for (let round = 0; round < 20; round++) {
        const [a, b] = (await world.users(`race a${round}`, `race b${round}`)) as [string, string]
        const outcomes = await Promise.all([ask(a, b), ask(b, a)])
        assert.deepEqual(outcomes.sort(), ['asked', 'friends'])
        assert.deepEqual(await states(a), [`race b${round} friends`])
      }
    })

    it('a block and a request at once never leave a request of the blocked', async () => {
      for (let round = 0; round < 20; round++) {
        const [a, b] = (await world.users(`block a${round}`, `block b${round}`)) as [string, string]
        await Promise.allSettled([ask(a, b), block(b, a)])
        assert.deepEqual(await states(b), [])
      }
    })
  })
})
