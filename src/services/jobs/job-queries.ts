/**
 * SQL of the job table. A job is live until done or dead. Who works on it holds a lease; every
 * write of an outcome names holder and attempt, so a worker that lost its lease changes nothing.
 */
import { sql } from 'kysely'

import type { Db } from '../../db/database.ts'
import { deleteRowsInParts } from '../../db/delete-in-parts.ts'
import { jsonText } from '../../db/json-text.ts'

/** A job as it is put in. */
export interface JobInsert {
  readonly kind: string
  readonly key: string | null
  readonly payload: unknown
  readonly runAtMs: number
  readonly attemptsMax: number
  /** The request that put it in. */
  readonly requestId: string | undefined
  readonly nowMs: number
}

/** A job in a worker's hands. */
export interface ClaimedJob {
  readonly id: bigint
  readonly kind: string
  readonly key: string | null
  readonly payload: unknown
  readonly attempts: number
  readonly attemptsMax: number
  readonly requestId: string | null
}

/** Which attempt of whom an outcome belongs to. */
export interface JobHold {
  readonly id: bigint
  readonly workerId: string
  readonly attempts: number
}

/** Inserts; false when the key is there already, live or done. */
export async function insertJob(db: Db, job: JobInsert): Promise<boolean> {
  const inserted = await db
    .insertInto('jobs.jobs')
    .values({
      kind: job.kind,
      key: job.key,
      payload: jsonText(job.payload),
      run_at: new Date(job.runAtMs),
      attempts_max: job.attemptsMax,
      request_id: job.requestId ?? null,
      created_at: new Date(job.nowMs),
    })
    .onConflict((conflict) => conflict.column('key').doNothing())
    .returning('id')
    .executeTakeFirst()
  return inserted !== undefined
}

/**
 * Takes up to `count` due jobs. SKIP LOCKED lets workers pass each other; MATERIALIZED keeps the
 * limit: as a plain subselect it may run once per row of the update and take more.
 */
export async function claimJobs(
  db: Db,
  wish: {
    readonly kinds: readonly string[]
    readonly workerId: string
    readonly count: number
    readonly nowMs: number
    readonly leaseMs: number
  },
): Promise<ClaimedJob[]> {
  const now = new Date(wish.nowMs)
  const { rows } = await sql<ClaimedJob>`
    with due as materialized (
      select id from jobs.jobs
      where done_at is null and dead_at is null and run_at <= ${now}::timestamptz
        and (locked_until is null or locked_until < ${now}::timestamptz)
        and attempts < attempts_max and kind = any(${[...wish.kinds]}::text[])
      order by run_at, id
      limit ${wish.count}::int4
      for update skip locked
    )
    update jobs.jobs as job
    set locked_by = ${wish.workerId}, attempts = attempts + 1,
      locked_until = ${new Date(wish.nowMs + wish.leaseMs)}::timestamptz
    from due where job.id = due.id
    returning job.id, kind, key, payload, attempts, attempts_max as "attemptsMax",
      request_id as "requestId"`.execute(db)
  return rows.sort((a, b) => Number(a.id - b.id))
}

/** Writes that an attempt succeeded; false when its lease was lost. */
export async function finishJob(db: Db, hold: JobHold, nowMs: number): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('jobs.jobs')
    .set({ done_at: new Date(nowMs), locked_by: null, locked_until: null, last_error: null })
    .where('id', '=', hold.id)
    .where('locked_by', '=', hold.workerId)
    .where('attempts', '=', hold.attempts)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/** Writes that an attempt failed: due again at `retryAtMs`, or dead when that is undefined. */
export async function failJob(
  db: Db,
  hold: JobHold,
  outcome: {
    readonly error: string
    readonly nowMs: number
    readonly retryAtMs: number | undefined
  },
): Promise<boolean> {
  const { error, nowMs, retryAtMs } = outcome
  const next =
    retryAtMs === undefined ? { dead_at: new Date(nowMs) } : { run_at: new Date(retryAtMs) }
  const { numUpdatedRows } = await db
    .updateTable('jobs.jobs')
    .set({ ...next, locked_by: null, locked_until: null, last_error: error })
    .where('id', '=', hold.id)
    .where('locked_by', '=', hold.workerId)
    .where('attempts', '=', hold.attempts)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/** Longer leases for what a worker still works on. */
export async function extendLeases(
  db: Db,
  workerId: string,
  ids: readonly bigint[],
  untilMs: number,
): Promise<void> {
  await db
    .updateTable('jobs.jobs')
    .set({ locked_until: new Date(untilMs) })
    .where('locked_by', '=', workerId)
    .where('id', '=', sql<bigint>`any(${[...ids]}::int8[])`)
    .execute()
}

/** Jobs whose last worker died with them, at their last attempt: nobody will take them again. */
export async function buryAbandoned(db: Db, nowMs: number): Promise<number> {
  const now = new Date(nowMs)
  const { numUpdatedRows } = await db
    .updateTable('jobs.jobs')
    .set({ dead_at: now, locked_by: null, locked_until: null })
    .set((eb) => ({ last_error: eb.fn.coalesce('last_error', eb.val('its worker ended')) }))
    .where('done_at', 'is', null)
    .where('dead_at', 'is', null)
    .whereRef('attempts', '>=', 'attempts_max')
    .where('locked_until', '<', now)
    .executeTakeFirst()
  return Number(numUpdatedRows)
}

/** When the next job of these kinds can be taken; undefined when there is none. */
export async function findNextDueMs(db: Db, kinds: readonly string[]): Promise<number | undefined> {
  const { rows } = await sql<{ due: Date | null }>`
    select min(greatest(run_at, locked_until)) as due from jobs.jobs
    where done_at is null and dead_at is null
      and kind = any(${[...kinds]}::text[])`.execute(db)
  return rows[0]?.due?.getTime()
}

/** Whether a job of this key is there and neither done nor dead. */
export async function isLive(db: Db, key: string): Promise<boolean> {
  const row = await db
    .selectFrom('jobs.jobs')
    .select('id')
    .where('key', '=', key)
    .where('done_at', 'is', null)
    .where('dead_at', 'is', null)
    .executeTakeFirst()
  return row !== undefined
}

/** Future runs of a schedule that nobody has begun. */
export async function deleteScheduled(db: Db, keyPrefix: string, nowMs: number): Promise<void> {
  await db
    .deleteFrom('jobs.jobs')
    .where(sql<boolean>`starts_with(key, ${keyPrefix})`)
    .where('done_at', 'is', null)
    .where('dead_at', 'is', null)
    .where('locked_by', 'is', null)
    .where('run_at', '>', new Date(nowMs))
    .execute()
}

/** Forgets what was done, and what died, before these times. */
export async function deleteOldJobs(
  db: Db,
  before: { readonly doneMs: number; readonly deadMs: number },
): Promise<number> {
  const done = new Date(before.doneMs)
  const dead = new Date(before.deadMs)
  return await deleteRowsInParts(
    db,
    (count) => sql`
      delete from jobs.jobs where id in (
        select id from jobs.jobs
        where done_at < ${done}::timestamptz or dead_at < ${dead}::timestamptz
        limit ${count}::int4)`,
  )
}

/** Makes a dead job due again with all its attempts; false when it is not dead. */
export async function reviveJob(db: Db, id: bigint, nowMs: number): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('jobs.jobs')
    .set({ dead_at: null, attempts: 0, run_at: new Date(nowMs) })
    .where('id', '=', id)
    .where('dead_at', 'is not', null)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/** Takes a dead job away for good; false when it is not dead. */
export async function deleteDeadJob(db: Db, id: bigint): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom('jobs.jobs')
    .where('id', '=', id)
    .where('dead_at', 'is not', null)
    .executeTakeFirst()
  return numDeletedRows === 1n
}
