/**
 * Turns the owner of each capture point in room state into `capture` events: state changes are
 * compared with what was seen last. The first state seen is no news.
 */
import type { BattleEvents } from './battle-events.ts'
import type { BattleState } from './battle-state.ts'
import type { EventHub } from './event-hub.ts'

export class CaptureWatch {
  readonly #owners = new Map<string, number>()
  #matchId = ''

  update(state: BattleState, hub: EventHub<BattleEvents>): void {
    if (state.matchId !== this.#matchId) this.#owners.clear()
    this.#matchId = state.matchId
    for (const objective of state.objectives) {
      const before = this.#owners.get(objective.id)
      this.#owners.set(objective.id, objective.owner)
      if (before === undefined || before === objective.owner) continue
      const { id, name, owner } = objective
      hub.emit('capture', { objective: id, name, owner })
    }
  }
}
