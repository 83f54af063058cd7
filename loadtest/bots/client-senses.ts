/**
 * What a bot senses through its client: exactly what a player's screen shows (interpolated soldiers
 * at the view time, the own predicted soldier, room state). The sample table is shared by all bots
 * of the process, refilled before each thinks; nothing here may keep it.
 */
import { assertDefined } from '@battalion/base/assert.ts'
import type { BattleClient } from '@battalion/client/battle-client.ts'
import { createInterpolatedEntities } from '@battalion/client/interpolated-entities.ts'
import type { Balance, Mode } from '@battalion/sim/balance.ts'
import { battleGroundOf, type BattleGround } from './battle-ground.ts'
import type { BotObjective, BotOwn, BotSenses } from './bot-senses.ts'

/** Room state changes two to four times a second; reading it more often finds nothing new (ms). */
const OBJECTIVES_READ_MS = 300

const sample = createInterpolatedEntities()

export class ClientSenses implements BotSenses {
  nowMs = 0
  readonly soldiers = sample
  readonly #client: BattleClient
  #objectives: BotObjective[] = []
  #readAtMs = -Infinity
  #ground: BattleGround
  #mode: Mode

  constructor(client: BattleClient) {
    this.#client = client
    this.#ground = battleGroundOf(client.map)
    this.#mode = findMode(client)
  }

  get own(): BotOwn {
    return this.#client.own
  }
  get balance(): Balance {
    return this.#client.balance
  }
  get ground(): BattleGround {
    return this.#ground
  }
  get mode(): Mode {
    return this.#mode
  }
  get objectives(): readonly BotObjective[] {
    return this.#objectives
  }

  /** The room began another battle: map and mode may be others. */
  restart(): void {
    this.#ground = battleGroundOf(this.#client.map)
    this.#mode = findMode(this.#client)
    this.#readAtMs = -Infinity
  }

  /** Looks at the world as it is drawn at `nowMs`. */
  look(nowMs: number): void {
    this.nowMs = nowMs
    this.#client.sample(nowMs, sample)
    if (this.#ground.map.map !== this.#client.map.map) this.restart()
    if (nowMs - this.#readAtMs >= OBJECTIVES_READ_MS) this.#readObjectives(nowMs)
  }

  #readObjectives(nowMs: number): void {
    this.#readAtMs = nowMs
    const objectives: BotObjective[] = []
    for (const one of this.#client.state.objectives) {
      const { x, z, radius, owner, capturing } = one
      objectives.push({ x, z, radius, owner, capturing })
    }
    this.#objectives = objectives
  }
}

function findMode(client: BattleClient): Mode {
  const mode = client.balance.modes.find((one) => one.id === client.welcome.mode)
  return assertDefined(mode, 'a room plays a mode of its balance')
}
