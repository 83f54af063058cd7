/**
 * Which tables the files of a service name in their SQL, against the schema their folder owns
 * (src/db/modules.ts). Reads sources: kysely's `'schema.table'` strings and `schema.table` in sql
 * texts. A query across modules is found wherever it is written [DAT-5].
 */
import { SCHEMA_OF_MODULE } from '../../../src/db/modules.ts'
import type { Finding } from './tidy-rules.ts'

/** A file and what is in it. */
export interface SourceText {
  readonly path: string
  readonly text: string
}

/** Every mention of a table whose schema the file's folder does not own. */
export function checkModuleWalls(
  sources: readonly SourceText[],
  tables: readonly string[],
): Finding[] {
  const shape = new RegExp(`(?<![\\w./])(${tables.map(escape).join('|')})(?![\\w/-])`, 'g')
  return sources.flatMap(({ path, text }) => {
    const own = findOwnSchema(path)
    return Array.from(withoutComments(text).matchAll(shape))
      .filter((match) => match[1]!.split('.')[0] !== own)
      .map((match) => ({
        path,
        line: text.slice(0, match.index).split('\n').length,
        message: `${match[1]} belongs to another module, call that module's function`,
      }))
  })
}

/** The schema of the folder of `src/services` that holds the file; undefined elsewhere. */
function findOwnSchema(path: string): string | undefined {
  const [, module] = /^src\/services\/([^/]+)\//.exec(path) ?? []
  return module === undefined ? undefined : SCHEMA_OF_MODULE[module]
}

function escape(name: string): string {
  return name.replace('.', '\\.')
}

/** Blanks comments out and keeps every place where it was. */
function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|(?<!:)\/\/.*/g, (comment) => comment.replace(/[^\n]/g, ' '))
}
