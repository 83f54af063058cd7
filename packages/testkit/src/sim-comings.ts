/**
 * Who leaves a battle and comes back to it, and whose connection is lost and taken up again: part
 * of the simulation harness. Has dice of its own, so that a plan without returns plays as it did
 * before there were any. Keeps of a leaver what a room keeps: his figures as he left (W9).
 */
import type { NetId } from '@battalion/base/ids.ts'
import { createPrng, nextBelow, nextFloat } from '@battalion/base/prng.ts'
import type { PrngState } from '@battalion/base/prng.ts'
import type { PlayerStats } from '@battalion/sim/battle-result.ts'
import { playerStats } from '@battalion/sim/battle-result.ts'
import type { World } from '@battalion/sim/world.ts'
import { LifeState, Phase } from '@battalion/sim/world.ts'
import type { SimOperation } from './sim-operations.ts'
import type { SimPlan } from './sim-plan.ts'

/** Leavers waiting to come back; at the limit nobody else leaves. */
const LEAVERS_MAX = 8
/** Longest silence of a lost connection (steps). */
const AWAY_STEPS_MAX = 80

interface Leaver {
  readonly userId: number
  readonly figures: PlayerStats
}

export class SimComings {
  readonly #plan: SimPlan
  readonly #prng: PrngState
  readonly #leavers: Leaver[] = []
  /** Steps until a lost connection is back, by net id. */
  readonly #away = new Map<number, number>()
  #userCount = 0

  constructor(plan: SimPlan) {
    this.#plan = plan
    this.#prng = createPrng(plan.seed ^ 0xbac4)
  }

  /** Places that are kept for those who come back. */
  get leftCount(): number {
    return this.#leavers.length
  }

  /** Forgets everybody: the next battle begins. */
  reset(): void {
    this.#leavers.length = 0
    this.#away.clear()
  }

  /** Whether nothing is heard of a soldier now. */
  isAway(netId: number): boolean {
    return this.#away.has(netId)
  }

  /** Leaves, then returns, then lost connections that are back. */
  nextOperations(world: World): SimOperation[] {
    const operations: SimOperation[] = []
    const { returnPerStep, reconnectPerStep } = this.#plan
    if (returnPerStep > 0) {
      const goer = this.#pick(world, returnPerStep)
      if (goer !== undefined) this.#leave(world, goer, operations)
      if (nextFloat(this.#prng) < returnPerStep) this.#comeBack(operations)
    }
    this.#takeUpLost(world, operations)
    if (reconnectPerStep > 0) {
      const loser = this.#pick(world, reconnectPerStep)
      if (loser !== undefined) this.#away.set(loser, 1 + nextBelow(this.#prng, AWAY_STEPS_MAX))
    }
    return operations
  }

  /** Somebody who takes part, by a chance. */
  #pick(world: World, chance: number): NetId | undefined {
    if (nextFloat(this.#prng) >= chance || world.slotsUsed === 0) return undefined
    const id = nextBelow(this.#prng, world.slotsUsed)
    return world.soldiers.state[id] === LifeState.empty ? undefined : (id as NetId)
  }

  /** Rooms remember only who leaves a battle that runs. */
  #leave(world: World, netId: NetId, operations: SimOperation[]): void {
    if (world.phase !== Phase.running || this.#leavers.length >= LEAVERS_MAX) return
    const userId = this.#userCount++
    this.#leavers.push({ userId, figures: playerStats(world, netId) })
    operations.push({ type: 'leave', netId, userId })
  }

  /** Any of the leavers, some in the very step after; who finds no room is gone for good. */
  #comeBack(operations: SimOperation[]): void {
    if (this.#leavers.length === 0) return
    const [leaver] = this.#leavers.splice(nextBelow(this.#prng, this.#leavers.length), 1)
    const classId = nextBelow(this.#prng, 5)
    operations.push({ type: 'return', ...leaver!, classId })
  }

  #takeUpLost(world: World, operations: SimOperation[]): void {
    for (const [id, steps] of this.#away) {
      const isGone = world.soldiers.state[id] === LifeState.empty
      if (steps > 1 && !isGone) {
        this.#away.set(id, steps - 1)
        continue
      }
      this.#away.delete(id)
      if (!isGone) operations.push({ type: 'reconnect', netId: id as NetId })
    }
  }
}
