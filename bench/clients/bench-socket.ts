/**
 * A WebSocket client for thousands per core: one read buffer shared by all sockets (Node's
 * `onread`), frames cut out of it in place. Answers pings, counts every byte. Answers nobody
 * politely: what is no server frame ends the connection.
 */
import { randomBytes } from 'node:crypto'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { createClientFrame, Opcode } from '../../loadtest/bots/web-socket-frames.ts'

const READ_BYTES = 256 * 1024
const UPGRADE_MS_MAX = 10_000
const HEAD_END = '\r\n\r\n'
const shared = Buffer.alloc(READ_BYTES)

export interface BenchSocketEvents {
  /** A whole message: `bytes[start..end)`, valid only during the call. */
  message(bytes: Buffer, start: number, end: number): void
  /** Once. */
  closed(code: number): void
}

export class BenchSocket {
  /** All bytes since the upgrade, WebSocket headers included. */
  bytesReceived = 0
  readonly #socket: Socket
  readonly #events: BenchSocketEvents
  readonly #ready = Promise.withResolvers<void>()
  #isOpen = false
  #isClosed = false
  #closeCode = 1006
  #rest: Buffer | undefined

  constructor(url: URL, events: BenchSocketEvents) {
    this.#events = events
    this.#socket = connect({
      port: Number(url.port),
      host: url.hostname,
      noDelay: true,
      onread: {
        buffer: shared,
        callback: (count) => {
          this.#onRead(count)
          return true
        },
      },
    })
    this.#socket.on('connect', () => this.#socket.write(upgradeRequest(url)))
    this.#socket.on('error', () => undefined)
    this.#socket.on('close', () => this.#onClosed())
    this.#socket.setTimeout(UPGRADE_MS_MAX, () => this.#socket.destroy())
  }

  /** Resolves when the upgrade is through, rejects when the connection ends before. */
  get opened(): Promise<void> {
    return this.#ready.promise
  }

  send(payload: Uint8Array): void {
    if (!this.#isClosed) this.#socket.write(createClientFrame(Opcode.binary, payload))
  }

  close(): void {
    this.#socket.destroy()
  }

  #onRead(count: number): void {
    let bytes = shared.subarray(0, count)
    if (this.#rest !== undefined) bytes = Buffer.concat([this.#rest, bytes])
    this.#rest = undefined
    let at = 0
    if (!this.#isOpen) {
      const end = bytes.indexOf(HEAD_END)
      if (end < 0) {
        this.#rest = Buffer.from(bytes)
        return
      }
      if (!bytes.toString('latin1', 0, 12).startsWith('HTTP/1.1 101')) return this.close()
      at = end + HEAD_END.length
      this.#isOpen = true
      this.#socket.setTimeout(0)
      this.#ready.resolve()
    }
    this.bytesReceived += at === 0 ? count : bytes.length - at
    this.#cut(bytes, at)
  }

  #cut(bytes: Buffer, from: number): void {
    let at = from
    while (bytes.length - at >= 2) {
      const length = bytes[at + 1]!
      const head = length < 126 ? 2 : length === 126 ? 4 : 10
      if (bytes.length - at < head) break
      const start = at + head
      const end = start + bodyLength(bytes, at, length)
      if (end > bytes.length) break
      this.#onFrame(bytes[at]! & 0x0f, bytes, start, end)
      at = end
    }
    if (at < bytes.length) this.#rest = Buffer.from(bytes.subarray(at))
  }

  // oxlint-disable-next-line max-params -- a frame is where it lies, and nothing may be allocated
  #onFrame(opcode: number, bytes: Buffer, start: number, end: number): void {
    if (opcode === Opcode.binary || opcode === Opcode.text) this.#events.message(bytes, start, end)
    else if (opcode === Opcode.ping) {
      this.#socket.write(createClientFrame(Opcode.pong, bytes.subarray(start, end)))
    } else if (opcode === Opcode.close) {
      if (end - start >= 2) this.#closeCode = bytes.readUInt16BE(start)
      this.close()
    }
  }

  #onClosed(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#ready.reject(new RangeError(`the socket closed with ${this.#closeCode}`))
    this.#ready.promise.catch(() => undefined)
    this.#events.closed(this.#closeCode)
  }
}

function bodyLength(bytes: Buffer, at: number, length: number): number {
  if (length < 126) return length
  return length === 126 ? bytes.readUInt16BE(at + 2) : Number(bytes.readBigUInt64BE(at + 2))
}

function upgradeRequest(url: URL): string {
  return [
    `GET ${url.pathname}${url.search} HTTP/1.1`,
    `Host: ${url.host}`,
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
    'Sec-WebSocket-Version: 13',
    '',
    '',
  ].join('\r\n')
}
