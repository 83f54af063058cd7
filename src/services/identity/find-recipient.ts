/** Whom a mail about something in the game may go to: an active account with a proven address. */
import type { Db } from '../../db/database.ts'

/** Undefined when there is no address to write to. */
export async function findRecipient(
  db: Db,
  userId: string,
): Promise<
  { readonly address: string; readonly name: string; readonly locale: string } | undefined
> {
  const row = await db
    .selectFrom('identity.users')
    .select(['email', 'name', 'locale'])
    .where('id', '=', userId)
    .where('status', '=', 'active')
    .where('email_verified_at', 'is not', null)
    .executeTakeFirst()
  if (row === undefined || row.email === null) return undefined
  return { address: row.email, name: row.name, locale: row.locale }
}
