/**
 * Everything a battle client tells its program, by event name. Payloads are plain and fresh: a
 * handler may keep them. Positions in metres, angles as binary angles, net ids as on the wire
 * (65535 = nobody). `tick` is the server tick in which it happened.
 *
 * What is to be seen of others (shot, impact, explosion, ability, heal, revive, spawn) comes when
 * the view reaches its tick, so that it fits the soldiers drawn; all else as soon as it is known.
 * Names only: who emits what stands in `battle-client.ts` and `dispatch-events.ts`.
 */
import type { LifeState } from '@battalion/sim/world.ts'
import type { BattleResult, ServerMessages } from '@battalion/wire/messages.ts'

/** Why and how a connection ended. */
export interface DisconnectInfo {
  /** WebSocket close code. */
  readonly code: number
  /**
   * Stable word: a close reason of ours (`replaced`, `idle`, …), or `connection_lost`, `left`,
   * `server_gone`, `refused`, `closed`, `seat_lost`. After the last, and for spectators after every
   * lost line, join again: the server keeps no seat for who has no soldier.
   */
  readonly reason: string
  /** One sentence for players. */
  readonly message: string
  /** True: the client goes on trying by itself; `reconnecting` follows. */
  readonly willReconnect: boolean
}

export interface ShotEvent {
  readonly tick: number
  readonly actor: number
  /** Weapon index in the balance. */
  readonly weapon: number
  readonly yaw: number
  readonly x: number
  readonly z: number
  readonly x2: number
  readonly z2: number
}

/** Damage the own soldier dealt or took. */
export interface HitEvent {
  readonly tick: number
  /** Who took it; the own net id when taken. */
  readonly target: number
  /** Hp, or armour when `armour`. */
  readonly value: number
  readonly dealt: boolean
  readonly taken: boolean
  /** Taken: binary angle from the own soldier to where it came from (steps of 256). */
  readonly direction: number
  readonly armour: boolean
  readonly explosion: boolean
  readonly lethal: boolean
}

/** Somebody in sight lost hp, whoever did it: for marks on the ground and flashes. */
export interface ImpactEvent {
  readonly tick: number
  readonly target: number
  readonly value: number
  readonly explosion: boolean
  readonly lethal: boolean
  readonly x: number
  readonly z: number
}

export interface KillEvent {
  readonly tick: number
  readonly actor: number
  readonly target: number
  readonly weapon: number
  /** The own soldier is the killer, or the victim. */
  readonly byMe: boolean
  readonly ofMe: boolean
}

/** Event name → payload. */
export interface BattleEvents {
  /** Another soldier came into sight (near). */
  enter: { readonly netId: number }
  leave: { readonly netId: number }
  shot: ShotEvent
  hit: HitEvent
  impact: ImpactEvent
  kill: KillEvent
  explosion: {
    readonly tick: number
    readonly weapon: number
    readonly x: number
    readonly z: number
  }
  ability: {
    readonly tick: number
    readonly actor: number
    readonly ability: number
    readonly x: number
    readonly z: number
  }
  heal: {
    readonly tick: number
    readonly target: number
    readonly value: number
    readonly x: number
    readonly z: number
  }
  revive: {
    readonly tick: number
    readonly target: number
    readonly x: number
    readonly z: number
  }
  /** A soldier entered the field; `own` when it is ours. */
  spawn: {
    readonly tick: number
    readonly netId: number
    readonly x: number
    readonly z: number
    readonly own: boolean
  }
  /** The own soldier fell: `state` is `down` (may be revived) or `dead` (waits for respawn). */
  death: { readonly tick: number; readonly netId: number; readonly state: LifeState }
  /** A capture point changed hands (from room state). `owner` −1 = nobody. */
  capture: { readonly objective: string; readonly name: string; readonly owner: number }
  result: BattleResult
  notice: ServerMessages['notice']
  /** First after joining, again after each reconnect and at the next battle of the room. */
  welcome: ServerMessages['welcome']
  disconnect: DisconnectInfo
  reconnecting: { readonly attempt: number; readonly delayMs: number }
  reconnected: { readonly netId: number }
  /** A listener of the program threw; the client went on. */
  listenerError: { readonly event: string; readonly error: unknown }
}
