/**
 * Players as others see them: id, name, kind. By ids (who wrote this line?) or by how a name begins
 * (whom do I ask?). Only accounts are found by name: a guest's name is nobody's own, and bots are
 * no company. Nothing else of a user leaves here.
 */
import { sql } from 'kysely'

import type { Db } from '../../db/database.ts'
import { toLoginKey } from './account-fields.ts'

/** Players of one answer of a search by name. */
export const PLAYERS_FOUND_MAX = 10
/** Ids of one question. */
export const PLAYER_IDS_MAX = 50
/** Shorter beginnings fit everybody (characters). */
export const PLAYER_NAME_CHARS_MIN = 2

/** What anybody signed in may know of a player. */
export interface PublicPlayer {
  readonly userId: string
  readonly name: string
  readonly kind: 'guest' | 'account' | 'bot'
}

/** Those of these ids who are there, in no order. */
export async function findPlayers(db: Db, userIds: readonly string[]): Promise<PublicPlayer[]> {
  if (userIds.length === 0) return []
  return await selectPlayers(db)
    .where('id', '=', sql<string>`any(${[...userIds]}::uuid[])`)
    .execute()
}

/** Accounts whose names begin so, however they are written, in the order of their names. */
export async function findPlayersByName(db: Db, beginning: string): Promise<PublicPlayer[]> {
  const key = toLoginKey(beginning)
  if (Array.from(key).length < PLAYER_NAME_CHARS_MIN) return []
  const pattern = `${key.replace(/[\\%_]/g, '\\$&')}%`
  return await selectPlayers(db)
    .where('kind', '=', 'account')
    .where(NAME_KEY, 'like', pattern)
    .orderBy(NAME_KEY)
    .limit(PLAYERS_FOUND_MAX)
    .execute()
}

/** As the index has it: its first ten entries from the beginning on are the answer. */
const NAME_KEY = sql<string>`name_key collate "C"`

function selectPlayers(db: Db) {
  return db
    .selectFrom('identity.users')
    .select(['id as userId', 'name', 'kind'])
    .where('status', '=', 'active')
}
