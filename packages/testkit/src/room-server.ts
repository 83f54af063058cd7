/**
 * A game server inside a test: real Colyseus, real WebSockets on any free port, and the rooms'
 * ports as fakes that remember what they were told. Matchmaking is Colyseus' own, so that a room
 * is tested without the HTTP layer. One at a time per process: Colyseus keeps globals.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { AppError } from '@battalion/base/app-error.ts'
import { toMatchId, toUserId } from '@battalion/base/ids.ts'
import type { UserId } from '@battalion/base/ids.ts'
import type { Balance } from '@battalion/sim/balance.ts'
import { Server, matchMaker } from '@colyseus/core'
import type { Room } from '@colyseus/core'
import { Client } from '@colyseus/sdk'
import { createBattlefieldRoom } from '../../../rooms/battlefield-room.ts'
import type { BattlefieldSettings } from '../../../rooms/battlefield-room.ts'
import type { BattleResult } from '@battalion/wire/messages.ts'
import type { RoomLimits, RoomMetrics } from '../../../rooms/ports.ts'
import type { RoomPorts, UserClaims } from '../../../rooms/ports.ts'
import { systemClock, systemTimers } from '../../../src/system-clock.ts'
import { chooseTransport } from '../../../src/transport/choose-transport.ts'
import type { TransportName } from '../../../src/transport/choose-transport.ts'
import { createUserSeats } from '../../../src/user-seats.ts'

/** Limits of a test server: as in production, but waits are short. */
export const TEST_LIMITS: RoomLimits = {
  seatTimeoutSec: 2,
  reconnectGraceSec: 5,
  idleKickSec: 60,
  spectatorIdleKickSec: 120,
  frameBytesMax: 1024,
  framesPerSec: 60,
  framesBurst: 120,
  bytesPerSec: 16_384,
  bytesBurst: 65_536,
  spectatorsMax: 4,
  playersMax: 200,
  joinAckTimeoutMs: 400,
  snapshotSkipBytes: 65_536,
  patchSkipBytes: 262_144,
  terminateBytes: 1_048_576,
  undrainedMsMax: 1000,
  roomErrorsPerMinuteMax: 3,
  admitWorkPercentMax: 70,
  admitBusyPercentMax: 90,
}

/** One call of a metric. */
export interface MetricCall {
  readonly name: keyof RoomMetrics
  readonly args: readonly unknown[]
}

export interface RoomServerOptions {
  readonly balance: Balance
  readonly limits?: Partial<RoomLimits>
  readonly settings?: BattlefieldSettings
  readonly ports?: Partial<RoomPorts>
  /** Default: TEST_TRANSPORT of the environment, else ws. */
  readonly transport?: TransportName
  /** Room classes beside `battlefield`, made with the server's ports. */
  readonly rooms?: Readonly<Record<string, (ports: RoomPorts) => new () => Room>>
}

export interface RoomServer {
  readonly url: string
  readonly port: number
  readonly ports: RoomPorts
  readonly calls: readonly MetricCall[]
  readonly results: readonly BattleResult[]
  readonly errors: unknown[]
  readonly bannedUsers: Set<UserId>
  isDraining: boolean
  /** A stock SDK client that is signed in as `userId`. */
  client(userId: string): Client
  countOf(name: keyof RoomMetrics, ...args: readonly unknown[]): number
  stop(): Promise<void>
}

/** The token of a test user; `test-` and the user's id. */
export function testToken(userId: string): string {
  return `test-${userId}`
}

/** Starts a server; stop it in `after`. */
export async function startRoomServer(options: RoomServerOptions): Promise<RoomServer> {
  const record = createRecord()
  const http = createServer()
  const { transport, sockets } = await chooseTransport({
    name: options.transport ?? defaultTransport(),
    server: http,
    timers: systemTimers,
  })
  const ports: RoomPorts = {
    ...fakePorts(options, record),
    sockets,
    ...options.ports,
    limits: { ...TEST_LIMITS, ...options.limits },
  }
  const game = new Server({ transport, greet: false, gracefullyShutdown: false, logger: SILENT })
  game.define('battlefield', createBattlefieldRoom(ports, options.settings))
  for (const [name, create] of Object.entries(options.rooms ?? {})) game.define(name, create(ports))
  matchMaker.controller.exposedMethods = ['joinOrCreate', 'create', 'join', 'joinById', 'reconnect']
  await game.listen(0, '127.0.0.1')
  const { port } = http.address() as AddressInfo
  const url = `http://127.0.0.1:${port}`
  return Object.assign(record, {
    url,
    port,
    ports,
    client: (userId: string) => signedInClient(url, userId),
    countOf: (name: keyof RoomMetrics, ...args: readonly unknown[]) => countOf(record, name, args),
    stop: async () => {
      await game.gracefullyShutdown(false)
      http.closeAllConnections()
    },
  })
}

/** All room suites run once more over TRANSPORT=lean (lean-rooms.process.test.ts). */
function defaultTransport(): TransportName {
  return process.env['TEST_TRANSPORT'] === 'lean' ? 'lean' : 'ws'
}

/** Resolves when `isTrue` holds; rejects after `withinMs`. */
export async function until(isTrue: () => boolean, what: string, withinMs = 3000): Promise<void> {
  const endMs = performance.now() + withinMs
  while (!isTrue()) {
    if (performance.now() > endMs) throw new AppError('internal', `waited in vain: ${what}`)
    await delay(5)
  }
}

function createRecord() {
  return {
    calls: [] as MetricCall[],
    results: [] as BattleResult[],
    errors: [] as unknown[],
    bannedUsers: new Set<UserId>(),
    isDraining: false,
  }
}

type ServerRecord = ReturnType<typeof createRecord>

function fakePorts(
  options: RoomServerOptions,
  record: ServerRecord,
): Omit<RoomPorts, 'sockets' | 'limits'> {
  let seed = 0
  return {
    clock: systemClock,
    timers: systemTimers,
    logger: {
      debug: () => undefined,
      info: () => undefined,
      warn: () => undefined,
      error: (fields) => record.errors.push(fields['err']),
    },
    metrics: recordingMetrics(record.calls),
    auth: {
      verifyAccessToken: readTestToken,
      verifyReturning: readTestToken,
      isUserAllowed: async ({ userId }) => !record.bannedUsers.has(userId),
    },
    seats: createUserSeats(),
    results: {
      expect: () => undefined,
      report: ({ result }) => record.results.push(result),
      settled: () => Promise.resolve(),
    },
    balance: () => options.balance,
    region: 'test',
    isDraining: () => record.isDraining,
    createMatchId: () => toMatchId(`match-${++seed}`),
    createSeed: () => seed,
  }
}

function recordingMetrics(calls: MetricCall[]): RoomMetrics {
  return new Proxy({} as RoomMetrics, {
    get:
      (_, name) =>
      (...args: unknown[]) => {
        calls.push({ name: name as keyof RoomMetrics, args })
      },
  })
}

function countOf(record: ServerRecord, name: keyof RoomMetrics, args: readonly unknown[]): number {
  return record.calls.filter(
    (call) => call.name === name && args.every((arg, index) => call.args[index] === arg),
  ).length
}

function signedInClient(url: string, userId: string): Client {
  const client = new Client(url)
  client.http.authToken = testToken(userId)
  return client
}

const SILENT = {
  trace: () => undefined,
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
}

/** `test-<user id>` is the token of that user. */
async function readTestToken(token: string): Promise<UserClaims> {
  if (!token.startsWith('test-')) throw new AppError('unauthenticated', 'Sign in again.')
  const userId = toUserId(token.slice('test-'.length))
  const kind = userId.startsWith('bot') ? 'bot' : 'guest'
  const sessionId = 'one-session-of-the-token'
  return { userId, kind, displayName: `Guest ${userId}`, sessionId }
}
