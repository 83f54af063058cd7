/**
 * When a recurring job runs next; the one file that imports croner, which only computes times. The
 * job table fires: each run is a row whose key names its time, so two processes make one row.
 */
import { Cron } from 'croner'

/** A recurring job. */
export interface JobSchedule {
  readonly kind: string
  /** Five fields as cron writes them. */
  readonly pattern: string
  /** IANA name; UTC when absent. */
  readonly zone?: string
}

/** Its next run after `afterMs` (wall ms); undefined when there is none. */
export function findNextRunMs(schedule: JobSchedule, afterMs: number): number | undefined {
  const cron = new Cron(schedule.pattern, { timezone: schedule.zone ?? 'UTC', paused: true })
  return cron.nextRun(new Date(afterMs))?.getTime()
}

/** How keys of a schedule's runs begin. */
export function scheduleKeyPrefix(kind: string): string {
  return `cron:${kind}:`
}
