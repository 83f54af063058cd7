/**
 * The audit log: one row for each action of staff, done or not, appended in the transaction of what
 * it tells of [ADM-4]. Numbers and hashes are the database's (migration 0009), which also refuses
 * every change; `verify-chain.ts` finds one made all the same. Names, e-mails and message texts do
 * not belong in a row: it is never erased.
 */
import { sql } from 'kysely'

import type { Db, Trx } from '../../db/database.ts'
import { jsonText } from '../../db/json-text.ts'
import type { AuditEntryRow } from '../../db/audit-tables.ts'

/** Longest reason kept (characters). */
export const AUDIT_REASON_CHARS_MAX = 500
/** Larger values are replaced by their size, so that a row stays a row (characters of JSON). */
const VALUE_CHARS_MAX = 16_384

export type AuditOutcome = AuditEntryRow['outcome']

/** Who acted: an operator, the machine's own command line, or somebody not signed in. */
export interface AuditActor {
  readonly kind: AuditEntryRow['actor_kind']
  readonly id: string | null
  readonly address: string | null
}

/** What was acted upon. */
export interface AuditTarget {
  readonly kind: string
  readonly id: string
}

/** One row. */
export interface AuditEntry {
  readonly actor: AuditActor
  /** As the role table calls it: `user.ban`. */
  readonly action: string
  readonly target?: AuditTarget | undefined
  /** JSON of what changed, as it was and as it is now. */
  readonly before?: unknown
  readonly after?: unknown
  readonly reason?: string | undefined
  readonly requestId: string
  readonly outcome: AuditOutcome
  /** Error code; absent when done. */
  readonly code?: string | undefined
  readonly atMs: number
}

/**
 * Appends a row, as the last statement of the caller's transaction: the head of the chain stays
 * locked until that ends, and everybody else's append waits for it.
 */
export async function appendAudit(trx: Trx, entry: AuditEntry): Promise<void> {
  await trx
    .insertInto('audit.entries')
    .values({
      created_at: new Date(entry.atMs),
      actor_kind: entry.actor.kind,
      actor_id: entry.actor.id,
      address: entry.actor.address,
      action: entry.action,
      target_kind: entry.target?.kind ?? null,
      target_id: entry.target === undefined ? null : cut(entry.target.id),
      before: toJson(entry.before),
      after: toJson(entry.after),
      reason: entry.reason === undefined ? null : cut(entry.reason),
      request_id: entry.requestId,
      outcome: entry.outcome,
      code: entry.code ?? null,
    })
    .execute()
}

function toJson(value: unknown) {
  if (value === undefined) return null
  const text = JSON.stringify(value)
  if (text.length > VALUE_CHARS_MAX) return jsonText({ chars: text.length })
  return jsonText(JSON.parse(text, withoutNul))
}

function withoutNul(_: string, value: unknown): unknown {
  return typeof value === 'string' ? clean(value) : value
}

/** PostgreSQL keeps no NUL. */
function clean(text: string): string {
  return text.replaceAll('\0', '')
}

function cut(text: string): string {
  return clean(text).slice(0, AUDIT_REASON_CHARS_MAX)
}

/** A row as it is shown. */
export interface ListedAudit {
  readonly seq: number
  readonly at: string
  readonly actor: AuditActor
  readonly action: string
  readonly target: AuditTarget | null
  readonly before: unknown
  readonly after: unknown
  readonly reason: string | null
  readonly requestId: string
  readonly outcome: AuditOutcome
  readonly code: string | null
  /** Hexadecimal; noted down elsewhere, it proves later that nothing before it was changed. */
  readonly hash: string
}

/** Which rows; `beforeSeq` continues a list. */
export interface AuditFilter {
  readonly limit: number
  readonly beforeSeq?: number | undefined
  readonly actorId?: string | undefined
  readonly targetId?: string | undefined
  /** An action, or the first part of several: `user`. */
  readonly action?: string | undefined
  readonly outcome?: AuditOutcome | undefined
  /** From this moment on, and before that one (wall ms). */
  readonly fromMs?: number | undefined
  readonly untilMs?: number | undefined
}

/** Newest first. */
export async function listAudit(db: Db, filter: AuditFilter): Promise<ListedAudit[]> {
  const { beforeSeq, actorId, targetId, action, outcome, fromMs, untilMs } = filter
  let query = db.selectFrom('audit.entries').selectAll().orderBy('seq', 'desc').limit(filter.limit)
  if (beforeSeq !== undefined) query = query.where('seq', '<', BigInt(beforeSeq))
  if (actorId !== undefined) query = query.where('actor_id', '=', actorId)
  if (targetId !== undefined) query = query.where('target_id', '=', targetId)
  if (outcome !== undefined) query = query.where('outcome', '=', outcome)
  if (fromMs !== undefined) query = query.where('created_at', '>=', new Date(fromMs))
  if (untilMs !== undefined) query = query.where('created_at', '<', new Date(untilMs))
  if (action !== undefined) {
    query = query.where(sql<boolean>`(action = ${action} or starts_with(action, ${`${action}.`}))`)
  }
  return (await query.execute()).map(toListed)
}

type SelectedRow = Omit<AuditEntryRow, 'seq' | 'before' | 'after' | 'prev_hash' | 'hash'> & {
  readonly seq: bigint
  readonly before: unknown
  readonly after: unknown
  readonly hash: Uint8Array
}

function toListed(row: SelectedRow): ListedAudit {
  const target =
    row.target_kind === null ? null : { kind: row.target_kind, id: row.target_id ?? '' }
  return {
    seq: Number(row.seq),
    at: row.created_at.toISOString(),
    actor: { kind: row.actor_kind, id: row.actor_id, address: row.address },
    action: row.action,
    target,
    before: row.before,
    after: row.after,
    reason: row.reason,
    requestId: row.request_id,
    outcome: row.outcome,
    code: row.code,
    hash: Buffer.from(row.hash).toString('hex'),
  }
}
