/** Tables of balance versions, for kysely; see migration 0018. */
import type { ColumnType, Generated } from 'kysely'

/** A draft, or a published version, which is never changed. */
export interface BalanceVersionRow {
  readonly id: Generated<bigint>
  /** Null for a draft. */
  readonly number: number | null
  /** Name of the version it was made from. */
  readonly base: string
  readonly note: string
  /** Counts edits; an edit names the one it saw. */
  readonly revision: number
  /** JSON of the files by path, as text: keys keep their order. */
  readonly files: string
  readonly created_at: ColumnType<Date, Date, never>
  readonly updated_at: Date
  readonly published_at: Date | null
  readonly reason: string | null
}

export interface BalanceTables {
  'balance.versions': BalanceVersionRow
}
