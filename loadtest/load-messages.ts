/** What the load program and its bot processes say to each other over IPC. */
import type { Scenario } from './scenario.ts'

/** First message to a bot process: which part of the crowd it is. */
export interface LoadTask {
  readonly type: 'task'
  readonly baseUrl: string
  readonly scenario: Scenario
  readonly fullBots: number
  readonly leanBots: number
  readonly joinsPerSec: number
  readonly churnPerSec: number
  /** Number of its first bot: names and dice differ between processes. */
  readonly firstNumber: number
  readonly seed: number
}

/** To a bot process, once a second: answer with a sample. */
export interface ReportRequest {
  readonly type: 'report'
}

/** From a bot process when asked; counts only grow, measurements are new since the last one. */
export interface LoadSample {
  readonly type: 'sample'
  readonly playing: number
  readonly joinsTried: number
  readonly joinsDone: number
  readonly reconnectsDone: number
  readonly framesReceived: number
  readonly bytesReceived: number
  readonly bytesSent: number
  readonly snapshotsReceived: number
  readonly snapshotsExpected: number
  readonly decodeFailures: number
  readonly resultsSeen: number
  readonly commandsMade: number
  readonly shotsJudged: number
  readonly shotsUnjudged: number
  readonly shotAgeMs: number
  readonly hitsSeen: number
  readonly hitsConfirmed: number
  readonly hitsOnFallen: number
  readonly hitsUnseen: number
  readonly joinFailures: readonly (readonly [string, number])[]
  readonly disconnects: readonly (readonly [string, number])[]
  readonly joinMs: readonly number[]
  readonly roundTripMs: readonly number[]
  readonly ownErrorMetres: readonly number[]
  /** CPU of the process so far, user and system (ms). */
  readonly cpuMs: number
}

export type ToBots = LoadTask | ReportRequest
export type FromBots = LoadSample | { readonly type: 'failed'; readonly message: string }
