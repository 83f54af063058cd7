/**
 * The public port below HTTP: time limits, connection caps per address, and the Origin rule for
 * WebSocket upgrades. Slow and idle sockets are closed by Node within SLOW_CLIENT_MS plus one
 * check; sockets over a cap are closed at once, before they cost a request.
 */
import { createServer } from 'node:http'
import type { IncomingMessage, Server } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'

import type { IsOriginAllowed } from './origin.ts'
import { addressKey } from './rate-limits.ts'
import type { RequestBrake } from './request-brake.ts'

/** For headers and for the whole request (ms). */
const SLOW_CLIENT_MS = 10_000
/** Node looks for slow clients this often (ms); 10 s and 2 s stay under the 15 s of A-08. */
export const CHECK_INTERVAL_MS = 2000
const KEEP_ALIVE_MS = 5000
const HEADER_BYTES_MAX = 16_384

/** What the server enforces. */
export interface PublicServerPorts {
  readonly connectionsMax: number
  readonly socketsPerAddressMax: number
  readonly isOriginAllowed: IsOriginAllowed
  /** Proxies carry everybody's sockets, so the cap per address is not for them. */
  readonly isTrustedProxy: (address: string) => boolean
  /** Counts a refusal: `address_cap` or `origin`. */
  readonly rejected: (reason: string) => void
  /** Shorter in tests (ms). */
  readonly slowClientMs?: number
  readonly checkIntervalMs?: number
}

/** The server, not yet listening and without routes. */
export function createPublicServer(ports: PublicServerPorts): Server {
  const server = createServer({
    headersTimeout: ports.slowClientMs ?? SLOW_CLIENT_MS,
    requestTimeout: ports.slowClientMs ?? SLOW_CLIENT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    connectionsCheckingInterval: ports.checkIntervalMs ?? CHECK_INTERVAL_MS,
    maxHeaderSize: HEADER_BYTES_MAX,
  })
  server.maxConnections = ports.connectionsMax
  capSocketsPerAddress(server, ports)
  return server
}

/** One count per address with an open socket; the map is as large as the open addresses. */
function capSocketsPerAddress(server: Server, ports: PublicServerPorts): void {
  const counts = new Map<string, number>()
  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress ?? 'unknown'
    if (ports.isTrustedProxy(address)) return
    const key = addressKey(address)
    const count = (counts.get(key) ?? 0) + 1
    if (count > ports.socketsPerAddressMax) {
      ports.rejected('address_cap')
      socket.destroy()
      return
    }
    counts.set(key, count)
    socket.once('close', () => {
      const left = (counts.get(key) ?? 1) - 1
      if (left === 0) counts.delete(key)
      else counts.set(key, left)
    })
  })
}

/**
 * Puts the Origin rule in front of the transport's upgrade listener, and lets nothing but
 * the address of a seat through to it. Upgrades without Origin pass: they do not come from a web
 * page. Call once, after the transport was attached.
 */
export function guardUpgrades(server: Server, brake: RequestBrake, ports: PublicServerPorts): void {
  const transports = server.listeners('upgrade')
  server.removeAllListeners('upgrade')
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const { origin, host } = request.headers
    const address = request.socket.remoteAddress ?? 'unknown'
    if (!brake.take(address)) return refuseUpgrade(socket, '429 Too Many Requests')
    if (!ports.isOriginAllowed(origin, host)) {
      ports.rejected('origin')
      return refuseUpgrade(socket, '403 Forbidden')
    }
    if (!isSeatAddress(request.url ?? '')) {
      ports.rejected('seat_address')
      return refuseUpgrade(socket, '404 Not Found')
    }
    for (const listener of transports) listener.call(server, request, socket, head)
  })
}

function refuseUpgrade(socket: Duplex, status: string): void {
  socket.on('error', () => socket.destroy())
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}

/** `/{process}/{room}`, perhaps below folders of a proxy. */
const SEAT_PATH = /^(?:\/[\w-]{1,64}){2,6}$/
const SEAT_ID = /^[\w-]{1,64}$/

/**
 * True for an address the SDK makes of a seat. The transport parses the address outside any try:
 * `*:99999` as request target is no URL there and would end the process; an address without a seat
 * would get a socket that answers whatever it is sent for a second.
 */
export function isSeatAddress(target: string): boolean {
  const queryAt = target.indexOf('?')
  if (queryAt < 0 || !SEAT_PATH.test(target.slice(0, queryAt))) return false
  const query = new URLSearchParams(target.slice(queryAt + 1))
  return SEAT_ID.test(query.get('sessionId') ?? '')
}
