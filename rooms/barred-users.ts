/**
 * Who an operator threw out of the running battle of a room and may not come back to it. The next
 * battle of the room is another one. Bounded: of more the one barred first may come back.
 */
import type { MatchId, UserId } from '@battalion/base/ids.ts'

/** Users barred from one battle at a time; more than any battle has seats. */
export const BARRED_USERS_MAX = 4096

export class BarredUsers {
  readonly #users = new Set<UserId>()
  #matchId: MatchId | undefined

  bar(userId: UserId, matchId: MatchId): void {
    this.#turnTo(matchId)
    this.#users.add(userId)
    if (this.#users.size <= BARRED_USERS_MAX) return
    const [first] = this.#users
    if (first !== undefined) this.#users.delete(first)
  }

  has(userId: UserId, matchId: MatchId): boolean {
    return this.#matchId === matchId && this.#users.has(userId)
  }

  #turnTo(matchId: MatchId): void {
    if (this.#matchId === matchId) return
    this.#matchId = matchId
    this.#users.clear()
  }
}
