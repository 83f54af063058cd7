/** SQL of balance versions. */
import { sql } from 'kysely'

import type { Db, Trx } from '../../db/database.ts'
import type { BalanceVersionRow } from '../../db/balance-tables.ts'
import type { VersionName } from './balance-version.ts'

/** A version without its files. */
export type VersionHead = Omit<BalanceVersionRow, 'id' | 'files' | 'created_at'> & {
  readonly id: bigint
  readonly created_at: Date
  readonly bytes: number
}

/** Held while drafts are counted and numbers given. */
const LOCK_KEY = 'balance.versions'
const HEAD_COLUMNS = [
  'id',
  'number',
  'base',
  'note',
  'revision',
  'created_at',
  'updated_at',
  'published_at',
  'reason',
] as const
const BYTES = sql<number>`octet_length(files)`.as('bytes')

/** One change of versions at a time. */
export async function lockVersions(trx: Trx): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${LOCK_KEY}, 0))`.execute(trx)
}

/** Drafts first, the last touched before others; then published ones, the newest first. */
export async function listVersions(db: Db, limit: number): Promise<VersionHead[]> {
  return await db
    .selectFrom('balance.versions')
    .select([...HEAD_COLUMNS, BYTES])
    .orderBy(sql`number desc nulls first`)
    .orderBy('updated_at', 'desc')
    .limit(limit)
    .execute()
}

/** Numbers of published versions from `least` on, the newest first. */
export async function listNumbers(db: Db, least: number, limit: number): Promise<number[]> {
  const rows = await db
    .selectFrom('balance.versions')
    .select('number')
    .where('number', '>=', least)
    .orderBy('number', 'desc')
    .limit(limit)
    .execute()
  return rows.map(({ number }) => number!)
}

/** Drafts there are. */
export async function countDrafts(db: Db): Promise<number> {
  const row = await db
    .selectFrom('balance.versions')
    .select(sql<number>`count(*)::int4`.as('count'))
    .where('number', 'is', null)
    .executeTakeFirstOrThrow()
  return row.count
}

/** A version with its files as JSON text; undefined when there is none of that name. */
export async function findVersion(
  db: Db,
  name: VersionName,
): Promise<(VersionHead & { readonly files: string }) | undefined> {
  const query = db.selectFrom('balance.versions').select([...HEAD_COLUMNS, BYTES, 'files'])
  return await (
    name.kind === 'draft'
      ? query.where('id', '=', name.id).where('number', 'is', null)
      : query.where('number', '=', name.number)
  ).executeTakeFirst()
}

/** Puts a draft in; its id. */
export async function insertDraft(
  trx: Trx,
  draft: {
    readonly base: string
    readonly note: string
    readonly files: string
    readonly nowMs: number
  },
): Promise<bigint> {
  const now = new Date(draft.nowMs)
  const { base, note, files } = draft
  const row = await trx
    .insertInto('balance.versions')
    .values({
      number: null,
      base,
      note,
      revision: 1,
      files,
      created_at: now,
      updated_at: now,
      published_at: null,
      reason: null,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return row.id
}

/** Which draft, as whoever changes it saw it. */
export interface SeenDraft {
  readonly id: bigint
  readonly revision: number
}

/** Changes a draft; false when it is gone, published, or has another revision by now. */
export async function updateDraft(
  trx: Trx,
  seen: SeenDraft,
  change: {
    readonly files?: string
    readonly note?: string
    readonly published?: { readonly number: number; readonly reason: string }
    readonly nowMs: number
  },
): Promise<boolean> {
  const now = new Date(change.nowMs)
  const { files, note, published } = change
  const { numUpdatedRows } = await trx
    .updateTable('balance.versions')
    .set({ updated_at: now, revision: seen.revision + 1 })
    .$if(files !== undefined, (query) => query.set({ files: files! }))
    .$if(note !== undefined, (query) => query.set({ note: note! }))
    .$if(published !== undefined, (query) => query.set({ ...published!, published_at: now }))
    .where('id', '=', seen.id)
    .where('number', 'is', null)
    .where('revision', '=', seen.revision)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/** Throws a draft away; false when there is none. */
export async function deleteDraft(trx: Trx, id: bigint): Promise<boolean> {
  const { numDeletedRows } = await trx
    .deleteFrom('balance.versions')
    .where('id', '=', id)
    .where('number', 'is', null)
    .executeTakeFirst()
  return numDeletedRows === 1n
}
