/** Groups on both engines (SOC-8): joining, roles, hand-over, the channel that follows, races. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'

import { describeDatabase } from '@battalion/testkit/test-database.ts'
import { openSocialWorld } from '@battalion/testkit/social-world.ts'
import type { SocialWorld } from '@battalion/testkit/social-world.ts'

import { listChannels } from '../chat/channels.ts'
import { readStateVersion } from '../sync/state-versions.ts'
import { blockUser, unblockUser } from './blocks.ts'
import { createGroup, declineGroup, disbandGroup, inviteToGroup, joinGroup } from './groups.ts'
import {
  kickFromGroup,
  leaveAllGroups,
  leaveGroup,
  listGroupMembers,
  listGroups,
} from './groups.ts'
import { GROUP_INVITES_IN_MAX, GROUPS_PER_USER_MAX, setGroupRole } from './groups.ts'
import type { Group, GroupRole } from './groups.ts'

describeDatabase('groups', (engine) => {
  let world: SocialWorld
  let ada: string
  let bob: string
  let cleo: string
  before(async () => {
    world = await openSocialWorld(engine)
    ;[ada, bob, cleo] = (await world.users('Ada', 'Bob', 'Cleo')) as [string, string, string]
  })
  after(() => world.close())

  const found = (userId: string, name: string, isOpen = true) =>
    world.run((trx) => createGroup(trx, world.social, { userId, name, isOpen }))
  const join = (userId: string, { id }: Group) => {
    world.clock.advance(1)
    return world.run((trx) => joinGroup(trx, world.social, { userId, groupId: id }))
  }
  const invite = (userId: string, { id }: Group, otherId: string) =>
    world.run((trx) => inviteToGroup(trx, world.social, { userId, groupId: id, otherId }))
  const leave = (userId: string, { id }: Group) =>
    world.run((trx) => leaveGroup(trx, world.social, { userId, groupId: id }))
  const kick = (userId: string, { id }: Group, otherId: string) =>
    world.run((trx) => kickFromGroup(trx, world.social, { userId, groupId: id, otherId }))
  const rank = (userId: string, { id }: Group, otherId: string, role: GroupRole) =>
    world.run((trx) => setGroupRole(trx, world.social, { userId, groupId: id, otherId, role }))
  const members = async (userId: string, { id }: Group) =>
    (await listGroupMembers(world.database.db, world.social, { userId, groupId: id })).map(
      ({ name, role }) => `${name} ${role}`,
    )
  const hasChannel = async (userId: string, { id }: Group) =>
    (await listChannels(world.database.db, userId)).some(({ subject }) => subject === id)

  it('[SOC-8] create, join, leave: the channel follows', async () => {
    const group = await found(ada, 'First Company')
    await join(bob, group)
    await join(bob, group)
    assert.deepEqual(await members(bob, group), ['Ada owner', 'Bob member'])
    assert.deepEqual([await hasChannel(ada, group), await hasChannel(bob, group)], [true, true])
    await leave(bob, group)
    assert.equal(await hasChannel(bob, group), false)
    await assert.rejects(members(bob, group), { code: 'not_found' })
    await assert.rejects(leave(bob, group), { code: 'not_found' })
  })

  it('[SOC-4] an invitation between two of whom one blocks the other lets nobody in', async () => {
    const [rex, sue] = (await world.users('Rex', 'Sue')) as [string, string]
    const group = await found(rex, 'Closed Company', false)
    await invite(rex, group, sue)
    const pair = { userId: rex, otherId: sue }
    await world.run((trx) => blockUser(trx, world.social, pair))
    await assert.rejects(join(sue, group), { code: 'not_found' })
    await world.run((trx) => unblockUser(trx, world.social, pair))
    await join(sue, group)
    assert.deepEqual(await members(sue, group), ['Rex owner', 'Sue member'])
  })

  it('[SOC-8] who has too many invitations gets no more until he answers some', async () => {
    const [tim, ugo] = (await world.users('Tim', 'Ugo')) as [string, string]
    const groups: Group[] = []
    for (let index = 0; index <= GROUP_INVITES_IN_MAX; index++) {
      const owner = await world.user(`owner ${Math.floor(index / GROUPS_PER_USER_MAX)}`)
      groups.push(await found(owner, `Company ${index}`, false))
      if (index < GROUP_INVITES_IN_MAX) await invite(owner, groups[index]!, tim)
    }
    const owner = await world.user(`owner ${GROUP_INVITES_IN_MAX / GROUPS_PER_USER_MAX}`)
    const last = groups.at(-1)!
    await assert.rejects(invite(owner, last, tim), { code: 'conflict' })
    await invite(owner, last, ugo)
    await world.run((trx) => declineGroup(trx, { groupId: groups[0]!.id, userId: tim }))
    await invite(owner, last, tim)
  })

  it('[SOC-8] the owner hands over before leaving; the last who leaves ends the group', async () => {
    const group = await found(ada, 'Second Company')
    await join(bob, group)
    await assert.rejects(leave(ada, group), { code: 'conflict' })
    await assert.rejects(rank(bob, group, bob, 'owner'), { code: 'forbidden' })
    await rank(ada, group, bob, 'owner')
    assert.deepEqual(await members(ada, group), ['Bob owner', 'Ada officer'])
    await leave(ada, group)
    await leave(bob, group)
    assert.equal(await hasChannel(bob, group), false)
    await assert.rejects(join(ada, group), { code: 'not_found' })
    await found(cleo, 'Second Company')
  })

  it('a name is one line, clean, and taken once, whatever its letters’ size', async () => {
    await found(ada, 'Night Owls')
    await assert.rejects(found(bob, 'NIGHT owls'), { code: 'conflict' })
    await assert.rejects(found(bob, 'ｎight owls'), { code: 'conflict' })
    await assert.rejects(found(bob, 'xy'), { code: 'invalid_request' })
    await assert.rejects(found(bob, 'x'.repeat(41)), { code: 'invalid_request' })
    await assert.rejects(found(bob, 'fuck club'), { code: 'invalid_request' })
  })

  it('a closed group takes who is invited; to others it is not there', async () => {
    const group = await found(ada, 'Secret Company', false)
    await assert.rejects(join(bob, group), { code: 'not_found' })
    await assert.rejects(invite(bob, group, cleo), { code: 'not_found' })
    await invite(ada, group, bob)
    const { invites } = await listGroups(world.database.db, bob)
    assert.deepEqual(
      invites.map(({ name }) => name),
      ['Secret Company'],
    )
    await join(bob, group)
    await assert.rejects(invite(bob, group, cleo), { code: 'forbidden' })
    await invite(ada, group, cleo)
    await world.run((trx) => declineGroup(trx, { groupId: group.id, userId: cleo }))
    await assert.rejects(join(cleo, group), { code: 'not_found' })
    const rude = await world.user('Rude')
    await world.run((trx) => blockUser(trx, world.social, { userId: rude, otherId: ada }))
    await assert.rejects(invite(ada, group, rude), { code: 'forbidden' })
  })

  it('officers remove members, nobody removes his equal or better', async () => {
    const group = await found(ada, 'Ranks')
    const dan = await world.user('Dan')
    for (const userId of [bob, cleo, dan]) await join(userId, group)
    await rank(ada, group, bob, 'officer')
    await rank(ada, group, cleo, 'officer')
    await assert.rejects(kick(bob, group, cleo), { code: 'forbidden' })
    await assert.rejects(kick(bob, group, ada), { code: 'forbidden' })
    await assert.rejects(kick(dan, group, bob), { code: 'forbidden' })
    const earlier = await readStateVersion(world.database.db, dan)
    await kick(bob, group, dan)
    assert.equal(await readStateVersion(world.database.db, dan), earlier + 1)
    assert.deepEqual(await members(ada, group), ['Ada owner', 'Bob officer', 'Cleo officer'])
    await assert.rejects(
      world.run((trx) => disbandGroup(trx, world.social, { groupId: group.id, userId: bob })),
      { code: 'forbidden' },
    )
    await world.run((trx) => disbandGroup(trx, world.social, { groupId: group.id, userId: ada }))
    await assert.rejects(members(ada, group), { code: 'not_found' })
  })

  it('an account that goes leaves no group without owner', async () => {
    const eve = await world.user('Eve')
    const group = await found(eve, 'Heirs')
    for (const userId of [bob, cleo]) await join(userId, group)
    await rank(eve, group, cleo, 'officer')
    const alone = await found(eve, 'Alone')
    await world.run((trx) => leaveAllGroups(trx, world.social, eve))
    assert.deepEqual(await members(bob, group), ['Cleo owner', 'Bob member'])
    await assert.rejects(join(bob, alone), { code: 'not_found' })
    assert.deepEqual((await listGroups(world.database.db, eve)).groups, [])
  })

  // PGlite has one connection: it cannot show a race.
  if (engine.name !== 'postgres') return
  describe('races', () => {
    it('[SOC-8] hand-over and kick at once: exactly one owner, 15 times of 15', async () => {
      for (let round = 0; round < 15; round++) {
        const group = await found(await world.user(`founder ${round}`), `Race ${round}`)
        const founder = await world.user(`founder ${round}`)
        for (const userId of [bob, cleo]) await join(userId, group)
        await Promise.allSettled([
          rank(founder, group, bob, 'owner'),
          rank(founder, group, cleo, 'owner'),
          kick(founder, group, bob),
        ])
        const owners = (await members(founder, group)).filter((one) => one.endsWith('owner'))
        assert.equal(owners.length, 1)
        await world.run((trx) => leaveAllGroups(trx, world.social, bob))
        await world.run((trx) => leaveAllGroups(trx, world.social, cleo))
      }
    })
  })
})
