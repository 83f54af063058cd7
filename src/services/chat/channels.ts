/**
 * Channels and who belongs to them. Global and region channels are open to everybody signed in; the
 * others have members, and membership follows what the channel belongs to: group, party and battle
 * call `joinChannel` and `leaveChannel` in their own transactions. A closed channel can be read and
 * not written. Others' channels are `not_found`, whether they are there or not.
 */
import { AppError } from '@battalion/base/app-error.ts'

import type { Db, Trx } from '../../db/database.ts'
import { emitMembers } from '../live-events.ts'
import { deleteMembers, findChannelNamed, findChannelOfUser } from './channel-queries.ts'
import { insertChannel, insertMembers, selectChannelsOfUser } from './channel-queries.ts'
import { selectMembers, updateClosed, upsertReadMark } from './channel-queries.ts'
import type { Channel, ChannelKind, ChannelName, ChannelOfUser } from './channel-queries.ts'
import type { ChannelPorts } from './chat-ports.ts'

/** Kinds without members: everybody signed in reads and writes. */
export const OPEN_KINDS: readonly ChannelKind[] = ['global', 'region']

export type { Channel, ChannelKind, ChannelName, ChannelOfUser }

/** The channel, made if it is not there. */
export async function openChannel(
  trx: Trx,
  ports: Pick<ChannelPorts, 'clock'>,
  name: ChannelName,
): Promise<Channel> {
  return await insertChannel(trx, name, new Date(ports.clock.wallMs()))
}

/** Makes users members; who is one already stays as he is. */
export async function joinChannel(
  trx: Trx,
  ports: ChannelPorts,
  change: ChannelName & { readonly userIds: readonly string[] },
): Promise<Channel> {
  const channel = await openChannel(trx, ports, pickName(change))
  const now = new Date(ports.clock.wallMs())
  const { userIds } = change
  const joined = await insertMembers(trx, { channelId: channel.id, userIds, now })
  await tellMembers(trx, ports, { channel, userIds: joined, isMember: true })
  return channel
}

/** Ends memberships; nothing happens to who is no member. */
export async function leaveChannel(
  trx: Trx,
  ports: ChannelPorts,
  change: ChannelName & { readonly userIds: readonly string[] },
): Promise<void> {
  const channel = await findChannelNamed(trx, pickName(change))
  if (channel === undefined) return
  const left = await deleteMembers(trx, { channelId: channel.id, userIds: change.userIds })
  await tellMembers(trx, ports, { channel, userIds: left, isMember: false })
}

/** Closes a channel for good; its members can still read it. */
export async function closeChannel(
  trx: Trx,
  ports: ChannelPorts,
  name: ChannelName,
): Promise<void> {
  const channel = await findChannelNamed(trx, pickName(name))
  if (channel === undefined) return
  if (!(await updateClosed(trx, channel.id, new Date(ports.clock.wallMs())))) return
  const userIds = await selectMembers(trx, channel.id)
  await tellMembers(trx, ports, { channel, userIds, isMember: false })
}

/** Closes several for good, one after another. */
export async function closeChannels(
  trx: Trx,
  ports: ChannelPorts,
  names: readonly ChannelName[],
): Promise<void> {
  for (const name of names) await closeChannel(trx, ports, name)
}

/** The channel if the user may read it; `not_found` otherwise. */
export async function findReadable(
  db: Db,
  who: { readonly channelId: string; readonly userId: string },
): Promise<ChannelOfUser> {
  const channel = await findChannelOfUser(db, who)
  if (channel !== undefined && (channel.isMember || OPEN_KINDS.includes(channel.kind))) {
    return channel
  }
  throw new AppError('not_found', 'There is no such channel.')
}

/** A channel in a user's list. */
export interface ChannelView {
  readonly id: string
  readonly kind: ChannelKind
  readonly subject: string
  readonly lastSeq: number
  readonly readSeq: number
  /** Lines after the read mark, own and deleted ones among them. */
  readonly unreadCount: number
}

/** The user's channels that are open, oldest first. */
export async function listChannels(db: Db, userId: string): Promise<ChannelView[]> {
  const channels = await selectChannelsOfUser(db, userId, OPEN_KINDS)
  return channels.map(({ id, kind, subject, lastSeq, readSeq }) => {
    const unreadCount = Math.max(0, lastSeq - readSeq)
    return { id, kind, subject, lastSeq, readSeq, unreadCount }
  })
}

/** Marks lines up to `seq` as read; a mark never goes back. Answers where it is. */
export async function markChannelRead(
  trx: Trx,
  ports: Pick<ChannelPorts, 'clock'>,
  mark: { readonly channelId: string; readonly userId: string; readonly seq: number },
): Promise<number> {
  await findReadable(trx, mark)
  return await upsertReadMark(trx, { ...mark, now: new Date(ports.clock.wallMs()) })
}

function pickName({ kind, subject }: ChannelName): ChannelName {
  return { kind, subject }
}

async function tellMembers(
  trx: Trx,
  ports: ChannelPorts,
  change: {
    readonly channel: Channel
    readonly userIds: readonly string[]
    readonly isMember: boolean
  },
): Promise<void> {
  const { channel, userIds, isMember } = change
  if (userIds.length === 0) return
  const { id: channelId, kind, subject } = channel
  await emitMembers(trx, ports.outbox, { channelId, kind, subject, userIds, isMember })
}
