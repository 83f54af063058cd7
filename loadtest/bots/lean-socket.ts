/**
 * A WebSocket client as thin as it gets: one TCP connection, the upgrade, frames out and in.
 * Answers pings and closing frames by itself. Costs a fraction of a library, so that thousands fit
 * a core.
 */
import { randomBytes } from 'node:crypto'
import { connect, type Socket } from 'node:net'

import { AppError } from '@battalion/base/app-error.ts'
import { createClientFrame, FrameReader, Opcode } from './web-socket-frames.ts'

/** The upgrade must be through by then (ms). */
const UPGRADE_MS_MAX = 8000
const HEAD_BYTES_MAX = 8192
const NO_CODE = 1006

export interface LeanSocketEvents {
  /** The socket can be written to; before the first message, which may come with the upgrade. */
  opened(socket: LeanSocket): void
  message(payload: Buffer): void
  /** Once, whoever ended it; 1006 = without a word. */
  closed(code: number): void
}

export class LeanSocket {
  readonly #socket: Socket
  readonly #events: LeanSocketEvents
  readonly #reader = new FrameReader((opcode, payload) => this.#onFrame(opcode, payload))
  #closeCode = NO_CODE
  #isClosed = false

  private constructor(socket: Socket, events: LeanSocketEvents) {
    this.#socket = socket
    this.#events = events
    socket.on('data', (chunk) => this.#onData(chunk))
    socket.on('error', () => undefined)
    socket.on('close', () => this.#onClosed())
  }

  /** Connects and upgrades; rejects with an AppError. */
  static open(url: URL, events: LeanSocketEvents): Promise<LeanSocket> {
    return new Promise((resolve, reject) => {
      const socket = connect(Number(url.port), url.hostname)
      socket.setNoDelay(true)
      const fail = (why: string) => {
        socket.destroy()
        reject(new AppError('unavailable', 'The battle cannot be reached.', { internal: why }))
      }
      socket.setTimeout(UPGRADE_MS_MAX, () => fail('upgrade timed out'))
      socket.on('error', (error) => fail(error.message))
      socket.on('connect', () => socket.write(upgradeRequest(url)))
      let head = Buffer.alloc(0)
      socket.on('data', (chunk) => {
        head = Buffer.concat([head, chunk])
        const end = head.indexOf('\r\n\r\n')
        if (end < 0) return head.length > HEAD_BYTES_MAX ? fail('no end of head') : undefined
        if (!head.toString('latin1', 0, 12).startsWith('HTTP/1.1 101')) {
          return fail(head.toString('latin1', 0, Math.min(end, 60)))
        }
        socket.removeAllListeners()
        socket.setTimeout(0)
        const made = new LeanSocket(socket, events)
        events.opened(made)
        resolve(made)
        if (head.length > end + 4) made.#onData(head.subarray(end + 4))
      })
    })
  }

  send(payload: Uint8Array): void {
    if (!this.#isClosed) this.#socket.write(createClientFrame(Opcode.binary, payload))
  }

  /** Several frames made by `createClientFrame`, as they are. */
  sendFrame(frame: Buffer): void {
    if (!this.#isClosed) this.#socket.write(frame)
  }

  /** Ends politely; `closed` follows. */
  close(): void {
    if (this.#isClosed) return
    this.#socket.end(createClientFrame(Opcode.close, Buffer.from([0x03, 0xe8])))
    this.#socket.setTimeout(1000, () => this.#socket.destroy())
  }

  #onData(chunk: Buffer): void {
    this.#reader.push(chunk)
    if (this.#reader.failed) this.#socket.destroy()
  }

  #onFrame(opcode: number, payload: Buffer): void {
    if (opcode === Opcode.binary || opcode === Opcode.text) this.#events.message(payload)
    else if (opcode === Opcode.ping) this.sendFrame(createClientFrame(Opcode.pong, payload))
    else if (opcode === Opcode.close) {
      if (payload.length >= 2) this.#closeCode = payload.readUInt16BE(0)
      this.#socket.end(createClientFrame(Opcode.close, payload.subarray(0, 2)))
    }
  }

  #onClosed(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#events.closed(this.#closeCode)
  }
}

function upgradeRequest(url: URL): string {
  return (
    `GET ${url.pathname}${url.search} HTTP/1.1\r\nHost: ${url.host}\r\n` +
    'Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n' +
    `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n\r\n`
  )
}
