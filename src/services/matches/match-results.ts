/**
 * Where finished battles go for now: one JSON line each in DATA_DIR/results, a file a day. `report`
 * returns at once and never throws; a bounded queue stands between rooms and the disk. When it is
 * full the newest result is dropped, counted and logged. `flush` is part of the drain.
 */
import { appendFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'

import { BoundedQueue } from '@battalion/base/bounded-queue.ts'

/** Results waiting for the disk; a process ends a battle every few minutes per room. */
export const RESULTS_QUEUE_MAX = 256
const RESULT_FILE_MODE = 0o600

/** What is kept; the room's result goes in whole. */
export interface FinishedMatch {
  readonly matchId: string
  readonly endedAtMs: number
}

/** Takes results; the disk comes later. */
export interface MatchResultSink {
  report(result: FinishedMatch): void
  /** Resolves when everything reported so far is on disk or given up. */
  flush(): Promise<void>
}

/** Called with what became of a result. */
export type ResultOutcome = (outcome: 'stored' | 'dropped' | 'failed', error?: unknown) => void

/** A sink that writes below `dataDir`. */
export function createMatchResults(dataDir: string, onOutcome: ResultOutcome): MatchResultSink {
  const queue = new BoundedQueue<FinishedMatch>(RESULTS_QUEUE_MAX)
  const folder = join(dataDir, 'results')
  let writing: Promise<void> | undefined
  const drain = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      await storeResult(folder, next).then(
        () => onOutcome('stored'),
        (error: unknown) => onOutcome('failed', error),
      )
    }
    writing = undefined
  }
  return {
    report(result) {
      if (!queue.push(result)) return onOutcome('dropped')
      writing ??= drain()
    },
    flush: async () => {
      await writing
    },
  }
}

async function storeResult(folder: string, result: FinishedMatch): Promise<void> {
  await mkdir(folder, { recursive: true })
  const day = new Date(result.endedAtMs).toISOString().slice(0, 10)
  const file = join(folder, `${day}.jsonl`)
  await appendFile(file, `${JSON.stringify(result)}\n`, { mode: RESULT_FILE_MODE })
}
