/**
 * The queue of reports as moderators work it off (SOC-4): the oldest first, claimed by one at a
 * time, settled once with a verdict. A claim that leads to nothing runs out, so a moderator who
 * goes home blocks nothing. Evidence is part of the report; nothing is read from the channel.
 */
import { AppError } from '@battalion/base/app-error.ts'
import { sql } from 'kysely'
import type { Selectable, Updateable } from 'kysely'

import type { Db, Trx } from '../../db/database.ts'
import type { ReportRow } from '../../db/social-tables.ts'
import { cleanNote } from './reports.ts'
import type { EvidenceLine, NewReport, ReportReason } from './reports.ts'

/** How long a report is one moderator's (ms); then another may claim it. */
export const CLAIM_MS_MAX = 30 * 60_000

export type ReportState = 'open' | 'claimed' | 'settled'
export const VERDICTS = ['upheld', 'dismissed'] as const
export type Verdict = (typeof VERDICTS)[number]

/** A report as moderators read it. */
export interface Report extends Omit<NewReport, 'reporterId'> {
  readonly id: string
  readonly state: ReportState
  readonly reporterId: string | null
  readonly accusedId: string | null
  /** Kind of the channel. */
  readonly channelKind: string
  readonly lines: readonly EvidenceLine[]
  readonly createdAt: string
  readonly claimedBy: string | null
  readonly claimedAt: string | null
  readonly verdict: Verdict | null
  readonly settledNote: string
  readonly settledBy: string | null
  readonly settledAt: string | null
}

/** Who looks; what is about himself he does not see [G-07]. */
export interface Viewer {
  readonly viewerId: string
}

/** Who does something to which report, when. */
export interface ReportAct {
  readonly reportId: string
  readonly moderatorId: string
  /** Wall time (ms). */
  readonly nowMs: number
}

/** Reports in one state, oldest first, after one of them. */
export async function listReports(
  db: Db,
  wish: Viewer & {
    readonly state: ReportState
    readonly limit: number
    readonly after?: string | undefined
  },
): Promise<Report[]> {
  let query = db
    .selectFrom('chat.reports')
    .selectAll()
    .where('state', '=', wish.state)
    .where('accused_id', 'is distinct from', wish.viewerId)
    .orderBy('created_at')
    .orderBy('id')
    .limit(wish.limit)
  if (wish.after !== undefined) {
    // Without it nothing would be behind, which looks like the end of the list.
    await refuseUnknown(db, { reportId: wish.after, viewerId: wish.viewerId })
    query = query.where(
      sql<boolean>`(created_at, id) >
        (select created_at, id from chat.reports where id = ${wish.after})`,
    )
  }
  return (await query.execute()).map(toReport)
}

/** A page begins after a report that is there: any other place to begin is a wrong request. */
async function refuseUnknown(...[db, wish]: Parameters<typeof readReport>): Promise<void> {
  try {
    await readReport(db, wish)
  } catch (error) {
    if (!(error instanceof AppError && error.code === 'not_found')) throw error
    throw new AppError('invalid_request', 'There is no such page.', { cause: error })
  }
}

/** Reports of one user's lines, or by him, the newest first. */
export async function listReportsOf(
  db: Db,
  wish: Viewer & {
    readonly userId: string
    readonly side: 'accused_id' | 'reporter_id'
    readonly limit: number
  },
): Promise<Report[]> {
  const rows = await db
    .selectFrom('chat.reports')
    .selectAll()
    .where(wish.side, '=', wish.userId)
    .where('accused_id', 'is distinct from', wish.viewerId)
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .limit(wish.limit)
    .execute()
  return rows.map(toReport)
}

/** One report; `not_found` when there is none, `forbidden` to who is accused. */
export async function readReport(
  db: Db,
  { reportId, viewerId }: Viewer & { readonly reportId: string },
): Promise<Report> {
  const row = await db
    .selectFrom('chat.reports')
    .selectAll()
    .where('id', '=', reportId)
    .executeTakeFirst()
  if (row === undefined) throw noReport()
  refuseAccused(row, viewerId)
  return toReport(row)
}

/** Makes an open report a moderator's own; again prolongs. Answers how it was before. */
export async function claimReport(trx: Trx, act: ReportAct): Promise<Report> {
  const before = await lockMine(trx, act)
  const claim = { claimed_by: act.moderatorId, claimed_at: new Date(act.nowMs) }
  await update(trx, act.reportId, { state: 'claimed', ...claim })
  return before
}

/** Gives a claimed report back to the queue; answers how it was before. */
export async function releaseReport(trx: Trx, act: ReportAct): Promise<Report> {
  const before = await lockMine(trx, act)
  await update(trx, act.reportId, { state: 'open', claimed_by: null, claimed_at: null })
  return before
}

/** Settles a report for good; answers how it was before. */
export async function settleReport(
  trx: Trx,
  act: ReportAct & { readonly verdict: Verdict; readonly note: string },
): Promise<Report> {
  const before = await lockMine(trx, act)
  await update(trx, act.reportId, {
    state: 'settled',
    verdict: act.verdict,
    settled_note: cleanNote(act.note),
    settled_by: act.moderatorId,
    settled_at: new Date(act.nowMs),
  })
  return before
}

/** The report, held, if this moderator may act on it; two who try are one after another. */
async function lockMine(trx: Trx, act: ReportAct): Promise<Report> {
  const row = await trx
    .selectFrom('chat.reports')
    .selectAll()
    .where('id', '=', act.reportId)
    .forUpdate()
    .executeTakeFirst()
  if (row === undefined) throw noReport()
  refuseAccused(row, act.moderatorId)
  if (row.state === 'settled') throw new AppError('conflict', 'This report is settled already.')
  const claimedMs = row.claimed_at?.getTime() ?? -Infinity
  const isClaimed = row.state === 'claimed' && act.nowMs - claimedMs < CLAIM_MS_MAX
  if (isClaimed && row.claimed_by !== null && row.claimed_by !== act.moderatorId) {
    throw new AppError('conflict', 'Another moderator is at this report.')
  }
  return toReport(row)
}

/** Nobody judges himself, nor reads who reported him [G-07]. */
function refuseAccused(row: Pick<Selectable<ReportRow>, 'accused_id'>, userId: string): void {
  if (row.accused_id !== userId) return
  throw new AppError('forbidden', 'This report is about you: another moderator looks at it.')
}

async function update(trx: Trx, reportId: string, change: Updateable<ReportRow>): Promise<void> {
  await trx.updateTable('chat.reports').set(change).where('id', '=', reportId).execute()
}

function toReport(row: Selectable<ReportRow>): Report {
  const { lines, kind } = row.evidence as { lines: EvidenceLine[]; kind?: string }
  return {
    id: row.id,
    state: row.state,
    reporterId: row.reporter_id,
    accusedId: row.accused_id,
    channelId: row.channel_id,
    channelKind: kind ?? '',
    seq: Number(row.seq),
    reason: row.reason as ReportReason,
    note: row.note,
    lines,
    createdAt: row.created_at.toISOString(),
    claimedBy: row.claimed_by,
    claimedAt: row.claimed_at?.toISOString() ?? null,
    verdict: row.verdict,
    settledNote: row.settled_note,
    settledBy: row.settled_by,
    settledAt: row.settled_at?.toISOString() ?? null,
  }
}

function noReport(): AppError {
  return new AppError('not_found', 'There is no such report.')
}
