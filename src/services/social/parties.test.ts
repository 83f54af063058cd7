/** Parties on both engines: one leader, a limit, staying together, the channel, races. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'

import { describeDatabase } from '@battalion/testkit/test-database.ts'
import { openSocialWorld } from '@battalion/testkit/social-world.ts'
import type { SocialWorld } from '@battalion/testkit/social-world.ts'

import { listChannels } from '../chat/channels.ts'
import { LIVE_TOPICS } from '../live-events.ts'
import { readNotificationsAfter } from '../notifications/notifications.ts'
import { blockUser, unblockUser } from './blocks.ts'
import {
  createParty,
  endOldInvites,
  declineParty,
  findPartyOf,
  inviteToParty,
  joinParty,
} from './parties.ts'
import { kickFromParty, leaveParty, listPartyInvites, PARTY_INVITE_MS_MAX } from './parties.ts'
import { PARTY_MEMBERS_MAX, promoteInParty } from './parties.ts'
import { findLedParty, tellPartyBattle } from './party-battles.ts'

describeDatabase('parties', (engine) => {
  let world: SocialWorld
  before(async () => void (world = await openSocialWorld(engine)))
  after(() => world.close())

  const invite = (userId: string, otherId: string) =>
    world.run((trx) => inviteToParty(trx, world.social, { userId, otherId }))
  const join = (userId: string, partyId: string) => {
    world.clock.advance(1)
    return world.run((trx) => joinParty(trx, world.social, { userId, partyId }))
  }
  const leave = (userId: string) => world.run((trx) => leaveParty(trx, world.social, userId))
  const kick = (userId: string, otherId: string) =>
    world.run((trx) => kickFromParty(trx, world.social, { userId, otherId }))
  const promote = (userId: string, otherId: string) =>
    world.run((trx) => promoteInParty(trx, world.social, { userId, otherId }))
  const partyOf = (userId: string) => findPartyOf(world.database.db, userId)
  const hasChannel = async (userId: string, partyId: string) =>
    (await listChannels(world.database.db, userId)).some(({ subject }) => subject === partyId)

  /** Users of these names in one party, the first leads. */
  async function together(...names: string[]): Promise<string[]> {
    const ids = await world.users(...names)
    for (const id of ids.slice(1)) await join(id, (await invite(ids[0]!, id)).id)
    return ids
  }

  it('the first invitation starts the party; members share its id and channel', async () => {
    const [ada, bob] = (await together('Ada', 'Bob')) as [string, string]
    const party = await partyOf(ada)
    assert.deepEqual(party, { id: party!.id, leaderId: ada, memberIds: [ada, bob] })
    assert.deepEqual(await partyOf(bob), party)
    assert.ok(await hasChannel(bob, party.id))
    const told = await readNotificationsAfter(world.database.db, {
      userId: bob,
      after: 0,
      limit: 9,
    })
    assert.deepEqual(
      told.map(({ kind, values }) => [kind, values['partyId']]),
      [['party_invited', party.id]],
    )
  })

  it('[SOC-4] an invitation between two of whom one blocks the other lets nobody in', async () => {
    const [pia, quin] = (await world.users('Pia', 'Quin')) as [string, string]
    const { id } = await invite(pia, quin)
    for (const [userId, otherId] of [
      [pia, quin],
      [quin, pia],
    ] as const) {
      await world.run((trx) => blockUser(trx, world.social, { userId, otherId }))
      assert.deepEqual(await listPartyInvites(world.database.db, quin), [])
      await assert.rejects(join(quin, id), { code: 'not_found' })
      await world.run((trx) => unblockUser(trx, world.social, { userId, otherId }))
    }
    assert.equal((await join(quin, id)).memberIds.length, 2)
  })

  it('only the leader invites, only the invited join, and an invitation ends', async () => {
    const [cleo, dan] = (await together('Cleo', 'Dan')) as [string, string]
    const [eve, finn] = (await world.users('Eve', 'Finn')) as [string, string]
    await assert.rejects(invite(dan, eve), { code: 'forbidden' })
    const { id } = (await partyOf(cleo))!
    await assert.rejects(join(eve, id), { code: 'not_found' })
    await invite(cleo, eve)
    world.clock.advance(PARTY_INVITE_MS_MAX)
    await assert.rejects(join(eve, id), { code: 'not_found' })
    assert.equal(
      (await listPartyInvites(world.database.db, eve)).length,
      1,
      'until the job ends it',
    )
    const over = { userId: eve, nowMs: world.clock.wallMs() }
    await world.run((trx) => endOldInvites(trx, over))
    assert.deepEqual(await listPartyInvites(world.database.db, eve), [])
    await invite(cleo, finn)
    await world.run((trx) => declineParty(trx, { userId: finn, partyId: id }))
    await assert.rejects(join(finn, id), { code: 'not_found' })
  })

  it('nobody is in two parties, and who is blocked does not invite', async () => {
    const [gil] = (await together('Gil', 'Hal')) as [string, string]
    const [ida, hal] = (await world.users('Ida', 'Hal')) as [string, string]
    const { id } = await invite(ida, hal)
    await assert.rejects(join(hal, id), { code: 'conflict' })
    await assert.rejects(
      world.run((trx) => createParty(trx, world.social, hal)),
      { code: 'conflict' },
    )
    assert.equal((await partyOf(hal))?.leaderId, gil)
    await world.run((trx) => blockUser(trx, world.social, { userId: hal, otherId: ida }))
    assert.deepEqual(await listPartyInvites(world.database.db, hal), [])
    await assert.rejects(invite(ida, hal), { code: 'forbidden' })
    await assert.rejects(invite(ida, ida), { code: 'invalid_request' })
  })

  it('[MM-3] only who is in it now is told of a battle, and only by who leads it now', async () => {
    const [mia, ned, oli] = (await together('Mia', 'Ned', 'Oli')) as [string, string, string]
    const { db } = world.database
    const party = await findLedParty(db, world.social, mia)
    assert.deepEqual(
      party.members.map(({ name }) => name),
      ['Mia', 'Ned', 'Oli'],
    )
    await assert.rejects(findLedParty(db, world.social, ned), { code: 'forbidden' })
    const tell = (leaderId: string) => {
      const battle = { party, leaderId, roomId: 'r', expiresInSec: 15 }
      return world.run((trx) => tellPartyBattle(trx, world.social, battle))
    }
    const told = async () => {
      const events = await world.events(LIVE_TOPICS.users)
      return events.filter(({ payload }) => payload['type'] === 'party_battle')
    }
    await tell(mia)
    assert.deepEqual(
      (await told()).map(({ payload }) => payload['userIds']),
      [[ned, oli]],
    )
    await promote(mia, ned)
    await assert.rejects(tell(mia), { code: 'conflict' })
    await promote(ned, mia)
    await kick(mia, oli)
    await assert.rejects(tell(mia), { code: 'conflict' })
    await leave(mia)
    await leave(ned)
    await assert.rejects(tell(mia), { code: 'conflict' })
    await assert.rejects(findLedParty(db, world.social, mia), { code: 'not_found' })
  })

  it('the lead passes on; when the last leaves the party is over', async () => {
    const [jan, kim, lea] = (await together('Jan', 'Kim', 'Lea')) as [string, string, string]
    const { id } = (await partyOf(jan))!
    await assert.rejects(promote(kim, lea), { code: 'forbidden' })
    await promote(jan, lea)
    assert.equal((await partyOf(jan))?.leaderId, lea)
    await world.clearEvents()
    await leave(lea)
    assert.deepEqual(await partyOf(kim), { id, leaderId: jan, memberIds: [jan, kim] })
    assert.equal(await partyOf(lea), undefined)
    const told = (await world.events(LIVE_TOPICS.users)).map(({ payload }) => payload['userIds'])
    assert.deepEqual(told, [[jan, kim], [lea]])
    await assert.rejects(kick(kim, jan), { code: 'forbidden' })
    await kick(jan, kim)
    assert.equal(await hasChannel(kim, id), false)
    await leave(jan)
    await leave(jan)
    assert.equal(await partyOf(jan), undefined)
    await assert.rejects(join(kim, id), { code: 'not_found' })
  })

  it(`at most ${PARTY_MEMBERS_MAX} stay together`, async () => {
    const [max] = (await together('Max', 'm1', 'm2', 'm3', 'm4')) as [string]
    const late = await world.user('late')
    const { id } = await invite(max, late)
    await assert.rejects(join(late, id), { code: 'conflict' })
    await kick(max, await world.user('m1'))
    assert.equal((await join(late, id)).memberIds.length, PARTY_MEMBERS_MAX)
  })

  // PGlite has one connection: it cannot show a race.
  if (engine.name !== 'postgres') return
  describe('races', () => {
    it('ten who accept at once: never one too many', async () => {
      const leader = await world.user('leader')
      const guests = await world.users(...Array.from({ length: 10 }, (_, n) => `guest ${n}`))
      for (const guest of guests) await invite(leader, guest)
      const { id } = (await partyOf(leader))!
      const outcomes = await Promise.allSettled(guests.map((guest) => join(guest, id)))
      const joined = outcomes.filter(({ status }) => status === 'fulfilled')
      assert.equal(joined.length, PARTY_MEMBERS_MAX - 1)
      assert.equal((await partyOf(leader))?.memberIds.length, PARTY_MEMBERS_MAX)
    })

    it('all leave at once: nothing is left, and whoever stays has a leader', async () => {
      for (let round = 0; round < 10; round++) {
        const names = Array.from({ length: 4 }, (_, n) => `round ${round} ${n}`)
        const ids = await together(...names)
        await Promise.all(ids.slice(0, 3).map(leave))
        const last = await partyOf(ids[3]!)
        assert.deepEqual([last?.leaderId, last?.memberIds], [ids[3], [ids[3]]])
        await leave(ids[3]!)
        assert.equal(await partyOf(ids[3]!), undefined)
      }
    })
  })
})
