/** Tables of the audit log, of operators' sessions and of what they set, for kysely. */
import type { ColumnType, Generated } from 'kysely'

import type { JsonText } from './json-text.ts'

type Json = ColumnType<unknown, JsonText | null, never>

/** One row per action of staff; number and hashes come from the database. */
export interface AuditEntryRow {
  readonly seq: ColumnType<bigint, never, never>
  readonly created_at: Date
  readonly actor_kind: 'user' | 'machine' | 'nobody'
  readonly actor_id: string | null
  readonly address: string | null
  readonly action: string
  readonly target_kind: string | null
  readonly target_id: string | null
  readonly before: Json
  readonly after: Json
  readonly reason: string | null
  readonly request_id: string
  readonly outcome: 'done' | 'refused' | 'failed'
  /** Error code of what was not done. */
  readonly code: string | null
  readonly prev_hash: ColumnType<Uint8Array, never, never>
  readonly hash: ColumnType<Uint8Array, never, never>
}

/** Where the chain ends; moved by the trigger of an append alone. */
export interface AuditHeadRow {
  readonly id: Generated<boolean>
  readonly seq: bigint
  readonly hash: Uint8Array
}

/** An operator who is signed in to the console; only the hash of his cookie is kept. */
export interface OperatorSessionRow {
  readonly token_hash: Uint8Array
  readonly user_id: string
  /** Until a second factor is proved; such a session may do nothing else. */
  readonly is_enrolling: boolean
  readonly address: string
  readonly device: string
  readonly created_at: Date
  readonly used_at: Date
  readonly ends_at: Date
}

/** The one-time link of the first operator. */
export interface OperatorLinkRow {
  readonly token_hash: Uint8Array
  readonly created_at: Date
  readonly expires_at: Date
  readonly used_at: Date | null
}

/** Whether players are kept out, and what they are told; one row. */
export interface MaintenanceRow {
  readonly id: Generated<boolean>
  readonly is_on: boolean
  readonly text: string
  /** When it is expected to be over. */
  readonly expected_until: Date | null
  readonly changed_at: Date
  readonly changed_by: string | null
}

export interface AuditTables {
  'audit.entries': AuditEntryRow
  'audit.heads': AuditHeadRow
  'operations.maintenance': MaintenanceRow
  'operators.links': OperatorLinkRow
  'operators.sessions': OperatorSessionRow
}
