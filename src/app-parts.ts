/**
 * The parts of a server, made before anything listens: clock, logger, metrics, secrets, database,
 * accounts, social life, results, standings. `app.ts` starts and stops them.
 */
import { matchMaker } from '@colyseus/core'

import type { DemoControl, RoomPorts } from '../rooms/ports.ts'
import type { Config, ConfigError } from './config.ts'
import type { DataDir } from './data-dir.ts'
import { createHealth } from './health.ts'
import type { Health } from './health.ts'
import type { Database, DatabasePlace } from './db/database.ts'
import { findDatabasePlace, openAppDatabase } from './open-app-database.ts'
import type { AppDatabase } from './open-app-database.ts'
import { createMailer, openIdentity } from './open-identity.ts'
import type { Identity } from './open-identity.ts'
import { openBalance } from './open-balance.ts'
import type { AppBalance } from './open-balance.ts'
import { openMatches } from './open-matches.ts'
import { openKeys, openServerSecret } from './open-keys.ts'
import { openConsole } from './open-console.ts'
import type { AppConsole } from './open-console.ts'
import { openMatchLocks } from './open-sanctions.ts'
import { openOperations } from './open-operations.ts'
import type { AppOperations } from './open-operations.ts'
import { endWithSession, openSocial } from './open-social.ts'
import { openStandings } from './open-standings.ts'
import { openWebhooks } from './open-webhooks.ts'
import type { AppWebhooks } from './open-webhooks.ts'
import { planAllJobs } from './plan-jobs.ts'
import type { AccessTokens } from './services/auth/access-tokens.ts'
import type { Mailer } from './services/mail/mailer.ts'
import { createPageCursors } from './services/page-cursor.ts'
import { findRequestId } from './services/request-scope.ts'
import { systemClock } from './system-clock.ts'
import type { AppLogger } from './telemetry/logger.ts'
import { createLogger } from './telemetry/logger.ts'
import { Metrics } from './telemetry/metrics.ts'
import { createProcessLoad, exportProcessLoad } from './telemetry/process-load.ts'
import type { ProcessLoad } from './telemetry/process-load.ts'
import { watchProcess } from './telemetry/process-metrics.ts'
import type { ProcessWatch } from './telemetry/process-metrics.ts'
import { joinDataParts } from './user-data-parts.ts'
import { createUserSeats } from './user-seats.ts'
import type { ClosableSeats } from './user-seats.ts'
import { VERSION } from './version.ts'

/** What an app may be given instead of the real thing. */
export interface AppOptions {
  readonly config: Config
  readonly demo?: DemoControl
  /** Takes log lines; standard output when absent. */
  readonly writeLog?: (line: string) => void
  /** Also `process_*` and `nodejs_*` series; once per process. */
  readonly collectProcessMetrics?: boolean
  /** Another place for the data than the configuration says; tests start from a dump. */
  readonly databasePlace?: DatabasePlace
  /** Called when the database cannot be used as configured; the process should end with it. */
  readonly onUnusable?: (error: ConfigError) => void
  /** Called once while there is no operator yet, with the address that makes one. */
  readonly onFirstOperator?: (url: string) => void
  /** Last word on what rooms are given; benches record ticks and bring a field of their own. */
  readonly arrangeRooms?: (ports: RoomPorts) => RoomPorts
}

/** Everything made before anything listens. */
export interface Parts {
  readonly config: Config
  readonly dataDir: DataDir
  readonly logger: AppLogger
  readonly metrics: Metrics
  readonly tokens: AccessTokens
  readonly keys: ReturnType<typeof openKeys>
  readonly matches: ReturnType<typeof openMatches>
  readonly store: AppDatabase
  readonly identity: Identity
  readonly mailer: Mailer
  readonly seats: ClosableSeats
  readonly locks: ReturnType<typeof openMatchLocks>
  readonly social: ReturnType<typeof openSocial>
  readonly admin: AppConsole
  readonly operations: AppOperations
  readonly standings: ReturnType<typeof openStandings>
  readonly balance: AppBalance
  readonly webhooks: AppWebhooks
  readonly watch: ProcessWatch
  readonly load: ProcessLoad
  readonly health: Health
  readonly state: {
    isDraining: boolean
    isStarted: boolean
    publicUrl: string
  }
}

/** Makes it. */
export function createParts(options: AppOptions, dataDir: DataDir): Parts {
  const { config } = options
  const write = options.writeLog === undefined ? {} : { write: options.writeLog }
  const { logLevel: level, region } = config
  const logger = createLogger({ level, region, clock: systemClock, findRequestId, ...write })
  const metrics = new Metrics()
  if (options.collectProcessMetrics === true) metrics.collectProcessMetrics()
  const secret = openServerSecret(config)
  const state = { isDraining: false, isStarted: false, publicUrl: config.publicUrl }
  const onUnusable = options.onUnusable ?? (() => undefined)
  const place = options.databasePlace ?? findDatabasePlace(config)
  const mailer = createMailer(config, logger)
  const unsubscribeKey = secret.derive('unsubscribe')
  const publicUrl = () => state.publicUrl
  // Made below; jobs begin when the database is there, which is after all of this.
  const dataParts = () => joinDataParts(social.dataParts)
  const plan = { config, logger, secret, mail: { mailer, publicUrl, unsubscribeKey, dataParts } }
  const planJobs = (database: Database) => planAllJobs(database, plan)
  const store = openAppDatabase({ config, place, logger, metrics, onUnusable, planJobs })
  const balance = openBalance({ store, logger })
  const webhooks = openWebhooks({ config, secret, store, logger, metrics })
  const cursors = createPageCursors(secret.derive('page cursors'), systemClock)
  const standings = openStandings({ store, book: balance.book, cursors })
  const lives = { store, standings: standings.desk, config, logger, metrics, unsubscribeKey }
  const social = openSocial(lives)
  const countBattles = () => matchMaker.stats.local.roomCount - social.home.hub.roomCount
  const watch = watchProcess(metrics, VERSION)
  const health = createHealth({
    clock: systemClock,
    lagSec: () => watch.lagSec(),
    isDraining: () => state.isDraining,
    clientCount: () => matchMaker.stats.local.ccu,
    roomCount: countBattles,
    roomsMax: config.roomsMax,
    database: () => store.health(),
  })
  const { afterMatch } = standings
  const common = { store, logger, metrics }
  const results = { place, dataDir: dataDir.path, afterMatch, publicUrl, cursors }
  const matches = openMatches({ ...common, ...results })
  const keys = openKeys({ config, secret, database: store.database, logger, onUnusable })
  const { tokens } = keys
  const seats = createUserSeats()
  const who = { config, tokens, secret, publicUrl, dataParts: dataParts() }
  const identity = openIdentity({ ...common, ...who, seats: endWithSession(seats, social) })
  const locks = openMatchLocks({ store, seats, logger })
  const load = createProcessLoad(systemClock)
  const isDraining = () => state.isDraining
  const operations = openOperations({ ...common, config, load, social, isDraining })
  const game = { balances: balance.desk, operations: operations.admin, webhooks: webhooks.desk }
  const desks = { seats, locks, ...game }
  const admin = openConsole({ store, identity, publicUrl, ...desks })
  exportProcessLoad(load, metrics)
  const made = { config, dataDir, logger, metrics, tokens, keys, matches, balance, webhooks }
  const people = { identity, admin, operations, social, seats, locks }
  const parts = { ...made, ...people, store, standings, mailer }
  return { ...parts, watch, load, health, state }
}
