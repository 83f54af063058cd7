/**
 * Everybody in a battle room: players and spectators, connected or awaited. Bounded by the room's
 * admission limits. Keeps the list that snapshots walk and the index by user.
 */
import { assert } from '@battalion/base/assert.ts'
import type { UserId } from '@battalion/base/ids.ts'
import type { Participant } from './participant.ts'

export class BattleRoster {
  readonly #byUser = new Map<UserId, Participant>()
  readonly #all: Participant[] = []
  #playerCount = 0

  /** In order of arrival; not to be kept. */
  get all(): readonly Participant[] {
    return this.#all
  }

  get playerCount(): number {
    return this.#playerCount
  }

  get spectatorCount(): number {
    return this.#all.length - this.#playerCount
  }

  find(userId: UserId): Participant | undefined {
    return this.#byUser.get(userId)
  }

  /** False once somebody left, or took part in another role instead. */
  has(participant: Participant): boolean {
    return this.#byUser.get(participant.userId) === participant
  }

  add(participant: Participant): void {
    assert(!this.#byUser.has(participant.userId), 'a user takes part once')
    this.#byUser.set(participant.userId, participant)
    this.#all.push(participant)
    if (!participant.isSpectator) this.#playerCount++
  }

  remove(participant: Participant): void {
    const index = this.#all.indexOf(participant)
    assert(index >= 0, 'who leaves took part')
    this.#all.splice(index, 1)
    this.#byUser.delete(participant.userId)
    if (!participant.isSpectator) this.#playerCount--
  }

  *players(): Iterable<Participant> {
    for (const participant of this.#all) if (!participant.isSpectator) yield participant
  }
}
