/** The table of HTTP requests that carried an Idempotency-Key, for kysely. */
import type { Generated } from 'kysely'

/** One request of one user under one key; see services/idempotency. */
export interface KeyedRequestRow {
  readonly user_id: string
  readonly key: string
  readonly request_hash: Uint8Array
  /** Who carries it out, and until when others believe that he does. */
  readonly holder: string
  readonly lease_until: Date
  /** Set by the transaction of the effect itself. */
  readonly is_committed: Generated<boolean>
  readonly status: number | null
  readonly content_type: string | null
  readonly body: string | null
  readonly created_at: Date
}

export interface IdempotencyTables {
  readonly 'idempotency.requests': KeyedRequestRow
}
