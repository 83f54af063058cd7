/**
 * A TCP connection an attacker has under full control: from any loopback address, upgraded to a
 * WebSocket or not, any bytes out, reading paused at will. Remembers how it ended. It never answers
 * a ping or a close frame by itself unless asked to be polite.
 */
import { randomBytes } from 'node:crypto'
import { connect, type Socket } from 'node:net'

import { createClientFrame, FrameReader, Opcode } from '../bots/web-socket-frames.ts'

/** Where a server listens. */
export interface Target {
  readonly port: number
}

/** How a connection ended. */
export interface LinkEnd {
  /** Code of the server's close frame, 1006 when it sent none. */
  readonly code: number
  readonly reason: string
  /** Since connecting (ms). */
  readonly afterMs: number
}

export interface RawLinkOptions {
  readonly target: Target
  /** Our address, 127.x.y.z. */
  readonly address: string
  /** Answers pings and close frames as a client should. Default true. */
  readonly isPolite?: boolean
  readonly onMessage?: (payload: Buffer) => void
}

/** Bytes of an answer kept for looking at. */
const ANSWER_BYTES_MAX = 64 * 1024
const NO_CODE = 1006

export class RawLink {
  readonly socket: Socket
  readonly ended: Promise<LinkEnd>
  /** Resolves with the HTTP status of the upgrade, 0 when the connection ended before. */
  readonly upgraded: Promise<number>
  /** What came before (or instead of) an upgrade. */
  answer = ''
  /** Gets every data frame. */
  onMessage: (payload: Buffer) => void
  bytesReceived = 0
  isEnded = false
  readonly #options: RawLinkOptions
  readonly #reader: FrameReader
  readonly #beganAtMs = performance.now()
  #resolveUpgrade: (status: number) => void = () => undefined
  #isOpen = false
  #code = NO_CODE
  #reason = ''

  constructor(options: RawLinkOptions) {
    this.#options = options
    this.onMessage = options.onMessage ?? (() => undefined)
    this.#reader = new FrameReader((opcode, payload) => this.#onFrame(opcode, payload))
    this.upgraded = new Promise((resolve) => (this.#resolveUpgrade = resolve))
    const { target, address } = options
    this.socket = connect({ port: target.port, host: '127.0.0.1', localAddress: address })
    this.socket.setNoDelay(true)
    this.socket.on('error', () => undefined)
    this.socket.on('data', (chunk) => this.#onData(chunk))
    this.socket.on('end', () => this.socket.destroy())
    this.ended = new Promise((resolve) => {
      this.socket.on('close', () => {
        this.isEnded = true
        this.#resolveUpgrade(0)
        const afterMs = performance.now() - this.#beganAtMs
        resolve({ code: this.#code, reason: this.#reason, afterMs })
      })
    })
  }

  /** Asks for a WebSocket at `path`; resolves with the HTTP status. */
  upgrade(path: string, headers: Readonly<Record<string, string>> = {}): Promise<number> {
    this.write(upgradeRequest(path, headers))
    return this.upgraded
  }

  write(bytes: Uint8Array | string): void {
    if (!this.socket.destroyed) this.socket.write(bytes)
  }

  /** One binary message of at most 65,535 bytes. */
  send(payload: Uint8Array): void {
    this.write(createClientFrame(Opcode.binary, payload))
  }

  destroy(): void {
    this.socket.destroy()
  }

  #onData(chunk: Buffer): void {
    this.bytesReceived += chunk.length
    if (this.#isOpen) return this.#reader.push(chunk)
    if (this.answer.length < ANSWER_BYTES_MAX) this.answer += chunk.toString('latin1')
    const end = this.answer.indexOf('\r\n\r\n')
    const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(this.answer)?.[1] ?? 0)
    if (end < 0 || status === 0) return
    this.#resolveUpgrade(status)
    if (status !== 101) return
    this.#isOpen = true
    const rest = Buffer.from(this.answer.slice(end + 4), 'latin1')
    if (rest.length > 0) this.#reader.push(rest)
  }

  #onFrame(opcode: number, payload: Buffer): void {
    const isPolite = this.#options.isPolite !== false
    if (opcode === Opcode.close) {
      this.#code = payload.length >= 2 ? payload.readUInt16BE(0) : 1005
      this.#reason = payload.toString('utf8', 2)
      if (isPolite) this.socket.end(createClientFrame(Opcode.close, payload.subarray(0, 2)))
    } else if (opcode === Opcode.ping) {
      if (isPolite) this.write(createClientFrame(Opcode.pong, payload))
    } else if (opcode !== Opcode.pong) {
      this.onMessage(payload)
    }
  }
}

/** The text of an upgrade request. */
export function upgradeRequest(path: string, headers: Readonly<Record<string, string>>): string {
  const all = {
    Host: 'localhost',
    Upgrade: 'websocket',
    Connection: 'Upgrade',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': randomBytes(16).toString('base64'),
    ...headers,
  }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`)
  return `GET ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`
}
