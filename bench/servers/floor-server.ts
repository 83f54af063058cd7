/**
 * The floor: nothing but writes of a finished 200-byte frame to every socket, 20 times a second,
 * by turns as one contiguous `socket.write`, as `ws.send` and past the stream, as our transports
 * write. What a server pays at the very least.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Socket } from 'node:net'
import type { WebSocket } from 'ws'
import { WebSocketServer } from 'ws'
import { systemTimers } from '../../src/system-clock.ts'
import { findSocketWriter } from '../../src/transport/probe-handle-writer.ts'
import { serveBench } from './bench-talk.ts'
import { TickRecorder } from './tick-recorder.ts'
import { startTicks } from './tick-timer.ts'

const BODY_BYTES = 200
const RATE_HZ = 20

const recorder = new TickRecorder()
const body = Buffer.alloc(BODY_BYTES, 1)
const frame = Buffer.concat([Buffer.from([0x82, 126, 0, BODY_BYTES]), body])
const http = createServer()
const sockets = new Set<WebSocket>()
const server = new WebSocketServer({ server: http, perMessageDeflate: false })
server.on('connection', (socket) => {
  sockets.add(socket)
  socket.on('close', () => sockets.delete(socket))
})
const { writer } = await findSocketWriter(systemTimers)
const tcpOf = (socket: WebSocket) => (socket as WebSocket & { readonly _socket: Socket })._socket
const ways: readonly [phase: string, write: (socket: WebSocket) => void][] = [
  ['framed', (socket) => tcpOf(socket).write(frame)],
  ['send', (socket) => socket.send(body)],
  ['handle', (socket) => writer.write(tcpOf(socket), frame)],
]
let turn = 0
startTicks(1000 / RATE_HZ, () => {
  const [phase, write] = ways[turn++ % ways.length]!
  recorder.begin()
  for (const socket of sockets) write(socket)
  recorder.endPhase(phase)
  recorder.end()
})
http.listen(0, '127.0.0.1', () => {
  serveBench(`http://127.0.0.1:${(http.address() as AddressInfo).port}`, recorder)
})
