/**
 * Groups (SOC-8): one owner, officers, members; open to all or by invitation. Every change holds
 * the group's row, so there is exactly one owner at any time and never a member too many. Who
 * belongs to the group belongs to its chat channel, in the same transaction.
 */
import { randomUUID } from 'node:crypto'

import { AppError } from '@battalion/base/app-error.ts'

import type { Db, Trx } from '../../db/database.ts'
import { closeChannel, joinChannel, leaveChannel } from '../chat/channels.ts'
import { cleanLine } from '../chat/clean-line.ts'
import { emitToUsers } from '../live-events.ts'
import { notify } from '../notifications/notifications.ts'
import { touchState } from '../sync/state-versions.ts'
import { findBlock, refuseBlocked } from './blocks.ts'
import { deleteGroup, deleteGroupInvite, deleteGroupMember, lockGroup } from './group-queries.ts'
import { insertGroup, insertGroupInvite, insertGroupMember } from './group-queries.ts'
import { selectGroupInvitees, selectGroupInvites, selectGroupMembers } from './group-queries.ts'
import { selectGroupsOf } from './group-queries.ts'
import { updateGroupRole } from './group-queries.ts'
import type { Group, GroupMember, GroupRole } from './group-queries.ts'
import { dayOf, findNameOf, isTaken, lockUsers } from './social-ports.ts'
import type { SocialPorts } from './social-ports.ts'

/** Members of one group. */
export const GROUP_MEMBERS_MAX = 200
/** Groups of one user. */
export const GROUPS_PER_USER_MAX = 20
/** Invitations that wait at one user: each is in his state, and they do not run out. */
export const GROUP_INVITES_IN_MAX = 100
/** Longest name (characters); the shortest has three. */
export const GROUP_NAME_CHARS_MAX = 40
const GROUP_NAME_CHARS_MIN = 3
const CHANNEL_KIND = 'group'

export type { Group, GroupMember, GroupRole }

/** Somebody and a group. */
export interface InGroup {
  readonly groupId: string
  readonly userId: string
}

/** Founds a group; its founder owns it. */
export async function createGroup(
  trx: Trx,
  ports: SocialPorts,
  wish: { readonly userId: string; readonly name: string; readonly isOpen: boolean },
): Promise<Group> {
  const { userId, isOpen } = wish
  const name = cleanGroupName(ports, wish.name)
  await lockUsers(trx, [userId])
  await checkRoomForGroup(trx, userId)
  const now = new Date(ports.clock.wallMs())
  const group = { id: randomUUID(), name, isOpen }
  const nameKey = name.normalize('NFKC').toLowerCase()
  try {
    await insertGroup(trx, { ...group, nameKey, now })
  } catch (error) {
    if (isTaken(error)) throw new AppError('conflict', 'There is a group of that name.')
    throw error
  }
  await insertGroupMember(trx, { groupId: group.id, userId, role: 'owner', now })
  await joinChannel(trx, ports, { kind: CHANNEL_KIND, subject: group.id, userIds: [userId] })
  await touchState(trx, [userId])
  return group
}

/** Joins an open group, or one that invited the user. */
export async function joinGroup(trx: Trx, ports: SocialPorts, who: InGroup): Promise<void> {
  const { groupId, userId } = who
  await lockUsers(trx, [userId])
  const { group, members } = await openGroup(trx, groupId)
  if (members.some((member) => member.userId === userId)) return
  const isInvited = await takeInvite(trx, who)
  // A closed group is nobody's to know of who is not invited.
  if (!isInvited && !group.isOpen) throw noGroup()
  await checkRoomForGroup(trx, userId)
  const membersMax = ports.sizes?.groupMembersMax ?? GROUP_MEMBERS_MAX
  if (members.length >= membersMax) throw new AppError('conflict', 'The group is full.')
  const now = new Date(ports.clock.wallMs())
  await insertGroupMember(trx, { groupId, userId, role: 'member', now })
  await joinChannel(trx, ports, { kind: CHANNEL_KIND, subject: groupId, userIds: [userId] })
  await tellChange(trx, ports, { groupId, members, userId, role: 'member' })
}

/** True for who is invited; an invitation that a block of either hides (listGroups) is none. */
async function takeInvite(trx: Trx, who: InGroup): Promise<boolean> {
  const invitedBy = await deleteGroupInvite(trx, who)
  if (invitedBy === undefined) return false
  return (await findBlock(trx, { userId: who.userId, otherId: invitedBy })) === undefined
}

/** Asks a user in; owners and officers may. */
export async function inviteToGroup(
  trx: Trx,
  ports: SocialPorts,
  invite: InGroup & { readonly otherId: string },
): Promise<void> {
  const { groupId, userId, otherId } = invite
  const { group, members } = await openGroup(trx, groupId)
  if (roleOf(members, userId) === 'member') throw notAllowed()
  const name = await findNameOf(trx, ports, userId)
  await findNameOf(trx, ports, otherId)
  await refuseBlocked(trx, { userId, otherId })
  if (members.some((member) => member.userId === otherId)) return
  if ((await selectGroupInvites(trx, otherId)).length >= GROUP_INVITES_IN_MAX) {
    throw new AppError('conflict', 'This player has too many invitations to answer.')
  }
  const nowMs = ports.clock.wallMs()
  await insertGroupInvite(trx, {
    groupId,
    userId: otherId,
    invitedBy: userId,
    now: new Date(nowMs),
  })
  await notify(trx, ports, {
    userId: otherId,
    cause: `group_invited:${groupId}:${dayOf(nowMs)}`,
    kind: 'group_invited',
    values: { name, userId, group: group.name, groupId },
  })
  await touchState(trx, [otherId])
}

/** Declines an invitation. */
export async function declineGroup(trx: Trx, who: InGroup): Promise<void> {
  if ((await deleteGroupInvite(trx, who)) !== undefined) await touchState(trx, [who.userId])
}

/** Leaves. The owner hands over first, unless nobody else is there: then the group ends. */
export async function leaveGroup(trx: Trx, ports: SocialPorts, who: InGroup): Promise<void> {
  const { members } = await openGroup(trx, who.groupId)
  const role = roleOf(members, who.userId)
  if (members.length === 1) return await endGroup(trx, ports, { ...who, members })
  if (role === 'owner') throw new AppError('conflict', 'Hand the group over before you leave it.')
  await removeMember(trx, ports, { ...who, members })
}

/** Removes a member of a lower rank. */
export async function kickFromGroup(
  trx: Trx,
  ports: SocialPorts,
  kick: InGroup & { readonly otherId: string },
): Promise<void> {
  const { groupId, userId, otherId } = kick
  const { members } = await openGroup(trx, groupId)
  const role = roleOf(members, userId)
  const target = members.find((member) => member.userId === otherId)
  if (target === undefined) throw new AppError('not_found', 'This player is not in the group.')
  if (RANKS[role] <= RANKS[target.role]) throw notAllowed()
  await removeMember(trx, ports, { groupId, userId: otherId, members })
}

/** Gives a member another role; `owner` hands the group over and makes its owner an officer. */
export async function setGroupRole(
  trx: Trx,
  ports: SocialPorts,
  change: InGroup & { readonly otherId: string; readonly role: GroupRole },
): Promise<void> {
  const { groupId, userId, otherId, role } = change
  const { group, members } = await openGroup(trx, groupId)
  if (roleOf(members, userId) !== 'owner') throw notAllowed()
  if (userId === otherId) throw new AppError('conflict', 'Hand the group over to somebody else.')
  if (!members.some((member) => member.userId === otherId)) {
    throw new AppError('not_found', 'This player is not in the group.')
  }
  if (role === 'owner') {
    await updateGroupRole(trx, { groupId, userId, role: 'officer' })
    await tellOwner(trx, ports, { group, otherId })
  }
  await updateGroupRole(trx, { groupId, userId: otherId, role })
  await tellChange(trx, ports, { groupId, members, userId: otherId, role })
}

async function tellOwner(
  trx: Trx,
  ports: SocialPorts,
  change: { readonly group: Group; readonly otherId: string },
): Promise<void> {
  const { group, otherId } = change
  await notify(trx, ports, {
    userId: otherId,
    cause: `group_owner:${group.id}:${dayOf(ports.clock.wallMs())}`,
    kind: 'group_owner',
    values: { group: group.name, groupId: group.id },
  })
}

/** Ends a group; its owner may. */
export async function disbandGroup(trx: Trx, ports: SocialPorts, who: InGroup): Promise<void> {
  const { members } = await openGroup(trx, who.groupId)
  if (roleOf(members, who.userId) !== 'owner') throw notAllowed()
  await endGroup(trx, ports, { ...who, members })
}

/**
 * Takes a user out of every group, before his account goes: what he owned goes to who is next in
 * rank, then to who was there longest.
 */
export async function leaveAllGroups(trx: Trx, ports: SocialPorts, userId: string): Promise<void> {
  const groupIds = (await selectGroupsOf(trx, userId)).map(({ id }) => id).sort()
  // All of them before any other row, in order: two that leave at once do not wait for each other.
  for (const groupId of groupIds) await lockGroup(trx, groupId)
  for (const groupId of groupIds) {
    const { group, members } = await openGroup(trx, groupId)
    const heir = members.find((member) => member.userId !== userId)
    if (heir === undefined) {
      await endGroup(trx, ports, { groupId, userId, members })
      continue
    }
    await removeMember(trx, ports, { groupId, userId, members })
    if (roleOf(members, userId) !== 'owner') continue
    await updateGroupRole(trx, { groupId, userId: heir.userId, role: 'owner' })
    await tellOwner(trx, ports, { group, otherId: heir.userId })
  }
}

const RANKS: Readonly<Record<GroupRole, number>> = { owner: 2, officer: 1, member: 0 }

interface OpenGroup {
  readonly group: Group
  readonly members: readonly GroupMember[]
}

async function openGroup(trx: Trx, groupId: string): Promise<OpenGroup> {
  const group = await lockGroup(trx, groupId)
  if (group === undefined) throw noGroup()
  return { group, members: await selectGroupMembers(trx, groupId) }
}

function roleOf(members: readonly GroupMember[], userId: string): GroupRole {
  const member = members.find((one) => one.userId === userId)
  if (member === undefined) throw noGroup()
  return member.role
}

interface Membership extends InGroup {
  readonly members: readonly GroupMember[]
}

async function removeMember(trx: Trx, ports: SocialPorts, who: Membership): Promise<void> {
  const { groupId, userId, members } = who
  await deleteGroupMember(trx, who)
  await leaveChannel(trx, ports, { kind: CHANNEL_KIND, subject: groupId, userIds: [userId] })
  await tellChange(trx, ports, { groupId, members, userId, role: null })
}

async function endGroup(trx: Trx, ports: SocialPorts, who: Membership): Promise<void> {
  const { groupId, members } = who
  await closeChannel(trx, ports, { kind: CHANNEL_KIND, subject: groupId })
  const inviteeIds = await selectGroupInvitees(trx, groupId)
  await deleteGroup(trx, groupId)
  await tellChange(trx, ports, { groupId, members, userId: null, role: null, inviteeIds })
}

async function tellChange(
  trx: Trx,
  ports: SocialPorts,
  change: {
    readonly groupId: string
    readonly members: readonly GroupMember[]
    /** Null: the group is gone. */
    readonly userId: string | null
    readonly role: GroupRole | null
    /** Whose invitations end with the group: nobody tells them, their state has it. */
    readonly inviteeIds?: readonly string[]
  },
): Promise<void> {
  const { groupId, members, userId, role, inviteeIds = [] } = change
  const userIds = members.map((member) => member.userId)
  if (userId !== null && !userIds.includes(userId)) userIds.push(userId)
  const body = { groupId, userId, role }
  await emitToUsers(trx, ports.outbox, { key: groupId, userIds, type: 'group', body })
  await touchState(trx, [...userIds, ...inviteeIds])
}

async function checkRoomForGroup(trx: Trx, userId: string): Promise<void> {
  if ((await selectGroupsOf(trx, userId)).length < GROUPS_PER_USER_MAX) return
  throw new AppError('conflict', `You can be in at most ${GROUPS_PER_USER_MAX} groups.`)
}

function cleanGroupName(ports: SocialPorts, raw: string): string {
  const cleaned = cleanLine(raw)
  const count = cleaned.ok ? Array.from(cleaned.text).length : 0
  if (!cleaned.ok || count < GROUP_NAME_CHARS_MIN || count > GROUP_NAME_CHARS_MAX) {
    const span = `${GROUP_NAME_CHARS_MIN} to ${GROUP_NAME_CHARS_MAX}`
    throw new AppError('invalid_request', `The name of a group has ${span} characters.`)
  }
  if (!ports.isCleanName(cleaned.text)) {
    throw new AppError('invalid_request', 'This name is not allowed.')
  }
  return cleaned.text
}

function noGroup(): AppError {
  return new AppError('not_found', 'There is no such group.')
}

function notAllowed(): AppError {
  return new AppError('forbidden', 'Your role in the group does not allow this.')
}

/** A member in a list. */
export interface GroupMemberView extends GroupMember {
  readonly name: string
}

/** A group's members, for its members. */
export async function listGroupMembers(
  db: Db,
  ports: Pick<SocialPorts, 'findNames'>,
  who: InGroup,
): Promise<GroupMemberView[]> {
  const members = await selectGroupMembers(db, who.groupId)
  if (!members.some(({ userId }) => userId === who.userId)) throw noGroup()
  const names = await ports.findNames(
    db,
    members.map(({ userId }) => userId),
  )
  return members.map((member) => ({ ...member, name: names.get(member.userId) ?? '' }))
}

/** The user's groups, and those that invite him, but for invitations of whom he blocks. */
export async function listGroups(db: Db, userId: string) {
  const invites = []
  for (const invite of await selectGroupInvites(db, userId)) {
    const block = await findBlock(db, { userId, otherId: invite.invitedBy })
    if (block === undefined) invites.push(invite)
  }
  return { groups: await selectGroupsOf(db, userId), invites }
}
