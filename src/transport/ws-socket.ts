/**
 * The one file that touches the raw TCP socket behind a `ws` connection (`ws._socket` is private
 * API; checked once per connection, at its first use). It writes a whole WebSocket message, header
 * included, in one contiguous write: about 2 µs less per frame than `ws.send`, which writes header
 * and body apart (engine.md 6.2); a patch goes with it in the same system call. Must never write to
 * a socket that is closing: a data frame after a close frame is an error.
 */
import type { Socket } from 'node:net'
import { assert } from '@battalion/base/assert.ts'
import type { Client } from '@colyseus/core'
import type { WebSocket } from 'ws'
import { SHORT_MESSAGE_BYTES_MAX, frameTail, framed } from './lean-frame-writer.ts'
import { bufferOf } from './socket-writer.ts'
import type { SocketWriter } from './socket-writer.ts'

/** Bytes before a frame that {@link WsSockets.writeFramed} may overwrite. */
export const FRAME_SPARE_BYTES = 4
/** Where a frame lies; `rooms/ports.ts` has the same. */
export interface FramePlace {
  readonly bytes: Uint8Array
  readonly start: number
  readonly end: number
}

/** What a room does with sockets; `rooms/ports.ts` names it `ClientSockets`. */
export interface WsSockets {
  bufferedBytes(client: Client): number
  writeFramed(client: Client, frame: Uint8Array, start: number, end: number): void
  frameTail(body: Uint8Array): Uint8Array
  writeFramedWith(client: Client, frame: FramePlace, tail: Uint8Array): void
  terminate(client: Client): void
}

/** The sockets of `@colyseus/ws-transport`, written to by `writer`. */
export function createWsSockets(writer: SocketWriter): WsSockets {
  return {
    bufferedBytes(client) {
      const webSocket = webSocketOf(client)
      const { bufferedAmount, _socket: socket } = webSocket
      return socket == null ? bufferedAmount : bufferedAmount + writer.pendingBytes(socket)
    },
    writeFramed(client, frame, start, end) {
      const socket = findSocket(client)
      if (socket === undefined) return
      const bodyBytes = end - start
      if (bodyBytes > SHORT_MESSAGE_BYTES_MAX) sendLong(client, frame.subarray(start, end))
      else writer.write(socket, framed(frame, start, end))
    },
    frameTail,
    writeFramedWith(client, { bytes, start, end }, tail) {
      const socket = findSocket(client)
      if (socket === undefined) return
      const bodyBytes = end - start
      if (bodyBytes <= SHORT_MESSAGE_BYTES_MAX) {
        return writer.writeBoth(socket, framed(bytes, start, end), bufferOf(tail))
      }
      sendLong(client, bytes.subarray(start, end))
      writer.write(socket, bufferOf(tail))
    },
    terminate: (client) => webSocketOf(client).terminate(),
  }
}

/** A body whose length does not fit a short header. */
function sendLong(client: Client, body: Uint8Array): void {
  webSocketOf(client).send(body, { binary: true })
}

/** Private API of `ws`: its TCP socket, null once it is gone. */
type OpenedWebSocket = WebSocket & { readonly _socket?: Socket | null }

function webSocketOf(client: Client): OpenedWebSocket {
  return client.ref as unknown as OpenedWebSocket
}

/** The TCP socket of an open connection, undefined when it is closing or gone. */
function findSocket(client: Client): Socket | undefined {
  const webSocket = webSocketOf(client)
  if (webSocket.readyState !== webSocket.OPEN) return undefined
  const socket = webSocket._socket
  assert(socket !== null && socket !== undefined, 'an open ws connection has a _socket')
  assert(typeof socket.write === 'function', 'ws._socket is a stream')
  return socket
}
