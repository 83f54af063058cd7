/**
 * What the bench runner and a server under test say to each other over IPC, and the server's end
 * of it. All servers, ours and the peers', are asked the same questions and answer with the same
 * sample.
 */
import type { TickRecorder } from './tick-recorder.ts'

/**
 * Runner to server: `mark` starts a window, `take` ends it, `collect` asks for a full collection,
 * `release` for one that also gives spare pages of the heap back to the system, `finish` for the
 * result of a battle of 1,000 (ours only).
 */
export interface ServerQuestion {
  readonly type: 'mark' | 'take' | 'collect' | 'release' | 'finish'
}

/** What happened in a server since `mark`. */
export interface ServerSample {
  readonly elapsedMs: number
  /** CPU of the whole process, user and system, all threads (getrusage). */
  readonly cpuMs: number
  /** One value per tick: CPU (getrusage) and wall. */
  readonly tickCpuMs: readonly number[]
  readonly tickWallMs: readonly number[]
  /** When each began, from `mark` on. */
  readonly tickStartMs: readonly number[]
  /** CPU by phase, one value per tick; ours only. */
  readonly phaseCpuMs: Readonly<Record<string, readonly number[]>>
  /** Whatever else was counted. */
  readonly counts: Readonly<Record<string, number>>
  readonly rssBytes: number
  /** Objects of the JavaScript heap, garbage not yet collected included. */
  readonly heapBytes: number
}

/** The first argument of every server program, as JSON. */
export interface ServerOptions {
  /** Side of the square field (cells). */
  readonly cells: number
  readonly tickRateHz: number
  /** How many will come. */
  readonly players: number
}

/** Server to runner. */
export type ServerAnswer =
  | { readonly type: 'ready'; readonly url: string }
  | { readonly type: 'sample'; readonly sample: ServerSample }
  | { readonly type: 'done' }
  | { readonly type: 'finished'; readonly result: ResultTimes }

/** What one result took (ms). */
export interface ResultTimes {
  /** The room's call, on its thread. */
  readonly callMs: number
  /** Until it is in the database, ratings, boards and progress with it. */
  readonly storedMs: number
  /** Its transaction alone. */
  readonly writeMs: number
}

/** The option object the runner handed this program. */
export function readOptions(): ServerOptions {
  return JSON.parse(process.argv[2] ?? '{}') as ServerOptions
}

/**
 * Tells the runner where the server is, then answers its questions; ends when the runner is gone.
 */
export function serveBench(
  url: string,
  recorder: TickRecorder,
  finish?: () => Promise<ResultTimes>,
): void {
  process.on('message', (question: ServerQuestion) => {
    if (question.type === 'mark') recorder.mark()
    else if (question.type === 'take') tell({ type: 'sample', sample: recorder.take() })
    else if (question.type === 'finish') {
      finish?.().then((result) => tell({ type: 'finished', result }), endWith)
    } else {
      if (question.type === 'collect') globalThis.gc?.()
      else globalThis.gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' })
      tell({ type: 'done' })
    }
  })
  // An orderly exit, so that a profile asked for by flags of Node is written.
  process.on('SIGTERM', () => process.exit(0))
  process.on('disconnect', () => process.exit(0))
  tell({ type: 'ready', url })
}

/** The runner sees the end of the program and says so. */
function endWith(error: unknown): void {
  process.stderr.write(`${String(error)}\n`)
  process.exit(1)
}

function tell(answer: ServerAnswer): void {
  process.send?.(answer)
}
