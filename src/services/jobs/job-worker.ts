/**
 * Does jobs: claims what is due, runs a bounded number at once, writes the outcome. At least once:
 * when a process dies its jobs are taken again after their lease, so a handler is idempotent by a
 * unique key of its own. Sleeps until the next job is due or one is put in; a slow poll finds what
 * other processes put in. A database that is away only delays it.
 */
import type { Clock, TimerHandle, Timers } from '@battalion/base/clock.ts'

import type { Database, Trx } from '../../db/database.ts'
import { withRequest } from '../request-scope.ts'
import { WakeLoop } from '../wake-loop.ts'
import { backoffMs, JOB_ATTEMPTS_MAX } from './job-backoff.ts'
import { buryAbandoned, claimJobs, deleteScheduled, extendLeases } from './job-queries.ts'
import { failJob, findNextDueMs, finishJob, insertJob, isLive } from './job-queries.ts'
import type { ClaimedJob, JobHold } from './job-queries.ts'
import type { JobQueue } from './job-queue.ts'
import { findNextRunMs, scheduleKeyPrefix } from './job-schedule.ts'
import type { JobSchedule } from './job-schedule.ts'

/** Does one job; throwing fails this attempt. */
export type JobHandler = (job: ClaimedJob) => Promise<void>

/** What became of an attempt. */
export type JobOutcome = 'done' | 'failed' | 'dead' | 'lease_lost'

/** What a worker stands on. */
export interface JobWorkerOptions {
  readonly database: Database
  readonly queue: JobQueue
  readonly clock: Clock
  readonly timers: Timers
  /** Unique among running processes. */
  readonly workerId: string
  readonly handlers: Readonly<Record<string, JobHandler>>
  readonly schedules?: readonly JobSchedule[]
  readonly concurrency?: number
  readonly leaseMs?: number
  readonly onOutcome?: (kind: string, outcome: JobOutcome, error?: unknown) => void
  readonly onError?: (error: unknown) => void
}

const CONCURRENCY = 4
/** A job of a process that died is taken again after this (ms); shorter costs more renewals. */
const LEASE_MS = 60_000
/** Longest sleep: what another process put in is found by then (ms). */
const SLOW_POLL_MS = 30_000
const ERROR_CHARS_MAX = 500
/** Of a schedule, looked at for the next one: a day of one that runs every minute. */
const PASSED_RUNS_MAX = 1440

/** One worker of a process. */
export class JobWorker {
  readonly #options: JobWorkerOptions
  readonly #kinds: readonly string[]
  readonly #loop: WakeLoop
  readonly #running = new Map<bigint, Promise<void>>()
  #renewal: TimerHandle | undefined
  #hasSchedules: boolean

  constructor(options: JobWorkerOptions) {
    this.#options = options
    this.#kinds = Object.keys(options.handlers)
    this.#hasSchedules = (options.schedules ?? []).length > 0
    this.#loop = new WakeLoop({
      timers: options.timers,
      step: () => this.#step(),
      onError: (error) => options.onError?.(error),
    })
    options.queue.onEnqueued(() => this.#loop.wake())
  }

  start(): void {
    this.#loop.start()
  }

  /** Claims nothing more; resolves when what is running has ended. */
  async stop(): Promise<void> {
    await this.#loop.stop()
    await Promise.all(this.#running.values())
    this.#renewal?.cancel()
  }

  /** Fills the free places; answers how long nothing is due. */
  async #step(): Promise<number> {
    const { database, clock, workerId, concurrency = CONCURRENCY } = this.#options
    if (this.#hasSchedules) await this.#planSchedules()
    const count = concurrency - this.#running.size
    if (count <= 0) return SLOW_POLL_MS
    const nowMs = clock.wallMs()
    const leaseMs = this.#leaseMs()
    const wish = { kinds: this.#kinds, workerId, count, nowMs, leaseMs }
    const claimed = await claimJobs(database.db, wish)
    for (const job of claimed) this.#begin(job)
    if (claimed.length === count) return SLOW_POLL_MS
    const buried = await buryAbandoned(database.db, nowMs)
    for (let index = 0; index < buried; index++) this.#options.onOutcome?.('abandoned', 'dead')
    const dueMs = await findNextDueMs(database.db, this.#kinds)
    if (dueMs === undefined) return SLOW_POLL_MS
    return Math.min(SLOW_POLL_MS, Math.max(1, dueMs - clock.wallMs()))
  }

  #leaseMs(): number {
    return this.#options.leaseMs ?? LEASE_MS
  }

  #begin(job: ClaimedJob): void {
    const done = withRequest(job.requestId, () => this.#attempt(job))
      .catch((error: unknown) => this.#options.onError?.(error))
      .finally(() => {
        this.#running.delete(job.id)
        this.#loop.wake()
      })
    this.#running.set(job.id, done)
    this.#renewal ??= this.#options.timers.setTimeout(() => this.#renew(), this.#leaseMs() / 3)
  }

  /** Keeps the leases of what runs; stops by itself when nothing does. */
  #renew(): void {
    this.#renewal = undefined
    const ids = [...this.#running.keys()]
    if (ids.length === 0) return
    const { database, clock, workerId, timers, onError } = this.#options
    const untilMs = clock.wallMs() + this.#leaseMs()
    extendLeases(database.db, workerId, ids, untilMs).catch((error: unknown) => onError?.(error))
    this.#renewal = timers.setTimeout(() => this.#renew(), this.#leaseMs() / 3)
  }

  async #attempt(job: ClaimedJob): Promise<void> {
    const { handlers, onOutcome } = this.#options
    try {
      await handlers[job.kind]!(job)
    } catch (error) {
      return this.#writeFailure(job, error)
    }
    const isHeld = await this.#writeOutcome(job, (trx, hold, nowMs) => finishJob(trx, hold, nowMs))
    onOutcome?.(job.kind, isHeld ? 'done' : 'lease_lost')
  }

  async #writeFailure(job: ClaimedJob, error: unknown): Promise<void> {
    const isLast = job.attempts >= job.attemptsMax || canNeverSucceed(error)
    const text = (error instanceof Error ? error.message : String(error)).slice(0, ERROR_CHARS_MAX)
    const isHeld = await this.#writeOutcome(job, (trx, hold, nowMs) => {
      const retryAtMs = isLast ? undefined : nowMs + backoffMs(job.attempts, job.id)
      return failJob(trx, hold, { error: text, nowMs, retryAtMs })
    })
    const outcome = isLast ? 'dead' : 'failed'
    this.#options.onOutcome?.(job.kind, isHeld ? outcome : 'lease_lost', error)
  }

  /** The outcome, and the next run of a recurring job once this one is over, in one transaction. */
  async #writeOutcome(
    job: ClaimedJob,
    write: (trx: Trx, hold: JobHold, nowMs: number) => Promise<boolean>,
  ): Promise<boolean> {
    const { database, clock, workerId } = this.#options
    const hold = { id: job.id, workerId, attempts: job.attempts }
    return database.transact(
      async (trx) => {
        const nowMs = clock.wallMs()
        const isHeld = await write(trx, hold, nowMs)
        const isRun = job.key?.startsWith(scheduleKeyPrefix(job.kind)) === true
        const schedule = this.#options.schedules?.find(({ kind }) => kind === job.kind)
        if (isHeld && isRun && schedule !== undefined) await planNext(trx, schedule, nowMs)
        return isHeld
      },
      { idempotencyKey: `job:${job.id}:${job.attempts}` },
    )
  }

  /** At the start: each schedule's next run as the code says it today. */
  async #planSchedules(): Promise<void> {
    const { database, clock, schedules = [] } = this.#options
    await database.transact(async (trx) => {
      for (const schedule of schedules) {
        await deleteScheduled(trx, scheduleKeyPrefix(schedule.kind), clock.wallMs())
        await planNext(trx, schedule, clock.wallMs())
      }
    })
    this.#hasSchedules = false
  }
}

/** A failure that says of itself that no later attempt can mend it: `isPermanent`. */
function canNeverSucceed(error: unknown): boolean {
  return error instanceof Error && 'isPermanent' in error && error.isPermanent === true
}

/** Times that were run already are passed over: the clock was set back, by minutes or hours. */
async function planNext(trx: Trx, schedule: JobSchedule, nowMs: number): Promise<void> {
  let afterMs = nowMs
  for (let passed = 0; passed < PASSED_RUNS_MAX; passed++) {
    const runAtMs = findNextRunMs(schedule, afterMs)
    if (runAtMs === undefined) return
    const key = `${scheduleKeyPrefix(schedule.kind)}${new Date(runAtMs).toISOString()}`
    const isPlanned = await insertJob(trx, {
      kind: schedule.kind,
      key,
      payload: {},
      runAtMs,
      attemptsMax: JOB_ATTEMPTS_MAX,
      requestId: undefined,
      nowMs,
    })
    if (isPlanned || (await isLive(trx, key))) return
    afterMs = runAtMs
  }
}
