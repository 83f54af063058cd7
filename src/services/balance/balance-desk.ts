/**
 * What staff do with versions of the balance, bound to a database: each change in one transaction
 * with its row of the audit log, which also keeps who did it. A draft is edited by who names the
 * revision he saw; publishing also names the version it takes over from, so that nobody undoes a
 * publication that he has not seen.
 */
import { AppError } from '@battalion/base/app-error.ts'
import type { Clock } from '@battalion/base/clock.ts'
import { isBalanceFile } from '@battalion/sim/parse-balance.ts'
import type { BalanceFault } from '@battalion/sim/parse-balance.ts'

import type { Database, Db, Trx } from '../../db/database.ts'
import { afterCommit } from '../../db/transaction-scope.ts'
import type { AuditTrail } from '../audit/audit-trail.ts'
import type { EventOutbox } from '../outbox/event-outbox.ts'
import type { BalanceBook } from './balance-book.ts'
import type { BalanceReader } from './balance-reader.ts'
import { countDrafts, deleteDraft, findVersion, insertDraft } from './balance-queries.ts'
import { listNumbers, listVersions, lockVersions, updateDraft } from './balance-queries.ts'
import type { VersionHead } from './balance-queries.ts'
import { nameFiles, numberOf, readVersion, versionOf } from './balance-version.ts'
import type { BalanceFiles } from './balance-version.ts'
import { diffBalance } from './diff-balance.ts'

/** Drafts at a time; one more is refused. */
export const DRAFTS_MAX = 20
/** Versions of one list: all drafts, then the newest published; older ones go by number. */
export const LISTED_MAX = 200
/** All files of a version as JSON (bytes), held by the table too; the shipped ones have 430,000. */
export const BALANCE_BYTES_MAX = 2 * 1024 * 1024
/** Topic of a publication; its key is the version. */
export const BALANCE_TOPIC = 'balance'

/** A version without its files. */
export interface BalanceSummary {
  readonly version: string
  readonly state: 'shipped' | 'draft' | 'published'
  /** Null for the shipped one. */
  readonly base: string | null
  readonly note: string
  /** Counts the edits of a draft; 0 for the shipped one. */
  readonly revision: number
  readonly bytes: number
  readonly createdAt: string | null
  readonly updatedAt: string | null
  readonly publishedAt: string | null
  readonly reason: string | null
  /** New battles of this process are played with it. */
  readonly isPlayed: boolean
  /** Published, and this program cannot parse it any more. */
  readonly isBroken: boolean
}

/** What the desk stands on. */
export interface BalanceDeskPorts {
  readonly database: Database
  readonly book: BalanceBook
  readonly reader: Pick<BalanceReader, 'listFaults'>
  readonly clock: Clock
  readonly outbox: EventOutbox
}

export type BalanceDesk = ReturnType<typeof createBalanceDesk>

/** Binds the use cases. */
export function createBalanceDesk(ports: BalanceDeskPorts) {
  const { database } = ports
  const { db } = database
  return {
    list: () => listSummaries(db, ports),
    read: (version: string) => readFiles(db, ports, version),
    validate: (version: string) => validate(db, ports, version),
    diff: (pair: { readonly version: string; readonly against?: string }) => diff(db, ports, pair),
    create: (trail: AuditTrail, draft: NewDraft) =>
      database.transact((trx) => create(trx, ports, { ...draft, trail })),
    edit: (trail: AuditTrail, edit: DraftEdit) =>
      database.transact((trx) => editDraft(trx, ports, { ...edit, trail })),
    remove: (trail: AuditTrail, version: string) =>
      database.transact((trx) => remove(trx, { version, trail })),
    async publish(trail: AuditTrail, wish: Publication): Promise<BalanceSummary> {
      // Parsing takes longer than a transaction may, so it is done before, and only of a revision
      // that may be published; the transaction asks for that again.
      const { draft } = await readPublishable(db, ports, wish)
      const text = JSON.stringify(draft.files)
      const [fault] = await ports.reader.listFaults({ text, version: wish.version })
      return await database.transact((trx) => publish(trx, ports, { ...wish, fault, trail }))
    },
  }
}

/** A version with its files. */
export interface BalanceContent extends BalanceSummary {
  readonly files: BalanceFiles
}

interface NewDraft {
  readonly base: string
  readonly note: string
}

interface DraftEdit {
  readonly version: string
  readonly revision: number
  /** Files by path; null takes one out, others stay. */
  readonly files: Readonly<Record<string, unknown>>
  readonly note?: string
}

interface Publication {
  readonly version: string
  readonly revision: number
  /** The version that was played when this was decided. */
  readonly replaces: string
  readonly reason: string
}

type Trailed<T> = T & { readonly trail: AuditTrail }

async function listSummaries(db: Db, { book }: BalanceDeskPorts): Promise<BalanceSummary[]> {
  const rows = await listVersions(db, LISTED_MAX)
  return [...rows.map((row) => toSummary(row, book)), shippedSummary(book)]
}

async function readFiles(
  db: Db,
  { book }: Pick<BalanceDeskPorts, 'book'>,
  version: string,
): Promise<BalanceContent> {
  if (version === book.shipped.version) {
    return { ...shippedSummary(book), files: book.shipped.files }
  }
  const name = readVersion(version)
  const row = name === undefined ? undefined : await findVersion(db, name)
  if (row === undefined) throw notFound()
  const files = JSON.parse(row.files) as BalanceFiles
  return { ...toSummary(row, book), files: nameFiles(files, versionOf(row)) }
}

async function validate(
  db: Db,
  ports: BalanceDeskPorts,
  version: string,
): Promise<readonly BalanceFault[]> {
  const { files } = await readFiles(db, ports, version)
  return await ports.reader.listFaults({ text: JSON.stringify(files), version })
}

async function diff(
  db: Db,
  ports: BalanceDeskPorts,
  pair: { readonly version: string; readonly against?: string },
) {
  const after = await readFiles(db, ports, pair.version)
  const against = pair.against ?? after.base ?? after.version
  const before = await readFiles(db, ports, against)
  return { against, ...diffBalance(before.files, after.files) }
}

async function create(
  trx: Trx,
  ports: BalanceDeskPorts,
  { base, note, trail }: Trailed<NewDraft>,
): Promise<BalanceSummary> {
  const { files } = await readFiles(trx, ports, base)
  await lockVersions(trx)
  if ((await countDrafts(trx)) >= DRAFTS_MAX) {
    throw new AppError('conflict', `There are ${DRAFTS_MAX} drafts; throw one away first.`)
  }
  const nowMs = ports.clock.wallMs()
  const id = await insertDraft(trx, { base, note, files: JSON.stringify(files), nowMs })
  const version = versionOf({ id, number: null })
  const made = await readFiles(trx, ports, version)
  await trail.record(trx, { target: targetOf(version), after: { base, note } })
  return withoutFiles(made)
}

async function editDraft(
  trx: Trx,
  ports: BalanceDeskPorts,
  { version, revision, files, note, trail }: Trailed<DraftEdit>,
): Promise<BalanceSummary> {
  const id = draftId(version)
  const before = await readFiles(trx, ports, version)
  const next = nameFiles(mergeFiles(before.files, files), version)
  const text = JSON.stringify(next)
  if (Buffer.byteLength(text) > BALANCE_BYTES_MAX) {
    throw new AppError('body_too_large', `A balance has at most ${BALANCE_BYTES_MAX} bytes.`)
  }
  const nowMs = ports.clock.wallMs()
  const change = { files: text, nowMs, ...(note === undefined ? {} : { note }) }
  if (!(await updateDraft(trx, { id, revision }, change))) throw stale(before.revision)
  const { changes, isCut } = diffBalance(before.files, next)
  const made = await readFiles(trx, ports, version)
  const summary = { revision: made.revision, changes: changes.slice(0, AUDITED_CHANGES_MAX) }
  const isAllThere = !isCut && changes.length <= AUDITED_CHANGES_MAX
  await trail.record(trx, {
    target: targetOf(version),
    before: { revision },
    after: { ...summary, isAllThere },
  })
  return withoutFiles(made)
}

/** Changes of an edit that its row of the audit log keeps. */
const AUDITED_CHANGES_MAX = 50

function mergeFiles(files: BalanceFiles, edit: Readonly<Record<string, unknown>>): BalanceFiles {
  const next: Record<string, unknown> = { ...files }
  for (const [path, content] of Object.entries(edit)) {
    if (!isBalanceFile(path)) {
      throw new AppError('invalid_request', 'A balance has no file of this name.')
    }
    if (content === null) delete next[path]
    else next[path] = content
  }
  return next
}

async function remove(
  trx: Trx,
  { version, trail }: Trailed<{ readonly version: string }>,
): Promise<void> {
  if (!(await deleteDraft(trx, draftId(version)))) throw notFound()
  await trail.record(trx, { target: targetOf(version), after: null })
}

/** The draft, if it may be published: it is as it was seen, and so is what it takes over from. */
async function readPublishable(
  db: Db,
  ports: BalanceDeskPorts,
  { version, revision, replaces }: Publication,
) {
  const { book } = ports
  const id = draftId(version)
  const draft = await readFiles(db, ports, version)
  if (draft.revision !== revision) throw stale(draft.revision)
  const newest = (await listNumbers(db, 1, 1))[0] ?? 0
  const shipped = numberOf(book.shipped.version)
  const current = newest >= shipped && newest > 0 ? String(newest) : book.shipped.version
  // Where the newest cannot be parsed, what is played instead was seen.
  const seen = book.isBroken(current) ? [current, book.played.version] : [current]
  if (!seen.includes(replaces)) {
    throw new AppError('conflict', `Version ${current} was published meanwhile; look at it first.`)
  }
  return { id, draft, current, number: Math.max(newest, shipped) + 1 }
}

async function publish(
  trx: Trx,
  ports: BalanceDeskPorts,
  wish: Trailed<Publication & { readonly fault: BalanceFault | undefined }>,
): Promise<BalanceSummary> {
  const { book, clock, outbox } = ports
  const { version, revision, reason, fault, trail } = wish
  await lockVersions(trx)
  const { id, draft, current, number } = await readPublishable(trx, ports, wish)
  const files = JSON.stringify(nameFiles(draft.files, String(number)))
  if (fault !== undefined) {
    const { file, path, complaint } = fault
    throw new AppError('conflict', `It cannot be played: ${file}: ${path}: ${complaint}`)
  }
  const change = { files, published: { number, reason }, nowMs: clock.wallMs() }
  if (!(await updateDraft(trx, { id, revision }, change))) throw stale(draft.revision)
  const made = await readFiles(trx, ports, String(number))
  const payload = { type: 'balance.published', version: made.version, replaces: current }
  await outbox.emit(trx, { topic: BALANCE_TOPIC, key: made.version, payload })
  afterCommit(() => book.wake())
  await trail.record(trx, {
    target: targetOf(made.version),
    before: { played: current, draft: version },
    after: { played: made.version },
    reason,
  })
  return withoutFiles(made)
}

function toSummary(row: VersionHead, book: BalanceBook): BalanceSummary {
  const version = versionOf(row)
  return {
    version,
    state: row.number === null ? 'draft' : 'published',
    base: row.base,
    note: row.note,
    revision: row.revision,
    bytes: row.bytes,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
    publishedAt: row.published_at?.toISOString() ?? null,
    reason: row.reason,
    isPlayed: book.played.version === version,
    isBroken: book.isBroken(version),
  }
}

function shippedSummary(book: BalanceBook): BalanceSummary {
  const { version, files } = book.shipped
  return {
    version,
    state: 'shipped',
    base: null,
    note: 'Came with this program.',
    revision: 0,
    bytes: Buffer.byteLength(JSON.stringify(files)),
    createdAt: null,
    updatedAt: null,
    publishedAt: null,
    reason: null,
    isPlayed: book.played.version === version,
    isBroken: false,
  }
}

function withoutFiles(content: BalanceContent): BalanceSummary {
  const { files, ...summary } = content
  void files
  return summary
}

function draftId(version: string): bigint {
  const name = readVersion(version)
  if (name?.kind === 'draft') return name.id
  throw new AppError('conflict', 'Only a draft is changed; make one from this version.')
}

function targetOf(version: string) {
  return { kind: 'balance', id: version }
}

function notFound(): AppError {
  return new AppError('not_found', 'There is no such version of the balance.')
}

function stale(revision: number): AppError {
  return new AppError('conflict', `The draft has changed: it is at revision ${revision} now.`)
}
