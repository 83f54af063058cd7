/**
 * Puts a backup back, in one transaction: afterwards the database holds exactly what the file
 * says, or nothing has changed. Refuses a file that is not whole, one of other migrations, and a
 * database that holds rows unless it may be wiped. Triggers are off and foreign keys away while
 * rows come in; the keys are checked when they return, and every table's sum is compared at the
 * end.
 */
import { createReadStream } from 'node:fs'
import { createGunzip } from 'node:zlib'

import { sql } from 'kysely'

import { BACKUP_FORMAT } from './backup.ts'
import type { BackupLine, BackupProgress } from './backup.ts'
import { DatabaseSetupError } from './database-error.ts'
import type { Session, Trx } from './database.ts'
import { readBook } from './migrate.ts'
import { fixTextFormats, listTables, sumTable } from './table-checksums.ts'
import type { TableShape } from './table-checksums.ts'

/** How a backup is put back. */
export interface RestoreOptions {
  readonly path: string
  /** Empties tables that hold rows; without it such a database is refused. */
  readonly mayWipe: boolean
  readonly onProgress: BackupProgress
}

/** Restores into a migrated database; what came in. */
export async function restore(
  session: Session,
  options: RestoreOptions,
): Promise<{ readonly tables: number; readonly rows: number }> {
  return session.transact(async (trx) => {
    await fixTextFormats(trx)
    const shapes = await listTables(trx)
    await setTriggers(trx, shapes, 'disable')
    await emptyTables(trx, shapes, options.mayWipe)
    const keys = await dropForeignKeys(trx)
    const end = await readFile(trx, shapes, options)
    await setTriggers(trx, shapes, 'enable')
    for (const { table, name, definition } of keys) {
      await sql.raw(`alter table ${table} add constraint ${name} ${definition}`).execute(trx)
    }
    return end
  })
}

async function emptyTables(
  trx: Trx,
  shapes: readonly TableShape[],
  mayWipe: boolean,
): Promise<void> {
  const names = shapes.map(nameOf)
  if (!mayWipe) {
    for (const name of names) {
      const { rows } = await sql`select 1 from ${sql.table(name)} limit 1`.execute(trx)
      if (rows.length > 0) refuse(`the database is not empty (${name}); add --wipe to replace it`)
    }
    return
  }
  const list = sql.join(names.map((name) => sql.table(name)))
  await sql`truncate ${list} restart identity cascade`.execute(trx)
}

interface ForeignKey {
  readonly table: string
  readonly name: string
  readonly definition: string
}

async function dropForeignKeys(trx: Trx): Promise<readonly ForeignKey[]> {
  const { rows } = await sql<ForeignKey>`
    select conrelid::regclass::text as table, quote_ident(conname) as name,
      pg_get_constraintdef(oid) as definition
    from pg_constraint where contype = 'f' and conparentid = 0`.execute(trx)
  for (const { table, name } of rows) {
    await sql.raw(`alter table ${table} drop constraint ${name}`).execute(trx)
  }
  return rows
}

async function setTriggers(
  trx: Trx,
  shapes: readonly TableShape[],
  what: 'enable' | 'disable',
): Promise<void> {
  for (const shape of shapes) {
    await sql`alter table ${sql.table(nameOf(shape))} ${sql.raw(what)} trigger user`.execute(trx)
  }
}

/** Reads the file line by line; the end line is what makes it whole. */
async function readFile(trx: Trx, shapes: readonly TableShape[], options: RestoreOptions) {
  const known = new Map(shapes.map((shape) => [nameOf(shape), shape]))
  let current: TableShape | undefined
  let rows = 0
  for await (const line of readBackup(options.path)) {
    if (line.kind === 'head') await checkHead(trx, line)
    if (line.kind === 'table') current = checkShape(line.shape, known)
    if (line.kind === 'rows') {
      if (current === undefined) refuse('the file has rows before a table')
      await insertRows(trx, current, line.rows)
      rows += line.rows.length
      options.onProgress({ table: nameOf(current), rows })
    }
    if (line.kind === 'sum') await checkSum(trx, line, known)
    if (line.kind === 'sequence') {
      await sql`select setval(${line.name}::regclass, ${line.last}::int8)`.execute(trx)
    }
    if (line.kind !== 'end') continue
    if (line.rows !== rows) refuse(`the file promises ${line.rows} rows and has ${rows}`)
    return { tables: line.tables, rows }
  }
  return refuse('the file ends too early; it is not whole')
}

async function* readBackup(path: string): AsyncGenerator<BackupLine> {
  const source = createReadStream(path)
  const text = source.pipe(createGunzip()).setEncoding('utf8')
  source.on('error', (error) => text.destroy(error))
  try {
    let isFirst = true
    for await (const line of splitLines(text)) {
      const value = JSON.parse(line) as BackupLine
      if (isFirst && value.kind !== 'head') refuse('the file has no head')
      isFirst = false
      yield value
    }
  } catch (error) {
    if (error instanceof DatabaseSetupError) throw error
    refuse(`the file cannot be read: ${error instanceof Error ? error.message : String(error)}`)
  } finally {
    source.destroy()
  }
}

/** Parted at line feeds alone: readline also parts at U+2028 and U+2029, which JSON leaves bare. */
async function* splitLines(text: AsyncIterable<string>): AsyncGenerator<string> {
  let parts: string[] = []
  for await (const chunk of text) {
    let from = 0
    for (let at = chunk.indexOf('\n'); at !== -1; at = chunk.indexOf('\n', from)) {
      parts.push(chunk.slice(from, at))
      yield parts.join('')
      parts = []
      from = at + 1
    }
    parts.push(chunk.slice(from))
  }
  const rest = parts.join('')
  if (rest !== '') yield rest
}

async function checkHead(trx: Trx, head: BackupLine & { kind: 'head' }): Promise<void> {
  if (head.format !== BACKUP_FORMAT) refuse(`its format is ${String(head.format)}`)
  const own = (await readBook(trx)).join(' ')
  if (head.migrations.join(' ') !== own) {
    refuse('it was made by another version; restore it with that version, then start this one')
  }
}

function checkShape(shape: TableShape, known: ReadonlyMap<string, TableShape>): TableShape {
  const own = known.get(nameOf(shape))
  if (own === undefined) refuse(`it has a table ${nameOf(shape)} that the database has not`)
  if (own.columns.join(' ') !== shape.columns.join(' ')) {
    refuse(`the columns of ${nameOf(shape)} are not the same`)
  }
  return own
}

/** Rows travel as one array literal; PostgreSQL reads each as a row of its table. */
async function insertRows(trx: Trx, shape: TableShape, rows: readonly string[]): Promise<void> {
  const columns = sql.join(shape.columns.map((column) => sql.ref(column)))
  const target = sql.table(nameOf(shape))
  const literal = `{${rows.map((row) => `"${row.replace(/["\\]/g, '\\$&')}"`).join(',')}}`
  await sql`insert into ${target} (${columns}) overriding system value
    select ${columns} from unnest(${literal}::text::${sql.raw(arrayTypeOf(shape))})`.execute(trx)
}

function arrayTypeOf(shape: TableShape): string {
  return `"${shape.schema}"."${shape.table}"[]`
}

async function checkSum(
  trx: Trx,
  line: BackupLine & { kind: 'sum' },
  known: ReadonlyMap<string, TableShape>,
): Promise<void> {
  const shape = known.get(line.name)
  if (shape === undefined) refuse(`it has a sum for ${line.name}, which is not there`)
  const { rows, sum } = await sumTable(trx, shape)
  if (rows === line.sum.rows && sum === line.sum.sum) return
  refuse(`${line.name} is not what the backup says: ${rows} rows, sum ${sum}`)
}

function nameOf(shape: TableShape): string {
  return `${shape.schema}.${shape.table}`
}

function refuse(why: string): never {
  throw new DatabaseSetupError(`restore: ${why}; nothing was changed.`)
}
