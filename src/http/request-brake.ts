/**
 * What one address may ask before any route is run. Routes have limits of their own, but refusing
 * costs a routed request too, and Node hands over all requests of a packet at once: a thousand
 * pipelined `GET` of 40 bytes stood the event loop still for seconds. So: few answers outstanding
 * on one socket (no client of ours pipelines), and so many requests a second from one address.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

import { addressKey } from './rate-limits.ts'

/** Requests of one socket that may wait for their answers; one more closes it. */
export const OUTSTANDING_MAX = 4
/** Requests a second an address has for each socket it may open. */
export const REQUESTS_PER_SOCKET_PER_SEC = 10
const WINDOW_MS = 1000

/** What the brake needs. */
export interface BrakePorts {
  readonly monotonicMs: () => number
  readonly socketsPerAddressMax: number
  /** Proxies carry everybody's requests. */
  readonly isTrustedProxy: (address: string) => boolean
  /** Counts a refusal: `pipelined` or `address_rate`. */
  readonly rejected: (reason: string) => void
}

/** Counts the requests of each address in windows of a second; forgets all with the window. */
export class RequestBrake {
  readonly #ports: BrakePorts
  readonly #requestsMax: number
  readonly #counts = new Map<string, number>()
  #windowEndMs = 0

  constructor(ports: BrakePorts) {
    this.#ports = ports
    this.#requestsMax = ports.socketsPerAddressMax * REQUESTS_PER_SOCKET_PER_SEC
  }

  /** Counts one request or upgrade of `address`; false when it is one too many. */
  take(address: string): boolean {
    if (this.#ports.isTrustedProxy(address)) return true
    const nowMs = this.#ports.monotonicMs()
    if (nowMs >= this.#windowEndMs) {
      this.#counts.clear()
      this.#windowEndMs = nowMs + WINDOW_MS
    }
    const key = addressKey(address)
    const count = (this.#counts.get(key) ?? 0) + 1
    this.#counts.set(key, count)
    if (count <= this.#requestsMax) return true
    this.#ports.rejected('address_rate')
    return false
  }
}

/** Puts the brake in front of the request listeners that `server` has by now; call once. */
export function brakeRequests(server: Server, brake: RequestBrake, ports: BrakePorts): void {
  const listeners = server.listeners('request')
  const outstanding = new WeakMap<Socket, number>()
  server.removeAllListeners('request')
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const { socket } = request
    if (socket.destroyed) return
    const waiting = outstanding.get(socket) ?? 0
    if (waiting >= OUTSTANDING_MAX) {
      ports.rejected('pipelined')
      stopParsing(socket)
      socket.destroy()
      return
    }
    if (!brake.take(socket.remoteAddress ?? 'unknown')) {
      stopParsing(socket)
      return refuse(response)
    }
    outstanding.set(socket, waiting + 1)
    response.once('close', () => outstanding.set(socket, (outstanding.get(socket) ?? 1) - 1))
    for (const listener of listeners) listener.call(server, request, response)
  })
}

/** What Node answers its parser with for "an upgrade: the rest is not HTTP". */
const REST_IS_NOT_HTTP = 2

/**
 * Node's parser goes on through the packet at hand though its socket is destroyed: 1,700 requests
 * and 16 ms for 64 KiB, times 20 sockets. There is no public way to stop it. Where Node keeps its
 * parser elsewhere nothing happens here; a test counts what a pipeline costs.
 */
function stopParsing(socket: Socket): void {
  const { parser } = socket as Socket & { readonly parser?: { onIncoming?: unknown } | null }
  if (typeof parser?.onIncoming === 'function') parser.onIncoming = () => REST_IS_NOT_HTTP
}

/** The cheapest answer there is; the socket ends with it. */
function refuse(response: ServerResponse): void {
  response.writeHead(429, { 'retry-after': '1', 'content-length': '0', connection: 'close' })
  response.end()
}
