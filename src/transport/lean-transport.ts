/**
 * `TRANSPORT=lean`: WebSockets for rooms over node:http's upgrades, without the `ws` library
 * (docs/decisions/0007). To clients and rooms it is the same as ws-transport: addresses, close
 * codes, error frames. Never agrees on an extension, never lets a bad frame pass its parser.
 */
import type { IncomingMessage, Server } from 'node:http'
import type { Socket } from 'node:net'
import type { Timers } from '@battalion/base/clock.ts'
import {
  CloseCode,
  ErrorCode,
  Protocol,
  ServerError,
  Transport,
  connectClientToRoom,
  createAuthContext,
  debugAndPrintError,
  debugConnection,
  matchMaker,
  runBeforeUpgrade,
} from '@colyseus/core'
import type { AuthContext, BeforeUpgradeHandler, Client } from '@colyseus/core'
import { LeanClient } from './lean-client.ts'
import type { RawSend } from './lean-client.ts'
import { frameTail } from './lean-frame-writer.ts'
import type { FrameLimits } from './lean-frame-parser.ts'
import { acceptText, answerUpgrade, findHandshakeFault, refuseUpgrade } from './lean-handshake.ts'
import { LeanKeepalive } from './lean-keepalive.ts'
import { LeanSocket } from './lean-socket.ts'
import type { SocketWriter } from './socket-writer.ts'
import type { WsSockets } from './ws-socket.ts'

export interface LeanOptions {
  readonly server: Server
  readonly timers: Timers
  readonly limits: FrameLimits
  readonly pingIntervalMs: number
  /** Pings in a row a peer may leave unanswered. */
  readonly pingMissesMax: number
  readonly beforeUpgrade?: BeforeUpgradeHandler
  readonly writer: SocketWriter
}

/** A socket without a seat may measure its round trip this long (ms) and this often. */
const PROBE_MS = 1000
const PROBE_MESSAGES_MAX = 32
/** `/{processId}/{roomId}` at the end of the address. */
const ROOM_PATH = /\/[a-zA-Z0-9_-]+\/([a-zA-Z0-9_-]+)$/

/** What an upgrade request says. */
interface Visit {
  readonly url: URL
  readonly context: AuthContext
}

export class LeanTransport extends Transport {
  override readonly server: Server
  readonly #options: LeanOptions
  readonly #keepalive: LeanKeepalive
  #latencyMs = 0
  #isShutDown = false

  constructor(options: LeanOptions) {
    super()
    this.server = options.server
    this.#options = options
    const { timers, writer, pingIntervalMs, pingMissesMax: missesMax } = options
    this.#keepalive = new LeanKeepalive({ timers, writer, pingIntervalMs, missesMax })
    this.server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
      this.#upgrade(request, socket, head).catch((error: unknown) => {
        debugAndPrintError(error as Error)
        socket.destroy()
      })
    })
    this.server.on('error', (error) => debugAndPrintError(error))
    this.server.on('listening', () => this.#keepalive.start())
    this.server.on('close', () => this.#keepalive.stop())
  }

  /** Sockets that are not closed yet. */
  get socketCount(): number {
    return this.#keepalive.socketCount
  }

  override listen(
    ...args: [port?: number | string, host?: string, backlog?: number, listening?: Function]
  ): this {
    const [port, host, backlog, listening] = args
    this.server.listen(
      { port: Number(port ?? 0), ...(host && { host }), ...(backlog && { backlog }) },
      listening as (() => void) | undefined,
    )
    return this
  }

  override shutdown(): void {
    this.#isShutDown = true
    this.server.close()
  }

  /** Holds back what rooms send by Colyseus (not framed writes) for `milliseconds`. */
  override simulateLatency(milliseconds: number): void {
    this.#latencyMs = milliseconds
  }

  /** Cut-offs and pings that are due; the timer calls it, tests do. */
  sweep(): void {
    this.#keepalive.sweep()
  }

  async #upgrade(request: IncomingMessage, socket: Socket, head: Buffer): Promise<void> {
    const destroy = () => {
      socket.destroy()
    }
    socket.on('error', destroy)
    const visit = readVisit(request)
    if (visit === undefined) return refuseUpgrade(socket, { status: 400 })
    const { beforeUpgrade } = this.#options
    if (beforeUpgrade !== undefined) {
      const response = await runBeforeUpgrade(beforeUpgrade, request.url ?? '/', visit.context)
      if (socket.destroyed) return
      if (response !== undefined) return await answerUpgrade(socket, response)
    }
    const fault = findHandshakeFault(request)
    if (fault !== undefined) return refuseUpgrade(socket, fault)
    if (this.#isShutDown || !socket.readable || !socket.writable) return destroy()
    socket.removeListener('error', destroy)
    socket.write(acceptText(request))
    const leanSocket = new LeanSocket(socket, this.#options.limits, this.#keepalive)
    this.#keepalive.add(leanSocket)
    // Not an error of ours, so no line in the log: rooms count it, and floods must not write.
    leanSocket.on('error', (error: Error) => debugConnection(error.message))
    const connected = this.#connect(leanSocket, visit)
    if (head.byteLength > 0) leanSocket.receive(head)
    await connected
  }

  async #connect(socket: LeanSocket, visit: Visit): Promise<void> {
    const { pathname, searchParams } = visit.url
    const sessionId = searchParams.get('sessionId')
    const roomId = ROOM_PATH.exec(pathname)?.[1]
    if (sessionId === null && roomId === undefined) return this.#answerProbe(socket)
    const client = new LeanClient(sessionId ?? '', socket, this.#rawSend)
    const reconnectionToken = searchParams.get('reconnectionToken')
    try {
      await connectClientToRoom(
        matchMaker.getLocalRoomById(roomId ?? ''),
        client,
        visit.context,
        // Null, not undefined: this is what ws-transport hands on, and rooms look at it.
        {
          reconnectionToken: reconnectionToken as string,
          skipHandshake: searchParams.has('skipHandshake'),
        },
      )
    } catch (error) {
      const code = reconnectionToken ? CloseCode.FAILED_TO_RECONNECT : CloseCode.WITH_ERROR
      refuseJoin(client, error, code)
    }
  }

  /** A client that only asks how far away we are: an answer a message, for a second. */
  #answerProbe(socket: LeanSocket): void {
    const timer = this.#options.timers.setTimeout(() => {
      socket.close(CloseCode.NORMAL_CLOSURE)
    }, PROBE_MS)
    let messageCount = 0
    socket.on('message', () => {
      messageCount++
      if (messageCount > PROBE_MESSAGES_MAX) socket.close(CloseCode.NORMAL_CLOSURE)
      else socket.send(new Uint8Array([Protocol.PING]))
    })
    socket.once('close', () => timer.cancel())
  }

  readonly #rawSend: RawSend = (socket, data, done) => {
    if (this.#latencyMs === 0) return socket.send(data, undefined, done)
    const copy = Uint8Array.from(data)
    this.#options.timers.setTimeout(() => socket.send(copy, undefined, done), this.#latencyMs)
  }
}

/** What rooms do with the sockets of {@link LeanTransport}. */
export function createLeanSockets(): WsSockets {
  return {
    bufferedBytes: (client) => leanSocketOf(client).bufferedAmount,
    writeFramed: (client, frame, start, end) => leanSocketOf(client).writeFramed(frame, start, end),
    frameTail,
    writeFramedWith: (client, frame, tail) => leanSocketOf(client).writeFramedWith(frame, tail),
    terminate: (client) => leanSocketOf(client).terminate(),
  }
}

function leanSocketOf(client: Client): LeanSocket {
  return client.ref as LeanSocket
}

/** Undefined when the request's target is no address. */
function readVisit(request: IncomingMessage): Visit | undefined {
  const url = URL.parse(`ws://server${request.url ?? '/'}`)
  if (url === null) return undefined
  const { remoteAddress } = request.socket
  const context = createAuthContext({
    headers: request.headers as Record<string, string | undefined>,
    token: url.searchParams.get('_authToken'),
    ...(remoteAddress === undefined ? {} : { remoteAddress }),
  })
  return { url, context }
}

function refuseJoin(client: LeanClient, error: unknown, closeCode: number): void {
  debugAndPrintError(error as Error)
  const isKnown = error instanceof ServerError
  const code = isKnown ? error.code : ErrorCode.APPLICATION_ERROR
  // Inner texts never leave the server; rooms of ours throw ServerErrors with a fixed one.
  const text = isKnown ? error.message : 'Joining failed.'
  client.error(code, text, () => client.ref.close(closeCode))
}
