/**
 * What a battle client needs of its connection: a port, so that tests hand in a fake and the client
 * never sees Colyseus. The one real implementation is `colyseus-link.ts`.
 */
import type { ClientMessages, ServerMessages } from '@battalion/wire/messages.ts'
import type { BattleState } from './battle-state.ts'
import type { LinkConditioner } from './link-conditioner.ts'

/** What a link tells its owner; set once, before the first message can arrive. */
export interface BattleLinkEvents {
  /** A snapshot frame body. The bytes belong to the receiver. */
  snapshot(bytes: Uint8Array): void
  message<T extends keyof ServerMessages>(type: T, message: ServerMessages[T]): void
  stateChanged(): void
  /** The connection was lost; the link tries again by itself. */
  dropped(code: number): void
  retrying(attempt: number, delayMs: number): void
  reconnected(): void
  /** The connection is over for good. */
  closed(code: number, reason: string | undefined): void
}

export interface BattleLink {
  readonly roomId: string
  /** Undefined until the first full state has arrived. */
  readonly state: BattleState | undefined
  readonly isOpen: boolean
  readonly conditioner: LinkConditioner
  /** Bytes received and sent so far, WebSocket payload. */
  readonly bytesReceived: number
  readonly bytesSent: number
  listen(events: BattleLinkEvents): void
  /** Sends an input frame; dropped when the connection is not open (stale inputs help nobody). */
  sendInput(bytes: Uint8Array): void
  send<T extends keyof ClientMessages>(type: T, message: ClientMessages[T]): void
  /** Says good-bye; resolves when the connection is closed. */
  leave(): Promise<void>
  /** Cuts the connection as a bad network would; for tests and the page's panel. */
  drop(): void
}
