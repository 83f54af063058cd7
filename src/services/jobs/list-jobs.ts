/** What operators see: jobs by state, newest first, and how many there are. */
import { sql } from 'kysely'
import type { RawBuilder } from 'kysely'

import type { Db } from '../../db/database.ts'

/** Where a job stands. */
export const JOB_STATES = ['waiting', 'running', 'done', 'dead'] as const
export type JobState = (typeof JOB_STATES)[number]

/** A job as it is shown. */
export interface ListedJob {
  readonly id: bigint
  readonly kind: string
  readonly key: string | null
  readonly state: JobState
  readonly runAt: Date
  readonly createdAt: Date
  /** When it was done, or died. */
  readonly endedAt: Date | null
  readonly attempts: number
  readonly attemptsMax: number
  readonly lastError: string | null
}

/** Which jobs; `beforeId` continues a list. */
export interface JobFilter {
  readonly state?: JobState
  readonly kind?: string
  readonly beforeId?: bigint
  readonly limit: number
}

const STATE = sql<JobState>`case when dead_at is not null then 'dead'
  when done_at is not null then 'done' when locked_by is not null then 'running'
  else 'waiting' end`

/** As conditions that the table's partial indexes answer. */
const IN_STATE: Readonly<Record<JobState, RawBuilder<boolean>>> = {
  waiting: sql<boolean>`done_at is null and dead_at is null and locked_by is null`,
  running: sql<boolean>`done_at is null and dead_at is null and locked_by is not null`,
  done: sql<boolean>`done_at is not null`,
  dead: sql<boolean>`dead_at is not null`,
}

/** Newest first. */
export async function listJobs(db: Db, filter: JobFilter): Promise<ListedJob[]> {
  let query = db
    .selectFrom('jobs.jobs')
    .select(['id', 'kind', 'key', 'attempts', STATE.as('state'), 'run_at as runAt'])
    .select(['attempts_max as attemptsMax', 'last_error as lastError', 'created_at as createdAt'])
    .select((eb) => eb.fn.coalesce('done_at', 'dead_at').as('endedAt'))
    .orderBy('id', 'desc')
    .limit(filter.limit)
  if (filter.state !== undefined) query = query.where(IN_STATE[filter.state])
  if (filter.kind !== undefined) query = query.where('kind', '=', filter.kind)
  if (filter.beforeId !== undefined) query = query.where('id', '<', filter.beforeId)
  return query.execute()
}

/** One job; undefined when it is not there. */
export async function findJob(db: Db, id: bigint): Promise<ListedJob | undefined> {
  const [found] = await listJobs(db, { beforeId: id + 1n, limit: 1 })
  return found?.id === id ? found : undefined
}

/** What there is of a kind that is not done. */
export interface KindCount {
  readonly kind: string
  readonly waiting: number
  /** Of those that wait: they failed before. */
  readonly retrying: number
  readonly running: number
  readonly dead: number
  /** When the next one is due. */
  readonly nextAt: Date | null
}

/** Kinds shown at most. */
const KINDS_MAX = 200

/** Everything that is not done, by kind. */
export async function countKinds(db: Db): Promise<KindCount[]> {
  const { waiting, running, dead } = IN_STATE
  const { rows } = await sql<KindCount>`
    select kind, count(*) filter (where ${waiting})::int4 as waiting,
      count(*) filter (where ${waiting} and attempts > 0)::int4 as retrying,
      count(*) filter (where ${running})::int4 as running,
      count(*) filter (where ${dead})::int4 as dead,
      min(run_at) filter (where ${waiting}) as "nextAt"
    from jobs.jobs where (done_at is null and dead_at is null) or dead_at is not null
    group by kind order by kind limit ${KINDS_MAX}::int4`.execute(db)
  return rows
}

/** When a recurring job ran last and runs next. */
export interface ScheduleRuns {
  readonly nextAt: Date | null
  readonly lastAt: Date | null
  /** When a run last gave up. */
  readonly deadAt: Date | null
}

/** Runs of recurring jobs by kind; done ones are known for a week. */
export async function readScheduleRuns(db: Db): Promise<ReadonlyMap<string, ScheduleRuns>> {
  const { rows } = await sql<ScheduleRuns & { kind: string }>`
    select kind, max(done_at) as "lastAt", max(dead_at) as "deadAt",
      min(run_at) filter (where done_at is null and dead_at is null) as "nextAt"
    from jobs.jobs where key like 'cron:%' group by kind`.execute(db)
  return new Map(rows.map((row) => [row.kind, row]))
}

/** How many jobs of each state there are. */
export async function countJobs(db: Db): Promise<Readonly<Record<JobState, number>>> {
  const rows = await db
    .selectFrom('jobs.jobs')
    .select([STATE.as('state'), sql<number>`count(*)::int4`.as('count')])
    .groupBy(STATE)
    .execute()
  const counts = { waiting: 0, running: 0, done: 0, dead: 0 }
  for (const { state, count } of rows) counts[state] = count
  return counts
}
