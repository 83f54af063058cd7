/**
 * One WebSocket of a client over a TCP socket: what Colyseus calls `client.ref`. Speaks the events
 * and methods rooms use of a `ws` socket (message, ping, pong, error, close; send, close,
 * terminate). Every frame leaves in one write. Must never write after a close frame, and never
 * throw at who calls it: a socket that is gone takes nothing.
 */
import { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'
import { debugAndPrintError } from '@colyseus/core'
import { LeanFrameParser, Opcode } from './lean-frame-parser.ts'
import type { FrameLimits, FrameSink } from './lean-frame-parser.ts'
import {
  SHORT_MESSAGE_BYTES_MAX,
  frameClose,
  frameControl,
  framed,
  frameMessage,
  frameMessageHead,
} from './lean-frame-writer.ts'
import { FrameViolationError, VIOLATIONS } from './lean-violation.ts'
import type { FrameViolation } from './lean-violation.ts'
import { bufferOf } from './socket-writer.ts'
import type { SocketWriter } from './socket-writer.ts'
import type { FramePlace } from './ws-socket.ts'

/** `readyState`, as every WebSocket has it. */
export const ReadyState = { open: 1, closing: 2, closed: 3 } as const
export type ReadyState = (typeof ReadyState)[keyof typeof ReadyState]

/** A body up to here is copied behind its head; a longer one is written after it (bytes). */
const COPIED_BODY_BYTES_MAX = 4096
/** Pings are not answered while this much waits to be sent: the peer does not read (bytes). */
const PONG_BACKLOG_BYTES_MAX = 16_384
/**
 * Pings and pongs a peer may send between two looks of the keepalive, 3 s. More are read and
 * dropped, and end with 1008 at the next look; a room that counts pings has closed it long before.
 */
const CONTROL_FRAMES_MAX = 1000
/** Close code of a connection that ended without a closing handshake. */
const CLOSE_CODE_LOST = 1006
const CLOSE_CODE_NONE = 1005
/** A listener of ours threw. */
const CLOSE_CODE_INTERNAL = 1011
const EMPTY = Buffer.alloc(0)

/** Who looks after open sockets and closing ones, and how finished frames are written. */
export interface LeanSocketHost {
  readonly writer: SocketWriter
  /** A closing handshake or the last bytes are under way; they must come to an end. */
  closing(socket: LeanSocket): void
  closed(socket: LeanSocket): void
}

export interface SendOptions {
  readonly binary?: boolean
}

export class LeanSocket extends EventEmitter implements FrameSink {
  readonly #socket: Socket
  readonly #host: LeanSocketHost
  readonly #parser: LeanFrameParser
  #readyState: ReadyState = ReadyState.open
  #closeCode = CLOSE_CODE_LOST
  #closeReason: Buffer = EMPTY
  #isCloseFrameSent = false
  #isPeerDone = false
  /** True when anything came in since the last look of the keepalive. */
  #wasHeard = false
  #missedPings = 0
  #controlFrameCount = 0

  constructor(socket: Socket, limits: FrameLimits, host: LeanSocketHost) {
    super()
    this.#socket = socket
    this.#host = host
    this.#parser = new LeanFrameParser(this, limits)
    socket.setTimeout(0)
    socket.setNoDelay(true)
    socket.on('data', (chunk: Buffer) => this.receive(chunk))
    socket.on('end', () => this.#ended())
    socket.on('error', () => this.terminate())
    socket.on('close', () => this.#closed())
  }

  get readyState(): ReadyState {
    return this.#readyState
  }

  /** Bytes handed to us and not yet to the kernel. */
  get bufferedAmount(): number {
    return this.#socket.writableLength + this.#host.writer.pendingBytes(this.#socket)
  }

  /** Bytes of messages that are not whole yet. */
  get keptBytes(): number {
    return this.#parser.keptBytes
  }

  /** Bytes that came in; the socket's own and those that came with the handshake. */
  receive(chunk: Buffer): void {
    this.#wasHeard = true
    this.#parser.push(chunk)
  }

  /** Sends one binary message. `data` may be used again at once when it is short, not otherwise. */
  send(data: Uint8Array, _options?: SendOptions, done?: (error?: Error) => void): void {
    if (this.#readyState !== ReadyState.open) {
      if (done !== undefined) process.nextTick(done, new Error('the WebSocket is not open'))
      return
    }
    if (data.byteLength <= COPIED_BODY_BYTES_MAX) {
      this.#write(frameMessage(data), done)
      return
    }
    this.#socket.cork()
    this.#write(frameMessageHead(data.byteLength))
    this.#write(data, done)
    this.#socket.uncork()
  }

  /**
   * Sends `frame.subarray(start, end)` as one message in one write; overwrites the 4 bytes before
   * it. The bytes must stay as they are until the socket has drained.
   */
  writeFramed(frame: Uint8Array, start: number, end: number): void {
    if (this.#readyState !== ReadyState.open) return
    if (end - start > SHORT_MESSAGE_BYTES_MAX) return this.send(frame.subarray(start, end))
    this.#host.writer.write(this.#socket, framed(frame, start, end))
  }

  /** The same, and `tail`, whole messages already, behind it in the same system call. */
  writeFramedWith({ bytes, start, end }: FramePlace, tail: Uint8Array): void {
    if (this.#readyState !== ReadyState.open) return
    const { writer } = this.#host
    if (end - start <= SHORT_MESSAGE_BYTES_MAX) {
      return writer.writeBoth(this.#socket, framed(bytes, start, end), bufferOf(tail))
    }
    this.send(bytes.subarray(start, end))
    writer.write(this.#socket, bufferOf(tail))
  }

  /** Starts the closing handshake; the host sees to it that it ends. */
  close(code?: number, reason?: string): void {
    if (this.#readyState !== ReadyState.open) return
    this.#sendClose(frameClose(code, reason))
  }

  /** Ends the connection at once. */
  terminate(): void {
    if (this.#readyState === ReadyState.closed) return
    this.#readyState = ReadyState.closing
    this.#parser.stop()
    this.#socket.destroy()
  }

  /**
   * Asks a silent peer for a sign of life; one that missed `missesMax` of them is cut off. Who sent
   * anything since the last look is alive and costs no ping.
   */
  checkLife(missesMax: number): void {
    const isFlood = this.#controlFrameCount > CONTROL_FRAMES_MAX
    this.#controlFrameCount = 0
    if (isFlood && !this.#parser.isDone) return this.#refuseFlood()
    if (this.#wasHeard) {
      this.#wasHeard = false
      this.#missedPings = 0
      return
    }
    if (this.#missedPings >= missesMax) return this.terminate()
    this.#missedPings++
    if (this.#readyState === ReadyState.open) this.#write(frameControl(Opcode.ping, EMPTY))
  }

  // ---- from the parser ---------------------------------------------------------------------

  receiveMessage(payload: Buffer, isBinary: boolean): void {
    if (this.#readyState !== ReadyState.open) return
    this.#emitSafely('message', payload, isBinary)
  }

  receivePing(payload: Buffer): void {
    if (!this.#countControlFrame() || this.#readyState !== ReadyState.open) return
    if (this.bufferedAmount < PONG_BACKLOG_BYTES_MAX) {
      this.#write(frameControl(Opcode.pong, payload))
    }
    this.#emitSafely('ping', payload)
  }

  receivePong(payload: Buffer): void {
    if (!this.#countControlFrame() || this.#readyState !== ReadyState.open) return
    this.#emitSafely('pong', payload)
  }

  receiveClose(code: number, reason: Buffer): void {
    this.#closeCode = code
    // A copy: the view would keep the whole chunk it came in.
    this.#closeReason = Buffer.from(reason)
    this.#isPeerDone = true
    if (this.#isCloseFrameSent) this.#end()
    else this.#sendClose(frameClose(code === CLOSE_CODE_NONE ? undefined : code, reason.toString()))
  }

  receiveViolation(violation: FrameViolation): void {
    this.#isPeerDone = true
    if (this.#isCloseFrameSent) this.#end()
    else this.#sendClose(frameClose(violation.closeCode))
    this.#emitSafely('error', new FrameViolationError(violation))
  }

  #countControlFrame(): boolean {
    this.#controlFrameCount++
    return this.#controlFrameCount <= CONTROL_FRAMES_MAX
  }

  #refuseFlood(): void {
    this.#parser.stop()
    this.receiveViolation(VIOLATIONS.controlFlood)
  }

  /** A listener that throws closes this socket and disturbs no other one. */
  #emitSafely(name: string, ...args: unknown[]): void {
    try {
      this.emit(name, ...args)
    } catch (error) {
      debugAndPrintError(error as Error)
      this.close(CLOSE_CODE_INTERNAL)
    }
  }

  // ---- the end -----------------------------------------------------------------------------

  #sendClose(frame: Buffer): void {
    if (this.#readyState !== ReadyState.open) return
    this.#readyState = ReadyState.closing
    this.#isCloseFrameSent = true
    this.#write(frame)
    this.#host.closing(this)
    if (this.#isPeerDone) this.#end()
  }

  /** The peer said its last word. */
  #ended(): void {
    if (this.#readyState === ReadyState.open) {
      this.#readyState = ReadyState.closing
      this.#host.closing(this)
    }
    this.#parser.stop()
    this.#end()
  }

  #end(): void {
    if (!this.#socket.writableEnded) this.#socket.end()
  }

  #closed(): void {
    this.#readyState = ReadyState.closed
    this.#parser.stop()
    this.#host.closed(this)
    this.#emitSafely('close', this.#closeCode, this.#closeReason)
  }

  #write(bytes: Uint8Array, done?: (error?: Error) => void): void {
    if (done === undefined) this.#socket.write(bytes)
    else this.#socket.write(bytes, (error) => done(error ?? undefined))
  }
}
