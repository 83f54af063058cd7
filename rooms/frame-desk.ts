/**
 * Where every frame of a room's clients arrives. Takes what the gate lets through, within the
 * client's allowance, and hands it on inside a try: input bytes straight to the room, the rest to
 * Colyseus' decoders. Whatever throws there is a bad frame of its sender, nobody else's problem.
 */
import type { Clock } from '@battalion/base/clock.ts'
import { ClientState, Protocol } from '@colyseus/core'
import type { Client } from '@colyseus/core'
import type { ClientSeat } from './client-seat.ts'
import { findFrameRejection } from './frame-gate.ts'

/** A ROOM_DATA_BYTES type above this is more than one byte on the wire; we use none. */
const BYTES_TYPE_MAX = 0x7f
/** Code and type. */
const BYTES_HEAD_BYTES = 2

/** What the desk does with frames; a room. */
export interface FrameDeskHost {
  readonly clock: Clock
  readonly frameBytesMax: number
  /** Colyseus' own handling of a frame. */
  dispatch(client: Client, frame: Uint8Array): void
  /** Bytes of a type; returns why they were refused. */
  receiveBytes(client: Client, type: number, bytes: Uint8Array): string | undefined
  /** Counts a bad frame and closes its sender. */
  rejectFrame(client: Client, rejection: string): void
  /** The sender is over its allowance. */
  flooded(client: Client): void
  /** JOIN_ROOM was acknowledged just now. */
  acknowledged(seat: ClientSeat): void
}

export class FrameDesk {
  readonly #host: FrameDeskHost
  #dispatching: Client | undefined

  constructor(host: FrameDeskHost) {
    this.#host = host
  }

  /** True while Colyseus decodes a frame of `client`: if it closes the client now, that is why. */
  isDispatching(client: Client): boolean {
    return this.#dispatching === client
  }

  receive(seat: ClientSeat, frame: unknown, isBinary: boolean): void {
    const bytes = frame instanceof Uint8Array ? frame.byteLength : 0
    if (seat.isClosing || !this.allow(seat, bytes)) return
    const rejection = findFrameRejection(frame, isBinary, {
      isJoined: seat.isJoined,
      frameBytesMax: this.#host.frameBytesMax,
    })
    if (rejection !== undefined) return this.#host.rejectFrame(seat.client, rejection)
    this.#dispatch(seat, frame as Uint8Array)
  }

  /** Takes one frame of `bytes` off the client's allowance; false when it has none left. */
  allow(seat: ClientSeat, bytes: number): boolean {
    if (seat.bucket.take(bytes, this.#host.clock.monotonicMs())) return true
    this.#host.flooded(seat.client)
    return false
  }

  #dispatch(seat: ClientSeat, frame: Uint8Array): void {
    const { client } = seat
    this.#dispatching = client
    let isDecoded = true
    try {
      if (frame[0] === Protocol.ROOM_DATA_BYTES) this.#dispatchBytes(client, frame)
      else this.#host.dispatch(client, frame)
    } catch {
      isDecoded = false
    }
    this.#dispatching = undefined
    if (!isDecoded) return this.#host.rejectFrame(client, 'decode')
    if (!seat.isJoined && client.state === ClientState.JOINED) this.#host.acknowledged(seat)
  }

  #dispatchBytes(client: Client, frame: Uint8Array): void {
    const type = frame[1]!
    if (type > BYTES_TYPE_MAX) return this.#host.rejectFrame(client, 'bytes_type')
    const rejection = this.#host.receiveBytes(client, type, frame.subarray(BYTES_HEAD_BYTES))
    if (rejection !== undefined) this.#host.rejectFrame(client, rejection)
  }
}
