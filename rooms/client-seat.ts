/**
 * What the base room remembers of one connected client, from socket to close: its allowance, its
 * join acknowledgement, how its socket drains. Made when the socket arrives, replaced when the same
 * session comes back over another socket.
 */
import type { TimerHandle } from '@battalion/base/clock.ts'
import type { UserId } from '@battalion/base/ids.ts'
import type { CloseReason } from '@battalion/wire/close-codes.ts'
import type { Client } from '@colyseus/core'
import type { UserClaims } from './ports.ts'
import type { TokenBucket } from './token-bucket.ts'

/**
 * What `onAuth` puts on a seat: named fields, never spread claims. There is no `sessionId` here on
 * purpose: Colyseus takes a field of that name as the id of the seat.
 */
export interface SeatAuth {
  readonly userId: UserId
  readonly kind: UserClaims['kind']
  readonly displayName: string
  readonly tokenSessionId: string
}

export interface ClientSeat {
  readonly client: Client
  readonly auth: SeatAuth
  readonly bucket: TokenBucket
  readonly startedAtMs: number
  /** Runs out when the client does not acknowledge JOIN_ROOM. */
  ackTimer: TimerHandle | undefined
  /** True once JOIN_ROOM was acknowledged. */
  isJoined: boolean
  /** True from the moment we decided to close it; nothing is read from or sent to it any more. */
  isClosing: boolean
  /** The peer broke the WebSocket protocol (too large, bad UTF-8, …): it may not come back. */
  isBroken: boolean
  /** Why we closed it, undefined when it went by itself. */
  closeReason: CloseReason | undefined
  /** When the socket was last seen empty (ms, monotonic). */
  drainedAtMs: number
}

/** A seat whose socket has just arrived. */
export function createClientSeat(options: {
  readonly client: Client
  readonly auth: SeatAuth
  readonly bucket: TokenBucket
  readonly nowMs: number
}): ClientSeat {
  const { client, auth, bucket, nowMs } = options
  return {
    client,
    auth,
    bucket,
    startedAtMs: nowMs,
    ackTimer: undefined,
    isJoined: false,
    isClosing: false,
    isBroken: false,
    closeReason: undefined,
    drainedAtMs: nowMs,
  }
}

/** Nobody waits for the acknowledgement any more; the timer and what it holds are let go. */
export function settleAcknowledgement(seat: ClientSeat): void {
  seat.ackTimer?.cancel()
  seat.ackTimer = undefined
}

/** True for what `ws` reports when a peer breaks RFC 6455; a lost connection is something else. */
export function isProtocolError(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error)) return false
  return typeof error.code === 'string' && error.code.startsWith('WS_ERR_')
}

/** The seat's named fields of verified claims. */
export function toSeatAuth(claims: UserClaims): SeatAuth {
  return {
    userId: claims.userId,
    kind: claims.kind,
    displayName: claims.displayName,
    tokenSessionId: claims.sessionId,
  }
}

/** The claims a seat was taken with, for asking again whether the user may stay. */
export function toUserClaims(auth: SeatAuth): UserClaims {
  return {
    userId: auth.userId,
    kind: auth.kind,
    displayName: auth.displayName,
    sessionId: auth.tokenSessionId,
  }
}
