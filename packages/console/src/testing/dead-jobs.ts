/** Dead letters, as workers leave them. Tests only. */
import type { Database } from '../../../../src/db/database.ts'
import { insertJob } from '../../../../src/services/jobs/job-queries.ts'
import { systemClock } from '../../../../src/system-clock.ts'

/** What each of them died of. */
export const DEAD_JOB_ERROR = '550 5.1.1 <gone@example.org>: no such box'

/** Puts one of each kind. */
export async function putDeadJobs({ db }: Database, kinds: readonly string[]): Promise<void> {
  for (const kind of kinds) {
    const nowMs = systemClock.wallMs()
    const job = { kind, key: null, payload: {}, runAtMs: nowMs, attemptsMax: 1, nowMs }
    await insertJob(db, { ...job, requestId: undefined })
  }
  await db
    .updateTable('jobs.jobs')
    .set({ dead_at: new Date(systemClock.wallMs()), attempts: 1, last_error: DEAD_JOB_ERROR })
    .where('kind', 'in', kinds)
    .execute()
}
