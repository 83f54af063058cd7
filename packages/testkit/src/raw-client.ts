/**
 * A client as an attacker has it: a seat taken over HTTP, then a bare WebSocket that sends whatever
 * bytes a test wants. Remembers what came in and how it was closed.
 */
import { assertDefined } from '@battalion/base/assert.ts'
import { WebSocket } from 'ws'
import { testToken } from './room-server.ts'

/** Frame codes of Colyseus' protocol. */
export const RawFrame = { join: 10, leave: 12, data: 13, bytes: 17, ping: 18 } as const

export interface RawServer {
  readonly url: string
  readonly port: number
}

export interface RawClientOptions {
  readonly userId: string
  readonly roomName?: string
  readonly joinOptions?: Readonly<Record<string, unknown>>
  /** Another token at the socket than at the matchmaking call; '' = none. */
  readonly socketToken?: string
  /** False leaves JOIN_ROOM unanswered. */
  readonly acknowledge?: boolean
}

export interface RawSeat {
  readonly sessionId: string
  readonly roomId: string
  readonly processId: string
}

export interface RawClient {
  readonly seat: RawSeat
  readonly socket: WebSocket
  readonly frames: Buffer[]
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>
  readonly joined: Promise<void>
  /** Token of a reconnection, from JOIN_ROOM. */
  readonly reconnectionToken: () => string
  send(...bytes: number[]): void
}

/** Takes a seat by Colyseus' own matchmaking. */
export async function takeRawSeat(server: RawServer, options: RawClientOptions): Promise<RawSeat> {
  const response = await fetch(
    `${server.url}/matchmake/joinOrCreate/${options.roomName ?? 'battlefield'}`,
    {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${testToken(options.userId)}`,
      },
      body: JSON.stringify(options.joinOptions ?? {}),
    },
  )
  const body = (await response.json()) as RawSeat & { error?: string; code?: number }
  if (!response.ok || body.sessionId === undefined) {
    throw new RangeError(`no seat: ${response.status} ${JSON.stringify(body)}`)
  }
  return body
}

/** Connects to a seat, `query` beside the session and the token. */
export function connectRaw(
  server: RawServer,
  seat: RawSeat,
  options: RawClientOptions,
  query: Readonly<Record<string, string>> = {},
): RawClient {
  const token = options.socketToken ?? testToken(options.userId)
  const search = new URLSearchParams({ sessionId: seat.sessionId, ...query })
  if (token !== '') search.set('_authToken', token)
  const address = `ws://127.0.0.1:${server.port}/${seat.processId}/${seat.roomId}?${search.toString()}`
  const socket = new WebSocket(address)
  const frames: Buffer[] = []
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() }))
    socket.on('error', () => undefined)
  })
  const joined = new Promise<void>((resolve) => {
    socket.on('message', (data: Buffer) => {
      frames.push(data)
      if (data[0] !== RawFrame.join) return
      if (options.acknowledge !== false) socket.send(Buffer.from([RawFrame.join]))
      resolve()
    })
  })
  return {
    seat,
    socket,
    frames,
    closed,
    joined,
    reconnectionToken: () => {
      const frame = assertDefined(
        frames.findLast((one) => one[0] === RawFrame.join),
        'the client joined',
      )
      return frame.subarray(2, 2 + frame[1]!).toString()
    },
    send: (...bytes) => socket.send(Buffer.from(bytes)),
  }
}

/** A seat and a joined socket on it. */
export async function openRawClient(
  server: RawServer,
  options: RawClientOptions,
): Promise<RawClient> {
  const client = connectRaw(server, await takeRawSeat(server, options), options)
  await client.joined
  return client
}
