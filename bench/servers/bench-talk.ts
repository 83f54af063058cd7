/**
 * What the bench runner and a server under test say to each other over IPC, and the server's end
 * of it. All servers, ours and the peers', are asked the same questions and answer with the same
 * sample.
 */
import type { TickRecorder } from './tick-recorder.ts'

/**
 * Runner to server: `mark` starts a window, `take` ends it, `collect` asks for a full collection.
 */
export interface ServerQuestion {
  readonly type: 'mark' | 'take' | 'collect'
}

/** What happened in a server since `mark`. */
export interface ServerSample {
  readonly elapsedMs: number
  /** CPU of the whole process, user and system, all threads (getrusage). */
  readonly cpuMs: number
  /** One value per tick: CPU (getrusage) and wall. */
  readonly tickCpuMs: readonly number[]
  readonly tickWallMs: readonly number[]
  /** CPU by phase, one value per tick; ours only. */
  readonly phaseCpuMs: Readonly<Record<string, readonly number[]>>
  /** Whatever else was counted. */
  readonly counts: Readonly<Record<string, number>>
  readonly rssBytes: number
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

/** The option object the runner handed this program. */
export function readOptions(): ServerOptions {
  return JSON.parse(process.argv[2] ?? '{}') as ServerOptions
}

/**
 * Tells the runner where the server is, then answers its questions; ends when the runner is gone.
 */
export function serveBench(url: string, recorder: TickRecorder): void {
  process.on('message', (question: ServerQuestion) => {
    if (question.type === 'mark') recorder.mark()
    else if (question.type === 'take') tell({ type: 'sample', sample: recorder.take() })
    else {
      globalThis.gc?.()
      tell({ type: 'done' })
    }
  })
  // An orderly exit, so that a profile asked for by flags of Node is written.
  process.on('SIGTERM', () => process.exit(0))
  process.on('disconnect', () => process.exit(0))
  tell({ type: 'ready', url })
}

function tell(answer: ServerAnswer): void {
  process.send?.(answer)
}
