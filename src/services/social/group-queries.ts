/** SQL of groups, their members and invitations. */
import { sql } from 'kysely'

import type { Db, Trx } from '../../db/database.ts'
import type { GroupMemberRow } from '../../db/social-tables.ts'

export type GroupRole = GroupMemberRow['role']

/** A group. */
export interface Group {
  readonly id: string
  readonly name: string
  readonly isOpen: boolean
}

/** Who belongs to a group. */
export interface GroupMember {
  readonly userId: string
  readonly role: GroupRole
}

/** The group, locked so that members are counted and changed one after another. */
export async function lockGroup(trx: Trx, groupId: string): Promise<Group | undefined> {
  const row = await trx
    .selectFrom('social.groups')
    .select(['id', 'name', 'is_open'])
    .where('id', '=', groupId)
    .forUpdate()
    .executeTakeFirst()
  return row && { id: row.id, name: row.name, isOpen: row.is_open }
}

/** Throws a unique violation when the name is taken. */
export async function insertGroup(
  trx: Trx,
  group: Group & { readonly nameKey: string; readonly now: Date },
): Promise<void> {
  const { id, name, nameKey, isOpen, now } = group
  await trx
    .insertInto('social.groups')
    .values({ id, name, name_key: nameKey, is_open: isOpen, created_at: now })
    .execute()
}

export async function deleteGroup(trx: Trx, groupId: string): Promise<void> {
  await trx.deleteFrom('social.groups').where('id', '=', groupId).execute()
}

export async function insertGroupMember(
  trx: Trx,
  member: GroupMember & { readonly groupId: string; readonly now: Date },
): Promise<void> {
  const { groupId, userId, role, now } = member
  await trx
    .insertInto('social.group_members')
    .values({ group_id: groupId, user_id: userId, role, joined_at: now })
    .execute()
}

export async function deleteGroupMember(
  trx: Trx,
  member: { readonly groupId: string; readonly userId: string },
): Promise<void> {
  await trx
    .deleteFrom('social.group_members')
    .where('group_id', '=', member.groupId)
    .where('user_id', '=', member.userId)
    .execute()
}

export async function updateGroupRole(
  trx: Trx,
  change: GroupMember & { readonly groupId: string },
): Promise<void> {
  await trx
    .updateTable('social.group_members')
    .set({ role: change.role })
    .where('group_id', '=', change.groupId)
    .where('user_id', '=', change.userId)
    .execute()
}

/** Members, owner and officers first, then by time of joining. */
export async function selectGroupMembers(db: Db, groupId: string): Promise<GroupMember[]> {
  const rows = await db
    .selectFrom('social.group_members')
    .select(['user_id', 'role'])
    .where('group_id', '=', groupId)
    .orderBy(sql`array_position(array['owner', 'officer', 'member'], role)`)
    .orderBy('joined_at')
    .orderBy('user_id')
    .execute()
  return rows.map((row) => ({ userId: row.user_id, role: row.role }))
}

/** The user's groups with his role, by name. */
export async function selectGroupsOf(
  db: Db,
  userId: string,
): Promise<(Group & { readonly role: GroupRole })[]> {
  const rows = await db
    .selectFrom('social.group_members as member')
    .innerJoin('social.groups as group', 'group.id', 'member.group_id')
    .select(['group.id', 'group.name', 'group.is_open', 'member.role'])
    .where('member.user_id', '=', userId)
    .orderBy('group.name_key')
    .execute()
  return rows.map(({ id, name, is_open: isOpen, role }) => ({ id, name, isOpen, role }))
}

/** Open groups, by name after a name. */
export async function selectOpenGroups(
  db: Db,
  wish: { readonly afterKey: string; readonly limit: number },
): Promise<(Group & { readonly nameKey: string })[]> {
  const rows = await db
    .selectFrom('social.groups')
    .select(['id', 'name', 'name_key', 'is_open'])
    .where('is_open', '=', true)
    .where('name_key', '>', wish.afterKey)
    .orderBy('name_key')
    .limit(wish.limit)
    .execute()
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    nameKey: row.name_key,
    isOpen: row.is_open,
  }))
}

export async function insertGroupInvite(
  trx: Trx,
  invite: {
    readonly groupId: string
    readonly userId: string
    readonly invitedBy: string
    readonly now: Date
  },
): Promise<void> {
  const { groupId, userId, invitedBy, now } = invite
  await trx
    .insertInto('social.group_invites')
    .values({ group_id: groupId, user_id: userId, invited_by: invitedBy, created_at: now })
    .onConflict((conflict) => conflict.columns(['group_id', 'user_id']).doNothing())
    .execute()
}

/** Who invited; undefined when there was no invitation. */
export async function deleteGroupInvite(
  trx: Trx,
  invite: { readonly groupId: string; readonly userId: string },
): Promise<string | undefined> {
  const row = await trx
    .deleteFrom('social.group_invites')
    .where('group_id', '=', invite.groupId)
    .where('user_id', '=', invite.userId)
    .returning('invited_by')
    .executeTakeFirst()
  return row?.invited_by
}

/** Who is invited. */
export async function selectGroupInvitees(db: Db, groupId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('social.group_invites')
    .select('user_id')
    .where('group_id', '=', groupId)
    .execute()
  return rows.map((row) => row.user_id)
}

/** True when one of the two is invited by the other. */
export async function hasGroupInvite(db: Db, a: string, b: string): Promise<boolean> {
  const row = await db
    .selectFrom('social.group_invites')
    .select('user_id')
    .where('user_id', 'in', [a, b])
    .where('invited_by', 'in', [a, b])
    .executeTakeFirst()
  return row !== undefined
}

/** Groups that invite the user. */
export async function selectGroupInvites(
  db: Db,
  userId: string,
): Promise<(Group & { readonly invitedBy: string })[]> {
  const rows = await db
    .selectFrom('social.group_invites as invite')
    .innerJoin('social.groups as group', 'group.id', 'invite.group_id')
    .select(['group.id', 'group.name', 'group.is_open', 'invite.invited_by'])
    .where('invite.user_id', '=', userId)
    .orderBy('invite.created_at')
    .orderBy('group.id')
    .execute()
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    isOpen: row.is_open,
    invitedBy: row.invited_by,
  }))
}
