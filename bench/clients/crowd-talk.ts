/** What the bench runner and the crowd of clients say to each other over IPC. */

/** Whose protocol a client speaks; `floor` sends nothing and only reads. */
export type Dialect = 'battle' | 'colyseus' | 'nengi' | 'floor'

/** What clients do once they are in. */
export interface Behaviour {
  /**
   * `fight` runs and shoots, `walk` runs, `still` sends commands that change nothing, `silent`
   * none.
   */
  readonly play: 'fight' | 'walk' | 'still' | 'silent'
  readonly framesPerSec: number
  readonly commandsPerFrame: 1 | 2
}

/** What a player's client sends: ten frames a second, two commands each. */
export const USUAL_PLAY: Behaviour = { play: 'fight', framesPerSec: 10, commandsPerFrame: 2 }

export interface CrowdTask {
  readonly dialect: Dialect
  readonly url: string
  readonly behaviour: Behaviour
  /** Side of the field (m); who comes near its border turns round. */
  readonly sideMetres: number
  /** Clients that decode all they are sent and watch the others' signs (battle only). */
  readonly observers: number
  /**
   * Of the others, every so many-th gives signs, a turn of the head that observers time; 0: nobody.
   * Spread over all, because a client's index is also its moment in the period of a tick: the first
   * hundred alone sent within 10 of 50 ms, so their delay was that of one lucky phase.
   */
  readonly signallerEvery: number
}

/** Runner to crowd. */
export type CrowdOrder =
  | { readonly type: 'prepare'; readonly count: number }
  | { readonly type: 'join'; readonly joinsPerSec: number }
  | { readonly type: 'behave'; readonly behaviour: Behaviour }
  | { readonly type: 'mark' | 'take' | 'count' }

/** What happened in the crowd since `mark`. */
export interface CrowdSample {
  readonly elapsedMs: number
  readonly cpuMs: number
  readonly playing: number
  /** Everything clients in battle received, WebSocket headers included. */
  readonly bytesReceived: number
  /** Messages, and those that carry state. */
  readonly framesReceived: number
  readonly stateFrames: number
  readonly inputFrames: number
  readonly commands: number
  /** From asking for a seat to the first state. */
  readonly joinMs: readonly number[]
  readonly joinFailures: number
  readonly disconnects: number
  /** From a sign sent to its being decoded by another. */
  readonly effectMs: readonly number[]
  readonly decodeFailures: number
  /** Soldiers observers saw, and what those did and suffered, summed over all their frames. */
  readonly soldiersSeen: number
  readonly shotsSeen: number
  readonly hitsSeen: number
}

/** Crowd to runner. */
export type CrowdAnswer =
  | { readonly type: 'started' | 'prepared' }
  | { readonly type: 'playing'; readonly playing: number; readonly failed: readonly string[] }
  | { readonly type: 'sample'; readonly sample: CrowdSample }
