/** SQL of parties: a user is in one at most, because he is the key of its members. */
import type { Db, Trx } from '../../db/database.ts'

/** Who belongs to a party. */
export interface PartyMember {
  readonly userId: string
  readonly isLeader: boolean
}

/** True when the party is there; it is held until the transaction ends. */
export async function lockParty(trx: Trx, partyId: string): Promise<boolean> {
  const row = await trx
    .selectFrom('social.parties')
    .select('id')
    .where('id', '=', partyId)
    .forUpdate()
    .executeTakeFirst()
  return row !== undefined
}

export async function insertParty(trx: Trx, id: string, now: Date): Promise<void> {
  await trx.insertInto('social.parties').values({ id, created_at: now }).execute()
}

export async function deleteParty(trx: Trx, id: string): Promise<void> {
  await trx.deleteFrom('social.parties').where('id', '=', id).execute()
}

/** False when the user is in a party already. */
export async function insertPartyMember(
  trx: Trx,
  member: PartyMember & { readonly partyId: string; readonly now: Date },
): Promise<boolean> {
  const { partyId, userId, isLeader, now } = member
  const inserted = await trx
    .insertInto('social.party_members')
    .values({ party_id: partyId, user_id: userId, is_leader: isLeader, joined_at: now })
    .onConflict((conflict) => conflict.column('user_id').doNothing())
    .returning('user_id')
    .executeTakeFirst()
  return inserted !== undefined
}

export async function deletePartyMember(trx: Trx, userId: string): Promise<void> {
  await trx.deleteFrom('social.party_members').where('user_id', '=', userId).execute()
}

/** The one leader before, and the one from now on. */
export async function moveLeader(
  trx: Trx,
  change: { readonly partyId: string; readonly userId: string },
): Promise<void> {
  const members = trx.updateTable('social.party_members').where('party_id', '=', change.partyId)
  await members.set({ is_leader: false }).where('is_leader', '=', true).execute()
  await members.set({ is_leader: true }).where('user_id', '=', change.userId).execute()
}

/** The party a user is in. */
export async function findPartyId(db: Db, userId: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('social.party_members')
    .select('party_id')
    .where('user_id', '=', userId)
    .executeTakeFirst()
  return row?.party_id
}

/** Members in order of joining. */
export async function selectPartyMembers(db: Db, partyId: string): Promise<PartyMember[]> {
  const rows = await db
    .selectFrom('social.party_members')
    .select(['user_id', 'is_leader'])
    .where('party_id', '=', partyId)
    .orderBy('joined_at')
    .orderBy('user_id')
    .execute()
  return rows.map((row) => ({ userId: row.user_id, isLeader: row.is_leader }))
}

/** An invitation; a second one lasts longer. */
export async function upsertPartyInvite(
  trx: Trx,
  invite: {
    readonly partyId: string
    readonly userId: string
    readonly invitedBy: string
    readonly expiresAt: Date
  },
): Promise<void> {
  const change = { invited_by: invite.invitedBy, expires_at: invite.expiresAt }
  await trx
    .insertInto('social.party_invites')
    .values({ party_id: invite.partyId, user_id: invite.userId, ...change })
    .onConflict((conflict) => conflict.columns(['party_id', 'user_id']).doUpdateSet(change))
    .execute()
}

/** Who invited; undefined when nobody did, or the invitation had run out. */
export async function takePartyInvite(
  trx: Trx,
  invite: { readonly partyId: string; readonly userId: string; readonly now: Date },
): Promise<string | undefined> {
  const taken = await deletePartyInvite(trx, invite)
  return taken !== undefined && taken.expiresAt > invite.now ? taken.invitedBy : undefined
}

/** What was taken away; undefined when there was none. */
export async function deletePartyInvite(
  trx: Trx,
  invite: { readonly partyId: string; readonly userId: string },
): Promise<{ readonly invitedBy: string; readonly expiresAt: Date } | undefined> {
  return await trx
    .deleteFrom('social.party_invites')
    .where('party_id', '=', invite.partyId)
    .where('user_id', '=', invite.userId)
    .returning(['invited_by as invitedBy', 'expires_at as expiresAt'])
    .executeTakeFirst()
}

/**
 * Invitations of a user, also one that has just run out: it is shown until the job that ends it has
 * run, so that what is shown changes with a version and never by the clock alone.
 */
export async function selectPartyInvites(
  db: Db,
  userId: string,
): Promise<{ partyId: string; invitedBy: string; expiresAt: Date }[]> {
  const rows = await db
    .selectFrom('social.party_invites')
    .selectAll()
    .where('user_id', '=', userId)
    .orderBy('expires_at')
    .orderBy('party_id')
    .execute()
  return rows.map((row) => ({
    partyId: row.party_id,
    invitedBy: row.invited_by,
    expiresAt: row.expires_at,
  }))
}

/** Invitations of a party that have not run out. */
export async function countPartyInvites(db: Db, partyId: string, now: Date): Promise<number> {
  const rows = await db
    .selectFrom('social.party_invites')
    .select('user_id')
    .where('party_id', '=', partyId)
    .where('expires_at', '>', now)
    .execute()
  return rows.length
}

/** Who is invited, also by an invitation that has run out. */
export async function selectPartyInvitees(db: Db, partyId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('social.party_invites')
    .select('user_id')
    .where('party_id', '=', partyId)
    .execute()
  return rows.map((row) => row.user_id)
}

/** Forgets invitations that ran out, of one user or of all; whose they were. */
export async function deleteOldInvites(
  db: Db,
  over: { readonly now: Date; readonly userId?: string },
): Promise<string[]> {
  let query = db.deleteFrom('social.party_invites').where('expires_at', '<=', over.now)
  if (over.userId !== undefined) query = query.where('user_id', '=', over.userId)
  return (await query.returning('user_id').execute()).map((row) => row.user_id)
}

/** True when one of the two is invited by the other. */
export async function hasPartyInvite(db: Db, a: string, b: string): Promise<boolean> {
  const row = await db
    .selectFrom('social.party_invites')
    .select('user_id')
    .where('user_id', 'in', [a, b])
    .where('invited_by', 'in', [a, b])
    .executeTakeFirst()
  return row !== undefined
}
