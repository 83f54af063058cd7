/**
 * Who may sign in and chat and not join battles [ADM-2]. Asked at every join and reconnect, so the
 * standing locks are in memory: read as the process starts and once a minute, changed as the
 * transaction of a change commits here, and by the bus event for what other processes changed. A
 * database that is away keeps nobody from playing, and lets nobody in who was locked before.
 */
import { AppError } from '@battalion/base/app-error.ts'
import type { Clock } from '@battalion/base/clock.ts'

import type { Db, Trx } from '../../db/database.ts'
import { afterCommit } from '../../db/transaction-scope.ts'
import type { EventOutbox } from '../outbox/event-outbox.ts'
import { imposeSanction, liftSanctions, readLocks } from './sanctions.ts'
import type { Lift, NewSanction } from './sanctions.ts'

/** A user was locked or freed; the payload names him, the table says what holds. */
export const MATCH_LOCK_TOPIC = 'identity.match_lock'

/** Payload of {@link MATCH_LOCK_TOPIC}. */
export interface MatchLockChanged {
  readonly userId: string
}

/** What a change is told by. */
export interface MatchLockPorts {
  readonly clock: Pick<Clock, 'wallMs'>
  readonly outbox: EventOutbox
  /** Told as it commits. */
  readonly onMatchLock: (lock: { readonly userId: string; readonly untilMs: number }) => void
}

/** The standing locks of one process. */
export class MatchLocks {
  readonly #clock: Pick<Clock, 'wallMs'>
  #untilMs = new Map<string, number>()
  #changes = 0

  constructor(clock: Pick<Clock, 'wallMs'>) {
    this.#clock = clock
  }

  isLocked(userId: string): boolean {
    const untilMs = this.#untilMs.get(userId)
    return untilMs !== undefined && untilMs > this.#clock.wallMs()
  }

  /** Throws `forbidden` while he is locked. */
  refuse(userId: string): void {
    if (!this.isLocked(userId)) return
    const untilMs = this.#untilMs.get(userId)!
    const until = untilMs === Infinity ? '' : ` until ${new Date(untilMs).toISOString()}`
    throw new AppError('forbidden', `You may not join battles${until}.`)
  }

  /** A time that is past frees him. */
  set(userId: string, untilMs: number): void {
    this.#changes++
    if (untilMs > this.#clock.wallMs()) this.#untilMs.set(userId, untilMs)
    else this.#untilMs.delete(userId)
  }

  /** All of them, anew; what changed while they were read is read by the next call. */
  async load(db: Db): Promise<void> {
    const changes = this.#changes
    const fresh = new Map<string, number>()
    for await (const { userId, untilMs } of readLocks(db, this.#clock.wallMs())) {
      fresh.set(userId, untilMs)
    }
    if (changes === this.#changes) this.#untilMs = fresh
  }

  /** One user anew; whether he is locked. */
  async reread(db: Db, userId: string): Promise<boolean> {
    let lockedMs = 0
    for await (const { untilMs } of readLocks(db, this.#clock.wallMs(), userId)) {
      lockedMs = Math.max(lockedMs, untilMs)
    }
    this.set(userId, lockedMs)
    return this.isLocked(userId)
  }
}

/** Locks a user out of battles; he leaves the one he is in as the transaction commits. */
export async function lockMatches(
  trx: Trx,
  ports: MatchLockPorts,
  lock: Omit<NewSanction, 'kind' | 'scope'>,
): Promise<void> {
  const { userId, untilMs = Infinity } = lock
  await imposeSanction(trx, { ...lock, kind: 'match_lock' }, ports.clock.wallMs())
  await announce(trx, ports, { userId, untilMs })
}

/** Lets him play again; `not_found` when he may. */
export async function unlockMatches(
  trx: Trx,
  ports: MatchLockPorts,
  lift: Omit<Lift, 'kind' | 'scope'>,
): Promise<void> {
  const count = await liftSanctions(trx, { ...lift, kind: 'match_lock' })
  if (count === 0) throw new AppError('not_found', 'This user is not locked out of battles.')
  await announce(trx, ports, { userId: lift.userId, untilMs: 0 })
}

async function announce(
  trx: Trx,
  ports: MatchLockPorts,
  lock: { readonly userId: string; readonly untilMs: number },
): Promise<void> {
  const { userId } = lock
  const payload: MatchLockChanged = { userId }
  await ports.outbox.emit(trx, { topic: MATCH_LOCK_TOPIC, key: userId, payload })
  afterCommit(() => ports.onMatchLock(lock))
}
