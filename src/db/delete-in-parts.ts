/**
 * Deleting what is over, a part at a time. All of an hour's events in one statement may outlast the
 * time a statement has; it would then be undone, and be longer at the next try, for ever.
 */
import type { RawBuilder } from 'kysely'

import type { Db } from './database.ts'

/** Rows of one statement: some 100 ms on PGlite. */
export const PART_COUNT = 5000

/** Runs `deleteSome` until it finds fewer rows than it may delete; how many went. */
export async function deleteInParts(
  deleteSome: (count: number) => Promise<number>,
  partCount = PART_COUNT,
): Promise<number> {
  let total = 0
  for (;;) {
    const count = await deleteSome(partCount)
    total += count
    if (count < partCount) return total
  }
}

/** The same for a statement that deletes at most so many rows. */
export async function deleteRowsInParts(
  db: Db,
  statement: (count: number) => RawBuilder<unknown>,
  partCount = PART_COUNT,
): Promise<number> {
  return await deleteInParts(async (count) => {
    const { numAffectedRows = 0n } = await statement(count).execute(db)
    return Number(numAffectedRows)
  }, partCount)
}
