/**
 * What rooms need from outside, handed in by `src/app.ts`. A room imports no driver, reads no
 * clock and no environment; tests hand in fakes of these.
 */
import type { Clock, Timers } from '@battalion/base/clock.ts'
import type { MatchId, UserId } from '@battalion/base/ids.ts'
import type { Balance } from '@battalion/sim/balance.ts'
import type { BattleResult } from '@battalion/wire/messages.ts'
import type { Client } from '@colyseus/core'

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
  inputRejected(reason: string): void
  messageReceived(type: string): void
  rewindClamped(count: number): void
  hitsBehindCover(count: number): void
  limitDropped(limit: DroppedAtLimit, count: number): void
  clientsChanged(state: 'playing' | 'spectating' | 'reconnecting', delta: number): void
  roomsChanged(mode: string, state: string, delta: number): void
  roomError(where: string): void
  roomCrashed(): void
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
  /** Between cork and uncork everything written leaves in one system call. */
  cork(client: Client): void
  uncork(client: Client): void
  /** Ends the connection without a closing handshake. */
  terminate(client: Client): void
}

/** Finished battles go here; returns at once, never throws (a bounded queue behind it). */
export interface MatchResults {
  report(result: BattleResult & { readonly startedAtMs: number; readonly endedAtMs: number }): void
}

/** One live seat per user and room name, over all rooms of the process. */
export interface UserSeats {
  /** Takes the seat; an earlier holder is told to leave (its `close` is called once). */
  claim(userId: UserId, roomName: string, close: () => void): void
  release(userId: UserId, roomName: string, close: () => void): void
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
  /** The balance new battles use. */
  readonly balance: () => Balance
  readonly limits: RoomLimits
  readonly region: string
  readonly demo?: DemoControl
  /** True once the process drains: no new battles, running ones end or hit the deadline. */
  readonly isDraining: () => boolean
  /** Share of the last seconds that this process was busy, all rooms together; left out = 0. */
  readonly processBusyShare?: () => number
  /** Fresh random ids for matches, 128 bits. */
  readonly createMatchId: () => MatchId
  /** Seed of the next battle (u32). */
  readonly createSeed: () => number
}
