/**
 * The messages of a battle beside the two byte streams: names and shapes. Byte types 1 and 2 are
 * SPEC.md's snapshot and input frames. Everything a client sends is parsed by a schema in `rooms`.
 */

/** Colyseus ROOM_DATA_BYTES types. */
export const BYTES_SNAPSHOT = 1
export const BYTES_INPUT = 2

/** Options of `joinOrCreate('battlefield', options)`. */
export interface JoinOptions {
  readonly mode?: string
  readonly map?: string
  readonly region?: string
  readonly spectate?: boolean
  /** Shown in the roster, 1..20 printable characters; the server cuts and cleans it. */
  readonly name?: string
  /** Class id, e.g. `medic`. */
  readonly classId?: string
  readonly protocolVersion?: number
}

/** Client to server, by name. */
export interface ClientMessages {
  /** Class to take at the next spawn. */
  loadout: { classId: string }
  /** A fallen soldier stops waiting for a medic. */
  giveUp: Record<string, never>
  /** A spectator moves its view (m); at most 10 a second count. */
  look: { x: number; z: number }
  /** Round trip measure; answered at once with the same id. `ms`: the last one, for operators. */
  rtt: { id: number; ms?: number | undefined }
  /** Demo servers only: asks for more bots. */
  addBots: { count: number }
}

/** Server to client, by name. */
export interface ServerMessages {
  /** First message after joining and reconnecting; again when the next battle begins here. */
  welcome: {
    protocolVersion: number
    /** Own soldier, 65535 for spectators. */
    netId: number
    matchId: string
    mode: string
    map: string
    balanceVersion: string
    tickRateHz: number
    snapshotRateHz: number
    /** Server tick when sent. */
    tick: number
    /** True where `addBots` works. */
    demo: boolean
  }
  rtt: { id: number }
  /**
   * The battle ended: a row per player, best first. Of a larger battle the best 200, and one's own
   * row last when it is not among them.
   */
  result: BattleResult
  /** Something the player should read; `code` is stable. */
  notice: { code: string; message: string; retryAfterSec?: number }
}

export interface BattleResult {
  matchId: string
  mode: string
  map: string
  balanceVersion: string
  /** Winning team, null for a draw. */
  winner: number | null
  durationSec: number
  teams: { team: number; score: number; tickets: number }[]
  players: PlayerResult[]
}

export interface PlayerResult {
  netId: number
  name: string
  bot: boolean
  team: number
  squad: number
  classId: string
  kills: number
  deaths: number
  assists: number
  revives: number
  captures: number
  score: number
  damageDone: number
  damageTaken: number
  healed: number
  shotsFired: number
  shotsHit: number
  playedSec: number
  /** True: gone before the end; the net id may be somebody else's by now. */
  left?: boolean
}
