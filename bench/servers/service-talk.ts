/** What a bench and the server whose services it measures say to each other over IPC. */

/** First argument of the server, as JSON. */
export interface ServiceServerOptions {
  readonly databaseUrl: string
  /** A database of the same cluster, migrated and empty, for the floor. */
  readonly floorUrl: string
}

/** `record` begins a window, `take` ends it, `replay` says its statements by `pg` alone. */
export interface ServiceQuestion {
  readonly type: 'record' | 'take' | 'replay'
}

/** CPU of the whole process, user and system, all threads (ms). */
export interface ServiceWindow {
  readonly cpuMs: number
  readonly statements: number
  /** Of a replay: statements that failed, which makes it worth nothing. */
  readonly failures: number
}

export type ServiceAnswer =
  | { readonly type: 'ready'; readonly url: string }
  | { readonly type: 'recording' }
  | { readonly type: 'window'; readonly window: ServiceWindow }
