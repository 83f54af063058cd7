/**
 * Places of a battle kept for a party until its members come: all of them or none (MM-3). A place
 * is its user's own, nobody else can take it, and it counts as taken; who does not come in time
 * loses it. Bounded by the battle's places. Time is handed in.
 */
import type { UserId } from '@battalion/base/ids.ts'

/** A party in a battle: its members fight in one team, and in one squad while that has room. */
export interface BattleParty {
  readonly id: string
  /** Members who come. */
  readonly size: number
}

interface Hold {
  readonly party: BattleParty
  /** Until then a seat may be reserved on it (ms, monotonic). */
  readonly deadlineMs: number
  /** Until then it is kept, for the seat that was reserved on it (ms, monotonic). */
  untilMs: number
  /** The user has a seat reserved, which counts by itself. */
  isReserved: boolean
}

/** The places kept in one battle room. */
export class PartyHolds {
  readonly #nowMs: () => number
  readonly #holds = new Map<UserId, Hold>()

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs
  }

  /** Places kept for users without a seat. */
  get count(): number {
    let count = 0
    for (const hold of this.#live()) if (!hold.isReserved) count++
    return count
  }

  /** Members of a party who have still to come, with a seat or without. */
  awaited(partyId: string): number {
    let count = 0
    for (const { party } of this.#live()) if (party.id === partyId) count++
    return count
  }

  /** Parties of which somebody has still to come. */
  parties(): ReadonlyMap<string, BattleParty> {
    const parties = new Map<string, BattleParty>()
    for (const { party } of this.#live()) parties.set(party.id, party)
    return parties
  }

  /** True when the user's place in this party is kept and he has a seat on it. */
  isReserved(userId: UserId, partyId: string): boolean {
    const hold = this.#find(userId)
    return hold?.party.id === partyId && hold.isReserved
  }

  /** Keeps a place for each of them; a seat that one has already stays. */
  keep(party: BattleParty, userIds: readonly UserId[], forMs: number): void {
    const deadlineMs = this.#nowMs() + forMs
    for (const userId of userIds) {
      const isReserved = this.isReserved(userId, party.id)
      const untilMs = Math.max(deadlineMs, isReserved ? this.#holds.get(userId)!.untilMs : 0)
      this.#holds.set(userId, { party, deadlineMs, untilMs, isReserved })
    }
  }

  /**
   * The user has reserved a seat, which waits for `forMs`; false when no place is his. Reserving
   * anew does not make a place last longer than its time and one seat's.
   */
  reserve(userId: UserId, forMs: number): boolean {
    const hold = this.#find(userId)
    if (hold === undefined || hold.deadlineMs <= this.#nowMs()) return false
    hold.isReserved = true
    hold.untilMs = this.#nowMs() + forMs
    return true
  }

  /** The user is in: his party, undefined when he came without. The place is used up. */
  settle(userId: UserId): BattleParty | undefined {
    const hold = this.#find(userId)
    this.#holds.delete(userId)
    return hold?.party
  }

  /** Gives the places of a party back that nobody has a seat on. */
  release(partyId: string): void {
    for (const [userId, { party, isReserved }] of this.#holds) {
      if (party.id === partyId && !isReserved) this.#holds.delete(userId)
    }
  }

  /** The user left the party: its place for him is gone, a seat he has stays an ordinary one. */
  drop(userId: UserId, partyId: string): void {
    if (this.#holds.get(userId)?.party.id === partyId) this.#holds.delete(userId)
  }

  #find(userId: UserId): Hold | undefined {
    const hold = this.#holds.get(userId)
    return hold !== undefined && hold.untilMs > this.#nowMs() ? hold : undefined
  }

  *#live(): Iterable<Hold> {
    const nowMs = this.#nowMs()
    for (const [userId, hold] of this.#holds) {
      if (hold.untilMs > nowMs) yield hold
      else this.#holds.delete(userId)
    }
  }
}
