/**
 * A part of a transaction that may fail alone: what it did is undone, the transaction goes on.
 * Without it the first failed statement, a taken name for example, ends the whole transaction.
 */
import { sql } from 'kysely'

import type { Trx } from './database.ts'

/** Runs `work`; when it throws, only its changes are undone and the error is thrown on. */
export async function inSavepoint<T>(trx: Trx, work: () => Promise<T>): Promise<T> {
  await sql`savepoint part`.execute(trx)
  try {
    const result = await work()
    await sql`release savepoint part`.execute(trx)
    return result
  } catch (error) {
    await sql`rollback to savepoint part`.execute(trx)
    throw error
  }
}
