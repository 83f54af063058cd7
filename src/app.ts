/**
 * The composition root: the only file that knows everything. Makes clock, logger, metrics, tokens,
 * balance, rooms, HTTP and the ops port, and hands each what it needs. Starts and stops; signals
 * and exit codes are `lifecycle.ts`. One app per process at a time, because Colyseus keeps globals.
 */
import { randomBytes, randomInt } from 'node:crypto'
import { fileURLToPath } from 'node:url'

import { toMatchId } from '@battalion/base/ids.ts'
import { matchMaker } from '@colyseus/core'

import { chooseField } from '../rooms/choose-field.ts'
import { createBattlefieldRoom } from '../rooms/battlefield-room.ts'
import type { DemoControl, RoomPorts } from '../rooms/ports.ts'
import { closeServer, listen } from './bind-server.ts'
import type { Config } from './config.ts'
import { openDataDir } from './data-dir.ts'
import type { DataDir } from './data-dir.ts'
import { createHealth } from './health.ts'
import type { Health } from './health.ts'
import { createFindClientAddress, createIsProxy } from './http/client-address.ts'
import { createHttpApp } from './http/create-http-app.ts'
import type { HttpAppPorts } from './http/create-http-app.ts'
import { BATTLE_ROOM, createMatchmakingGate } from './http/guard-matchmaking.ts'
import { closeColyseusMatchmaking } from './http/guard-matchmaking.ts'
import { createOpsServer } from './http/ops-server.ts'
import { createIsOriginAllowed } from './http/origin.ts'
import { preparePlayPage } from './http/play-page.ts'
import { createPublicServer, guardUpgrades } from './http/public-server.ts'
import { createRateLimits } from './http/rate-limits.ts'
import { brakeRequests, RequestBrake } from './http/request-brake.ts'
import { loadBalance } from './load-balance.ts'
import type { LoadedBalance } from './load-balance.ts'
import { createAccessTokens } from './services/auth/access-tokens.ts'
import type { AccessTokens } from './services/auth/access-tokens.ts'
import { checkBotKey } from './services/auth/sign-in-guest.ts'
import { loadTokenKey } from './services/auth/token-key.ts'
import { createMatchResults } from './services/matches/match-results.ts'
import type { MatchResultSink } from './services/matches/match-results.ts'
import { startColyseus } from './start-colyseus.ts'
import { systemClock, systemTimers } from './system-clock.ts'
import { createHttpMetrics } from './telemetry/http-metrics.ts'
import type { AppLogger } from './telemetry/logger.ts'
import { createLogger } from './telemetry/logger.ts'
import { Metrics } from './telemetry/metrics.ts'
import { createProcessLoad, exportProcessLoad } from './telemetry/process-load.ts'
import type { ProcessLoad } from './telemetry/process-load.ts'
import { watchProcess } from './telemetry/process-metrics.ts'
import type { ProcessWatch } from './telemetry/process-metrics.ts'
import { createRoomMetrics } from './telemetry/room-metrics.ts'
import { chooseTransport } from './transport/choose-transport.ts'
import { createUserSeats } from './user-seats.ts'
import { VERSION } from './version.ts'

const SOURCE_DIR = fileURLToPath(new URL('..', import.meta.url))
const BALANCE_DIR = `${SOURCE_DIR}packages/sim/balance/1`
const PLAY_DIR = `${SOURCE_DIR}packages/play/src`
const MATCH_ID_BYTES = 16
const SEED_RANGE = 2 ** 32
/** Ending Colyseus, and writing results, may each take this long when stopping (ms). */
const STOP_STEP_MS_MAX = 2000

/** What an app may be given instead of the real thing. */
export interface AppOptions {
  readonly config: Config
  readonly demo?: DemoControl
  /** Takes log lines; standard output when absent. */
  readonly writeLog?: (line: string) => void
  /** Also `process_*` and `nodejs_*` series; once per process. */
  readonly collectProcessMetrics?: boolean
  /** Last word on what rooms are given; benches record ticks and bring a field of their own. */
  readonly arrangeRooms?: (ports: RoomPorts) => RoomPorts
}

/** A running server. */
export interface App {
  readonly publicUrl: string
  readonly opsUrl: string
  readonly logger: AppLogger
  readonly metrics: Metrics
  /** Not ready from now on and no new seats; battles end by themselves or at the deadline. */
  beginDrain(deadlineSec: number): void
  /** Battles still alive here. */
  battleCount(): number
  /** Ends every battle and socket, writes what is queued, gives the data directory back. */
  stop(): Promise<{ resultsLost: number }>
}

/** Everything made before anything listens. */
interface Parts {
  readonly config: Config
  readonly dataDir: DataDir
  readonly logger: AppLogger
  readonly metrics: Metrics
  readonly tokens: AccessTokens
  readonly results: MatchResultSink
  readonly balance: LoadedBalance
  readonly watch: ProcessWatch
  readonly load: ProcessLoad
  readonly health: Health
  readonly state: { isDraining: boolean; isStarted: boolean; resultsLost: number }
}

/** Starts a server; throws ConfigError or TransportError for what an operator must change. */
export async function startApp(options: AppOptions): Promise<App> {
  const dataDir = openDataDir(options.config.dataDir)
  let parts: Parts | undefined
  try {
    parts = createParts(options, dataDir)
    return await startParts(parts, options)
  } catch (error) {
    parts?.watch.stop()
    dataDir.release()
    throw error
  }
}

function createParts(options: AppOptions, dataDir: DataDir): Parts {
  const { config } = options
  const write = options.writeLog === undefined ? {} : { write: options.writeLog }
  const { logLevel: level, region } = config
  const logger = createLogger({ level, region, clock: systemClock, ...write })
  const metrics = new Metrics()
  if (options.collectProcessMetrics === true) metrics.collectProcessMetrics()
  const key = loadTokenKey(dataDir.path)
  const balance = loadBalance(BALANCE_DIR)
  const state = { isDraining: false, isStarted: false, resultsLost: 0 }
  const watch = watchProcess(metrics, VERSION)
  const health = createHealth({
    clock: systemClock,
    lagSec: () => watch.lagSec(),
    isDraining: () => state.isDraining,
    clientCount: () => matchMaker.stats.local.ccu,
    roomCount: () => matchMaker.stats.local.roomCount,
    roomsMax: config.roomsMax,
  })
  const outcomes = metrics.numbers('battalion_results_total')
  const results = createMatchResults(dataDir.path, (outcome, error) => {
    outcomes.cell(outcome).add(1)
    if (outcome === 'stored') return
    state.resultsLost++
    logger.error({ event: 'result.lost', outcome, err: error }, 'a battle result was lost')
  })
  const tokens = createAccessTokens({ key, clock: systemClock, ttlSec: config.accessTokenTtlSec })
  const load = createProcessLoad(systemClock)
  exportProcessLoad(load, metrics)
  const made = { config, dataDir, logger, metrics, tokens, results, balance }
  return { ...made, watch, load, health, state }
}

async function startParts(parts: Parts, options: AppOptions): Promise<App> {
  const { config, logger, metrics, health, state } = parts
  const rejections = metrics.numbers('battalion_http_rejected_total')
  const edge = {
    connectionsMax: config.connectionsMax,
    socketsPerAddressMax: config.socketsPerAddressMax,
    isOriginAllowed: createIsOriginAllowed(config.allowedOrigins, config.publicUrl),
    isTrustedProxy: createIsProxy(config.trustedProxies),
    rejected: (reason: string) => rejections.cell(reason).add(1),
    monotonicMs: () => systemClock.monotonicMs(),
  }
  const server = createPublicServer(edge)
  const { transport, sockets } = await chooseTransport({
    name: config.transport,
    server,
    timers: systemTimers,
  })
  const made: RoomPorts = { ...createRoomPorts(parts, options.demo), sockets }
  const roomPorts = options.arrangeRooms?.(made) ?? made
  closeColyseusMatchmaking()
  const { fetch } = createHttpApp(createHttpPorts(parts, edge))
  const classes = { [BATTLE_ROOM]: createBattlefieldRoom(roomPorts) }
  const game = await startColyseus({ server, transport, logger, rooms: classes, fetch })
  const brake = new RequestBrake(edge)
  brakeRequests(server, brake, edge)
  guardUpgrades(server, brake, edge)
  const ops = createOpsServer({
    isStarted: () => state.isStarted,
    liveness: health.liveness,
    readiness: health.readiness,
    metricsText: () => metrics.text(),
    metricsType: metrics.contentType,
  })
  const stop = async () => {
    state.isDraining = true
    await within(game.gracefullyShutdown(false), STOP_STEP_MS_MAX)
    await Promise.all([closeServer(server), closeServer(ops)])
    await within(parts.results.flush(), STOP_STEP_MS_MAX)
    parts.watch.stop()
    parts.dataDir.release()
    return { resultsLost: state.resultsLost }
  }
  const seats = metrics.numbers('battalion_seats_reserved').cell()
  metrics.onScrape(async () => {
    const rooms = await matchMaker.query({})
    const taken = rooms.reduce((sum, room) => sum + room.clients, 0)
    seats.set(Math.max(0, taken - matchMaker.stats.local.ccu))
  })
  try {
    const publicUrl = await listen(server, {
      ...pick(config.port, config.host),
      names: PUBLIC_NAMES,
    })
    const opsUrl = await listen(ops, { ...pick(config.opsPort, config.opsHost), names: OPS_NAMES })
    state.isStarted = true
    logger.info({ event: 'started', publicUrl, opsUrl, version: VERSION }, 'the server is ready')
    return { publicUrl, opsUrl, logger, metrics, stop, ...drainControls(parts) }
  } catch (error) {
    await stop()
    throw error
  }
}

const PUBLIC_NAMES = { port: 'PORT', host: 'HOST' }
const OPS_NAMES = { port: 'OPS_PORT', host: 'OPS_HOST' }

function pick(port: number, host: string): { port: number; host: string } {
  return { port, host }
}

/** A battle as a drain sees it. */
interface DrainableRoom {
  drain?(deadlineMs: number): Promise<void>
}

function drainControls({ state, logger }: Parts): Pick<App, 'beginDrain' | 'battleCount'> {
  return {
    battleCount: () => matchMaker.stats.local.roomCount,
    beginDrain(deadlineSec) {
      state.isDraining = true
      drainAll(systemClock.monotonicMs() + deadlineSec * 1000).catch((error: unknown) => {
        logger.error({ event: 'drain.error', err: error }, 'a battle did not take the drain')
      })
    },
  }
}

async function drainAll(deadlineMs: number): Promise<void> {
  const listings = await matchMaker.query({})
  await Promise.all(
    listings.map(async ({ roomId }) => {
      const room = matchMaker.getLocalRoomById(roomId) as DrainableRoom | undefined
      await room?.drain?.(deadlineMs)
    }),
  )
}

function createRoomPorts(parts: Parts, demo: DemoControl | undefined): Omit<RoomPorts, 'sockets'> {
  const { config, tokens, logger, results, balance, state } = parts
  return {
    clock: systemClock,
    timers: systemTimers,
    logger,
    metrics: parts.health.watchTicks(createRoomMetrics(parts.metrics)),
    auth: {
      verifyAccessToken: (token) => tokens.verify(token),
      // Guests cannot be banned yet; accounts answer this from their session version.
      isUserAllowed: () => Promise.resolve(true),
    },
    seats: createUserSeats(),
    results,
    balance: () => balance.balance,
    limits: config.roomLimits,
    region: config.region,
    isDraining: () => state.isDraining,
    processBusyShare: () => parts.load.busyShare(),
    createMatchId: () => toMatchId(randomBytes(MATCH_ID_BYTES).toString('hex')),
    createSeed: () => randomInt(SEED_RANGE),
    ...(demo === undefined ? {} : { demo }),
  }
}

function createHttpPorts(parts: Parts, edge: Pick<HttpAppPorts, 'isOriginAllowed'>): HttpAppPorts {
  const { config, logger, balance, tokens, state } = parts
  const { region, publicUrl } = config
  const metrics = createHttpMetrics(parts.metrics)
  return {
    tokens,
    logger,
    metrics,
    monotonicMs: () => systemClock.monotonicMs(),
    isOriginAllowed: edge.isOriginAllowed,
    findClientAddress: createFindClientAddress(config.trustedProxies),
    limits: createRateLimits({
      read: { perAddress: config.readsPerAddressPerMin },
      guest: { perAddress: config.guestsPerAddressPerMin },
      matchmake: {
        perAddress: config.matchmakesPerAddressPerMin,
        perUser: config.matchmakesPerUserPerMin,
      },
    }),
    checkBotKey: (given) => checkBotKey(config.botKey, given),
    findBalance: (version) =>
      version === 'current' || version === balance.version ? balance : undefined,
    playPage: preparePlayPage(PLAY_DIR, logger),
    here: { region, publicUrl },
    version: VERSION,
    gate: createMatchmakingGate({
      clock: systemClock,
      timers: systemTimers,
      logger,
      isDraining: () => state.isDraining,
      countRequest: metrics.matchmade,
      checkField: (wish) => void chooseField(balance.balance, wish),
      isBusy: () => parts.load.busyShare() * 100 >= config.admitBusyPercentMax,
      roomsMax: config.roomsMax,
      roomsPerUserMax: config.roomsPerUserMax,
    }),
  }
}

/** Waits for `work`, but not for ever; its failure is not the stop's. */
async function within(work: Promise<unknown>, msMax: number): Promise<void> {
  const late = Promise.withResolvers<void>()
  const timer = systemTimers.setTimeout(late.resolve, msMax)
  await Promise.race([work.catch(() => undefined), late.promise])
  timer.cancel()
}
