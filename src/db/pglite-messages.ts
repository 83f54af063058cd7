/** What the main thread and PGlite's thread say to each other; everything survives a clone. */

/** How the thread opens its database. */
export interface PgliteOpen {
  /** A directory, or undefined for one in memory. */
  readonly directory: string | undefined
  /** A dump to start from instead of an empty database. */
  readonly dump: Uint8Array | undefined
}

export type PgliteRequest =
  | {
      readonly id: number
      readonly kind: 'query'
      readonly sql: string
      readonly params: unknown[]
    }
  | { readonly id: number; readonly kind: 'dump' }
  | { readonly id: number; readonly kind: 'close' }

/** A failure with what our code branches on. */
export interface PgliteFailure {
  readonly code: string
  readonly message: string
  readonly constraint: string | undefined
  readonly detail: string | undefined
}

/** Id 0 answers the opening. */
export type PgliteReply =
  | { readonly id: number; readonly rows: unknown[]; readonly affectedCount: number | undefined }
  | { readonly id: number; readonly dump: Uint8Array }
  | { readonly id: number; readonly failure: PgliteFailure }
