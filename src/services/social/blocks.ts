/**
 * Blocks: who is blocked cannot ask, invite or write directly, and what he says is not shown to who
 * blocked him. Blocking ends a friendship and what was asked, in the same transaction.
 */
import { AppError } from '@battalion/base/app-error.ts'

import type { Db, Trx } from '../../db/database.ts'
import { emitToUsers } from '../live-events.ts'
import { touchState } from '../sync/state-versions.ts'
import { deleteLink } from './friend-queries.ts'
import { hasGroupInvite } from './group-queries.ts'
import { hasPartyInvite } from './party-queries.ts'
import { findNameOf, lockUsers } from './social-ports.ts'
import type { SocialPorts } from './social-ports.ts'

/** Users one may block. */
export const BLOCKS_MAX = 500

/** Who does something to whom. */
export interface Pair {
  readonly userId: string
  readonly otherId: string
}

/** Blocks a user; twice is once. */
export async function blockUser(trx: Trx, ports: SocialPorts, pair: Pair): Promise<void> {
  const { userId, otherId } = pair
  if (userId === otherId) throw new AppError('invalid_request', 'You cannot block yourself.')
  await findNameOf(trx, ports, otherId)
  await lockUsers(trx, [userId, otherId])
  if ((await listBlocked(trx, userId)).length >= BLOCKS_MAX) {
    throw new AppError('conflict', `You can block at most ${BLOCKS_MAX} players.`)
  }
  await trx
    .insertInto('social.blocks')
    .values({
      user_id: userId,
      blocked_id: otherId,
      created_at: new Date(ports.clock.wallMs()),
    })
    .onConflict((conflict) => conflict.columns(['user_id', 'blocked_id']).doNothing())
    .execute()
  const wasLinked = await deleteLink(trx, userId, otherId)
  await tellBlocks(trx, ports, { userId, otherId, isBlocked: true })
  if (wasLinked) await tellLinkGone(trx, ports, pair)
  const isSeen = wasLinked || (await isInvited(trx, pair))
  await touchState(trx, isSeen ? [userId, otherId] : [userId])
}

/** An invitation between two is hidden by a block of either, so the other's state moves too. */
async function isInvited(trx: Trx, { userId, otherId }: Pair): Promise<boolean> {
  if (await hasPartyInvite(trx, userId, otherId)) return true
  return await hasGroupInvite(trx, userId, otherId)
}

/** Takes a block away; nothing happens when there is none. */
export async function unblockUser(trx: Trx, ports: SocialPorts, pair: Pair): Promise<void> {
  const { numDeletedRows } = await trx
    .deleteFrom('social.blocks')
    .where('user_id', '=', pair.userId)
    .where('blocked_id', '=', pair.otherId)
    .executeTakeFirst()
  if (numDeletedRows === 0n) return
  await tellBlocks(trx, ports, { ...pair, isBlocked: false })
  const isSeen = await isInvited(trx, pair)
  await touchState(trx, isSeen ? [pair.userId, pair.otherId] : [pair.userId])
}

async function tellBlocks(
  trx: Trx,
  ports: SocialPorts,
  change: Pair & { readonly isBlocked: boolean },
): Promise<void> {
  const { userId, otherId, isBlocked } = change
  const body = { userId: otherId, isBlocked }
  await emitToUsers(trx, ports.outbox, { key: userId, userIds: [userId], type: 'block', body })
}

/** Both are told that they are no friends, and nothing is open between them. */
export async function tellLinkGone(trx: Trx, ports: SocialPorts, pair: Pair): Promise<void> {
  const { userId, otherId } = pair
  for (const [id, other] of [
    [userId, otherId],
    [otherId, userId],
  ] as const) {
    const body = { userId: other, state: 'none' }
    await emitToUsers(trx, ports.outbox, { key: id, userIds: [id], type: 'friend', body })
  }
}

/** Whom the user blocks. */
export async function listBlocked(db: Db, userId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('social.blocks')
    .select('blocked_id')
    .where('user_id', '=', userId)
    .orderBy('created_at')
    .orderBy('blocked_id')
    .execute()
  return rows.map((row) => row.blocked_id)
}

/** Which of the two blocks the other. */
export async function findBlock(db: Db, pair: Pair): Promise<'by_user' | 'by_other' | undefined> {
  const { userId, otherId } = pair
  const rows = await db
    .selectFrom('social.blocks')
    .select('user_id')
    .where('user_id', 'in', [userId, otherId])
    .where('blocked_id', 'in', [userId, otherId])
    .execute()
  if (rows.length === 0) return undefined
  return rows.some((row) => row.user_id === userId) ? 'by_user' : 'by_other'
}

/** Throws `forbidden` when one of the two blocks the other. */
export async function refuseBlocked(db: Db, pair: Pair): Promise<void> {
  const block = await findBlock(db, pair)
  if (block === 'by_user') throw new AppError('forbidden', 'You block this player.')
  if (block === 'by_other') throw new AppError('forbidden', 'This player cannot be asked.')
}
