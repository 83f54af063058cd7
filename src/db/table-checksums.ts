/**
 * What is in the database, as a number per table: rows and the sum of their hashes, independent of
 * order and engine. Backup writes it down, restore compares; equal sums mean equal rows.
 */
import { sql } from 'kysely'

import type { Trx } from './database.ts'
import { META_SCHEMA } from './modules.ts'

/** One table with what a backup must know of it. */
export interface TableShape {
  readonly schema: string
  readonly table: string
  /** Columns that are written; generated ones make themselves. */
  readonly columns: readonly string[]
}

/** Rows and their sum. */
export interface TableSum {
  readonly rows: number
  /** Decimal; the sum of 64 bits of each row's MD5. */
  readonly sum: string
}

/** Text of rows that does not depend on who asks. */
export async function fixTextFormats(trx: Trx): Promise<void> {
  for (const setting of [
    `timezone = 'UTC'`,
    `datestyle = 'ISO'`,
    `intervalstyle = 'iso_8601'`,
    `bytea_output = 'hex'`,
    'extra_float_digits = 1',
  ]) {
    await sql.raw(`set local ${setting}`).execute(trx)
  }
}

/** Every table of ours, partitions through their parent, in order of name. */
export async function listTables(trx: Trx): Promise<readonly TableShape[]> {
  const { rows } = await sql<{ schema: string; table: string; columns: string[] }>`
    select nspname::text as schema, relname::text as table,
      array_agg(attname::text order by attnum) as columns
    from pg_class c
    join pg_namespace n on n.oid = relnamespace
    join pg_attribute a on a.attrelid = c.oid and attnum > 0 and not attisdropped
      and attgenerated = ''
    where relkind in ('r', 'p') and not relispartition
      and nspname not like 'pg\\_%' and nspname not in ('information_schema', ${META_SCHEMA})
    group by 1, 2 order by 1, 2`.execute(trx)
  return rows
}

/** The sum of one table. */
export async function sumTable(trx: Trx, { schema, table }: TableShape): Promise<TableSum> {
  const { rows } = await sql<{ rows: bigint; sum: string }>`
    select count(*)::int8 as rows, coalesce(sum(
      ('x' || substr(md5(t::text), 1, 16))::bit(64)::int8::numeric), 0)::text as sum
    from ${sql.table(`${schema}.${table}`)} as t`.execute(trx)
  return { rows: Number(rows[0]!.rows), sum: rows[0]!.sum }
}

/** All of them, by `schema.table`. */
export async function sumTables(trx: Trx): Promise<Readonly<Record<string, TableSum>>> {
  await fixTextFormats(trx)
  const sums: Record<string, TableSum> = {}
  for (const shape of await listTables(trx)) {
    sums[`${shape.schema}.${shape.table}`] = await sumTable(trx, shape)
  }
  return sums
}
