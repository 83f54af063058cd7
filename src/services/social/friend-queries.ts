/** SQL of friendships: one row for two users, the smaller id first, whoever asked. */
import type { Db, Trx } from '../../db/database.ts'

/** What is between two users. */
export interface FriendLink {
  readonly askedBy: string
  readonly state: 'asked' | 'friends'
}

/** A link seen by one of the two. */
export interface LinkOfUser extends FriendLink {
  readonly otherId: string
  readonly createdAt: Date
}

function pairOf(a: string, b: string): { lo: string; hi: string } {
  return a < b ? { lo: a, hi: b } : { lo: b, hi: a }
}

/** The link between two, undefined when there is none. */
export async function findLink(db: Db, a: string, b: string): Promise<FriendLink | undefined> {
  const { lo, hi } = pairOf(a, b)
  const row = await db
    .selectFrom('social.friend_links')
    .select(['asked_by', 'state'])
    .where('lo', '=', lo)
    .where('hi', '=', hi)
    .executeTakeFirst()
  return row && { askedBy: row.asked_by, state: row.state }
}

/** `askedBy` asks the other. */
export async function insertLink(
  trx: Trx,
  link: { readonly askedBy: string; readonly asked: string; readonly now: Date },
): Promise<void> {
  await trx
    .insertInto('social.friend_links')
    .values({
      ...pairOf(link.askedBy, link.asked),
      asked_by: link.askedBy,
      state: 'asked',
      created_at: link.now,
    })
    .execute()
}

/** Makes two who asked friends. */
export async function acceptLink(
  trx: Trx,
  link: { readonly a: string; readonly b: string; readonly now: Date },
): Promise<void> {
  const { lo, hi } = pairOf(link.a, link.b)
  await trx
    .updateTable('social.friend_links')
    .set({ state: 'friends', accepted_at: link.now })
    .where('lo', '=', lo)
    .where('hi', '=', hi)
    .execute()
}

/** False when there was none. */
export async function deleteLink(trx: Trx, a: string, b: string): Promise<boolean> {
  const { lo, hi } = pairOf(a, b)
  const { numDeletedRows } = await trx
    .deleteFrom('social.friend_links')
    .where('lo', '=', lo)
    .where('hi', '=', hi)
    .executeTakeFirst()
  return numDeletedRows === 1n
}

/** Everything between a user and others, oldest first. */
export async function selectLinks(db: Db, userId: string): Promise<LinkOfUser[]> {
  const rows = await db
    .selectFrom('social.friend_links')
    .selectAll()
    .where((eb) => eb.or([eb('lo', '=', userId), eb('hi', '=', userId)]))
    .orderBy('created_at')
    .orderBy('lo')
    .orderBy('hi')
    .execute()
  return rows.map((row) => ({
    otherId: row.lo === userId ? row.hi : row.lo,
    askedBy: row.asked_by,
    state: row.state,
    createdAt: row.created_at,
  }))
}
