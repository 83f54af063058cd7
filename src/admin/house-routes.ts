/**
 * `/v1/admin/jobs`, `/letters`, `/audit`, `/invites`: what operators keep house with. Lists answer
 * `cursor`, which goes on after them and is null at the end.
 */
import type { OpenAPIHono } from '@hono/zod-openapi'
import { z } from '@hono/zod-openapi'

import type { GuardsFor, HttpEnv } from '../http/http-ports.ts'
import { addStaffRoute } from '../http/user-route.ts'
import { CHAIN_ROWS_MAX } from '../services/house-desk.ts'
import type { HouseDesk } from '../services/house-desk.ts'
import { JOB_STATES } from '../services/jobs/list-jobs.ts'
import { Limit, Reason } from './admin-schemas.ts'

type App = OpenAPIHono<HttpEnv>

const CHAIN_ROWS_DEFAULT = 5000
const FILTER_CHARS_MAX = 120
const moment = z.iso.datetime()
const maybe = moment.nullable()
const count = z.number().int()
const Cursor = z.string().max(64).nullable()
const Number64 = z.string().regex(/^[1-9]\d{0,17}$/)
const Filter = z.string().trim().min(1).max(FILTER_CHARS_MAX).optional()

/** Adds them. */
export function addHouseRoutes(app: App, guards: GuardsFor, house: HouseDesk): void {
  addJobReads(app, guards, house)
  addJobChanges(app, guards, house)
  addLetterRoutes(app, guards, house)
  addAuditRoutes(app, guards, house)
  addInviteList(app, guards, house)
}

const Job = z
  .object({
    id: Number64,
    kind: z.string(),
    key: z.string().nullable(),
    state: z.enum(JOB_STATES),
    createdAt: moment,
    runAt: moment,
    endedAt: maybe,
    attempts: count,
    attemptsMax: count,
    lastError: z.string().nullable(),
  })
  .openapi('Job')
const Jobs = z.object({ items: z.array(Job), cursor: Cursor }).openapi('Jobs')
const JobSummary = z
  .object({
    kinds: z.array(
      z.object({
        kind: z.string(),
        waiting: count,
        /** Of those that wait: they failed before. */
        retrying: count,
        running: count,
        dead: count,
        nextAt: maybe,
      }),
    ),
    schedules: z.array(
      z.object({
        kind: z.string(),
        pattern: z.string(),
        zone: z.string(),
        nextAt: maybe,
        lastAt: maybe,
        deadAt: maybe,
      }),
    ),
  })
  .openapi('JobSummary')
const ByJob = z.object({ jobId: Number64 })
const JobQuery = z.object({
  state: z.enum(JOB_STATES).optional(),
  kind: Filter,
  cursor: Number64.optional(),
  limit: Limit,
})

function addJobReads(app: App, guards: GuardsFor, house: HouseDesk): void {
  addStaffRoute(app, guards, 'GET /v1/admin/jobs', {
    summary: 'Jobs of a state and a kind, newest first; what one carries is not shown',
    query: JobQuery,
    answer: Jobs,
    run: async ({ query: { state, kind, cursor, limit } }) => {
      const jobs = await house.listJobs({
        limit,
        ...(state === undefined ? {} : { state }),
        ...(kind === undefined ? {} : { kind }),
        ...(cursor === undefined ? {} : { beforeId: BigInt(cursor) }),
      })
      const items = jobs.map((job) => ({
        ...job,
        id: String(job.id),
        runAt: job.runAt.toISOString(),
        createdAt: job.createdAt.toISOString(),
        endedAt: textOf(job.endedAt),
      }))
      return { items, cursor: items.length < limit ? null : items.at(-1)!.id }
    },
  })
  addStaffRoute(app, guards, 'GET /v1/admin/jobs/summary', {
    summary: 'Jobs that are not done, by kind; recurring ones with their last and next run',
    answer: JobSummary,
    run: async () => {
      const { kinds, schedules } = await house.readJobs()
      return {
        kinds: kinds.map((kind) => ({ ...kind, nextAt: textOf(kind.nextAt) })),
        schedules: schedules.map((schedule) => ({
          ...schedule,
          nextAt: textOf(schedule.nextAt),
          lastAt: textOf(schedule.lastAt),
          deadAt: textOf(schedule.deadAt),
        })),
      }
    },
  })
}

function textOf(at: Date | null): string | null {
  return at?.toISOString() ?? null
}

function addJobChanges(app: App, guards: GuardsFor, house: HouseDesk): void {
  addStaffRoute(app, guards, 'POST /v1/admin/jobs/{jobId}/retry', {
    summary: 'Give a dead job all its attempts again',
    params: ByJob,
    errors: ['not_found', 'conflict'],
    run: ({ params, trail }) => house.retryJob(trail, BigInt(params.jobId)),
  })
  addStaffRoute(app, guards, 'DELETE /v1/admin/jobs/{jobId}', {
    summary: 'Take a dead job away for good',
    params: ByJob,
    query: z.object({ reason: Reason }),
    errors: ['not_found', 'conflict'],
    run: ({ params, query: { reason }, trail }) =>
      house.discardJob(trail, { id: BigInt(params.jobId), reason }),
  })
}

const Letter = z
  .object({
    id: Number64,
    consumer: z.string(),
    eventId: z.string(),
    topic: z.string(),
    key: z.string(),
    reason: z.string(),
    deadAt: moment,
  })
  .openapi('DeadLetter')
const Letters = z.object({ items: z.array(Letter), cursor: Cursor }).openapi('DeadLetters')

function addLetterRoutes(app: App, guards: GuardsFor, house: HouseDesk): void {
  addStaffRoute(app, guards, 'GET /v1/admin/letters', {
    summary: 'Events that a consumer gave up, newest first',
    query: z.object({ cursor: Number64.optional(), limit: Limit }),
    answer: Letters,
    run: async ({ query: { cursor, limit } }) => {
      const beforeId = cursor === undefined ? undefined : BigInt(cursor)
      const letters = await house.listLetters({ beforeId, limit })
      const items = letters.map((letter) => {
        return { ...letter, id: String(letter.id), deadAt: letter.deadAt.toISOString() }
      })
      return { items, cursor: items.length < limit ? null : items.at(-1)!.id }
    },
  })
  addStaffRoute(app, guards, 'DELETE /v1/admin/letters/{letterId}', {
    summary: 'Take an event that was given up away for good',
    params: z.object({ letterId: Number64 }),
    query: z.object({ reason: Reason }),
    errors: ['not_found'],
    run: ({ params, query: { reason }, trail }) =>
      house.discardLetter(trail, { id: BigInt(params.letterId), reason }),
  })
}

const OUTCOMES = ['done', 'refused', 'failed'] as const
const AuditEntry = z
  .object({
    seq: count,
    at: moment,
    actor: z.object({
      kind: z.enum(['user', 'machine', 'nobody']),
      id: z.string().nullable(),
      address: z.string().nullable(),
    }),
    actorName: z.string().nullable(),
    action: z.string(),
    target: z.object({ kind: z.string(), id: z.string() }).nullable(),
    targetName: z.string().nullable(),
    before: z.unknown(),
    after: z.unknown(),
    reason: z.string().nullable(),
    requestId: z.string(),
    outcome: z.enum(OUTCOMES),
    /** Error code of what was not done. */
    code: z.string().nullable(),
    /** Noted down elsewhere, it proves later that nothing before it was changed. */
    hash: z.string(),
  })
  .openapi('AuditEntry')
const AuditLog = z.object({ items: z.array(AuditEntry), cursor: Cursor }).openapi('AuditLog')
const AuditQuery = z.object({
  /** Id or name. */
  actor: Filter,
  /** `user.ban`, or `user` for all that begin so. */
  action: Filter,
  target: Filter,
  outcome: z.enum(OUTCOMES).optional(),
  from: moment.optional(),
  until: moment.optional(),
  cursor: Number64.optional(),
  limit: Limit,
})
const ChainReport = z
  .object({
    fromSeq: count,
    rows: count,
    findings: z.array(
      z.object({
        seq: count,
        what: z.enum(['changed', 'missing', 'unlinked', 'cut off', 'unknown hash']),
      }),
    ),
    /** As many as were found; the first 20 are listed. */
    findingCount: count,
    head: z.string(),
  })
  .openapi('AuditChain')
const ChainQuery = z.object({
  rows: z.coerce.number().int().min(1).max(CHAIN_ROWS_MAX).default(CHAIN_ROWS_DEFAULT),
})

function addAuditRoutes(app: App, guards: GuardsFor, house: HouseDesk): void {
  addStaffRoute(app, guards, 'GET /v1/admin/audit', {
    summary: 'The audit log, newest first',
    query: AuditQuery,
    answer: AuditLog,
    run: async ({ query: { actor, action, target, outcome, from, until, cursor, limit } }) => {
      const items = await house.listAudit({
        limit,
        actor,
        action,
        targetId: target,
        outcome,
        fromMs: from === undefined ? undefined : Date.parse(from),
        untilMs: until === undefined ? undefined : Date.parse(until),
        beforeSeq: cursor === undefined ? undefined : Number(cursor),
      })
      return { items, cursor: items.length < limit ? null : String(items.at(-1)!.seq) }
    },
  })
  addStaffRoute(app, guards, 'POST /v1/admin/audit/verify', {
    summary: 'Check the chain of the newest rows; `npm run audit -- verify` checks all',
    query: ChainQuery,
    answer: ChainReport,
    run: async ({ query: { rows } }) => {
      const report = await house.verifyAudit(rows)
      return { ...report, findings: [...report.findings] }
    },
  })
}

const ListedInvite = z
  .object({
    code: z.string(),
    uses: count,
    usesMax: count,
    /** Name of who made it. */
    by: z.string().nullable(),
    createdAt: moment,
    expiresAt: maybe,
    disabledAt: maybe,
  })
  .openapi('ListedInvite')
const InviteList = z.object({ items: z.array(ListedInvite), cursor: Cursor }).openapi('InviteList')

function addInviteList(app: App, guards: GuardsFor, house: HouseDesk): void {
  addStaffRoute(app, guards, 'GET /v1/admin/invites', {
    summary: 'Invite codes with their uses, newest first',
    query: z.object({ cursor: z.string().max(64).optional(), limit: Limit }),
    answer: InviteList,
    run: async ({ query: { cursor, limit } }) => {
      const items = await house.listInvites({ beforeCode: cursor, limit })
      return { items, cursor: items.length < limit ? null : items.at(-1)!.code }
    },
  })
}
