/** The battles that run in this process, by room. */
import type { OpenBattle, OpenBattles } from '../rooms/ports.ts'

export class BattleBook implements OpenBattles {
  readonly #battles = new Map<string, OpenBattle>()

  opened(battle: OpenBattle): void {
    this.#battles.set(battle.roomId, battle)
  }

  closed(battle: OpenBattle): void {
    this.#battles.delete(battle.roomId)
  }

  find(roomId: string): OpenBattle | undefined {
    return this.#battles.get(roomId)
  }

  /** Oldest first. */
  all(): OpenBattle[] {
    return [...this.#battles.values()]
  }
}
