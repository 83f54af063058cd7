/**
 * What the page needs from a battle, whoever provides it: the real client (`client-source.ts`) or a
 * made-up battle in tests. The page never reaches past this; arrays are refilled in place and valid
 * until the next `update`.
 */
import type { Balance, BattleMap, Mode } from '@battalion/sim/balance.ts'

/** Net id that means nobody (spectators, kills without a killer). */
export const NOBODY = 0xffff

/** Soldiers in view, row 0..count-1 in no order. Positions in metres, already interpolated. */
export interface SoldierFrame {
  count: number
  readonly netId: Uint16Array
  readonly team: Uint8Array
  readonly classId: Uint8Array
  /** LifeState of the simulation. */
  readonly life: Uint8Array
  readonly x: Float32Array
  readonly z: Float32Array
  /** Binary angle, u16. */
  readonly yaw: Uint16Array
  /** Share of full health, 0..255. */
  readonly health: Uint8Array
  /** Bits of SoldierFlag. */
  readonly flags: Uint8Array
  /** 1: known only coarsely (far tier), drawn dimmer. */
  readonly far: Uint8Array
}

/** Things in the air, row 0..count-1. */
export interface ProjectileFrame {
  count: number
  readonly weapon: Uint8Array
  readonly x: Float32Array
  readonly z: Float32Array
}

/** The player's own soldier. Meaningless while `netId` is NOBODY. */
export interface OwnStatus {
  netId: number
  team: number
  squad: number
  classId: number
  life: number
  x: number
  z: number
  yaw: number
  /** Where the server last said the soldier is. */
  ghostX: number
  ghostZ: number
  hp: number
  armour: number
  slot: number
  magazine: number
  reserve: number
  reloadLeftMs: number
  abilityLeftMs: number
  respawnLeftMs: number
  isProtected: boolean
}

/** What the keyboard, mouse or thumbs want. */
export interface Intent {
  /** -1..1 along +x and +z. */
  moveX: number
  moveZ: number
  /** Binary angle, u16. */
  yaw: number
  aimDistanceMetres: number
  /** Bits of Button. */
  buttons: number
}

export interface TeamView {
  readonly tickets: number
  readonly score: number
  readonly playerCount: number
}

export interface ObjectiveView {
  readonly id: string
  readonly name: string
  readonly x: number
  readonly z: number
  readonly radius: number
  /** Team, -1 = nobody. */
  readonly owner: number
  readonly capturing: number
  /** 0..100. */
  readonly progress: number
}

export interface RosterView {
  readonly netId: number
  readonly name: string
  readonly bot: boolean
  readonly team: number
  readonly squad: number
  readonly classId: number
  readonly kills: number
  readonly deaths: number
  readonly assists: number
  readonly score: number
  readonly connected: boolean
}

/** The slow state, as the room's schema has it. */
export interface BattleStateView {
  readonly phase: string
  readonly matchId: string
  readonly timeLeftSec: number
  readonly winner: number
  readonly tickMsP50: number
  readonly tickMsP99: number
  readonly overloadStep: number
  readonly teams: Iterable<TeamView>
  readonly objectives: Iterable<ObjectiveView>
  readonly roster: {
    get(key: string): RosterView | undefined
    values(): Iterable<RosterView>
    readonly size: number
  }
}

export interface NetStats {
  readonly rttMs: number
  readonly jitterMs: number
  readonly bytesPerSec: number
  readonly snapshotsPerSec: number
  readonly predictionErrorMetres: number
  readonly inputsWaiting: number
}

/** Made-up trouble of the engineer's sliders. */
export interface LinkConditions {
  latencyMs: number
  jitterMs: number
  lossRatio: number
}

export interface PlayerResultView {
  readonly netId: number
  readonly name: string
  readonly bot: boolean
  readonly team: number
  readonly classId: string
  readonly kills: number
  readonly deaths: number
  readonly assists: number
  readonly captures: number
  readonly score: number
  readonly damageDone: number
  /** True: gone before the end; the net id may be somebody else's by now. */
  readonly left?: boolean
}

export interface ResultView {
  /** Names the battle in the history; made-up battles have none. */
  readonly matchId?: string
  readonly winner: number | null
  readonly durationSec: number
  readonly teams: readonly { team: number; score: number; tickets: number }[]
  readonly players: readonly PlayerResultView[]
}

/** Events by name; numbers are net ids, metres and indexes of the balance. */
export interface BattleEvents {
  shot: { actor: number; weapon: number; x: number; z: number; x2: number; z2: number }
  /** Somebody in sight lost hp, whoever did it. */
  impact: { target: number; x: number; z: number }
  /** The own soldier hurt somebody. */
  dealt: { target: number; value: number; lethal: boolean }
  /** The own soldier was hurt; `angle`: binary angle to where it came from. */
  taken: { value: number; angle: number }
  explosion: { weapon: number; x: number; z: number }
  kill: { actor: number; target: number; weapon: number }
  spawn: { target: number; x: number; z: number }
  heal: { target: number; value: number }
  ability: { actor: number; ability: number; x: number; z: number }
  capture: { name: string; team: number }
  result: ResultView
  notice: { code: string; message: string }
  /** `reason` is a stable word, `message` a sentence for the player. */
  disconnect: { reason: string; message: string; willReconnect: boolean }
  reconnected: Record<string, never>
}

export interface BattleSource {
  readonly balance: Balance
  readonly map: BattleMap
  readonly mode: Mode
  readonly matchId: string
  /** The room; it outlives its matches. */
  readonly roomId: string
  /** True where bots can be asked for. */
  readonly isDemo: boolean
  readonly state: BattleStateView
  readonly stats: NetStats
  readonly soldiers: SoldierFrame
  readonly projectiles: ProjectileFrame
  readonly own: OwnStatus
  /** Refills soldiers, projectiles and own for this moment; called once per picture. */
  update(nowMs: number): void
  /** Where a soldier is drawn, undefined when it is not known. */
  findPlace(netId: number): { x: number; z: number } | undefined
  setIntent(intent: Intent): void
  setInterest(x: number, z: number): void
  chooseClass(classId: string): void
  giveUp(): void
  addBots(count: number): void
  condition(conditions: LinkConditions): void
  on<Name extends keyof BattleEvents>(
    name: Name,
    handler: (event: BattleEvents[Name]) => void,
  ): () => void
  leave(): Promise<void>
}

/** Empty soldier rows for `capacity` soldiers. */
export function createSoldierFrame(capacity: number): SoldierFrame {
  return {
    count: 0,
    netId: new Uint16Array(capacity),
    team: new Uint8Array(capacity),
    classId: new Uint8Array(capacity),
    life: new Uint8Array(capacity),
    x: new Float32Array(capacity),
    z: new Float32Array(capacity),
    yaw: new Uint16Array(capacity),
    health: new Uint8Array(capacity),
    flags: new Uint8Array(capacity),
    far: new Uint8Array(capacity),
  }
}

/** Empty projectile rows. */
export function createProjectileFrame(capacity: number): ProjectileFrame {
  return {
    count: 0,
    weapon: new Uint8Array(capacity),
    x: new Float32Array(capacity),
    z: new Float32Array(capacity),
  }
}

/** An own status that means "nobody". */
export function createOwnStatus(): OwnStatus {
  return {
    netId: NOBODY,
    team: 0xff,
    squad: 0,
    classId: 0,
    life: 0,
    x: 0,
    z: 0,
    yaw: 0,
    ghostX: 0,
    ghostZ: 0,
    hp: 0,
    armour: 0,
    slot: 0,
    magazine: 0,
    reserve: 0,
    reloadLeftMs: 0,
    abilityLeftMs: 0,
    respawnLeftMs: 0,
    isProtected: false,
  }
}
