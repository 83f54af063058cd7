/**
 * One live seat per user and room name over all rooms of the process: claiming again tells the
 * earlier holder to leave, and so does the end of the session it was taken with. Its size is
 * bounded by the clients in rooms, which have limits of their own; a room that forgets to release
 * leaves one entry per user, not one per join.
 */
import type { CloseSeat, SeatOwner, UserSeats } from '../rooms/ports.ts'

/** Sessions remembered as ended, so that a join under way does not slip through (sessions). */
const ENDED_SESSIONS_MAX = 10_000

/** The seats of a process, and the way to take them away. */
export interface ClosableSeats extends UserSeats {
  /** Closes every seat that was taken with one of these sessions. */
  closeSessions(
    ended: { readonly userId: string; readonly sessionIds: readonly string[] },
    reason: Parameters<CloseSeat>[0],
  ): void
  /** Closes the seat of a user in rooms of this name. */
  closeRoom(userId: string, roomName: string, reason: Parameters<CloseSeat>[0]): void
  /** Names of the rooms in which a user has a seat. */
  roomsOf(userId: string): string[]
}

/** The seats of this process. */
export function createUserSeats(): ClosableSeats {
  return new Seats()
}

interface Holder {
  readonly sessionId: string
  readonly close: CloseSeat
}

class Seats implements ClosableSeats {
  /** By user, then by room name. */
  readonly #holders = new Map<string, Map<string, Holder>>()
  readonly #ended = new Map<string, Parameters<CloseSeat>[0]>()

  claim(who: SeatOwner, roomName: string, close: CloseSeat): void {
    const seats = this.#holders.get(who.userId) ?? new Map<string, Holder>()
    this.#holders.set(who.userId, seats)
    const earlier = seats.get(roomName)
    seats.set(roomName, { sessionId: who.tokenSessionId, close })
    if (earlier !== undefined && earlier.close !== close) earlier.close('replaced')
    const ended = this.#ended.get(who.tokenSessionId)
    if (ended !== undefined) close(ended)
  }

  release(who: SeatOwner, roomName: string, close: CloseSeat): void {
    const seats = this.#holders.get(who.userId)
    if (seats?.get(roomName)?.close !== close) return
    seats.delete(roomName)
    if (seats.size === 0) this.#holders.delete(who.userId)
  }

  closeSessions(
    ended: { readonly userId: string; readonly sessionIds: readonly string[] },
    reason: Parameters<CloseSeat>[0],
  ): void {
    for (const sessionId of ended.sessionIds) this.#rememberEnded(sessionId, reason)
    // A copy: closing a seat releases it.
    const holders = Array.from(this.#holders.get(ended.userId)?.values() ?? [])
    for (const holder of holders) {
      if (ended.sessionIds.includes(holder.sessionId)) holder.close(reason)
    }
  }

  closeRoom(userId: string, roomName: string, reason: Parameters<CloseSeat>[0]): void {
    this.#holders.get(userId)?.get(roomName)?.close(reason)
  }

  roomsOf(userId: string): string[] {
    return Array.from(this.#holders.get(userId)?.keys() ?? []).sort()
  }

  #rememberEnded(sessionId: string, reason: Parameters<CloseSeat>[0]): void {
    this.#ended.set(sessionId, reason)
    if (this.#ended.size <= ENDED_SESSIONS_MAX) return
    const [oldest] = this.#ended.keys()
    if (oldest !== undefined) this.#ended.delete(oldest)
  }
}
