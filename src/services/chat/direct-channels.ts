/**
 * Direct channels: one for two users, made at first use. An account opens only so many a day, and
 * only so many are opened with it, so that neither one stranger nor a crowd of them buries anybody
 * (SOC-4). Friends are no strangers: what they open is never refused. Who opens one holds the locks
 * of both users, or two who come at once may pass a limit together; `findDirect` is asked before,
 * so that nobody holds up another by what is refused or there already.
 */
import { AppError } from '@battalion/base/app-error.ts'
import { sql } from 'kysely'

import type { Db, Trx } from '../../db/database.ts'
import { findChannelNamed, insertChannel, selectMembers } from './channel-queries.ts'
import type { Channel, ChannelName } from './channel-queries.ts'
import { joinChannel } from './channels.ts'
import type { ChannelPorts, ChatPorts } from './chat-ports.ts'

/** New channels of one user with who is no friend, in 24 h; one more is `rate_limited`. */
export const DIRECT_OPENED_PER_DAY_MAX = 50
/** New channels of who is no friend with one user, in 24 h; one more is a `conflict`. */
export const DIRECT_RECEIVED_PER_DAY_MAX = 100

const MS_PER_DAY = 86_400_000
const MS_PER_SEC = 1000

interface Pair {
  readonly userId: string
  readonly otherId: string
}

type DirectPorts = ChannelPorts & Pick<ChatPorts, 'blocks'>

/**
 * The channel of two users if both are in it; undefined where it must be opened. Refused to who may
 * not write to the other. Needs no lock.
 */
export async function findDirect(
  db: Db,
  ports: Pick<DirectPorts, 'blocks'>,
  pair: Pair,
): Promise<Channel | undefined> {
  await refusePair(db, ports, pair)
  const channel = await findChannelNamed(db, nameOf(pair))
  if (channel === undefined) return undefined
  const members = await selectMembers(db, channel.id)
  return members.includes(pair.userId) && members.includes(pair.otherId) ? channel : undefined
}

/** The channel of two users, made at first use; refused to who may not write to the other. */
export async function openDirect(trx: Trx, ports: DirectPorts, pair: Pair): Promise<Channel> {
  const { userId, otherId } = pair
  await refusePair(trx, ports, pair)
  const name = nameOf(pair)
  if ((await findChannelNamed(trx, name)) === undefined) await makeDirect(trx, ports, pair, name)
  return await joinChannel(trx, ports, { ...name, userIds: [userId, otherId] })
}

/** The other user of a direct channel. */
export function otherOfDirect(channel: ChannelName, userId: string): string | undefined {
  if (channel.kind !== 'direct') return undefined
  return channel.subject.split(':').find((id) => id !== userId)
}

async function refusePair(
  db: Db,
  { blocks }: Pick<DirectPorts, 'blocks'>,
  pair: Pair,
): Promise<void> {
  if (pair.userId === pair.otherId) {
    throw new AppError('invalid_request', 'You cannot write to yourself.')
  }
  await blocks.refuseWriting(db, pair)
}

function nameOf({ userId, otherId }: Pair) {
  return { kind: 'direct', subject: [userId, otherId].sort().join(':') } as const
}

async function makeDirect(
  trx: Trx,
  ports: DirectPorts,
  pair: Pair,
  name: ChannelName,
): Promise<void> {
  const nowMs = ports.clock.wallMs()
  const isFriend = await ports.blocks.areFriends(trx, pair)
  if (!isFriend) await refuseTooMany(trx, pair, nowMs)
  // Of friends nobody counts as the one who opened it.
  await insertChannel(trx, name, new Date(nowMs), isFriend ? null : pair.userId)
}

async function refuseTooMany(trx: Trx, { userId, otherId }: Pair, nowMs: number): Promise<void> {
  const since = new Date(nowMs - MS_PER_DAY)
  const { rows: own } = await sql<{ at: Date }>`
    select created_at as at from chat.channels
    where opened_by = ${userId} and created_at > ${since}
    order by created_at desc offset ${DIRECT_OPENED_PER_DAY_MAX - 1} limit 1`.execute(trx)
  if (own[0] !== undefined) {
    const retryAfterSec = Math.ceil((own[0].at.getTime() + MS_PER_DAY - nowMs) / MS_PER_SEC)
    const text = `You have begun ${DIRECT_OPENED_PER_DAY_MAX} conversations in a day; come again later.`
    throw new AppError('rate_limited', text, { retryAfterSec })
  }
  const { rows: theirs } = await sql`
    select 1 from chat.channel_members as member
    join chat.channels as channel on channel.id = member.channel_id
    where member.user_id = ${otherId} and channel.kind = 'direct'
      and channel.opened_by <> ${otherId} and channel.created_at > ${since}
    offset ${DIRECT_RECEIVED_PER_DAY_MAX - 1} limit 1`.execute(trx)
  if (theirs.length === 0) return
  throw new AppError('conflict', 'Too many players have written to this one today.')
}
