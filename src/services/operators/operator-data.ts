/** A user's sign-ins to the console, for the copy he may ask for and for his removal [LEG-1]. */
import type { Db, Trx } from '../../db/database.ts'

export const OPERATOR_DATA = { name: 'operators', read: readSignIns, erase: eraseSignIns } as const

async function readSignIns(db: Db, userId: string): Promise<unknown> {
  const consoleSessions = await db
    .selectFrom('operators.sessions')
    .select(['address', 'device', 'created_at', 'used_at', 'ends_at'])
    .where('user_id', '=', userId)
    .execute()
  return { consoleSessions }
}

async function eraseSignIns(trx: Trx, userId: string): Promise<void> {
  await trx.deleteFrom('operators.sessions').where('user_id', '=', userId).execute()
}
