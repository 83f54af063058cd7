/**
 * Colyseus' client over a lean socket: messages in, frames out. Everything a room may call on a
 * client of any transport, no more.
 */
import { ClientState, Protocol, enqueueClientRaw, getMessageBytes } from '@colyseus/core'
import type { Client, ClientPrivate, ISendOptions } from '@colyseus/core'
import type { LeanSocket, ReadyState } from './lean-socket.ts'

type Done = (error?: Error) => void

/** What stands between a client and its socket: nothing, or a delay for trying out bad lines. */
export type RawSend = (socket: LeanSocket, data: Uint8Array, done: Done | undefined) => void

export class LeanClient implements Client, ClientPrivate {
  declare '~messages': Client['~messages']
  readonly id: string
  ref: LeanSocket
  sessionId: string
  state: ClientState = ClientState.JOINING
  declare reconnectionToken: string
  /** Messages sent before the client acknowledged its join. */
  _enqueuedMessages: Uint8Array[] = []
  declare _joinedAt: number
  _numMessagesLastSecond = 0
  _messageCountResetsAt = 0
  _lastMessageTime = 0
  readonly #rawSend: RawSend

  constructor(sessionId: string, socket: LeanSocket, rawSend: RawSend) {
    this.id = sessionId
    this.sessionId = sessionId
    this.ref = socket
    this.#rawSend = rawSend
  }

  get readyState(): ReadyState {
    return this.ref.readyState
  }

  sendBytes(type: string | number, bytes: Uint8Array, options?: ISendOptions): void {
    const frame = getMessageBytes.raw(Protocol.ROOM_DATA_BYTES, type, undefined, bytes)
    this.enqueueRaw(frame, options)
  }

  /** Types are numbers or text; `symbol` stands here only because Colyseus' own type allows it. */
  send(type: string | number | symbol, message?: unknown, options?: ISendOptions): void {
    const frame = getMessageBytes.raw(Protocol.ROOM_DATA, type as string | number, message)
    this.enqueueRaw(frame, options)
  }

  enqueueRaw(data: Uint8Array, options?: ISendOptions): void {
    enqueueClientRaw(this, data, options)
  }

  raw(data: Uint8Array, _options?: ISendOptions, done?: Done): void {
    this.#rawSend(this.ref, data, done)
  }

  error(code: number, message = '', done?: Done): void {
    this.raw(getMessageBytes[Protocol.ERROR](code, message), undefined, done)
  }

  leave(code?: number, text?: string): void {
    this.ref.close(code, text)
  }

  close(code?: number, text?: string): void {
    this.leave(code, text)
  }

  toJSON(): { readonly sessionId: string; readonly readyState: ReadyState } {
    return { sessionId: this.sessionId, readyState: this.readyState }
  }
}
