/**
 * The live schema as a page: one mermaid diagram a schema, and one of the foreign keys that leave
 * theirs. The same text on both engines, so that one page holds for both [DAT-1].
 */
import { sql } from 'kysely'

import type { Session, Trx } from './database.ts'

interface ColumnInfo {
  readonly schema: string
  readonly table: string
  readonly column: string
  readonly type: string
  readonly nullable: boolean
  /** `PK`, `UK`, `FK`, as mermaid writes them. */
  readonly keys: string[]
}

interface KeyInfo {
  readonly source: string
  readonly target: string
  readonly column: string
  readonly optional: boolean
}

const HEAD = `# Tables

Made from the live schema by \`npm run erd\`; a test fails when it is not what the migrations make.
A schema belongs to one folder of \`src/services\` (\`src/db/modules.ts\`), and only that folder
queries it.
`

/** The page. */
export async function describeSchema(session: Session): Promise<string> {
  return session.transact(async (trx) => {
    const columns = await readColumns(trx)
    const keys = await readKeys(trx)
    const schemas = [...new Set(columns.map(({ schema }) => schema))]
    const parts = schemas.map((schema) => drawSchema(schema, columns, keys))
    return [HEAD, ...parts].join('')
  })
}

function drawSchema(
  schema: string,
  columns: readonly ColumnInfo[],
  keys: readonly KeyInfo[],
): string {
  const own = columns.filter((each) => each.schema === schema)
  const tables = [...new Set(own.map(({ table }) => table))]
  const boxes = tables.map((table) => {
    const lines = own.filter((each) => each.table === table).map(drawColumn)
    return `  ${table} {\n${lines.join('\n')}\n  }`
  })
  const lines = keys
    .filter(({ source }) => source.startsWith(`${schema}.`))
    .map(({ source, target, column, optional }) => {
      const [targetSchema, targetTable] = target.split('.')
      const name = targetSchema === schema ? targetTable : `"${target}"`
      return `  ${name} ${optional ? '|o' : '||'}--o{ ${source.split('.')[1]} : ${column}`
    })
  const text = [...boxes, ...lines].join('\n')
  return `\n## ${schema}\n\n\`\`\`mermaid\nerDiagram\n${text}\n\`\`\`\n`
}

function drawColumn({ column, type, nullable, keys }: ColumnInfo): string {
  const marks = keys.length === 0 ? '' : ` ${keys.join(', ')}`
  return `    ${type.replaceAll(' ', '_')} ${column}${marks}${nullable ? ' "null"' : ''}`
}

async function readColumns(trx: Trx): Promise<readonly ColumnInfo[]> {
  const { rows } = await sql<ColumnInfo>`
    select nspname::text as schema, relname::text as table, attname::text as column,
      format_type(atttypid, null) as type, not attnotnull as nullable,
      array(select distinct case contype when 'p' then 'PK' when 'f' then 'FK' else 'UK' end
        from pg_constraint where conrelid = c.oid and contype in ('p', 'u', 'f')
          and attnum = any(conkey) order by 1) as keys
    from pg_class c
    join pg_namespace n on n.oid = relnamespace
    join pg_attribute a on a.attrelid = c.oid and attnum > 0 and not attisdropped
    where relkind in ('r', 'p') and not relispartition
      and nspname not like 'pg\\_%' and nspname <> 'information_schema'
    order by 1, 2, attnum`.execute(trx)
  return rows
}

async function readKeys(trx: Trx): Promise<readonly KeyInfo[]> {
  const { rows } = await sql<KeyInfo>`
    select sn.nspname || '.' || s.relname as source, tn.nspname || '.' || t.relname as target,
      attname::text as column, not attnotnull as optional
    from pg_constraint k
    join pg_class s on s.oid = conrelid join pg_namespace sn on sn.oid = s.relnamespace
    join pg_class t on t.oid = confrelid join pg_namespace tn on tn.oid = t.relnamespace
    join pg_attribute a on a.attrelid = s.oid and attnum = conkey[1]
    where contype = 'f' and conparentid = 0 order by 1, 3`.execute(trx)
  return rows
}
