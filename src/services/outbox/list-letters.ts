/** What operators see of events that a consumer could not handle, newest first. */
import type { Db } from '../../db/database.ts'

/** A dead letter as it is shown; what it carries is not. */
export interface ListedLetter {
  readonly id: bigint
  readonly consumer: string
  readonly eventId: string
  readonly topic: string
  readonly key: string
  readonly reason: string
  readonly deadAt: Date
}

/** Newest first; `beforeId` continues a list. */
export async function listLetters(
  db: Db,
  page: { readonly beforeId?: bigint | undefined; readonly limit: number },
): Promise<ListedLetter[]> {
  let query = db
    .selectFrom('stream.dead_letters')
    .select(['id', 'consumer', 'event_id as eventId', 'topic', 'key', 'reason'])
    .select('dead_at as deadAt')
    .orderBy('id', 'desc')
    .limit(page.limit)
  if (page.beforeId !== undefined) query = query.where('id', '<', page.beforeId)
  return query.execute()
}

/** Takes one away; what it was, undefined when it is not there. */
export async function deleteLetter(
  db: Db,
  id: bigint,
): Promise<Pick<ListedLetter, 'consumer' | 'topic' | 'eventId'> | undefined> {
  return db
    .deleteFrom('stream.dead_letters')
    .where('id', '=', id)
    .returning(['consumer', 'topic', 'event_id as eventId'])
    .executeTakeFirst()
}
