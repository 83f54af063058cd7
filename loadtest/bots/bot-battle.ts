/**
 * A battle of bots in one process, without a network: bots sense a simulated world and command it.
 * Tests and benches drive it; a bot sees here what a player would see (enemies of the 3×3 block of
 * cells, own mates everywhere), so what works here works over the wire.
 */
import { assertDefined } from '@battalion/base/assert.ts'
import type { NetId } from '@battalion/base/ids.ts'
import { createPrng, type PrngState } from '@battalion/base/prng.ts'
import type { Balance } from '@battalion/sim/balance.ts'
import { setCommand, type Command } from '@battalion/sim/commands.ts'
import { createWorld } from '@battalion/sim/create-world.ts'
import { WEAPON_SLOTS } from '@battalion/sim/limits.ts'
import { addSoldier, giveUp, setClassWish } from '@battalion/sim/soldiers.ts'
import { stepWorld } from '@battalion/sim/step-world.ts'
import { LifeState, SoldierFlag, TEAM_NONE, type World } from '@battalion/sim/world.ts'
import { battleGroundOf, type BattleGround } from './battle-ground.ts'
import { BotBrain } from './bot-brain.ts'
import { chooseClass } from './bot-profile.ts'
import type { BotObjective, BotOwn, BotSenses } from './bot-senses.ts'

export interface BotBattleOptions {
  readonly balance: Balance
  readonly modeId: string
  readonly mapId: string
  readonly seed: number
  readonly botCount: number
}

interface BattleBot {
  readonly netId: NetId
  readonly brain: BotBrain
}

interface SightBuffer {
  count: number
  readonly netId: Uint16Array
  readonly x: Float32Array
  readonly z: Float32Array
  readonly team: Uint8Array
  readonly classId: Uint8Array
  readonly hp: Uint8Array
  readonly flags: Uint8Array
  readonly tier: Uint8Array
}

export class BotBattle {
  readonly world: World
  readonly bots: readonly BattleBot[]
  /** Events so far, by EventType. */
  readonly eventCounts = new Map<number, number>()
  readonly #ground: BattleGround
  readonly #sight: SightBuffer
  readonly #dice: PrngState
  #seq = 0

  constructor(options: BotBattleOptions) {
    const { seed, botCount } = options
    this.world = createWorld({ ...options, capacity: botCount })
    this.#ground = battleGroundOf(this.world.map)
    this.#sight = createSight(this.world.capacity)
    this.#dice = createPrng(seed)
    this.bots = Array.from({ length: botCount }, (_, index) => ({
      netId: this.#addSoldier(),
      brain: new BotBrain(seed * 1000 + index),
    }))
  }

  /** One tick: every bot thinks, then the world steps. */
  step(): void {
    this.think()
    this.stepWorld()
  }

  /** Every bot looks, decides and hands over its command. */
  think(): void {
    this.#seq = (this.#seq + 1) & 0xffff
    for (const bot of this.bots) {
      bot.brain.think(this.sensesOf(bot.netId))
      this.#takeRequests(bot)
      setCommand(this.world, bot.netId, this.#commandOf(bot.brain))
    }
  }

  /** The world goes on by one step. */
  stepWorld(): void {
    stepWorld(this.world)
    this.#countEvents()
  }

  /** What this soldier may know right now; valid until the next call. */
  sensesOf(netId: NetId): BotSenses {
    const { world } = this
    this.#look(netId)
    return {
      nowMs: world.tick * world.dtSec * 1000,
      own: ownOf(world, netId),
      soldiers: this.#sight,
      objectives: objectivesOf(world),
      balance: world.balance,
      mode: world.mode,
      ground: this.#ground,
    }
  }

  #addSoldier(): NetId {
    const classId = chooseClass(this.world.balance, this.#dice)
    return assertDefined(addSoldier(this.world, { classId }), 'a battle has room for its bots')
  }

  #takeRequests({ brain, netId }: BattleBot): void {
    const { requests } = brain
    if (requests.giveUp) giveUp(this.world, netId)
    if (requests.classWish >= 0) setClassWish(this.world, netId, requests.classWish)
    requests.giveUp = false
    requests.classWish = -1
  }

  #commandOf({ intent }: BotBrain): Command {
    return {
      seq: this.#seq,
      buttons: intent.buttons,
      moveX: Math.round(intent.moveX * 127),
      moveZ: Math.round(intent.moveZ * 127),
      yaw: intent.yaw,
      aimDistance: Math.min(0xffff, Math.round(intent.aimDistanceMetres * 16)),
      viewTime: ((this.world.tick + 1) * 8) & 0xffff,
    }
  }

  #look(viewer: NetId): void {
    const { soldiers, slotsUsed } = this.world
    const sight = this.#sight
    sight.count = 0
    for (let id = 0; id < slotsUsed; id++) {
      const state = soldiers.state[id]!
      if (id === viewer || (state !== LifeState.alive && state !== LifeState.down)) continue
      const isNear = this.#isNear(viewer, id)
      if (!isNear && soldiers.team[id] !== soldiers.team[viewer]) continue
      const row = sight.count++
      sight.netId[row] = id
      sight.x[row] = soldiers.px[id]!
      sight.z[row] = soldiers.pz[id]!
      sight.team[row] = soldiers.team[id]!
      sight.classId[row] = soldiers.classId[id]!
      sight.hp[row] = soldiers.hp[id]!
      sight.flags[row] = soldiers.flags[id]! | (state === LifeState.down ? SoldierFlag.down : 0)
      sight.tier[row] = isNear ? 0 : 1
    }
  }

  #isNear(viewer: number, other: number): boolean {
    const { cellsX } = this.world.map
    const a = this.world.soldiers.cell[viewer]!
    const b = this.world.soldiers.cell[other]!
    if (a < 0 || b < 0) return false
    const acrossX = Math.abs((a % cellsX) - (b % cellsX))
    return acrossX <= 1 && Math.abs(Math.floor(a / cellsX) - Math.floor(b / cellsX)) <= 1
  }

  #countEvents(): void {
    const { events } = this.world
    for (let row = 0; row < events.count; row++) {
      const type = events.type[row]!
      this.eventCounts.set(type, (this.eventCounts.get(type) ?? 0) + 1)
    }
  }
}

function createSight(capacity: number): SightBuffer {
  return {
    count: 0,
    netId: new Uint16Array(capacity),
    x: new Float32Array(capacity),
    z: new Float32Array(capacity),
    team: new Uint8Array(capacity),
    classId: new Uint8Array(capacity),
    hp: new Uint8Array(capacity),
    flags: new Uint8Array(capacity),
    tier: new Uint8Array(capacity),
  }
}

function ownOf(world: World, netId: NetId): BotOwn {
  const { soldiers, balance, tick, dtSec } = world
  const soldierClass = balance.classes[soldiers.classId[netId]!]!
  const slot = soldiers.slot[netId]!
  const msLeft = (endTick: number) => Math.max(0, (endTick - tick) * dtSec * 1000)
  return {
    netId,
    state: soldiers.state[netId]!,
    life: soldiers.life[netId]!,
    team: soldiers.team[netId]!,
    squad: soldiers.squad[netId]!,
    classId: soldiers.classId[netId]!,
    x: soldiers.px[netId]!,
    z: soldiers.pz[netId]!,
    hp: soldiers.hp[netId]!,
    hpMax: soldierClass.hp,
    armour: soldiers.armour[netId]!,
    weapon: soldierClass.weapons[slot as 0 | 1],
    slot,
    magazine: soldiers.magazine[netId * WEAPON_SLOTS + slot]!,
    reserve: soldiers.reserve[netId * WEAPON_SLOTS + slot]!,
    reloadRemainingMs: msLeft(soldiers.reloadEndTick[netId]!),
    abilityRemainingMs: msLeft(soldiers.abilityReadyTick[netId]!),
  }
}

function objectivesOf(world: World): BotObjective[] {
  const { objectives, map } = world
  return map.map.objectives.map((place, index) => ({
    x: place.x,
    z: place.z,
    radius: place.radius,
    owner: teamOf(objectives.owner[index]!),
    capturing: teamOf(objectives.capturingTeam[index]!),
  }))
}

function teamOf(value: number): number {
  return value === TEAM_NONE ? -1 : value
}
