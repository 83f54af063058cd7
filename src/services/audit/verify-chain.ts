/**
 * Checks the audit log without trusting the functions in the database: reads every row in order,
 * makes its hash anew and compares number, link and hash, and at the end the head. A row changed by
 * somebody who may switch triggers off is named; so is a gap, and an end cut off. Somebody who made
 * the whole chain anew is found by a hash that was noted down elsewhere (`knownHash`).
 */
import { createHash } from 'node:crypto'

import { sql } from 'kysely'

import type { Session, Trx } from '../../db/database.ts'

/** Rows read at once. */
const BATCH_COUNT = 1000
/** Findings told one by one; more are counted (rows). */
const FINDINGS_MAX = 20
/** What the first row is linked to. */
const FIRST_HASH = createHash('sha256').update('battalion audit').digest('hex')

/** A row that is not what was appended. */
export interface ChainFinding {
  readonly seq: number
  readonly what: 'changed' | 'missing' | 'unlinked' | 'cut off' | 'unknown hash'
}

/** What a check found. */
export interface ChainReport {
  /** Number of the first row looked at. */
  readonly fromSeq: number
  readonly rows: number
  readonly findings: readonly ChainFinding[]
  readonly findingCount: number
  /** Hexadecimal hash of the last row. */
  readonly head: string
}

interface ChainRow {
  readonly seq: bigint
  readonly fields: readonly (string | null)[]
  readonly prevHash: Uint8Array
  readonly hash: Uint8Array
}

/**
 * Reads the log in one moment, all of it or its newest `rowsMax` rows, whose first is then believed
 * to follow the one before it; `onProgress` hears of rows done.
 */
export async function verifyChain(
  session: Session,
  options: {
    readonly knownHash?: string | undefined
    readonly rowsMax?: number
    readonly onProgress?: (rows: number) => void
  } = {},
): Promise<ChainReport> {
  return session.transact(async (trx) => {
    await sql`set transaction isolation level repeatable read, read only`.execute(trx)
    const head = await readHead(trx)
    const start = await readStart(trx, head?.seq ?? 0n, options.rowsMax)
    const check = new ChainCheck(start, options.knownHash)
    for (let afterSeq = start.seq; ;) {
      const rows = await readBatch(trx, afterSeq)
      for (const row of rows) check.row(row)
      options.onProgress?.(check.rows)
      if (rows.length < BATCH_COUNT) break
      afterSeq = rows.at(-1)!.seq
    }
    return check.end(head)
  })
}

/** The row behind which a check begins. */
interface ChainStart {
  readonly seq: bigint
  readonly hash: string
}

async function readStart(
  trx: Trx,
  endSeq: bigint,
  rowsMax: number | undefined,
): Promise<ChainStart> {
  const beginning = { seq: 0n, hash: FIRST_HASH }
  const seq = rowsMax === undefined ? 0n : endSeq - BigInt(rowsMax)
  if (seq <= 0n) return beginning
  const row = await trx
    .selectFrom('audit.entries')
    .select(['seq', 'hash'])
    .where('seq', '<=', seq)
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row === undefined ? beginning : { seq: row.seq, hash: toHex(row.hash) }
}

class ChainCheck {
  rows = 0
  readonly #fromSeq: bigint
  #expectedSeq: bigint
  #prev: string
  #knownHash: string | undefined
  readonly #findings: ChainFinding[] = []
  #findingCount = 0

  constructor(start: ChainStart, knownHash: string | undefined) {
    this.#fromSeq = start.seq + 1n
    this.#expectedSeq = this.#fromSeq
    this.#prev = start.hash
    this.#knownHash = knownHash
  }

  row({ seq, fields, prevHash, hash }: ChainRow): void {
    const prev = toHex(prevHash)
    const own = toHex(hash)
    if (seq !== this.#expectedSeq) this.#find(this.#expectedSeq, 'missing')
    else if (prev !== this.#prev) this.#find(seq, 'unlinked')
    if (hashOf([String(seq), prev, ...fields]) !== own) this.#find(seq, 'changed')
    if (own === this.#knownHash) this.#knownHash = undefined
    this.rows++
    this.#expectedSeq = seq + 1n
    this.#prev = own
  }

  /** `head` is absent until the first append. */
  end(head: { seq: bigint; hash: Uint8Array } | undefined): ChainReport {
    const endSeq = head?.seq ?? 0n
    const endHash = head === undefined ? FIRST_HASH : toHex(head.hash)
    const isWhole = endSeq === this.#expectedSeq - 1n && endHash === this.#prev
    if (!isWhole) this.#find(this.#expectedSeq, 'cut off')
    if (this.#knownHash !== undefined) this.#find(0n, 'unknown hash')
    const { rows } = this
    const findings = this.#findings
    const fromSeq = Number(this.#fromSeq)
    return { fromSeq, rows, findings, findingCount: this.#findingCount, head: this.#prev }
  }

  #find(seq: bigint, what: ChainFinding['what']): void {
    this.#findingCount++
    if (this.#findings.length < FINDINGS_MAX) this.#findings.push({ seq: Number(seq), what })
  }
}

/** As audit.text_of in migration 0009: each field with its length in bytes before it. */
function hashOf(fields: readonly (string | null)[]): string {
  const text = fields.map((field) =>
    field === null ? '-' : `${Buffer.byteLength(field)}:${field}`,
  )
  return createHash('sha256').update(text.join('')).digest('hex')
}

function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}

async function readBatch(trx: Trx, afterSeq: bigint): Promise<ChainRow[]> {
  const rows = await trx
    .selectFrom('audit.entries')
    .select(['seq', 'prev_hash', 'hash', 'actor_kind', 'address', 'action', 'target_kind'])
    .select(['target_id', 'reason', 'request_id', 'outcome', 'code'])
    .select([asText('actor_id').as('actor'), asText('before').as('was'), asText('after').as('is')])
    .select(sql<string>`(extract(epoch from created_at) * 1000000)::int8::text`.as('at'))
    .where('seq', '>', afterSeq)
    .orderBy('seq')
    .limit(BATCH_COUNT)
    .execute()
  return rows.map((row) => ({
    seq: row.seq,
    prevHash: row.prev_hash,
    hash: row.hash,
    fields: [
      row.at,
      row.actor_kind,
      row.actor,
      row.address,
      row.action,
      row.target_kind,
      row.target_id,
      row.was,
      row.is,
      row.reason,
      row.request_id,
      row.outcome,
      row.code,
    ],
  }))
}

function asText(column: string) {
  return sql<string | null>`${sql.ref(column)}::text`
}

async function readHead(trx: Trx): Promise<{ seq: bigint; hash: Uint8Array } | undefined> {
  return trx.selectFrom('audit.heads').select(['seq', 'hash']).executeTakeFirst()
}
