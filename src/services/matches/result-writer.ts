/**
 * Who takes a kept battle from its file to the database: this process, where the database is in it
 * (PGlite), or a process of its own (result-process.ts).
 */
import { AppError } from '@battalion/base/app-error.ts'

import type { Database } from '../../db/database.ts'
import { isReadOnly, isSetupFault } from '../../db/database-error.ts'
import type { PackedMatch } from './pack-match.ts'
import type { ResultAnswer } from './result-messages.ts'
import { writeMatch } from './write-match.ts'
import type { WriteOutcome, WritePorts } from './write-match.ts'

/** Of an error, enough for the log line. */
const WHY_CHARS_MAX = 4000

/** What became of a file. Plain data: it crosses processes. */
export type FileOutcome =
  | {
      readonly kind: WriteOutcome
      readonly matchId: string
      readonly durationMs: number
    }
  /** It is not as it was written. */
  | { readonly kind: 'corrupt'; readonly why: string }
  /** The disk would not give it now. */
  | { readonly kind: 'unread' }
  /** The database is there and would not have it, or whoever wrote it ended over it. */
  | { readonly kind: 'refused'; readonly why: string }

/** Writes battles, one at a time. */
export interface ResultWriter {
  /** Gets ready: there will be something to write. */
  begin(): void
  /** Throws AppError while the database is away; then nothing is written. */
  write(name: string): Promise<FileOutcome>
  /** Nothing is under way any more. */
  stop(): Promise<void>
}

/** Asks for a file. */
export type LoadResult = (name: string) => Promise<ResultAnswer>

/** Writes in this process what `load` reads elsewhere. */
export function writeHere(database: Database, ports: WritePorts) {
  return (load: LoadResult): ResultWriter => ({
    async write(name) {
      const loaded = await load(name)
      if (loaded.kind === 'corrupt') return loaded
      if (loaded.kind !== 'loaded') return { kind: 'unread' }
      return writeResult(database, ports, loaded.packed)
    },
    begin: () => undefined,
    stop: () => Promise.resolve(),
  })
}

/** One battle; throws AppError when the database is away. */
export async function writeResult(
  database: Pick<Database, 'patient'>,
  ports: WritePorts,
  packed: PackedMatch,
): Promise<FileOutcome> {
  const { matchId } = packed.match
  const startMs = ports.clock.monotonicMs()
  try {
    const kind = await writeMatch(database, ports, packed)
    return { kind, matchId, durationMs: ports.clock.monotonicMs() - startMs }
  } catch (error) {
    if (error instanceof AppError && error.code === 'database_unavailable') throw error
    // The operator's to change, not the battle's fault.
    if (isSetupFault(error) || isReadOnly(error)) throw away(describeError(error), error)
    return { kind: 'refused', why: describeError(error) }
  }
}

/** Why nothing can be written now; the battle waits. */
export function away(internal: string, cause?: unknown): AppError {
  const message = 'The database takes no results.'
  return new AppError('database_unavailable', message, { internal, cause })
}

function describeError(error: unknown): string {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  const internal = error instanceof AppError ? ` (${error.internal ?? error.code})` : ''
  return `${text}${internal}`.slice(0, WHY_CHARS_MAX)
}
