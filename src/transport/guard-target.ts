/**
 * Turns away upgrades whose request target is no address, in front of a transport that would throw
 * at them. ws-transport 0.18.4 parses the target in an async listener that nobody awaits: one
 * `GET *:99999/ HTTP/1.1` of anybody was an unhandled rejection, and the process ended.
 */
import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { refuseUpgrade } from './lean-handshake.ts'

/** Puts the check in front of every upgrade listener there is; call once it is attached. */
export function guardTarget(server: Server): void {
  const transports = server.listeners('upgrade')
  server.removeAllListeners('upgrade')
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (!URL.canParse(`ws://server${request.url ?? '/'}`)) {
      socket.on('error', () => socket.destroy())
      refuseUpgrade(socket, { status: 400 })
      return
    }
    for (const listener of transports) listener.call(server, request, socket, head)
  })
}
