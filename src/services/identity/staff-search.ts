/**
 * People as staff find them [ADM-3]: by id, by the whole e-mail address, or by how a name begins.
 * Also guests by id; bots not, and not who is gone. An address is compared and shown only for who
 * may see it.
 */
import type { Db } from '../../db/database.ts'
import { toLoginKey } from './account-fields.ts'

/** People of one page. */
export const PEOPLE_PAGE_MAX = 50

/** Somebody in the list. */
export interface FoundPerson {
  readonly userId: string
  readonly name: string
  readonly kind: 'guest' | 'account' | 'bot'
  readonly createdAt: string
  readonly lastSeenAt: string
  /** A ban that lasts. */
  readonly isBanned: boolean
}

/** What is asked. */
export interface PeopleSearch {
  readonly query: string
  /** The name of the last one of the page before, as it is compared. */
  readonly after?: string | undefined
  readonly limit: number
  readonly seesEmail: boolean
  readonly nowMs: number
}

const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i

/** A page, and where the next one begins. */
export async function searchPeople(
  db: Db,
  search: PeopleSearch,
): Promise<{ readonly people: FoundPerson[]; readonly cursor: string | null }> {
  const text = search.query.trim()
  const key = toLoginKey(text)
  const { after, limit } = search
  if (UUID.test(text)) return exact(await select(db, search).where('id', '=', text).execute())
  if (text.includes('@')) {
    if (!search.seesEmail) return exact([])
    return exact(await select(db, search).where('email_key', '=', key).execute())
  }
  // By beginning; without one, everybody who has a name of his own.
  let query = select(db, search)
    .where('name_key', 'like', `${key.replace(/[\\%_]/g, '\\$&')}%`)
    .orderBy('name_key')
    .limit(limit + 1)
  if (after !== undefined) query = query.where('name_key', '>', after)
  const rows = await query.execute()
  const last = rows.length > limit ? rows[limit - 1] : undefined
  return { people: rows.slice(0, limit).map(toPerson), cursor: last?.name_key ?? null }
}

function exact(rows: readonly Row[]): { people: FoundPerson[]; cursor: null } {
  return { people: rows.map(toPerson), cursor: null }
}

type Row = Omit<FoundPerson, 'createdAt' | 'lastSeenAt' | 'isBanned'> & {
  readonly isBanned: boolean | number
  readonly created_at: Date
  readonly last_seen_at: Date
  readonly name_key: string | null
}

function select(db: Db, { nowMs }: Pick<PeopleSearch, 'nowMs'>) {
  const now = new Date(nowMs)
  return db
    .selectFrom('identity.users as user')
    .select(['user.id as userId', 'user.name', 'user.kind', 'name_key', 'last_seen_at'])
    .select('user.created_at')
    .select((eb) =>
      eb
        .exists(
          eb
            .selectFrom('identity.sanctions as ban')
            .select('ban.id')
            .whereRef('ban.user_id', '=', 'user.id')
            .where('ban.kind', '=', 'ban')
            .where('ban.lifted_at', 'is', null)
            .where((or) =>
              or.or([or('ban.expires_at', 'is', null), or('ban.expires_at', '>', now)]),
            ),
        )
        .as('isBanned'),
    )
    .where('user.status', '=', 'active')
    .where('user.kind', '<>', 'bot')
}

function toPerson(row: Row): FoundPerson {
  const { userId, name, kind, isBanned, created_at, last_seen_at } = row
  return {
    userId,
    name,
    kind,
    isBanned: Boolean(isBanned),
    createdAt: created_at.toISOString(),
    lastSeenAt: last_seen_at.toISOString(),
  }
}
