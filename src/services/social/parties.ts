/**
 * Parties: a few players who stay together from battle to battle. One leads and invites; when he
 * leaves, who has been there longest leads; when the last leaves, the party is over. Every change
 * holds the party's row, so it never has two leaders or a member too many. `findPartyOf` is what
 * the matchmaker queues: its members play together or not at all.
 */
import { randomUUID } from 'node:crypto'

import { AppError } from '@battalion/base/app-error.ts'

import type { Db, Trx } from '../../db/database.ts'
import { closeChannel, joinChannel, leaveChannel } from '../chat/channels.ts'
import { emitToUsers } from '../live-events.ts'
import { notify } from '../notifications/notifications.ts'
import { touchState } from '../sync/state-versions.ts'
import { findBlock, refuseBlocked } from './blocks.ts'
import { countPartyInvites, deleteOldInvites, deleteParty } from './party-queries.ts'
import { deletePartyInvite, deletePartyMember, findPartyId } from './party-queries.ts'
import { insertParty, insertPartyMember, lockParty, moveLeader } from './party-queries.ts'
import { selectPartyInvitees, selectPartyInvites, selectPartyMembers } from './party-queries.ts'
import { takePartyInvite } from './party-queries.ts'
import { upsertPartyInvite } from './party-queries.ts'
import type { PartyMember } from './party-queries.ts'
import { findNameOf, lockUsers } from './social-ports.ts'
import type { SocialPorts } from './social-ports.ts'

/** Members of a party; a squad of most modes. */
export const PARTY_MEMBERS_MAX = 5
/** Invitations of one party that wait. */
export const PARTY_INVITES_MAX = 20
/** An invitation that nobody answers is gone after this (ms). */
export const PARTY_INVITE_MS_MAX = 5 * 60_000
/** Job that ends invitations of a user; its payload is {@link InviteOver}. */
export const INVITE_OVER_JOB = 'social.invite_over'
const CHANNEL_KIND = 'party'
/** Times within which an invitation to the same party is told once (ms). */
const TOLD_MS = 60_000

/** Payload of the job at the end of an invitation. */
export interface InviteOver {
  readonly userId: string
}

/** A party, members in order of joining. */
export interface Party {
  readonly id: string
  readonly leaderId: string
  readonly memberIds: readonly string[]
}

/** Starts a party of one. */
export async function createParty(trx: Trx, ports: SocialPorts, userId: string): Promise<Party> {
  await lockUsers(trx, [userId])
  const id = randomUUID()
  const now = new Date(ports.clock.wallMs())
  await insertParty(trx, id, now)
  if (!(await insertPartyMember(trx, { partyId: id, userId, isLeader: true, now }))) {
    throw inParty()
  }
  await joinChannel(trx, ports, { kind: CHANNEL_KIND, subject: id, userIds: [userId] })
  const members = [{ userId, isLeader: true }]
  await tellParty(trx, ports, { partyId: id, members, leftId: undefined })
  return toParty(id, members)
}

/** Asks a user in; the leader may, and a leader without party starts one with it. */
export async function inviteToParty(
  trx: Trx,
  ports: SocialPorts,
  invite: { readonly userId: string; readonly otherId: string },
): Promise<Party> {
  const { userId, otherId } = invite
  if (userId === otherId) throw new AppError('invalid_request', 'You are with yourself anyway.')
  const name = await findNameOf(trx, ports, userId)
  await findNameOf(trx, ports, otherId)
  await lockUsers(trx, [userId, otherId])
  await refuseBlocked(trx, invite)
  const found = await findPartyId(trx, userId)
  const partyId = found ?? (await createParty(trx, ports, userId)).id
  const members = await openParty(trx, partyId)
  if (!isLeader(members, userId)) throw new AppError('forbidden', 'Only the leader invites.')
  if (members.some((member) => member.userId === otherId)) return toParty(partyId, members)
  const nowMs = ports.clock.wallMs()
  if ((await countPartyInvites(trx, partyId, new Date(nowMs))) >= PARTY_INVITES_MAX) {
    throw new AppError('conflict', 'Too many invitations of the party wait for an answer.')
  }
  const expiresAt = new Date(nowMs + PARTY_INVITE_MS_MAX)
  await upsertPartyInvite(trx, { partyId, userId: otherId, invitedBy: userId, expiresAt })
  const over: InviteOver = { userId: otherId }
  const runAtMs = expiresAt.getTime()
  await ports.jobs.enqueue(trx, { kind: INVITE_OVER_JOB, payload: over, runAtMs })
  await notify(trx, ports, {
    userId: otherId,
    cause: `party_invited:${partyId}:${Math.floor(nowMs / TOLD_MS)}`,
    kind: 'party_invited',
    values: { name, userId, partyId },
  })
  await touchState(trx, [otherId])
  return toParty(partyId, members)
}

/** Accepts an invitation. Who is in another party leaves that first. */
export async function joinParty(
  trx: Trx,
  ports: SocialPorts,
  who: { readonly userId: string; readonly partyId: string },
): Promise<Party> {
  const { userId, partyId } = who
  await lockUsers(trx, [userId])
  const members = await openParty(trx, partyId)
  const now = new Date(ports.clock.wallMs())
  if (members.some((member) => member.userId === userId)) return toParty(partyId, members)
  const invitedBy = await takePartyInvite(trx, { partyId, userId, now })
  if (invitedBy === undefined) throw noParty()
  // A block of either hides an invitation (listPartyInvites): it lets nobody in, either.
  if ((await findBlock(trx, { userId, otherId: invitedBy })) !== undefined) throw noParty()
  const membersMax = ports.sizes?.partyMembersMax ?? PARTY_MEMBERS_MAX
  if (members.length >= membersMax) throw new AppError('conflict', 'The party is full.')
  if (!(await insertPartyMember(trx, { partyId, userId, isLeader: false, now }))) throw inParty()
  await joinChannel(trx, ports, { kind: CHANNEL_KIND, subject: partyId, userIds: [userId] })
  const after = [...members, { userId, isLeader: false }]
  await tellParty(trx, ports, { partyId, members: after, leftId: undefined })
  return toParty(partyId, after)
}

/** Declines an invitation, also one that has run out. */
export async function declineParty(
  trx: Trx,
  who: { readonly userId: string; readonly partyId: string },
): Promise<void> {
  if ((await deletePartyInvite(trx, who)) !== undefined) await touchState(trx, [who.userId])
}

/** Ends what has run out, of one user or of all: their state changes, with its version. */
export async function endOldInvites(
  trx: Trx,
  over: { readonly nowMs: number; readonly userId?: string },
): Promise<void> {
  const { nowMs, ...whose } = over
  await touchState(trx, await deleteOldInvites(trx, { ...whose, now: new Date(nowMs) }))
}

/** Leaves the party the user is in; nothing happens when he is in none. */
export async function leaveParty(trx: Trx, ports: SocialPorts, userId: string): Promise<void> {
  const partyId = await findPartyId(trx, userId)
  if (partyId === undefined) return
  await removeFromParty(trx, ports, { partyId, userId, members: await openParty(trx, partyId) })
}

/** Removes a member; the leader may. */
export async function kickFromParty(
  trx: Trx,
  ports: SocialPorts,
  kick: { readonly userId: string; readonly otherId: string },
): Promise<void> {
  const { partyId, members } = await openOwn(trx, kick.userId)
  if (!isLeader(members, kick.userId)) throw new AppError('forbidden', 'Only the leader does this.')
  if (kick.userId === kick.otherId) throw new AppError('conflict', 'Leave the party instead.')
  await removeFromParty(trx, ports, { partyId, userId: kick.otherId, members })
}

/** Gives the lead to another member. */
export async function promoteInParty(
  trx: Trx,
  ports: SocialPorts,
  change: { readonly userId: string; readonly otherId: string },
): Promise<void> {
  const { partyId, members } = await openOwn(trx, change.userId)
  if (!isLeader(members, change.userId)) {
    throw new AppError('forbidden', 'Only the leader does this.')
  }
  if (!members.some(({ userId }) => userId === change.otherId)) throw notInParty()
  await moveLeader(trx, { partyId, userId: change.otherId })
  const after = members.map(({ userId }) => ({ userId, isLeader: userId === change.otherId }))
  await tellParty(trx, ports, { partyId, members: after, leftId: undefined })
}

/** The party a user plays with; undefined when he plays alone. */
export async function findPartyOf(db: Db, userId: string): Promise<Party | undefined> {
  const partyId = await findPartyId(db, userId)
  if (partyId === undefined) return undefined
  const members = await selectPartyMembers(db, partyId)
  return members.length === 0 ? undefined : toParty(partyId, members)
}

/** Invitations of the user, but for those of whom he blocks or who blocks him. */
export async function listPartyInvites(
  db: Db,
  userId: string,
): Promise<{ partyId: string; invitedBy: string; expiresAt: string }[]> {
  const invites = []
  for (const invite of await selectPartyInvites(db, userId)) {
    const block = await findBlock(db, { userId, otherId: invite.invitedBy })
    if (block !== undefined) continue
    invites.push({ ...invite, expiresAt: invite.expiresAt.toISOString() })
  }
  return invites
}

async function removeFromParty(
  trx: Trx,
  ports: SocialPorts,
  who: {
    readonly partyId: string
    readonly userId: string
    readonly members: readonly PartyMember[]
  },
): Promise<void> {
  const { partyId, userId, members } = who
  if (!members.some((member) => member.userId === userId)) throw notInParty()
  const channel = { kind: CHANNEL_KIND, subject: partyId } as const
  const rest = members.filter((member) => member.userId !== userId)
  await deletePartyMember(trx, userId)
  await leaveChannel(trx, ports, { ...channel, userIds: [userId] })
  const [heir] = rest
  if (heir === undefined) {
    await closeChannel(trx, ports, channel)
    const inviteeIds = await selectPartyInvitees(trx, partyId)
    await deleteParty(trx, partyId)
    return await tellParty(trx, ports, { partyId, members: [], leftId: userId, inviteeIds })
  }
  const isLed = rest.some((member) => member.isLeader)
  if (!isLed) await moveLeader(trx, { partyId, userId: heir.userId })
  const after = isLed ? rest : rest.map((one) => ({ ...one, isLeader: one === heir }))
  await tellParty(trx, ports, { partyId, members: after, leftId: userId })
}

async function openOwn(
  trx: Trx,
  userId: string,
): Promise<{ readonly partyId: string; readonly members: PartyMember[] }> {
  const partyId = await findPartyId(trx, userId)
  if (partyId === undefined) throw noParty()
  return { partyId, members: await openParty(trx, partyId) }
}

async function openParty(trx: Trx, partyId: string): Promise<PartyMember[]> {
  if (!(await lockParty(trx, partyId))) throw noParty()
  return await selectPartyMembers(trx, partyId)
}

function isLeader(members: readonly PartyMember[], userId: string): boolean {
  return members.some((member) => member.userId === userId && member.isLeader)
}

/** Who is in it, and who has just left, hear how it is now. */
async function tellParty(
  trx: Trx,
  ports: SocialPorts,
  change: {
    readonly partyId: string
    readonly members: readonly PartyMember[]
    readonly leftId: string | undefined
    /** Whose invitations end with the party: nobody tells them, their state has it. */
    readonly inviteeIds?: readonly string[]
  },
): Promise<void> {
  const { partyId, members, leftId, inviteeIds = [] } = change
  const userIds = members.map((member) => member.userId)
  const body = { partyId, ...(members.length === 0 ? NOBODY : toParty(partyId, members)) }
  await emitToUsers(trx, ports.outbox, { key: partyId, userIds, type: 'party', body })
  if (leftId !== undefined) {
    const gone = { partyId, ...NOBODY }
    await emitToUsers(trx, ports.outbox, {
      key: partyId,
      userIds: [leftId],
      type: 'party',
      body: gone,
    })
  }
  const goneIds = leftId === undefined ? inviteeIds : [leftId, ...inviteeIds]
  await touchState(trx, [...userIds, ...goneIds])
}

/** What a user hears of a party that is not his any more. */
const NOBODY = { leaderId: null, memberIds: [] } as const

function toParty(id: string, members: readonly PartyMember[]): Party {
  const leader = members.find((member) => member.isLeader) ?? members[0]!
  return { id, leaderId: leader.userId, memberIds: members.map((member) => member.userId) }
}

function noParty(): AppError {
  return new AppError('not_found', 'There is no such party, or the invitation is over.')
}

function notInParty(): AppError {
  return new AppError('not_found', 'This player is not in the party.')
}

function inParty(): AppError {
  return new AppError('conflict', 'You are in a party already; leave it first.')
}
