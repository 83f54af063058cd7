/**
 * Everything a battle client tells its program, by event name. Payloads are plain and fresh: a
 * handler may keep them. Positions in metres, angles as binary angles, net ids as on the wire
 * (65535 = nobody). `tick` is the server tick in which it happened.
 *
 * Names only: who emits what stands in `battle-client.ts` and `dispatch-events.ts`.
 */
import type { BattleResult, ServerMessages } from '@battalion/wire/messages.ts'

/** Why and how a connection ended. */
export interface DisconnectInfo {
  /** WebSocket close code. */
  readonly code: number
  /** Stable word: a close reason of ours, or `connection_lost`, `left`, `refused`, `closed`. */
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

export interface HitEvent {
  readonly tick: number
  readonly actor: number
  readonly target: number
  readonly weapon: number
  /** Hp taken. */
  readonly value: number
  /** Bits of HitFlag. */
  readonly flags: number
  /** By the own soldier. */
  readonly dealt: boolean
  /** On the own soldier. */
  readonly taken: boolean
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
  /** A soldier came into sight (near), or the own one entered the field. */
  enter: { readonly netId: number }
  leave: { readonly netId: number }
  shot: ShotEvent
  hit: HitEvent
  kill: KillEvent
  explosion: {
    readonly tick: number
    readonly actor: number
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
    readonly actor: number
    readonly target: number
    readonly value: number
  }
  revive: { readonly tick: number; readonly actor: number; readonly target: number }
  /** A soldier entered the field; `own` when it is ours. */
  spawn: {
    readonly tick: number
    readonly netId: number
    readonly x: number
    readonly z: number
    readonly own: boolean
  }
  /** The own soldier lost its body and waits for respawn. */
  death: { readonly tick: number; readonly netId: number }
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
