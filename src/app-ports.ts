/** What rooms and HTTP are handed of the parts. */
import { randomBytes, randomInt } from 'node:crypto'
import { fileURLToPath } from 'node:url'

import { AppError } from '@battalion/base/app-error.ts'
import { toMatchId } from '@battalion/base/ids.ts'

import { chooseField } from '../rooms/choose-field.ts'
import type { DemoControl, RoomPorts } from '../rooms/ports.ts'
import { createFindClientAddress } from './http/client-address.ts'
import type { HttpAppPorts } from './http/create-http-app.ts'
import { createMatchmakingGate } from './http/guard-matchmaking.ts'
import { prepareConsolePage } from './http/console-page.ts'
import { preparePlayPage } from './http/play-page.ts'
import type { AccessClaims } from './services/auth/access-tokens.ts'
import { checkBotKey } from './services/identity/sign-in-guest.ts'
import { createKeyedRequests } from './services/idempotency/keyed-requests.ts'
import { createAppLimits } from './open-limits.ts'
import { systemClock, systemTimers } from './system-clock.ts'
import { createHttpMetrics } from './telemetry/http-metrics.ts'
import { createRoomMetrics } from './telemetry/room-metrics.ts'
import { VERSION } from './version.ts'
import type { Parts } from './app-parts.ts'

const SOURCE_DIR = fileURLToPath(new URL('..', import.meta.url))
const PLAY_DIR = `${SOURCE_DIR}packages/play/src`
const CONSOLE_DIR = `${SOURCE_DIR}packages/console/src`
const MATCH_ID_BYTES = 16
const SEED_RANGE = 2 ** 32

/** For rooms. */
export function createRoomPorts(
  parts: Parts,
  demo: DemoControl | undefined,
): Omit<RoomPorts, 'sockets'> {
  const { config, logger, matches, balance, state } = parts
  return {
    clock: systemClock,
    timers: systemTimers,
    logger,
    metrics: parts.health.watchTicks(createRoomMetrics(parts.metrics)),
    auth: {
      verifyAccessToken: (token) => verifyLive(parts, token),
      verifyReturning: (token) => parts.tokens.verifyReturning(token),
      isUserAllowed: async (claims) =>
        !parts.locks.isLocked(claims.userId) && (await parts.identity.sessions.isLive(claims)),
    },
    seats: parts.seats,
    matchChat: parts.social.matchChat,
    battles: parts.operations.battles,
    standingNotice: parts.operations.standingNotice,
    isPaused: () => parts.operations.maintenance.now.isOn,
    results: matches.port,
    balance: () => balance.book.played.balance,
    limits: config.roomLimits,
    region: config.region,
    isDraining: () => state.isDraining,
    isMatchLocked: (userId) => parts.locks.isLocked(userId),
    processBusyShare: () => parts.load.busyShare(),
    createMatchId: () => toMatchId(randomBytes(MATCH_ID_BYTES).toString('hex')),
    createSeed: () => randomInt(SEED_RANGE),
    ...(demo === undefined ? {} : { demo }),
  }
}

/** The claims of a token whose session still counts. */
async function verifyLive({ tokens, identity }: Parts, token: string): Promise<AccessClaims> {
  const claims = await tokens.verify(token)
  if (await identity.sessions.isLive(claims)) return claims
  throw new AppError('unauthenticated', 'Sign in again: this session has ended.')
}

/** For the routes. */
export function createHttpPorts(
  parts: Parts,
  edge: Pick<HttpAppPorts, 'isOriginAllowed'>,
): HttpAppPorts {
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
    limits: createAppLimits(config),
    ...parts.identity,
    listKeys: () => parts.keys.list(),
    oidc: { accounts: parts.identity.oidcAccounts, publicUrl: () => state.publicUrl },
    ...parts.admin,
    checkBotKey: (given) => checkBotKey(config.botKey, given),
    findBalance: (version) => balance.book.find(version),
    playPage: preparePlayPage(PLAY_DIR, logger),
    consolePage: prepareConsolePage(CONSOLE_DIR, logger),
    here: { region, publicUrl },
    social: parts.social.http,
    keyedRequests: createKeyedRequests(parts.store.database, systemClock),
    matches: parts.matches.http,
    standings: parts.standings.desk,
    version: VERSION,
    findNotice: () => parts.operations.maintenance.notice,
    gate: createMatchmakingGate({
      clock: systemClock,
      timers: systemTimers,
      logger,
      isDraining: () => state.isDraining,
      maintenance: {
        refuse: () => parts.operations.maintenance.refuse(),
        mayPass: (userId) => parts.identity.permissions.mayUser(userId, 'maintenance.write'),
      },
      countRequest: metrics.matchmade,
      async checkField(wish) {
        // Just started: a battle begins with what was published, not with what shipped.
        await balance.book.asked
        const { mode } = chooseField(balance.book.played.balance, wish)
        const playersMax = Math.min(mode.playersMax, config.roomLimits.playersMax)
        return Math.ceil(playersMax / mode.teamCount)
      },
      refuseLocked: parts.locks.refuse,
      isBusy: () => parts.load.busyShare() * 100 >= config.admitBusyPercentMax,
      roomsMax: config.roomsMax,
      roomsPerUserMax: config.roomsPerUserMax,
    }),
  }
}
