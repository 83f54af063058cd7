/**
 * All a bot may know, as plain data: its own soldier, whom it sees, the objectives, the time. A
 * real bot fills it from its client (`client-senses.ts`), a test from a simulated world. Behaviours
 * read this and nothing else, so they can cheat in neither.
 */
import type { Balance, Mode } from '@battalion/sim/balance.ts'
import type { BattleGround } from './battle-ground.ts'

/** The own soldier; the fields of the client's `OwnView` that behaviours use. */
export interface BotOwn {
  readonly netId: number
  /** LifeState. */
  readonly state: number
  /** Counts spawns, wraps. */
  readonly life: number
  readonly team: number
  readonly squad: number
  readonly classId: number
  /** Metres. */
  readonly x: number
  readonly z: number
  readonly hp: number
  readonly hpMax: number
  readonly armour: number
  /** Weapon index in hand. */
  readonly weapon: number
  readonly slot: number
  readonly magazine: number
  readonly reserve: number
  readonly reloadRemainingMs: number
  readonly abilityRemainingMs: number
}

/** Soldiers in sight, rows 0..count-1; own mates may be far and coarse (tier 1). */
export interface BotSoldiers {
  readonly count: number
  readonly netId: Uint16Array
  readonly x: Float32Array
  readonly z: Float32Array
  readonly team: Uint8Array
  readonly classId: Uint8Array
  readonly hp: Uint8Array
  /** Bits of SoldierFlag. */
  readonly flags: Uint8Array
  /** 0 = near and exact, 1 = far and coarse. */
  readonly tier: Uint8Array
}

export interface BotObjective {
  readonly x: number
  readonly z: number
  readonly radius: number
  /** Team, −1 = nobody. */
  readonly owner: number
  readonly capturing: number
}

export interface BotSenses {
  readonly nowMs: number
  readonly own: BotOwn
  readonly soldiers: BotSoldiers
  readonly objectives: readonly BotObjective[]
  readonly balance: Balance
  readonly mode: Mode
  readonly ground: BattleGround
}

/** Wants of one bot, in the units of the client's Intent. Reused, written in place. */
export interface BotIntent {
  moveX: number
  moveZ: number
  yaw: number
  aimDistanceMetres: number
  buttons: number
}

/** What a bot asks for beside moving and shooting; taken (and cleared) by who drives the bot. */
export interface BotRequests {
  giveUp: boolean
  /** Class index to take at the next spawn, −1 = no wish. */
  classWish: number
}
