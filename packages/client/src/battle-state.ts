/**
 * The slow state of a battle as the client sees it: read-only, updated in place by Colyseus two to
 * four times a second. The shape of `schema/battlefield-state.ts`, written structurally because
 * the client decodes by the reflection the server sends and needs no schema class at run time.
 */

export interface BattleState {
  /** `warmup`, `running` or `ended`. */
  readonly phase: string
  readonly mode: string
  readonly map: string
  readonly balanceVersion: string
  readonly matchId: string
  readonly tickRateHz: number
  readonly timeLeftSec: number
  /** Winning team, −1 = none or draw. */
  readonly winner: number
  readonly tickMsP50: number
  readonly tickMsP99: number
  /** What the server gives up to keep the pace, 0 = nothing (docs/operations.md). */
  readonly overloadStep: number
  /** Snapshots a second that the server sends now (Hz). */
  readonly snapshotRateHz: number
  /** Seconds of battle per second. */
  readonly timeScale: number
  readonly teams: StateList<TeamState>
  readonly objectives: StateList<ObjectiveState>
  /** Keyed by String(netId). */
  readonly roster: StateMap<RosterEntry>
}

export interface StateList<T> extends Iterable<T> {
  readonly length: number
  at(index: number): T | undefined
}

export interface StateMap<T> {
  readonly size: number
  get(key: string): T | undefined
  forEach(callback: (value: T, key: string) => void): void
  values(): Iterable<T>
}

export interface TeamState {
  readonly tickets: number
  readonly score: number
  readonly playerCount: number
}

export interface ObjectiveState {
  readonly id: string
  readonly name: string
  readonly x: number
  readonly z: number
  readonly radius: number
  /** Team, −1 = nobody. */
  readonly owner: number
  readonly capturing: number
  /** 0..100. */
  readonly progress: number
}

export interface RosterEntry {
  readonly netId: number
  readonly name: string
  readonly bot: boolean
  readonly team: number
  readonly squad: number
  /** Index in the balance. */
  readonly classId: number
  readonly kills: number
  readonly deaths: number
  readonly assists: number
  readonly score: number
  readonly connected: boolean
}
