/**
 * Maintenance of the whole game: nobody new joins a battle and no next battle begins, running ones
 * go on. Kept in the database, so a restart does not end it. This process knows it by heart: asking
 * costs nothing, a change here counts at once, and one by another process within seconds.
 */
import { AppError } from '@battalion/base/app-error.ts'
import type { Clock, TimerHandle, Timers } from '@battalion/base/clock.ts'

import type { Database } from '../../db/database.ts'
import type { AuditTrail } from '../audit/audit-trail.ts'
import { lockMaintenance, NO_MAINTENANCE, readMaintenance } from './maintenance-queries.ts'
import { writeMaintenance } from './maintenance-queries.ts'
import type { Maintenance } from './maintenance-queries.ts'

/** Changes by other processes are looked for this often (ms). */
export const LOOK_MS = 5000
/** Told to who is turned away when nobody knows how long it takes, and at least (s). */
const RETRY_SEC = { unknown: 60, min: 15, max: 3600 } as const

/** What staff set. */
export interface MaintenanceChange {
  readonly isOn: boolean
  readonly text: string
  readonly untilMs: number | null
}

/** What it stands on. */
export interface MaintenancePorts {
  readonly database: Database
  readonly clock: Pick<Clock, 'wallMs'>
  readonly timers: Timers
  /** It is on or off from now on, or on with other words. */
  readonly onChange: (now: Maintenance) => void
  readonly onError: (error: unknown) => void
}

/** What players are told: the words, and when to try again. */
export interface MaintenanceNotice {
  readonly message: string
  readonly retryAfterSec: number
}

export class MaintenanceMode {
  readonly #ports: MaintenancePorts
  #now: Maintenance = NO_MAINTENANCE
  #timer: TimerHandle | undefined
  #isStopped = false

  constructor(ports: MaintenancePorts) {
    this.#ports = ports
  }

  /** As this process knows it. */
  get now(): Maintenance {
    return this.#now
  }

  /** What to tell players; undefined while the game is open. */
  get notice(): MaintenanceNotice | undefined {
    const { isOn, text, untilMs } = this.#now
    if (!isOn) return undefined
    const leftSec = untilMs === null ? 0 : Math.ceil((untilMs - this.#ports.clock.wallMs()) / 1000)
    const knownSec = Math.min(RETRY_SEC.max, Math.max(RETRY_SEC.min, leftSec))
    return { message: text, retryAfterSec: leftSec > 0 ? knownSec : RETRY_SEC.unknown }
  }

  /** Throws `maintenance` while it is on. */
  refuse(): void {
    const { notice } = this
    if (notice === undefined) return
    const { message, retryAfterSec } = notice
    throw new AppError('maintenance', message, { retryAfterSec })
  }

  /** Reads it as soon as the database is there, and again and again. */
  async start(): Promise<void> {
    await this.#ports.database.ready
    await this.#look()
  }

  stop(): void {
    this.#isStopped = true
    this.#timer?.cancel()
  }

  /** Sets it, with its row of the audit log. */
  async set(trail: AuditTrail, change: MaintenanceChange): Promise<Maintenance> {
    const { database, clock } = this.#ports
    const after = await database.transact(async (trx) => {
      const before = await lockMaintenance(trx)
      const wanted = {
        ...change,
        // The clocks of processes differ; of two changes the later one counts.
        changedAtMs: Math.max(clock.wallMs(), (before.changedAtMs ?? 0) + 1),
        changedBy: trail.actor.id,
      }
      await writeMaintenance(trx, wanted)
      const target = { kind: 'maintenance', id: 'game' }
      await trail.record(trx, { target, before: shown(before), after: shown(wanted) })
      return wanted
    })
    this.#take(after)
    return after
  }

  async #look(): Promise<void> {
    if (this.#isStopped) return
    try {
      this.#take(await readMaintenance(this.#ports.database.db))
    } catch (error) {
      // What was known stands while the database is away.
      this.#ports.onError(error)
    }
    if (this.#isStopped) return
    this.#timer = this.#ports.timers.setTimeout(() => void this.#look(), LOOK_MS)
  }

  #take(next: Maintenance): void {
    const before = this.#now
    // A look that began before a change here must not undo it.
    if ((next.changedAtMs ?? 0) < (before.changedAtMs ?? 0)) return
    this.#now = next
    const isSame = next.isOn === before.isOn && next.text === before.text
    if (isSame && next.untilMs === before.untilMs) return
    this.#ports.onChange(next)
  }
}

/** For the audit log. */
function shown({ isOn, text, untilMs }: MaintenanceChange) {
  return { isOn, text, until: untilMs === null ? null : new Date(untilMs).toISOString() }
}
