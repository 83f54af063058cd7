/**
 * What moderators do, each in one transaction with its audit row and what the player hears of it:
 * the queue of reports, mutes, lines, words of the filter, notices. Decides nothing; the use cases
 * stand in their folders.
 */
import { AppError } from '@battalion/base/app-error.ts'

import type { Database, Db, Trx } from '../db/database.ts'
import type { AuditRecord, AuditTrail } from './audit/audit-trail.ts'
import { listMutes, muteUser, unmuteUser } from './chat/mutes.ts'
import type { ChatPorts } from './chat/chat-ports.ts'
import { deleteLine } from './chat/lines.ts'
import { listChannelsForStaff, readLinesForStaff } from './chat/staff-reading.ts'
import { claimReport, listReports, readReport } from './chat/report-queue.ts'
import { releaseReport, settleReport } from './chat/report-queue.ts'
import type { Report, Verdict } from './chat/report-queue.ts'
import type { EvidenceLine } from './chat/reports.ts'
import { addWord, listWords, removeWord } from './chat/word-table.ts'
import type { ListedWord } from './chat/word-table.ts'
import { emitModeration } from './moderation-events.ts'
import { listNoticesOf, notify } from './notifications/notifications.ts'
import type { NewNotice } from './notifications/notifications.ts'
import { checkMaySanction } from './identity/sanctions.ts'
import { findNameOf } from './social/social-ports.ts'
import type { SocialPorts } from './social/social-ports.ts'
import { touchState } from './sync/state-versions.ts'

/** What the desk stands on. */
export interface ModerationDeskPorts {
  readonly database: Database
  readonly social: SocialPorts
  readonly chat: ChatPorts
}

/** The desk of one database. */
export type ModerationDesk = ReturnType<typeof createModerationDesk>

/** Who does it, and the one row of what he does: ids and states, no texts of players [ADM-4]. */
type Act = { readonly moderatorId: string; readonly trail: AuditTrail }
type OnReport = Act & { readonly reportId: string }
type OnUser = Act & { readonly userId: string }

/** Binds the use cases. */
export function createModerationDesk(ports: ModerationDeskPorts) {
  return { ...reportDesk(ports), ...muteDesk(ports), ...lineDesk(ports), ...wordDesk(ports) }
}

function reportDesk(ports: ModerationDeskPorts) {
  const { database } = ports
  const { db } = database
  const act = (
    wish: OnReport,
    change: (trx: Trx, on: OnReport & { readonly nowMs: number }) => Promise<Report>,
  ) =>
    database.transact(async (trx) => {
      const { reportId, moderatorId, trail } = wish
      const before = await change(trx, { ...wish, nowMs: ports.chat.clock.wallMs() })
      const report = await readReport(trx, { reportId, viewerId: moderatorId })
      const states = { before: summary(before), after: summary(report) }
      await trail.record(trx, { target: { kind: 'report', id: reportId }, ...states })
      return nameOne(trx, ports, report)
    })
  return {
    reports: async (wish: Parameters<typeof listReports>[1]) =>
      nameReports(db, ports, await listReports(db, wish)),
    report: async (wish: Parameters<typeof readReport>[1]) =>
      nameOne(db, ports, await readReport(db, wish)),
    claim: (wish: OnReport) => act(wish, claimReport),
    release: (wish: OnReport) => act(wish, releaseReport),
    settle: (wish: OnReport & { readonly verdict: Verdict; readonly note: string }) =>
      act(wish, async (trx, on) => {
        const before = await settleReport(trx, { ...wish, ...on })
        const { reportId, verdict } = wish
        await emitModeration(trx, ports.chat.outbox, { type: 'report.settled', reportId, verdict })
        if (before.reporterId !== null) {
          const cause = `report_settled:${before.id}`
          await tell(trx, ports, { userId: before.reporterId, cause, kind: 'report_settled' })
        }
        return before
      }),
  }
}

/** A report with the names of those it is about; null for who is gone. */
export interface NamedReport extends Omit<Report, 'lines'> {
  readonly reporterName: string | null
  readonly accusedName: string | null
  readonly lines: readonly (EvidenceLine & { readonly authorName: string | null })[]
}

async function nameReports(
  db: Db,
  { social }: ModerationDeskPorts,
  reports: readonly Report[],
): Promise<NamedReport[]> {
  const ids = reports.flatMap(({ reporterId, accusedId, lines }) => [
    reporterId,
    accusedId,
    ...lines.map(({ authorId }) => authorId),
  ])
  const known = new Set(ids.filter((id) => id !== null))
  const names = await social.findNames(db, [...known])
  const nameOf = (id: string | null) => (id === null ? null : (names.get(id) ?? null))
  return reports.map((report) => ({
    ...report,
    reporterName: nameOf(report.reporterId),
    accusedName: nameOf(report.accusedId),
    lines: report.lines.map((line) => ({ ...line, authorName: nameOf(line.authorId) })),
  }))
}

async function nameOne(db: Db, ports: ModerationDeskPorts, report: Report): Promise<NamedReport> {
  const [named] = await nameReports(db, ports, [report])
  return named!
}

/** Without the evidence: the audit log keeps what changed. */
function summary({ state, claimedBy, verdict }: Report) {
  return { state, claimedBy, verdict }
}

function muteDesk(ports: ModerationDeskPorts) {
  const { database, chat, social } = ports
  type Wish = OnUser & { readonly scope: string }
  const find = async (trx: Trx, { userId, scope }: Wish) =>
    (await listMutes(trx, chat, userId)).find((mute) => mute.scope === scope) ?? null
  const record = (trx: Trx, { trail, userId }: Wish, states: AuditRecord) =>
    trail.record(trx, { target: { kind: 'user', id: userId }, ...states })
  return {
    mutes: (userId: string) => listMutes(database.db, chat, userId),
    mute: (wish: Wish & { readonly untilMs: number; readonly reason: string }) =>
      database.transact(async (trx) => {
        const { userId, scope, moderatorId: byUserId, untilMs: expiresAtMs, reason } = wish
        await findNameOf(trx, social, userId)
        await checkMaySanction(trx, { by: byUserId, userId })
        const before = await find(trx, wish)
        await muteUser(trx, chat, { userId, scope, expiresAtMs, reason, byUserId })
        const until = new Date(expiresAtMs).toISOString()
        const cause = `muted:${scope}:${until}`
        await tell(trx, ports, { userId, cause, kind: 'muted', values: { until, reason } })
        await record(trx, wish, { before, after: { scope, until }, reason })
      }),
    unmute: (wish: Wish & { readonly reason?: string | undefined }) =>
      database.transact(async (trx) => {
        const { userId, moderatorId: by, reason } = wish
        await checkMaySanction(trx, { by, userId })
        const before = await find(trx, wish)
        if (!(await unmuteUser(trx, chat, { ...wish, by }))) {
          throw new AppError('not_found', 'There is no such mute.')
        }
        await record(trx, wish, {
          before,
          after: null,
          ...(reason === undefined ? {} : { reason }),
        })
      }),
  }
}

function lineDesk(ports: ModerationDeskPorts) {
  const { database, chat, social } = ports
  const { db } = database
  type Wish = Act & { readonly channelId: string; readonly seq: number; readonly reason: string }
  return {
    channels: (wish: Parameters<typeof listChannelsForStaff>[1]) => listChannelsForStaff(db, wish),
    lines: (wish: Parameters<typeof readLinesForStaff>[2]) => readLinesForStaff(db, social, wish),
    notices: (userId: string) => listNoticesOf(db, { userId, kind: 'staff_notice' }),
    deleteLine: ({ moderatorId, trail, channelId, seq, reason }: Wish) =>
      database.transact(async (trx) => {
        const before = await deleteLine(trx, chat, {
          channelId,
          seq,
          userId: moderatorId,
          isModerator: true,
        })
        await trail.record(trx, {
          target: { kind: 'line', id: `${channelId}:${seq}` },
          before: { authorId: before.authorId, isDeleted: before.text === null },
          after: { isDeleted: true },
          reason,
        })
      }),
    /** Once per `noticeId`: a repeated request tells once. */
    tellUser: (wish: OnUser & { readonly noticeId: string; readonly text: string }) =>
      database.transact(async (trx) => {
        const { userId, noticeId, text, trail } = wish
        await findNameOf(trx, social, userId)
        const notice = { userId, cause: `staff_notice:${noticeId}`, kind: 'staff_notice' } as const
        if (!(await tell(trx, ports, { ...notice, values: { text } }))) return
        const target = { kind: 'user', id: userId }
        await trail.record(trx, { target, before: null, after: { noticeId, text } })
      }),
  }
}

function wordDesk(ports: ModerationDeskPorts) {
  const { database, chat } = ports
  type Wish = Act & ListedWord
  const record = (trx: Trx, { trail, rule }: Wish, states: AuditRecord) =>
    trail.record(trx, { target: { kind: 'word', id: rule }, ...states })
  return {
    words: () => listWords(database.db),
    /** What the filter of this process makes of a text now. */
    tryText: (text: string) => chat.filter.mask(text),
    addWord: (wish: Wish) =>
      database.transact(async (trx) => {
        if (!(await addWord(trx, chat, wish))) return
        await record(trx, wish, { before: null, after: wish.word })
      }),
    removeWord: (wish: Wish) =>
      database.transact(async (trx) => {
        await removeWord(trx, chat, wish)
        await record(trx, wish, { before: wish.word, after: null })
      }),
  }
}

/** A row for the player, and the version of what he sees. */
async function tell(
  trx: Trx,
  { social }: ModerationDeskPorts,
  notice: Omit<NewNotice, 'values'> & Partial<Pick<NewNotice, 'values'>>,
): Promise<boolean> {
  const isNew = await notify(trx, social, { values: {}, ...notice })
  if (isNew) await touchState(trx, [notice.userId])
  return isNew
}
