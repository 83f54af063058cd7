/** What a bench and its crowd of chatting clients say to each other over IPC. */

/** First argument of the crowd, as JSON. */
export interface ChatTask {
  readonly url: string
  readonly members: number
  /** Those who speak, in turn. */
  readonly speakers: number
  /** Those who read every line, so that it can be timed. */
  readonly listeners: number
}

/**
 * `talk` to everybody (`all`), or each speaker to a channel of his own (`own`); `take` ends the
 * window that `talk` began, when all that was said is heard or given up.
 */
export type ChatOrder =
  | { readonly type: 'join' }
  | {
      readonly type: 'talk'
      readonly where: 'all' | 'own'
      readonly linesPerSec: number
      readonly seconds: number
    }

export interface ChatSample {
  readonly elapsedMs: number
  readonly cpuMs: number
  readonly said: number
  readonly refused: number
  /** Clients that were closed since the start. */
  readonly closed: number
  /** Feed messages and all bytes, over all clients. */
  readonly frames: number
  readonly bytes: number
  /** From saying a line to each hearing of it by a listener. */
  readonly heardMs: readonly number[]
}

export type ChatAnswer =
  | { readonly type: 'started' }
  | { readonly type: 'joined'; readonly count: number; readonly why: string }
  | { readonly type: 'sample'; readonly sample: ChatSample }
