/**
 * Friends with approval (SOC-7): one asks, the other accepts; two who ask each other are friends at
 * once. Who is blocked cannot ask. The asked is told once a day per asker, however often it is
 * withdrawn and asked again, in the game and by mail.
 */
import { AppError } from '@battalion/base/app-error.ts'

import type { Db, Trx } from '../../db/database.ts'
import { emitToUsers } from '../live-events.ts'
import { notify } from '../notifications/notifications.ts'
import { touchState } from '../sync/state-versions.ts'
import { refuseBlocked, tellLinkGone } from './blocks.ts'
import type { Pair } from './blocks.ts'
import { refuseAsking } from './contact-rules.ts'
import { acceptLink, deleteLink, findLink, insertLink, selectLinks } from './friend-queries.ts'
import type { LinkOfUser } from './friend-queries.ts'
import { dayOf, findNameOf, lockUsers } from './social-ports.ts'
import type { SocialPorts } from './social-ports.ts'

/** Friends one may have; beyond it neither side's request is accepted. */
export const FRIENDS_MAX = 200
/** Requests of one user that wait for an answer. */
export const REQUESTS_OUT_MAX = 50
/** Requests that wait at one user; beyond it nobody can ask him until he answers some. */
export const REQUESTS_IN_MAX = 100

/** How one user stands to another. */
export type FriendState = 'none' | 'asked' | 'asks' | 'friends'

/** Asks, or accepts when the other has asked already. Answers how they stand then. */
export async function askFriend(trx: Trx, ports: SocialPorts, pair: Pair): Promise<FriendState> {
  const { userId, otherId } = pair
  if (userId === otherId) throw new AppError('invalid_request', 'You are your own friend anyway.')
  await findNameOf(trx, ports, otherId)
  await lockUsers(trx, [userId, otherId])
  await refuseBlocked(trx, pair)
  const link = await findLink(trx, userId, otherId)
  if (link?.state === 'friends') return 'friends'
  if (link?.askedBy === userId) return 'asked'
  if (link !== undefined) {
    await becomeFriends(trx, ports, pair)
    return 'friends'
  }
  // Who has asked himself, above, may be answered whatever he wishes of others.
  await refuseAsking(trx, pair)
  await checkRoomToAsk(trx, pair)
  const nowMs = ports.clock.wallMs()
  await insertLink(trx, { askedBy: userId, asked: otherId, now: new Date(nowMs) })
  const name = await findNameOf(trx, ports, userId)
  await notify(trx, ports, {
    userId: otherId,
    cause: `friend_asked:${userId}:${dayOf(nowMs)}`,
    kind: 'friend_asked',
    values: { name, userId },
    withMail: true,
  })
  await tellStates(trx, ports, { ...pair, states: ['asked', 'asks'] })
  await touchState(trx, [userId, otherId])
  return 'asked'
}

/** Accepts what the other asked. */
export async function acceptFriend(trx: Trx, ports: SocialPorts, pair: Pair): Promise<void> {
  await lockUsers(trx, [pair.userId, pair.otherId])
  const link = await findLink(trx, pair.userId, pair.otherId)
  if (link?.state === 'friends') return
  if (link === undefined || link.askedBy === pair.userId) {
    throw new AppError('not_found', 'This player has not asked you.')
  }
  await becomeFriends(trx, ports, pair)
}

/** Ends a friendship, takes a request back, or declines one. */
export async function removeFriend(trx: Trx, ports: SocialPorts, pair: Pair): Promise<void> {
  await lockUsers(trx, [pair.userId, pair.otherId])
  if (!(await deleteLink(trx, pair.userId, pair.otherId))) {
    throw new AppError('not_found', 'There is nothing between you and this player.')
  }
  await tellLinkGone(trx, ports, pair)
  await touchState(trx, [pair.userId, pair.otherId])
}

async function becomeFriends(trx: Trx, ports: SocialPorts, pair: Pair): Promise<void> {
  const { userId, otherId } = pair
  for (const id of [userId, otherId]) {
    const friends = (await selectLinks(trx, id)).filter(({ state }) => state === 'friends')
    if (friends.length < FRIENDS_MAX) continue
    const who = id === userId ? 'You have' : 'This player has'
    throw new AppError('conflict', `${who} as many friends as one may have (${FRIENDS_MAX}).`)
  }
  const nowMs = ports.clock.wallMs()
  await acceptLink(trx, { a: userId, b: otherId, now: new Date(nowMs) })
  const name = await findNameOf(trx, ports, userId)
  await notify(trx, ports, {
    userId: otherId,
    cause: `friend_accepted:${userId}:${dayOf(nowMs)}`,
    kind: 'friend_accepted',
    values: { name, userId },
  })
  await tellStates(trx, ports, { ...pair, states: ['friends', 'friends'] })
  await touchState(trx, [userId, otherId])
}

async function checkRoomToAsk(trx: Trx, { userId, otherId }: Pair): Promise<void> {
  const own = (await selectLinks(trx, userId)).filter(
    ({ state, askedBy }) => state === 'asked' && askedBy === userId,
  )
  if (own.length >= REQUESTS_OUT_MAX) {
    throw new AppError('conflict', `${REQUESTS_OUT_MAX} of your requests wait for an answer.`)
  }
  const theirs = (await selectLinks(trx, otherId)).filter(
    ({ state, askedBy }) => state === 'asked' && askedBy !== otherId,
  )
  if (theirs.length < REQUESTS_IN_MAX) return
  throw new AppError('conflict', 'This player has too many requests to answer.')
}

async function tellStates(
  trx: Trx,
  ports: SocialPorts,
  change: Pair & { readonly states: readonly [user: FriendState, other: FriendState] },
): Promise<void> {
  const { userId, otherId, states } = change
  const names = await ports.findNames(trx, [userId, otherId])
  const tell = (id: string, other: string, state: FriendState) =>
    emitToUsers(trx, ports.outbox, {
      key: id,
      userIds: [id],
      type: 'friend',
      body: { userId: other, name: names.get(other) ?? '', state },
    })
  await tell(userId, otherId, states[0])
  await tell(otherId, userId, states[1])
}

/** A friend, or a request, as its user sees it. */
export interface FriendView {
  readonly userId: string
  readonly name: string
  readonly state: Exclude<FriendState, 'none'>
  readonly since: string
}

/** Friends and requests of both directions, oldest first. */
export async function listFriends(
  db: Db,
  ports: Pick<SocialPorts, 'findNames'>,
  userId: string,
): Promise<FriendView[]> {
  const links = await selectLinks(db, userId)
  const names = await ports.findNames(
    db,
    links.map(({ otherId }) => otherId),
  )
  return links
    .filter(({ otherId }) => names.has(otherId))
    .map((link) => ({
      userId: link.otherId,
      name: names.get(link.otherId)!,
      state: stateOf(link, userId),
      since: link.createdAt.toISOString(),
    }))
}

function stateOf(link: LinkOfUser, userId: string): FriendView['state'] {
  if (link.state === 'friends') return 'friends'
  return link.askedBy === userId ? 'asked' : 'asks'
}
