/**
 * The composition root: the only file that knows everything. Makes clock, logger, metrics, tokens,
 * balance, rooms, HTTP and the ops port, and hands each what it needs. Starts and stops; signals
 * and exit codes are `lifecycle.ts`. One app per process at a time, because Colyseus keeps globals.
 */
import { matchMaker } from '@colyseus/core'

import { createBattlefieldRoom } from '../rooms/battlefield-room.ts'
import { createHomeRoom } from '../rooms/home-room.ts'
import type { RoomPorts } from '../rooms/ports.ts'
import { closeServer, listen } from './bind-server.ts'
import { openDataDir } from './data-dir.ts'
import { createIsProxy } from './http/client-address.ts'
import { createHttpApp } from './http/create-http-app.ts'
import { BATTLE_ROOM, HOME_ROOM } from './http/guard-matchmaking.ts'
import { closeColyseusMatchmaking } from './http/guard-matchmaking.ts'
import { createOpsServer } from './http/ops-server.ts'
import { createIsOriginAllowed } from './http/origin.ts'
import { createPublicServer, guardUpgrades } from './http/public-server.ts'
import { brakeRequests, RequestBrake } from './http/request-brake.ts'
import type { AppDatabase } from './open-app-database.ts'
import { tellFirstOperator } from './open-console.ts'
import { startColyseus } from './start-colyseus.ts'
import { systemClock, systemTimers } from './system-clock.ts'
import type { AppLogger } from './telemetry/logger.ts'
import type { Metrics } from './telemetry/metrics.ts'
import { chooseTransport } from './transport/choose-transport.ts'
import { VERSION } from './version.ts'
import { createParts } from './app-parts.ts'
import type { AppOptions, Parts } from './app-parts.ts'
import { createHttpPorts, createRoomPorts } from './app-ports.ts'

export type { AppOptions } from './app-parts.ts'

/** Ending Colyseus, and writing results, may each take this long when stopping (ms). */
const STOP_STEP_MS_MAX = 2000

/** A running server. */
export interface App {
  readonly publicUrl: string
  readonly opsUrl: string
  readonly logger: AppLogger
  readonly metrics: Metrics
  readonly store: AppDatabase
  /** Not ready from now on and no new seats; battles end by themselves or at the deadline. */
  beginDrain(deadlineSec: number): void
  /** Battles still alive here. */
  battleCount(): number
  /** Ends every battle and socket, writes what is queued, gives the data directory back. */
  stop(): Promise<{ resultsLost: number }>
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
    parts?.operations.stop()
    parts?.keys.stop()
    await parts?.balance.stop()
    await parts?.store.stop()
    dataDir.release()
    throw error
  }
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
  const { transport, sockets, whyStream } = await chooseTransport({
    name: config.transport,
    server,
    timers: systemTimers,
  })
  if (whyStream !== undefined) logger.warn({ why: whyStream }, 'frames go through streams, slower')
  const made: RoomPorts = { ...createRoomPorts(parts, options.demo), sockets }
  const roomPorts = options.arrangeRooms?.(made) ?? made
  closeColyseusMatchmaking()
  const http = createHttpApp(createHttpPorts(parts, edge))
  const fetch: typeof http.fetch = (...call) =>
    parts.store.database.answerInTime(async () => await http.fetch(...call))
  const classes = {
    [BATTLE_ROOM]: createBattlefieldRoom(roomPorts),
    [HOME_ROOM]: createHomeRoom(roomPorts, parts.social.home),
  }
  const game = await startColyseus({ server, transport, logger, rooms: classes, fetch })
  const brake = new RequestBrake(edge)
  brakeRequests(server, brake, edge)
  guardUpgrades(server, brake, edge)
  const ops = createOpsServer({
    isStarted: () => state.isStarted && parts.store.database.health().phase === 'ready',
    liveness: health.liveness,
    readiness: health.readiness,
    metricsText: () => metrics.text(),
    metricsType: metrics.contentType,
  })
  const stop = async () => {
    state.isDraining = true
    parts.operations.stop()
    await within(game.gracefullyShutdown(false), STOP_STEP_MS_MAX)
    await Promise.all([closeServer(server), closeServer(ops)])
    await within(parts.matches.results.stop(), STOP_STEP_MS_MAX)
    await within(stopServices(parts), STOP_STEP_MS_MAX)
    await within(parts.store.stop(), STOP_STEP_MS_MAX)
    closeParts(parts)
    return { resultsLost: parts.matches.lostCount() }
  }
  try {
    const publicUrl = await listen(server, {
      ...pick(config.port, config.host),
      names: PUBLIC_NAMES,
    })
    if (state.publicUrl === '') state.publicUrl = publicUrl
    const opsUrl = await listen(ops, { ...pick(config.opsPort, config.opsHost), names: OPS_NAMES })
    state.isStarted = true
    tellFirstOperator(parts, options.onFirstOperator)
    logger.info({ event: 'started', publicUrl, opsUrl, version: VERSION }, 'the server is ready')
    const { store } = parts
    return { publicUrl, opsUrl, logger, metrics, store, stop, ...drainControls(parts) }
  } catch (error) {
    await stop()
    throw error
  }
}

function closeParts({ mailer, keys, identity, watch, dataDir }: Parts): void {
  mailer.close()
  keys.stop()
  identity.close()
  watch.stop()
  dataDir.release()
}

async function stopServices({ standings, balance, webhooks }: Parts): Promise<void> {
  await Promise.all([standings.stop(), balance.stop(), webhooks.stop()])
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

function drainControls({ state, logger, social }: Parts): Pick<App, 'beginDrain' | 'battleCount'> {
  return {
    battleCount: () => matchMaker.stats.local.roomCount - social.home.hub.roomCount,
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

/** Waits for `work`, but not for ever; its failure is not the stop's. */
async function within(work: Promise<unknown>, msMax: number): Promise<void> {
  const late = Promise.withResolvers<void>()
  const timer = systemTimers.setTimeout(late.resolve, msMax)
  await Promise.race([work.catch(() => undefined), late.promise])
  timer.cancel()
}
