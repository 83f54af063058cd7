/**
 * One client of a home room: joins, says lines, and counts what it hears. A line carries its number
 * in its words, so that who sent it can be timed without decoding.
 */
import { getMessageBytes, Protocol } from '@colyseus/core'

import { RoomCode } from '../../loadtest/bots/lean-protocol.ts'
import { BenchSocket } from './bench-socket.ts'
import { takeRoomSeat } from './take-seat.ts'

/** `#12;` in the words is line 12. */
const LINE_NUMBER = /#(\d+);/g
const REFUSED = Buffer.from('\xa2ok\xc2', 'latin1')
const FEED = Buffer.from('\xa4feed', 'latin1')

/** Counted by all clients of the process together. */
export interface ChatBooks {
  frames: number
  refused: number
  closed: number
  /** Told of each line that a listener hears. */
  heard(line: number): void
}

export class ChatClient {
  readonly #books: ChatBooks
  readonly #isListener: boolean
  readonly #joined = Promise.withResolvers<void>()
  #socket: BenchSocket | undefined

  /** A listener reads every line, others only count frames. */
  constructor(books: ChatBooks, isListener: boolean) {
    this.#books = books
    this.#isListener = isListener
  }

  get bytesReceived(): number {
    return this.#socket?.bytesReceived ?? 0
  }

  /** Resolves with the welcome. */
  async join(url: string, token: string): Promise<void> {
    const address = await takeRoomSeat({ url, token, room: 'home', wishes: {} })
    this.#socket = new BenchSocket(address, {
      message: (bytes, start, end) => this.#onMessage(bytes.subarray(start, end)),
      closed: (code) => {
        this.#books.closed++
        this.#joined.reject(new RangeError(`closed with ${code}`))
        this.#joined.promise.catch(() => undefined)
      },
    })
    await this.#socket.opened
    await this.#joined.promise
  }

  say(channelId: string, line: number): void {
    const text = `#${line}; we hold the bridge, come over the left bank and bring rockets`
    this.#socket?.send(getMessageBytes.raw(Protocol.ROOM_DATA, 'say', { channelId, text }))
  }

  #onMessage(frame: Buffer): void {
    if (frame[0] === RoomCode.join) return this.#socket?.send(Uint8Array.of(RoomCode.join))
    if (frame[0] !== RoomCode.data) return
    if (frame.compare(FEED, 0, FEED.length, 1, 1 + FEED.length) !== 0) return this.#joined.resolve()
    this.#books.frames++
    if (frame.includes(REFUSED)) this.#books.refused++
    if (!this.#isListener) return
    for (const [, line] of frame.toString('latin1').matchAll(LINE_NUMBER)) {
      this.#books.heard(Number(line))
    }
  }
}
