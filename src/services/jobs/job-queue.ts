/**
 * Putting jobs in, in the transaction of the change that needs them: both are there or neither. A
 * worker in this process is woken when that transaction has committed.
 */
import type { Clock } from '@battalion/base/clock.ts'

import type { Trx } from '../../db/database.ts'
import { afterCommit } from '../../db/transaction-scope.ts'
import { findRequestId } from '../request-scope.ts'
import { JOB_ATTEMPTS_MAX } from './job-backoff.ts'
import { insertJob, reviveJob } from './job-queries.ts'

/** A job to be done. */
export interface NewJob {
  readonly kind: string
  /** At most one job with this key ever; `charge:<payment>`. None: any number. */
  readonly key?: string
  /** JSON. */
  readonly payload?: unknown
  /** Not before this wall time; now when absent (ms). */
  readonly runAtMs?: number
  readonly attemptsMax?: number
}

/** Takes jobs. */
export interface JobQueue {
  /** False when a job with this key was there before. */
  enqueue(trx: Trx, job: NewJob): Promise<boolean>
  /** Makes a dead job due again with all its attempts; false when it is not dead. */
  retry(trx: Trx, id: bigint): Promise<boolean>
  /** Calls `listener` after each commit that put a job in. */
  onEnqueued(listener: () => void): void
}

/** The queue of one database. */
export function createJobQueue(clock: Clock): JobQueue {
  const listeners: (() => void)[] = []
  const wake = () => {
    for (const listener of listeners) listener()
  }
  return {
    onEnqueued: (listener) => void listeners.push(listener),
    async retry(trx, id) {
      const isDead = await reviveJob(trx, id, clock.wallMs())
      if (isDead) afterCommit(wake)
      return isDead
    },
    async enqueue(trx, job) {
      const nowMs = clock.wallMs()
      const isNew = await insertJob(trx, {
        kind: job.kind,
        key: job.key ?? null,
        payload: job.payload ?? {},
        runAtMs: job.runAtMs ?? nowMs,
        attemptsMax: job.attemptsMax ?? JOB_ATTEMPTS_MAX,
        requestId: findRequestId(),
        nowMs,
      })
      if (isNew) afterCommit(wake)
      return isNew
    },
  }
}
