/**
 * A logical backup of either engine, readable by either: gzipped lines of JSON. A head, then each
 * table's rows as PostgreSQL writes a row as text, then its sum, then sequences and an end line, so
 * that half a file is known for one. All of it is one moment: one repeatable-read transaction. On
 * PGlite nobody else is served meanwhile.
 */
import { createWriteStream } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'

import { sql } from 'kysely'

import type { Session, Trx } from './database.ts'
import { readBook } from './migrate.ts'
import { fixTextFormats, listTables, sumTable } from './table-checksums.ts'
import type { TableShape, TableSum } from './table-checksums.ts'

/** A line of the file. */
export type BackupLine =
  | {
      readonly kind: 'head'
      readonly format: typeof BACKUP_FORMAT
      readonly madeAt: string
      readonly migrations: readonly string[]
    }
  | { readonly kind: 'table'; readonly shape: TableShape }
  | { readonly kind: 'rows'; readonly rows: readonly string[] }
  | { readonly kind: 'sum'; readonly name: string; readonly sum: TableSum }
  | { readonly kind: 'sequence'; readonly name: string; readonly last: string }
  | { readonly kind: 'end'; readonly tables: number; readonly rows: number }

export const BACKUP_FORMAT = 'battalion-backup-1'
/** Rows of a batch: the first one, to see how wide they are, and at most. */
const ROWS_MIN_COUNT = 8
const ROWS_MAX_COUNT = 500
/** Characters of a batch, about: 500 rows of battle logs would be 50 MB, and stop every tick. */
const BATCH_CHARS = 512 * 1024
const FILE_MODE = 0o600

/** Told while it goes on. */
export type BackupProgress = (state: { readonly table: string; readonly rows: number }) => void

/** Writes a backup to `path`, which appears only when it is whole; what it holds. */
export async function backUp(
  session: Session,
  options: { readonly path: string; readonly madeAt: Date; readonly onProgress: BackupProgress },
): Promise<{ readonly tables: number; readonly rows: number }> {
  const { path, madeAt, onProgress } = options
  const draft = `${path}.part`
  let end = { tables: 0, rows: 0 }
  try {
    await session.transact(async (trx) => {
      await sql`set transaction isolation level repeatable read, read only`.execute(trx)
      const lines = readLines(trx, madeAt, (line) => {
        if (line.kind === 'end') end = { tables: line.tables, rows: line.rows }
        else onProgress(line)
      })
      const source = Readable.from(lines)
      await pipeline(source, createGzip(), createWriteStream(draft, { mode: FILE_MODE }))
    })
    const file = await open(draft)
    await file.sync()
    await file.close()
    await rename(draft, path)
    return end
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  }
}

type Told =
  | { readonly kind: 'rows'; readonly table: string; readonly rows: number }
  | { readonly kind: 'end'; readonly tables: number; readonly rows: number }

async function* readLines(
  trx: Trx,
  madeAt: Date,
  tell: (line: Told) => void,
): AsyncGenerator<string> {
  await fixTextFormats(trx)
  const migrations = await readBook(trx)
  const head = { kind: 'head', format: BACKUP_FORMAT, madeAt: madeAt.toISOString() } as const
  yield toLine({ ...head, migrations })
  const shapes = await listTables(trx)
  let rowsTotal = 0
  for (const shape of shapes) {
    const name = `${shape.schema}.${shape.table}`
    yield toLine({ kind: 'table', shape })
    for await (const rows of readRows(trx, shape)) {
      rowsTotal += rows.length
      tell({ kind: 'rows', table: name, rows: rowsTotal })
      yield toLine({ kind: 'rows', rows })
    }
    yield toLine({ kind: 'sum', name, sum: await sumTable(trx, shape) })
  }
  for (const sequence of await readSequences(trx)) yield toLine({ kind: 'sequence', ...sequence })
  const end = { kind: 'end', tables: shapes.length, rows: rowsTotal } as const
  tell(end)
  yield toLine(end)
}

function toLine(line: BackupLine): string {
  return `${JSON.stringify(line)}\n`
}

/** Batches of rows as text through a cursor: memory stays the same for any table. */
async function* readRows(trx: Trx, { schema, table }: TableShape) {
  await sql`declare backup no scroll cursor for
    select t::text as row from ${sql.table(`${schema}.${table}`)} as t`.execute(trx)
  let count = ROWS_MIN_COUNT
  for (;;) {
    const fetch = sql<{ row: string }>`fetch ${sql.lit(count)} from backup`
    const { rows } = await fetch.execute(trx)
    if (rows.length === 0) break
    yield rows.map(({ row }) => row)
    const chars = rows.reduce((sum, { row }) => sum + row.length, 0)
    const fitting = Math.floor((BATCH_CHARS * rows.length) / Math.max(1, chars))
    count = Math.max(1, Math.min(ROWS_MAX_COUNT, fitting))
  }
  await sql`close backup`.execute(trx)
}

async function readSequences(trx: Trx): Promise<readonly { name: string; last: string }[]> {
  const { rows } = await sql<{ name: string; last: string }>`
    select format('%I.%I', schemaname, sequencename) as name, last_value::text as last
    from pg_sequences where last_value is not null order by 1`.execute(trx)
  return rows
}
