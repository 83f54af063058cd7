/**
 * The state of one battle: columns of typed arrays, all views of one buffer (`arena`), so that
 * saving, restoring and hashing a world are a copy and a walk over that buffer. Nothing that
 * matters to the next step lives outside it, but the immutable balance and the compiled map.
 */
import type { Tick } from '@battalion/base/ids.ts'
import type { PrngState } from '@battalion/base/prng.ts'
import type { Balance, Mode } from './balance.ts'
import type { CommandTable } from './commands.ts'
import type { CompiledMap } from './compiled-map.ts'
import type { EventTable } from './events.ts'
import type { RewindRing } from './rewind.ts'
import type { StepScratch } from './step-scratch.ts'

/** Life of a slot of the soldier table. */
export const LifeState = {
  /** The slot is free or resting. */
  empty: 0,
  /** On the field. */
  alive: 1,
  /** Fallen, can be revived; not on the field for shots. */
  down: 2,
  /** Waits for respawn; has no body. */
  dead: 3,
} as const
export type LifeState = (typeof LifeState)[keyof typeof LifeState]

/** Bits of `soldiers.flags`: what others may see of a soldier. Recomputed by every step. */
export const SoldierFlag = {
  crouched: 1,
  sprinting: 2,
  reloading: 4,
  /** Fired in this step. */
  fired: 8,
  /** Under respawn protection. */
  protected: 16,
  /** Marked by an enemy recon. */
  spotted: 32,
  /** Lost hp in this step. */
  hurt: 64,
  down: 128,
} as const

/** One column per property, index = net id, length = capacity. */
export interface Soldiers {
  readonly state: Uint8Array
  /** Counts spawns, wraps; two different lives of one id within the rewind never look alike. */
  readonly life: Uint8Array
  readonly team: Uint8Array
  readonly squad: Uint8Array
  readonly classId: Uint8Array
  /** Class to take at the next spawn. */
  readonly classWish: Uint8Array
  /** Position (m) and velocity (m/s). */
  readonly px: Float32Array
  readonly pz: Float32Array
  readonly vx: Float32Array
  readonly vz: Float32Array
  /** Binary angle, u16. */
  readonly yaw: Uint16Array
  /** 0..class hp ≤ 255. */
  readonly hp: Uint8Array
  readonly armour: Uint8Array
  readonly flags: Uint8Array
  /** Weapon slot in hand, 0 or 1. */
  readonly slot: Uint8Array
  /** Rounds, index = netId * WEAPON_SLOTS + slot. */
  readonly magazine: Uint16Array
  readonly reserve: Uint16Array
  /** Accumulated recoil of the weapon in hand (degrees). */
  readonly recoil: Float32Array
  readonly nextFireTick: Uint32Array
  /** How much earlier than nextFireTick the weapon was really ready (ticks, 0..1). */
  readonly fireCarry: Float32Array
  /** 0 = not reloading. */
  readonly reloadEndTick: Uint32Array
  readonly abilityReadyTick: Uint32Array
  readonly respawnTick: Uint32Array
  readonly downEndTick: Uint32Array
  readonly protectedUntilTick: Uint32Array
  readonly spottedUntilTick: Uint32Array
  /** Ticks of revive done on this fallen soldier. */
  readonly reviveTicks: Uint16Array
  /** Tick in which somebody last worked on reviving this soldier. */
  readonly reviveWorkTick: Uint32Array
  /** Buttons of the last command, for edges. */
  readonly lastButtons: Uint16Array
  /** seq of the last applied command, and whether there was one in this life of the slot. */
  readonly ackSeq: Uint16Array
  readonly hasAck: Uint8Array
  /** Grid cell (row-major index), -1 off the field. Kept with hysteresis. */
  readonly cell: Int32Array
  readonly kills: Uint16Array
  readonly deaths: Uint16Array
  readonly assists: Uint16Array
  readonly revives: Uint16Array
  readonly captures: Uint16Array
  readonly score: Int32Array
  readonly damageDone: Uint32Array
  readonly damageTaken: Uint32Array
  readonly healed: Uint32Array
  readonly shotsFired: Uint32Array
  readonly shotsHit: Uint32Array
  /** Who hurt this soldier in this life, for assists; index = netId * ASSIST_SLOTS + entry. */
  readonly assistActor: Uint16Array
  /** hp and armour that one took; 0 = the entry is free. */
  readonly assistDamage: Uint16Array
  /** When the soldier joined. */
  readonly joinTick: Uint32Array
  /** When the slot was freed, and whether it ever was used: net ids rest before they return. */
  readonly freedTick: Uint32Array
  readonly wasUsed: Uint8Array
}

/** Flying things. Index 0..PROJECTILES_MAX-1; `active` tells which. */
export interface Projectiles {
  readonly active: Uint8Array
  /** Wraps; tells two uses of one index apart on the wire. */
  readonly generation: Uint8Array
  readonly weapon: Uint8Array
  readonly owner: Uint16Array
  readonly team: Uint8Array
  readonly px: Float32Array
  readonly pz: Float32Array
  readonly vx: Float32Array
  readonly vz: Float32Array
  readonly endTick: Uint32Array
  /** How far it still flies before it lies still (m); only lobbed things ever do. */
  readonly travelMetres: Float32Array
}

/** Index = position in the map's objective list. */
export interface Objectives {
  /** Team, 0xff = nobody. */
  readonly owner: Uint8Array
  readonly capturingTeam: Uint8Array
  /** 0..1 of the way to change hands. */
  readonly progress: Float32Array
}

export interface Teams {
  readonly tickets: Int32Array
  readonly score: Int32Array
  readonly soldierCount: Uint16Array
  /** Share of a ticket already bled, 0..1. */
  readonly bleed: Float32Array
}

/** "No team": an unowned objective, a draw. */
export const TEAM_NONE = 0xff

export const Phase = { warmup: 0, running: 1, ended: 2 } as const
export type Phase = (typeof Phase)[keyof typeof Phase]

/** Counters that only grow; not part of any rule, but part of the state hash. */
export interface WorldCounters {
  /** Hit-scan shots carried out, and the soldiers they struck. */
  readonly shotsJudged: Uint32Array
  readonly hitsJudged: Uint32Array
  /** Hits that did not count: the target was safe behind cover by then (C13). */
  readonly hitsVoid: Uint32Array
  readonly rewindClamped: Uint32Array
  readonly rewindFuture: Uint32Array
  readonly hitsBehindCover: Uint32Array
  readonly projectilesRefused: Uint32Array
}

export interface World {
  readonly balance: Balance
  readonly mode: Mode
  /** Index of the mode in `balance.modes`. */
  readonly modeIndex: number
  /** Index of the map in `balance.maps`. */
  readonly mapIndex: number
  readonly map: CompiledMap
  readonly seed: number
  /**
   * Soldier slots: more than `soldiersMax`, so that a freed net id can rest while another joins.
   */
  readonly capacity: number
  /** Soldiers that may take part at once; the next is refused. */
  readonly soldiersMax: number
  soldierCount: number
  /** One past the highest slot ever used: loops run to here. */
  slotsUsed: number
  tick: Tick
  phase: Phase
  /** Tick at which the phase ends by itself. */
  phaseEndTick: Tick
  /** Tick at which the running phase began, 0 = not yet. */
  runningSinceTick: Tick
  /** Tick at which the battle ended, 0 = not yet. */
  endedTick: Tick
  /** Winning team once ended, 0xff = draw or not yet. */
  winner: number
  readonly soldiers: Soldiers
  readonly projectiles: Projectiles
  readonly objectives: Objectives
  readonly teams: Teams
  readonly counters: WorldCounters
  readonly commands: CommandTable
  readonly events: EventTable
  readonly rewind: RewindRing
  readonly prng: PrngState
  /** Everything above that can change but the events, in one piece. Owned by the world. */
  readonly arena: ArrayBuffer
  /** Seconds of one step. */
  readonly dtSec: number
  /** Work space refilled by every step; holds nothing the next step reads. */
  readonly scratch: StepScratch
}
