/**
 * What rooms need from outside, handed in by `src/app.ts`. A room imports no driver, reads no
 * clock and no environment; tests hand in fakes of these.
 */
import type { Clock, Timers } from '@battalion/base/clock.ts'
import type { MatchId, UserId } from '@battalion/base/ids.ts'
import type { Balance } from '@battalion/sim/balance.ts'
import type { LogColumns } from '@battalion/sim/battle-log.ts'
import type { BattleResult, ServerMessages } from '@battalion/wire/messages.ts'
import type { Client } from '@colyseus/core'
import type { BattleView } from './battle-view.ts'

/** What a verified access token says. Only these fields ever reach a room. */
export interface UserClaims {
  readonly userId: UserId
  readonly kind: 'guest' | 'bot' | 'account'
  /** Shown when the client gives no name. */
  readonly displayName: string
  /** Session the token belongs to. */
  readonly sessionId: string
}

export interface Authenticator {
  /** Claims of a valid token; throws AppError `unauthenticated` otherwise. */
  verifyAccessToken(token: string): Promise<UserClaims>
  /** As above for who comes back to his own seat: the token may have run out meanwhile. */
  verifyReturning(token: string): Promise<UserClaims>
  /** True when the user may still be here; asked on reconnect. */
  isUserAllowed(claims: UserClaims): Promise<boolean>
}

export interface Logger {
  debug(fields: LogFields, message: string): void
  info(fields: LogFields, message: string): void
  warn(fields: LogFields, message: string): void
  error(fields: LogFields, message: string): void
}
export type LogFields = Readonly<Record<string, unknown>>

/** Phases of a tick that are timed. */
export type TickPhase = 'input' | 'sim' | 'rewind' | 'encode' | 'send'

/** What a battle drops at a limit of its own; the limits are in packages/sim and packages/wire. */
export type DroppedAtLimit = 'projectiles' | 'events' | 'effects' | 'kills' | 'marks' | 'far'

/** Everything a room counts; names and labels live in `src/telemetry`. All calls are cheap. */
export interface RoomMetrics {
  tickWork(phase: TickPhase | 'total', durationMs: number): void
  tickLateness(latenessMs: number): void
  catchUpSteps(count: number): void
  tickSkipped(count: number): void
  shedLevel(roomId: string, level: number): void
  /** A room changed its overload step, `down` = gave something up. */
  overloadChanged(step: number, direction: 'down' | 'up'): void
  /** Whether a room turns newcomers away for want of time. */
  admissionClosed(roomId: string, isClosed: boolean): void
  snapshotBytes(bytes: number): void
  entitiesSent(count: number): void
  patchSkipped(reason: 'slow' | 'shed'): void
  sendBufferBytes(bytes: number): void
  joined(result: string, durationMs: number): void
  disconnected(code: number, reason: string): void
  reconnected(result: 'ok' | 'refused' | 'expired'): void
  frameRejected(reason: string): void
  inputRejected(reason: string, count?: number): void
  messageReceived(type: string): void
  /** Hit-scan shots carried out, the hits that counted, and those that cover made void. */
  shotsJudged(count: { shots: number; hits: number; voids: number }): void
  rewindClamped(count: number): void
  /** So many shots were judged so far back. */
  rewindDepth(depthMs: number, count: number): void
  /** Seats given out and not yet taken. */
  seatsReserved(delta: 1 | -1): void
  hitsBehindCover(count: number): void
  limitDropped(limit: DroppedAtLimit, count: number): void
  clientsChanged(state: 'playing' | 'spectating' | 'reconnecting', delta: number): void
  roomsChanged(mode: string, state: string, delta: number): void
  roomError(where: string): void
  roomCrashed(): void
}

/** Where a frame lies; the 4 bytes before `start` are spare. */
export interface FramePlace {
  readonly bytes: Uint8Array
  readonly start: number
  readonly end: number
}

/** The one file that touches sockets (`src/transport`) stands behind this. */
export interface ClientSockets {
  /** Bytes accepted by us and not yet by the kernel. */
  bufferedBytes(client: Client): number
  /**
   * Sends `frame.subarray(start, end)` as one binary WebSocket message in one write; the 4 bytes
   * before `start` are the sender's to overwrite with the header. The bytes must stay unchanged
   * until the socket has drained.
   */
  writeFramed(client: Client, frame: Uint8Array, start: number, end: number): void
  /** `body` as a whole message, to be sent behind frames of many clients. */
  frameTail(body: Uint8Array): Uint8Array
  /** As `writeFramed`, and `tail` behind it in the same system call. */
  writeFramedWith(client: Client, frame: FramePlace, tail: Uint8Array): void
  /** Ends the connection without a closing handshake. */
  terminate(client: Client): void
}

/** Everybody who took part while a battle ran, by slot, and its log; users never go on the wire. */
export interface MatchSheet {
  /** Null for who was forgotten. */
  readonly userIds: readonly (UserId | null)[]
  readonly names: readonly string[]
  readonly classIds: readonly string[]
  readonly bots: readonly boolean[]
  /** Gone before the end. */
  readonly lefts: readonly boolean[]
  readonly teams: readonly number[]
  readonly squads: readonly number[]
  /** LOG_FIGURES_COUNT numbers a slot, in the order of LOG_FIGURES. */
  readonly figures: Int32Array
  readonly log: LogColumns
  /** Rows of detail that the log had no room for. */
  readonly logDropped: number
}

/** What a room reports of a finished battle. */
export interface FinishedBattle {
  readonly result: BattleResult
  readonly sheet: MatchSheet
  readonly roomId: string
  readonly region: string
  readonly seed: number
  readonly tickRateHz: number
  readonly startedAtMs: number
  readonly endedAtMs: number
}

/** Finished battles go here; returns at once, never throws (a bounded queue behind it). */
export interface MatchResults {
  /** A battle begins whose result will come: time to get ready for it. */
  expect(): void
  report(battle: FinishedBattle): void
  /** Resolves once what this room reported is safe on disk, or given up; before it is disposed. */
  settled(roomId: string): Promise<void>
}

/** One live seat per user and room name, over all rooms of the process. */
export interface UserSeats {
  /** Takes the seat; an earlier holder is told to leave (its `close` is called once). */
  claim(who: SeatOwner, roomName: string, close: CloseSeat): void
  release(who: SeatOwner, roomName: string, close: CloseSeat): void
}

/** Whose seat it is, and the session he took it with. */
export interface SeatOwner {
  readonly userId: UserId
  readonly tokenSessionId: string
}

/** Why a seat is taken away: sat down elsewhere, session over, banned. */
export type CloseSeat = (reason: 'replaced' | 'unauthenticated' | 'kicked') => void

/** Chat of a battle; returns at once, never throws (a bounded queue behind it). */
export interface MatchChat {
  /** A person has a soldier; with another match of the room, the last one is over. */
  entered(who: {
    readonly roomId: string
    readonly matchId: string
    readonly userId: UserId
    readonly team: number
    /** Within the team. */
    readonly squad: number
  }): void
  left(who: { readonly roomId: string; readonly userId: UserId }): void
  closed(roomId: string): void
}

/** A battle that runs here, as operators look into it and act on it. */
export interface OpenBattle {
  readonly roomId: string
  readonly matchId: MatchId
  readonly view: BattleView
  /** True for who is in it, awaited, or about to come. */
  hasUser(userId: UserId): boolean
  /** Throws a user out for the rest of the battle; false when he was not here. */
  kick(userId: UserId): boolean
  /** Tells everybody in it. */
  announce(notice: ServerMessages['notice']): void
  /** Ends by itself or at `deadlineMs` (monotonic); then everybody is sent away. */
  endBattle(deadlineMs: number): Promise<void>
}

/** Hears of battles that open and of those that are gone. */
export interface OpenBattles {
  opened(battle: OpenBattle): void
  closed(battle: OpenBattle): void
}

/** The standing demo; absent on production servers. */
export interface DemoControl {
  /** Asks the bot process for more bots in this match; false when the limit is reached. */
  addBots(matchId: MatchId, count: number): boolean
}

/** Limits a room reads from configuration; unit, default and meaning stand in `src/config.ts`. */
export interface RoomLimits {
  readonly seatTimeoutSec: number
  readonly reconnectGraceSec: number
  readonly idleKickSec: number
  readonly spectatorIdleKickSec: number
  readonly frameBytesMax: number
  readonly framesPerSec: number
  readonly framesBurst: number
  readonly bytesPerSec: number
  readonly bytesBurst: number
  readonly spectatorsMax: number
  readonly playersMax: number
  readonly joinAckTimeoutMs: number
  /** From here snapshots are skipped (64 KiB). */
  readonly snapshotSkipBytes: number
  /** From here schema patches are skipped too (256 KiB). */
  readonly patchSkipBytes: number
  /** From here, or undrained this long, the client is terminated (1 MiB, 5 s). */
  readonly terminateBytes: number
  readonly undrainedMsMax: number
  readonly roomErrorsPerMinuteMax: number
  /** From here, p99 of a tick's work in percent of the tick, newcomers are turned away. */
  readonly admitWorkPercentMax: number
  /** From here, time of the event loop at work in percent, newcomers are turned away. */
  readonly admitBusyPercentMax: number
}

export interface RoomPorts {
  readonly clock: Clock
  readonly timers: Timers
  readonly logger: Logger
  readonly metrics: RoomMetrics
  readonly auth: Authenticator
  readonly sockets: ClientSockets
  readonly seats: UserSeats
  readonly results: MatchResults
  /** The balance new battles begin with; changes when another is published. */
  readonly balance: () => Balance
  readonly limits: RoomLimits
  readonly region: string
  readonly demo?: DemoControl
  readonly matchChat?: MatchChat
  readonly battles?: OpenBattles
  /** True once the process drains: no new battles, running ones end or hit the deadline. */
  readonly isDraining: () => boolean
  /** True for who may not join battles; asked as a seat in one is reserved and taken. */
  readonly isMatchLocked?: (userId: UserId) => boolean
  /** What whoever comes in is told of the whole server; undefined when there is nothing. */
  readonly standingNotice?: () => ServerMessages['notice'] | undefined
  /** True while no next battle may begin: running ones end, their players wait. */
  readonly isPaused?: () => boolean
  /** Share of the last seconds that this process was busy, all rooms together; left out = 0. */
  readonly processBusyShare?: () => number
  /** Fresh random ids for matches, 128 bits. */
  readonly createMatchId: () => MatchId
  /** Seed of the next battle (u32). */
  readonly createSeed: () => number
}
