/**
 * The one file that touches the raw TCP socket behind a `ws` connection (`ws._socket` is private
 * API; checked once per connection, at its first use). It writes a whole WebSocket message, header
 * included, in one contiguous write: about 2 µs less per frame than `ws.send`, which writes header
 * and body apart, and corking is how a snapshot and a patch share one system call (engine.md 3 and
 * 6.2). Must never write to a socket that is closing: a data frame after a close frame is an error.
 */
import type { Socket } from 'node:net'
import { assert } from '@battalion/base/assert.ts'
import type { Client } from '@colyseus/core'
import type { WebSocket } from 'ws'

/** Bytes before a frame that {@link WsSockets.writeFramed} may overwrite. */
export const FRAME_SPARE_BYTES = 4
/** Longest body whose length fits the header's 16 bits; longer ones go out by `ws.send`. */
export const FRAMED_BYTES_MAX = 0xffff

/** FIN and opcode 2: one unfragmented binary message. */
const BINARY_MESSAGE = 0x82
/** Bodies up to here carry their length in the second byte. */
const SHORT_BODY_BYTES_MAX = 125
/** Second byte that says "the length follows in 16 bits". */
const LENGTH_16_BITS = 126

/** What a room does with sockets; `rooms/ports.ts` names it `ClientSockets`. */
export interface WsSockets {
  bufferedBytes(client: Client): number
  writeFramed(client: Client, frame: Uint8Array, start: number, end: number): void
  cork(client: Client): void
  uncork(client: Client): void
  terminate(client: Client): void
}

/** The sockets of `@colyseus/ws-transport`. */
export function createWsSockets(): WsSockets {
  return {
    bufferedBytes: (client) => webSocketOf(client).bufferedAmount,
    writeFramed,
    cork: (client) => findSocket(client)?.cork(),
    uncork: (client) => findSocket(client)?.uncork(),
    terminate: (client) => webSocketOf(client).terminate(),
  }
}

function writeFramed(client: Client, frame: Uint8Array, start: number, end: number): void {
  assert(start >= FRAME_SPARE_BYTES, 'a frame leaves room for its header')
  assert(end > start, 'a frame has a body')
  assert(end <= frame.byteLength, 'a frame lies in its buffer')
  const socket = findSocket(client)
  if (socket === undefined) return
  const bodyBytes = end - start
  if (bodyBytes > FRAMED_BYTES_MAX) {
    webSocketOf(client).send(frame.subarray(start, end), { binary: true })
    return
  }
  const headerStart = writeHeader(frame, start, bodyBytes)
  socket.write(frame.subarray(headerStart, end))
}

/** Writes the header right before `start`; returns where it begins. */
function writeHeader(frame: Uint8Array, start: number, bodyBytes: number): number {
  if (bodyBytes <= SHORT_BODY_BYTES_MAX) {
    frame[start - 2] = BINARY_MESSAGE
    frame[start - 1] = bodyBytes
    return start - 2
  }
  frame[start - 4] = BINARY_MESSAGE
  frame[start - 3] = LENGTH_16_BITS
  frame[start - 2] = bodyBytes >>> 8
  frame[start - 1] = bodyBytes & 0xff
  return start - 4
}

function webSocketOf(client: Client): WebSocket {
  return client.ref as unknown as WebSocket
}

/** The TCP socket of an open connection, undefined when it is closing or gone. */
function findSocket(client: Client): Socket | undefined {
  const webSocket = webSocketOf(client) as WebSocket & { readonly _socket?: Socket | null }
  if (webSocket.readyState !== webSocket.OPEN) return undefined
  const socket = webSocket._socket
  assert(socket !== null && socket !== undefined, 'an open ws connection has a _socket')
  assert(typeof socket.cork === 'function', 'ws._socket is a stream that can be corked')
  return socket
}
