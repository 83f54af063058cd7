/**
 * `/v1/admin/…` for moderators: the queue of reports with their evidence, mutes, lines, notices,
 * words of the filter. Every change is idempotent by its address, so a console may repeat it, and
 * leaves one audit row. Who may is a permission in the role table.
 */
import type { OpenAPIHono } from '@hono/zod-openapi'
import { z } from '@hono/zod-openapi'

import { MUTE_EVERYWHERE, MUTE_REASON_CHARS_MAX } from '../services/chat/mutes.ts'
import { VERDICTS } from '../services/chat/report-queue.ts'
import { WORD_RULES } from '../services/chat/word-table.ts'
import type { ModerationDesk, NamedReport } from '../services/moderation-desk.ts'
import type { GuardsFor, HttpEnv } from './http-ports.ts'
import { addStaffRoute, Id, Seq } from './user-route.ts'

type App = OpenAPIHono<HttpEnv>

/** Reports of one page; each brings up to 16 lines of evidence. */
const REPORTS_PAGE_MAX = 50
const REPORTS_PAGE = 20
/** Channels and lines of one page. */
const Page = z.coerce.number().int().min(1).max(50).default(50)
/** Longest note of a verdict and longest notice (characters). */
const NOTE_CHARS_MAX = 500

const STATES = ['open', 'claimed', 'settled'] as const
const Evidence = z
  .object({
    seq: z.number(),
    authorId: z.string().nullable(),
    authorName: z.string().nullable(),
    text: z.string(),
    createdAt: z.iso.datetime(),
    isEdited: z.boolean(),
    isDeleted: z.boolean(),
  })
  .openapi('EvidenceLine')
const ReportAnswer = z
  .object({
    id: z.string(),
    state: z.enum(STATES),
    reporterId: z.string().nullable(),
    reporterName: z.string().nullable(),
    accusedId: z.string().nullable(),
    accusedName: z.string().nullable(),
    channelId: z.string(),
    channelKind: z.string(),
    seq: z.number(),
    reason: z.string(),
    note: z.string(),
    lines: z.array(Evidence),
    createdAt: z.iso.datetime(),
    claimedBy: z.string().nullable(),
    claimedAt: z.iso.datetime().nullable(),
    verdict: z.enum(VERDICTS).nullable(),
    settledNote: z.string(),
    settledBy: z.string().nullable(),
    settledAt: z.iso.datetime().nullable(),
  })
  .openapi('Report')
const OneReport = z.object({ reportId: Id })
const Verdict = z
  .strictObject({ verdict: z.enum(VERDICTS), note: z.string().max(NOTE_CHARS_MAX).default('') })
  .openapi('ReportVerdict')

const Scope = z.union([z.literal(MUTE_EVERYWHERE), Id])
const OneMute = z.object({ userId: Id, scope: Scope })
const NewMute = z
  .strictObject({
    until: z.iso.datetime({ offset: true }),
    reason: z.string().trim().min(1).max(MUTE_REASON_CHARS_MAX),
  })
  .openapi('NewMute')
const MuteAnswer = z
  .object({
    scope: z.string(),
    until: z.iso.datetime(),
    reason: z.string(),
    byUserId: z.string().nullable(),
    createdAt: z.iso.datetime(),
  })
  .openapi('Mute')
const CHANNEL_KINDS = ['global', 'region', 'match', 'team', 'squad', 'party', 'group'] as const
const StaffChannel = z
  .object({
    id: z.string(),
    kind: z.enum([...CHANNEL_KINDS, 'direct']),
    subject: z.string(),
    lastSeq: z.number(),
    createdAt: z.iso.datetime(),
    isClosed: z.boolean(),
  })
  .openapi('StaffChannel')
const StaffLine = z
  .object({
    seq: z.number(),
    authorId: z.string().nullable(),
    authorName: z.string().nullable(),
    text: z.string(),
    /** As it was written, where words were masked. */
    original: z.string().nullable(),
    createdAt: z.iso.datetime(),
    isEdited: z.boolean(),
    isDeleted: z.boolean(),
  })
  .openapi('StaffLine')
const Notice = z
  .object({ text: z.string(), createdAt: z.iso.datetime(), isRead: z.boolean() })
  .openapi('SentNotice')
const Word = z.object({ rule: z.enum(WORD_RULES), word: z.string().min(1).max(32) })

/** Adds the routes. */
export function addModerationRoutes(app: App, guards: GuardsFor, desk: ModerationDesk): void {
  addReportRoutes(app, guards, desk)
  addMuteRoutes(app, guards, desk)
  addLineRoutes(app, guards, desk)
  addChannelRoutes(app, guards, desk)
  addNoticeRoutes(app, guards, desk)
  addWordRoutes(app, guards, desk)
}

function addReportRoutes(app: App, guards: GuardsFor, desk: ModerationDesk): void {
  addStaffRoute(app, guards, 'GET /v1/admin/reports', {
    summary:
      'Reports of others in one state with evidence, oldest first; `next` goes on after them',
    query: z.object({
      state: z.enum(STATES).default('open'),
      after: Id.optional(),
      limit: z.coerce.number().int().min(1).max(REPORTS_PAGE_MAX).default(REPORTS_PAGE),
    }),
    answer: z
      .object({ reports: z.array(ReportAnswer), next: z.string().nullable() })
      .openapi('Reports'),
    run: async ({ userId: viewerId, query }) =>
      toPage(await desk.reports({ ...query, viewerId }), query.limit),
  })
  addStaffRoute(app, guards, 'GET /v1/admin/reports/{reportId}', {
    summary: 'One report with its evidence',
    params: OneReport,
    answer: ReportAnswer,
    errors: ['not_found'],
    run: async ({ userId: viewerId, params }) =>
      asAnswer(await desk.report({ ...params, viewerId })),
  })
  addStaffRoute(app, guards, 'PUT /v1/admin/reports/{reportId}/claim', {
    summary: 'Make a report yours for half an hour; again prolongs',
    params: OneReport,
    answer: ReportAnswer,
    errors: ['not_found', 'conflict'],
    run: async ({ userId: moderatorId, trail, params }) =>
      asAnswer(await desk.claim({ ...params, moderatorId, trail })),
  })
  addStaffRoute(app, guards, 'DELETE /v1/admin/reports/{reportId}/claim', {
    summary: 'Give a report back to the queue',
    params: OneReport,
    answer: ReportAnswer,
    errors: ['not_found', 'conflict'],
    run: async ({ userId: moderatorId, trail, params }) =>
      asAnswer(await desk.release({ ...params, moderatorId, trail })),
  })
  addStaffRoute(app, guards, 'PUT /v1/admin/reports/{reportId}/verdict', {
    summary: 'Settle a report for good; who reported is told that somebody looked',
    params: OneReport,
    body: Verdict,
    answer: ReportAnswer,
    errors: ['not_found', 'conflict'],
    run: async ({ userId: moderatorId, trail, params, body }) =>
      asAnswer(await desk.settle({ ...params, ...body, moderatorId, trail })),
  })
}

function toPage(reports: readonly NamedReport[], limit: number) {
  const next = reports.length < limit ? null : (reports.at(-1)?.id ?? null)
  return { reports: reports.map(asAnswer), next }
}

/** Lists of the services are not to be changed; answers are plain. */
function asAnswer(report: NamedReport) {
  return { ...report, lines: [...report.lines] }
}

function addMuteRoutes(app: App, guards: GuardsFor, desk: ModerationDesk): void {
  addStaffRoute(app, guards, 'GET /v1/admin/users/{userId}/mutes', {
    summary: 'Mutes of a player that are not over',
    params: z.object({ userId: Id }),
    answer: z.object({ mutes: z.array(MuteAnswer) }).openapi('Mutes'),
    run: async ({ params }) => ({ mutes: await desk.mutes(params.userId) }),
  })
  addStaffRoute(app, guards, 'PUT /v1/admin/users/{userId}/mutes/{scope}', {
    summary: 'Mute a player everywhere (`all`) or in one channel; his connections hear at once',
    params: OneMute,
    body: NewMute,
    errors: ['not_found'],
    run: ({ userId: moderatorId, trail, params, body: { until, reason } }) =>
      desk.mute({ ...params, moderatorId, trail, reason, untilMs: Date.parse(until) }),
  })
  addStaffRoute(app, guards, 'DELETE /v1/admin/users/{userId}/mutes/{scope}', {
    summary: 'End a mute before its time',
    params: OneMute,
    query: z.object({ reason: z.string().trim().min(1).max(MUTE_REASON_CHARS_MAX).optional() }),
    errors: ['not_found'],
    run: ({ userId: moderatorId, trail, params, query }) =>
      desk.unmute({ ...params, ...query, moderatorId, trail }),
  })
}

function addLineRoutes(app: App, guards: GuardsFor, desk: ModerationDesk): void {
  addStaffRoute(app, guards, 'DELETE /v1/admin/channels/{channelId}/messages/{seq}', {
    summary: 'Take any line from view',
    params: z.object({ channelId: Id, seq: Seq }),
    query: z.object({ reason: z.string().trim().max(NOTE_CHARS_MAX).default('') }),
    errors: ['not_found'],
    run: ({ userId: moderatorId, trail, params, query }) =>
      desk.deleteLine({ ...params, ...query, moderatorId, trail }),
  })
}

function addChannelRoutes(app: App, guards: GuardsFor, desk: ModerationDesk): void {
  addStaffRoute(app, guards, 'GET /v1/admin/channels', {
    summary: 'Channels, the newest first, without direct ones; `next` goes on after them',
    query: z.object({ kind: z.enum(CHANNEL_KINDS).optional(), after: Id.optional(), limit: Page }),
    answer: z
      .object({ channels: z.array(StaffChannel), next: z.string().nullable() })
      .openapi('StaffChannels'),
    run: async ({ query }) => {
      const channels = await desk.channels(query)
      const last = channels.length < query.limit ? undefined : channels.at(-1)
      return { channels, next: last?.id ?? null }
    },
  })
  addStaffRoute(app, guards, 'GET /v1/admin/channels/{channelId}/messages', {
    summary:
      'Lines of a channel as they were written, those taken from view too; not of direct ones',
    params: z.object({ channelId: Id }),
    query: z.object({ after: Seq.optional(), before: Seq.optional(), limit: Page }),
    answer: z
      .object({
        channel: StaffChannel.omit({ createdAt: true }),
        lines: z.array(StaffLine),
      })
      .openapi('StaffLines'),
    errors: ['not_found'],
    run: ({ params, query }) => desk.lines({ ...params, ...query }),
  })
}

function addNoticeRoutes(app: App, guards: GuardsFor, desk: ModerationDesk): void {
  addStaffRoute(app, guards, 'GET /v1/admin/users/{userId}/notices', {
    summary: 'What moderators told a player, newest first, as far as he still has it',
    params: z.object({ userId: Id }),
    answer: z.object({ notices: z.array(Notice) }).openapi('SentNotices'),
    run: async ({ params }) => ({
      notices: (await desk.notices(params.userId)).map(({ values, createdAt, isRead }) => ({
        text: values['text'] ?? '',
        createdAt,
        isRead,
      })),
    }),
  })
  addStaffRoute(app, guards, 'PUT /v1/admin/users/{userId}/notices/{noticeId}', {
    summary: 'Tell a player something; once per id, which you choose',
    params: z.object({ userId: Id, noticeId: Id }),
    body: z
      .strictObject({ text: z.string().trim().min(1).max(NOTE_CHARS_MAX) })
      .openapi('StaffNotice'),
    errors: ['not_found'],
    run: ({ userId: moderatorId, trail, params, body }) =>
      desk.tellUser({ ...params, ...body, moderatorId, trail }),
  })
}

function addWordRoutes(app: App, guards: GuardsFor, desk: ModerationDesk): void {
  addStaffRoute(app, guards, 'GET /v1/admin/words', {
    summary: 'Words of the filter beside the lists that ship',
    answer: z.object({ words: z.array(Word) }).openapi('Words'),
    run: async () => ({ words: await desk.words() }),
  })
  addStaffRoute(app, guards, 'POST /v1/admin/words/try', {
    summary: 'What the filter makes of a text now',
    body: z.strictObject({ text: z.string().min(1).max(NOTE_CHARS_MAX) }).openapi('TriedText'),
    answer: z.object({ text: z.string(), hits: z.array(z.string()) }).openapi('MaskedText'),
    run: async ({ body }) => {
      const { text, hits } = desk.tryText(body.text)
      return { text, hits: hits.map(({ from, to }) => body.text.slice(from, to)) }
    },
  })
  addStaffRoute(app, guards, 'PUT /v1/admin/words/{rule}/{word}', {
    summary: 'Add a word; it counts within a second, in every process',
    params: Word,
    errors: ['conflict'],
    run: ({ userId: moderatorId, trail, params }) =>
      desk.addWord({ ...params, moderatorId, trail }),
  })
  addStaffRoute(app, guards, 'DELETE /v1/admin/words/{rule}/{word}', {
    summary: 'Remove a word that was added',
    params: Word,
    errors: ['not_found'],
    run: ({ userId: moderatorId, trail, params }) =>
      desk.removeWord({ ...params, moderatorId, trail }),
  })
}
