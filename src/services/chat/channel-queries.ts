/** SQL of channels, their members and read marks. */
import { randomUUID } from 'node:crypto'

import { sql } from 'kysely'

import type { Db, Trx } from '../../db/database.ts'
import type { ChannelRow } from '../../db/social-tables.ts'

export type ChannelKind = ChannelRow['kind']

/** What a channel belongs to. */
export interface ChannelName {
  readonly kind: ChannelKind
  readonly subject: string
}

/** A channel as services see it. */
export interface Channel extends ChannelName {
  readonly id: string
  readonly lastSeq: number
  readonly isClosed: boolean
}

/** A channel as one user stands to it. */
export interface ChannelOfUser extends Channel {
  readonly isMember: boolean
  readonly readSeq: number
}

/** The channel, made now if it is not there; a closed one stays closed. */
export async function insertChannel(
  trx: Trx,
  name: ChannelName,
  now: Date,
  openedBy: string | null = null,
): Promise<Channel> {
  await trx
    .insertInto('chat.channels')
    .values({ id: randomUUID(), ...name, created_at: now, opened_by: openedBy })
    .onConflict((conflict) => conflict.columns(['kind', 'subject']).doNothing())
    .execute()
  return (await findChannelNamed(trx, name))!
}

/** Undefined when there is none of that name. */
export async function findChannelNamed(db: Db, name: ChannelName): Promise<Channel | undefined> {
  const row = await db
    .selectFrom('chat.channels')
    .selectAll()
    .where('kind', '=', name.kind)
    .where('subject', '=', name.subject)
    .executeTakeFirst()
  return row && toChannel(row)
}

/** Undefined when there is none of this id. */
export async function findChannel(db: Db, channelId: string): Promise<Channel | undefined> {
  const row = await db
    .selectFrom('chat.channels')
    .selectAll()
    .where('id', '=', channelId)
    .executeTakeFirst()
  return row && toChannel(row)
}

/** Whether there is a channel of this id. */
export async function hasChannel(db: Db, channelId: string): Promise<boolean> {
  return (await findChannel(db, channelId)) !== undefined
}

/** A channel and how the user stands to it; undefined when there is no such channel. */
export async function findChannelOfUser(
  db: Db,
  who: { readonly channelId: string; readonly userId: string },
): Promise<ChannelOfUser | undefined> {
  const row = await selectOfUser(db, who.userId)
    .where('channel.id', '=', who.channelId)
    .executeTakeFirst()
  return row && toChannelOfUser(row)
}

/** Channels the user belongs to, and the open ones. */
export async function selectChannelsOfUser(
  db: Db,
  userId: string,
  openKinds: readonly ChannelKind[],
): Promise<ChannelOfUser[]> {
  // His own and the open ones by their indexes: asked in one condition, every channel is read.
  const own = db
    .selectFrom('chat.channel_members')
    .select('channel_id')
    .where('user_id', '=', userId)
    .where('is_member', '=', true)
  const open = db
    .selectFrom('chat.channels')
    .select('id as channel_id')
    .where('kind', 'in', [...openKinds])
  const rows = await selectOfUser(db, userId)
    .where('channel.id', 'in', own.unionAll(open))
    .where('channel.closed_at', 'is', null)
    .orderBy('channel.created_at')
    .orderBy('channel.id')
    .execute()
  return rows.map(toChannelOfUser)
}

function selectOfUser(db: Db, userId: string) {
  return db
    .selectFrom('chat.channels as channel')
    .leftJoin('chat.channel_members as member', (join) =>
      join.onRef('member.channel_id', '=', 'channel.id').on('member.user_id', '=', userId),
    )
    .selectAll('channel')
    .select(['member.is_member', 'member.read_seq'])
}

type Row = Pick<ChannelRow, 'id' | 'kind' | 'subject' | 'closed_at'> & { readonly last_seq: bigint }

function toChannel(row: Row): Channel {
  const { id, kind, subject } = row
  return { id, kind, subject, lastSeq: Number(row.last_seq), isClosed: row.closed_at !== null }
}

function toChannelOfUser(
  row: Row & { readonly is_member: boolean | null; readonly read_seq: bigint | null },
): ChannelOfUser {
  const readSeq = Number(row.read_seq ?? 0n)
  return { ...toChannel(row), isMember: row.is_member === true, readSeq }
}

/** Those of `userIds` who were no members before; what was said so far counts as read. */
export async function insertMembers(
  trx: Trx,
  change: { readonly channelId: string; readonly userIds: readonly string[]; readonly now: Date },
): Promise<string[]> {
  const { channelId, userIds, now } = change
  const { rows } = await sql<{ id: string }>`
    insert into chat.channel_members (channel_id, user_id, is_member, read_seq, joined_at)
    select channel.id, joining.id, true, channel.last_seq, ${now}::timestamptz
    from chat.channels as channel, unnest(${[...userIds]}::uuid[]) as joining (id)
    where channel.id = ${channelId}
    order by joining.id
    on conflict (channel_id, user_id) do update set is_member = true, joined_at = excluded.joined_at
      where not channel_members.is_member
    returning user_id as id`.execute(trx)
  return rows.map(({ id }) => id)
}

/** Those of `userIds` who were members. */
export async function deleteMembers(
  trx: Trx,
  change: { readonly channelId: string; readonly userIds: readonly string[] },
): Promise<string[]> {
  const rows = await trx
    .deleteFrom('chat.channel_members')
    .where('channel_id', '=', change.channelId)
    .where('user_id', '=', sql<string>`any(${[...change.userIds]}::uuid[])`)
    .returning('user_id')
    .execute()
  return rows.map((row) => row.user_id)
}

/** Who belongs to a channel. */
export async function selectMembers(db: Db, channelId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('chat.channel_members')
    .select('user_id')
    .where('channel_id', '=', channelId)
    .where('is_member', '=', true)
    .orderBy('user_id')
    .execute()
  return rows.map((row) => row.user_id)
}

/**
 * Closes channels of battles that began before a time: the process that ran them ended before it
 * could. Nobody else would, and open channels are never forgotten.
 */
export async function closeLostChannels(
  db: Db,
  { before, now }: { readonly before: Date; readonly now: Date },
): Promise<number> {
  const { numUpdatedRows } = await db
    .updateTable('chat.channels')
    .set({ closed_at: now })
    .where('kind', 'in', ['match', 'team', 'squad'])
    .where('created_at', '<', before)
    .where('closed_at', 'is', null)
    .executeTakeFirst()
  return Number(numUpdatedRows)
}

/** Nothing is said in it from now on; false when it was closed before. */
export async function updateClosed(trx: Trx, channelId: string, now: Date): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable('chat.channels')
    .set({ closed_at: now })
    .where('id', '=', channelId)
    .where('closed_at', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/** Moves the mark forward, never past the last line; answers where it is then. */
export async function upsertReadMark(
  trx: Trx,
  mark: {
    readonly channelId: string
    readonly userId: string
    readonly seq: number
    readonly now: Date
  },
): Promise<number> {
  const { channelId, userId, seq, now } = mark
  const { rows } = await sql<{ readSeq: bigint }>`
    insert into chat.channel_members (channel_id, user_id, is_member, read_seq, joined_at)
    select id, ${userId}, false, least(${seq}::int8, last_seq), ${now}::timestamptz
    from chat.channels where id = ${channelId}
    on conflict (channel_id, user_id) do update
      set read_seq = greatest(channel_members.read_seq, excluded.read_seq)
    returning read_seq as "readSeq"`.execute(trx)
  return Number(rows[0]?.readSeq ?? 0n)
}
