/**
 * Seats reserved and not yet taken: at most one per user and room name over the process, so that
 * one user cannot hoard (B-05). A new reservation of the same user cancels the one before.
 */
import type { TimerHandle } from '@battalion/base/clock.ts'
import { matchMaker } from '@colyseus/core'
import type { Room } from '@colyseus/core'
import { internalsOf } from './colyseus-internals.ts'
import type { RoomPorts, SeatOwner } from './ports.ts'

interface Reservation {
  readonly owner: SeatOwner
  readonly cancel: () => void
  readonly timer: TimerHandle
}

/** Reservations outlive Colyseus' own time-out by this much, then they are forgotten (ms). */
const FORGET_AFTER_MS = 1000

export class SeatReservations {
  readonly #room: Room
  readonly #ports: RoomPorts
  /** By session id; bounded by maxClients, which bounds reserved seats. */
  readonly #bySession = new Map<string, Reservation>()

  constructor(room: Room, ports: RoomPorts) {
    this.#room = room
    this.#ports = ports
  }

  /** Seats not yet taken. */
  get count(): number {
    return this.#bySession.size
  }

  /** Remembers a new reservation; an earlier one of the user is cancelled. */
  add(sessionId: string, owner: SeatOwner): void {
    const cancel = () => this.#cancel(sessionId)
    const forgetMs = this.#ports.limits.seatTimeoutSec * 1000 + FORGET_AFTER_MS
    const timer = this.#ports.timers.setTimeout(() => this.settle(sessionId), forgetMs)
    this.#bySession.set(sessionId, { owner, cancel, timer })
    this.#ports.metrics.seatsReserved(1)
    this.#ports.seats.claim(owner, this.#claimName(), cancel)
  }

  /** The seat was taken or refused: nothing is reserved any more. */
  settle(sessionId: string): void {
    const reservation = this.#bySession.get(sessionId)
    if (reservation === undefined) return
    reservation.timer.cancel()
    this.#bySession.delete(sessionId)
    this.#ports.metrics.seatsReserved(-1)
    this.#ports.seats.release(reservation.owner, this.#claimName(), reservation.cancel)
  }

  /** True while a seat waits for this user. */
  has(userId: string): boolean {
    for (const { owner } of this.#bySession.values()) if (owner.userId === userId) return true
    return false
  }

  /** Cancels the seat of a user, if one waits for him; true when it did. */
  cancelOf(userId: string): boolean {
    for (const [sessionId, { owner }] of this.#bySession) {
      if (owner.userId !== userId) continue
      this.#cancel(sessionId)
      return true
    }
    return false
  }

  clear(): void {
    for (const sessionId of this.#bySession.keys()) this.settle(sessionId)
  }

  #claimName(): string {
    return `${this.#room.roomName}:reserved`
  }

  /** Frees the seat as Colyseus' own time-out would, a few seconds earlier. */
  #cancel(sessionId: string): void {
    this.settle(sessionId)
    const internals = internalsOf(this.#room)
    const seat = internals._reservedSeats[sessionId]
    if (seat === undefined || seat[2] || seat[3]) return
    clearTimeout(internals._reservedSeatTimeouts[sessionId])
    delete internals._reservedSeatTimeouts[sessionId]
    delete internals._reservedSeats[sessionId]
    const count = matchMaker.driver.update(internals._listing as never, { $inc: { clients: -1 } })
    Promise.resolve(count).catch((error: unknown) => {
      this.#ports.logger.warn({ err: error }, 'a listing did not take a cancelled seat')
    })
  }
}
