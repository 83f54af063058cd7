/**
 * Plays one battle after another on a world: keeps it filled, lets soldiers come and go, asks bots
 * and hostile soldiers for their operations. All chance comes from the plan's seed; all knowledge
 * from the world it drives, so the same plan gives the same operations as long as the world is the
 * same.
 */
import type { NetId } from '@battalion/base/ids.ts'
import { createPrng, nextBelow, nextFloat } from '@battalion/base/prng.ts'
import type { PrngState } from '@battalion/base/prng.ts'
import type { World } from '@battalion/sim/world.ts'
import { LifeState } from '@battalion/sim/world.ts'
import { addHostileOperations } from './hostile-inputs.ts'
import type { SimBot } from './sim-bots.ts'
import { commandOfBot, createSimBot } from './sim-bots.ts'
import { SimComings } from './sim-comings.ts'
import type { SimOperation } from './sim-operations.ts'
import type { SimPlan } from './sim-plan.ts'

/** Joins tried in one step while the battle fills. */
const JOINS_PER_STEP_MAX = 8
/** Share of steps in which a soldier's command is late and none arrives. */
const SILENT_SHARE = 0.03
/** How far from its old numbers a client that comes back starts: half of the u16 circle. */
const SEQ_RESTART = 0x8000

export class SimDriver {
  readonly prng: PrngState
  readonly #plan: SimPlan
  /** By net id; a bot is forgotten when its soldier leaves. */
  readonly #bots = new Map<number, SimBot>()
  readonly #hostile = new Set<number>()
  readonly #comings: SimComings

  constructor(plan: SimPlan) {
    this.#plan = plan
    this.prng = createPrng(plan.seed ^ 0x5eed)
    this.#comings = new SimComings(plan)
  }

  /** Forgets everybody: the next battle begins on a new world. */
  reset(): void {
    this.#bots.clear()
    this.#hostile.clear()
    this.#comings.reset()
  }

  /** What happens before the coming step. */
  nextOperations(world: World): SimOperation[] {
    const operations = leavesFirst([
      ...this.#comings.nextOperations(world),
      ...this.#comeAndGo(world),
    ])
    for (const operation of operations) {
      if (operation.type === 'reconnect') this.#numberAnew(operation.netId)
    }
    for (let id = 0; id < world.slotsUsed; id++) {
      if (world.soldiers.state[id] === LifeState.empty) {
        if (this.#bots.delete(id)) this.#hostile.delete(id)
        continue
      }
      const bot = this.#botOf(id)
      if (this.#comings.isAway(id)) continue
      const command = commandOfBot(world, id, bot)
      const netId = id as NetId
      if (this.#hostile.has(id)) {
        operations.push(...addHostileOperations(world, netId, command, this.prng))
      } else if (nextFloat(this.prng) >= SILENT_SHARE) {
        operations.push({ type: 'command', netId, command })
      }
    }
    return operations
  }

  #botOf(id: number): SimBot {
    const known = this.#bots.get(id)
    if (known !== undefined) return known
    const bot = createSimBot(this.prng)
    this.#bots.set(id, bot)
    if (nextFloat(this.prng) < this.#plan.hostileShare) this.#hostile.add(id)
    return bot
  }

  /** A client that comes back counts from elsewhere, too far for the world to follow unasked. */
  #numberAnew(netId: NetId): void {
    const bot = this.#bots.get(netId)
    if (bot !== undefined) bot.seq = (bot.seq + SEQ_RESTART) & 0xffff
  }

  /** Fills the battle, then lets one come or go now and then; sometimes more than there is room. */
  #comeAndGo(world: World): SimOperation[] {
    const operations: SimOperation[] = []
    const missing = this.#plan.players - world.soldierCount - this.#comings.leftCount
    if (missing > 0) {
      const joins = Math.min(missing, 1 + nextBelow(this.prng, JOINS_PER_STEP_MAX))
      for (let index = 0; index < joins; index++) operations.push(this.#join())
    }
    if (nextFloat(this.prng) >= this.#plan.churnPerStep) return operations
    operations.push(this.#join())
    const netId = nextBelow(this.prng, Math.max(1, world.slotsUsed)) as NetId
    if (nextBelow(this.prng, 2) === 0) operations.push({ type: 'leave', netId })
    return operations
  }

  #join(): SimOperation {
    const team = nextBelow(this.prng, 3) === 0 ? nextBelow(this.prng, 5) : undefined
    return { type: 'join', team, classId: nextBelow(this.prng, 5) }
  }
}

/** Who leaves is drawn from those who were there before the step: he goes before anybody comes. */
function leavesFirst(operations: readonly SimOperation[]): SimOperation[] {
  return [
    ...operations.filter(({ type }) => type === 'leave'),
    ...operations.filter(({ type }) => type !== 'leave'),
  ]
}
