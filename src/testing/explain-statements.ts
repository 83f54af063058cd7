/** How a database carries out what a function asks of it; for tests about indexes. */
import { CompiledQuery, createQueryId, PostgresQueryCompiler } from 'kysely'
import type { KyselyPlugin, RootOperationNode } from 'kysely'

import type { Db } from '../db/database.ts'

/** A statement and its plan. */
export interface ExplainedStatement {
  readonly sql: string
  readonly plan: string
}

/** Runs `work`, which adds the plugin to the database or transaction it uses; its statements. */
export async function explainStatements(
  db: Db,
  work: (plugin: KyselyPlugin) => Promise<unknown>,
): Promise<ExplainedStatement[]> {
  const nodes: RootOperationNode[] = []
  await work({
    transformQuery({ node }) {
      nodes.push(node)
      return node
    },
    transformResult: ({ result }) => Promise.resolve(result),
  })
  const compiler = new PostgresQueryCompiler()
  const explained: ExplainedStatement[] = []
  for (const node of nodes) {
    const { sql, parameters } = compiler.compileQuery(node, createQueryId())
    const asked = CompiledQuery.raw(`explain ${sql}`, [...parameters])
    const { rows } = await db.executeQuery<Record<string, string>>(asked)
    explained.push({ sql, plan: rows.map((row) => Object.values(row)[0]).join('\n') })
  }
  return explained
}
