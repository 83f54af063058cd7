/**
 * Configuration: environment variables to one typed, validated, frozen object. This table is the
 * only place that names an option; `.env.example` is held to it by a test. A wrong value stops the
 * start with one line (ConfigError). Nothing else in the server reads `process.env`.
 */
import { isIP } from 'node:net'

import type { RoomLimits } from '../rooms/ports.ts'
import { ACCOUNT_OPTIONS } from './account-options.ts'
import { BACKUP_OPTIONS } from './backup-options.ts'
import { choice, ConfigError, list, secret, text, whole } from './config-option.ts'
import type { ConfigOption } from './config-option.ts'
import { SOCIAL_OPTIONS } from './social-options.ts'
import { WEBHOOK_OPTIONS } from './webhook-options.ts'

export { ConfigError } from './config-option.ts'

const ORIGIN = /^https?:\/\/[^/\s,]+$/
const IPV4_BITS_MAX = 32
const IPV6_BITS_MAX = 128
const ROLES = /^(all|(game|api|matchmaker|worker)(,(game|api|matchmaker|worker))*)$/

const LISTEN_OPTIONS = {
  port: whole(
    { fallback: 2567, min: 0, max: 65535 },
    { env: 'PORT', unit: 'port', meaning: 'play page, HTTP, matchmaking, WebSocket; 0 = any free' },
  ),
  host: text(
    { fallback: '', pattern: /^[0-9a-zA-Z.:-]*$/, wanted: 'an address' },
    { env: 'HOST', unit: 'address', meaning: 'where PORT listens; empty = every address' },
  ),
  opsPort: whole(
    { fallback: 2568, min: 0, max: 65535 },
    { env: 'OPS_PORT', unit: 'port', meaning: '/livez /readyz /startupz /metrics; never public' },
  ),
  opsHost: text(
    { fallback: '127.0.0.1', pattern: /^[0-9a-zA-Z.:-]+$/, wanted: 'an address' },
    { env: 'OPS_HOST', unit: 'address', meaning: 'where OPS_PORT listens' },
  ),
  publicUrl: text(
    { fallback: '', pattern: /^(https?:\/\/\S+)?$/, wanted: 'an http or https address' },
    { env: 'PUBLIC_URL', unit: 'URL', meaning: 'how clients reach PORT; empty = as they asked' },
  ),
  transport: choice(['ws', 'lean', 'uws'], 'ws', {
    env: 'TRANSPORT',
    unit: 'name',
    meaning: 'WebSocket implementation; uws must be installed by hand',
  }),
  allowedOrigins: list(
    { isValid: (item) => ORIGIN.test(item), wanted: 'an origin such as https://example.org' },
    {
      env: 'ALLOWED_ORIGINS',
      unit: 'origins, comma between',
      meaning: 'pages from elsewhere that may use HTTP and WebSocket; our own page always may',
    },
  ),
  trustedProxies: list(
    { isValid: isAddressRange, wanted: 'an IP address or range such as 10.0.0.0/8' },
    {
      env: 'TRUSTED_PROXIES',
      unit: 'addresses or ranges, comma between',
      meaning: 'proxies whose X-Forwarded-For counts; others are taken at their socket address',
    },
  ),
} as const

const PROCESS_OPTIONS = {
  dataDir: text(
    { fallback: '.data', pattern: /^.{1,1024}$/, wanted: 'a directory' },
    { env: 'DATA_DIR', unit: 'directory', meaning: 'secrets, results and the lock; one process' },
  ),
  region: text(
    { fallback: 'local', pattern: /^[a-z0-9-]{1,32}$/, wanted: '1 to 32 of a-z, 0-9 and -' },
    { env: 'REGION', unit: 'name', meaning: 'where this process stands, for matchmaking' },
  ),
  role: text(
    { fallback: 'all', pattern: ROLES, wanted: 'all or a list of game, api, matchmaker, worker' },
    { env: 'ROLE', unit: 'names, comma between', meaning: 'what this process does; only all yet' },
  ),
  logLevel: choice(['trace', 'debug', 'info', 'warn', 'error', 'silent'], 'info', {
    env: 'LOG_LEVEL',
    unit: 'name',
    meaning: 'least severe line that is written',
  }),
  drainDeadlineSec: whole(
    { fallback: 30, min: 0, max: 600 },
    {
      env: 'DRAIN_DEADLINE_SEC',
      unit: 's',
      meaning: 'how long running battles may go on after SIGTERM; then they are closed',
    },
  ),
  demoBotsMax: whole(
    { fallback: 0, min: 0, max: 5000 },
    { env: 'DEMO_BOTS_MAX', unit: 'bots', meaning: 'set by npm start: bots the page may ask for' },
  ),
  botKey: text(
    { fallback: '', pattern: /^[\w-]{0,128}$/, wanted: 'at most 128 letters, digits, _ and -' },
    {
      env: 'BATTALION_BOT_KEY',
      unit: 'secret',
      meaning: 'lets a sign-in be a bot; empty = nobody',
    },
  ),
} as const

const DATABASE_OPTIONS = {
  databaseUrl: secret(
    {
      isValid: (given) => /^(postgres(ql)?:\/\/\S+)?$/.test(given),
      wanted: 'a postgresql:// address',
    },
    {
      env: 'DATABASE_URL',
      unit: 'URL',
      meaning: 'PostgreSQL 15 or newer; empty = PGlite in DATA_DIR/db',
    },
  ),
  databasePoolMax: whole(
    { fallback: 8, min: 1, max: 500 },
    {
      env: 'DATABASE_POOL_MAX',
      unit: 'connections',
      meaning: 'of this process; more callers wait',
    },
  ),
  databaseConnectMsMax: whole(
    { fallback: 1500, min: 100, max: 2500 },
    { env: 'DATABASE_CONNECT_MS_MAX', unit: 'ms', meaning: 'for a free connection; then 503' },
  ),
  databaseStatementMsMax: whole(
    { fallback: 2000, min: 100, max: 60_000 },
    { env: 'DATABASE_STATEMENT_MS_MAX', unit: 'ms', meaning: 'a longer statement is cancelled' },
  ),
  databaseLockMsMax: whole(
    { fallback: 1500, min: 50, max: 60_000 },
    { env: 'DATABASE_LOCK_MS_MAX', unit: 'ms', meaning: 'waiting for a row or table; then 503' },
  ),
  databaseIdleTransactionMsMax: whole(
    { fallback: 5000, min: 1000, max: 600_000 },
    {
      env: 'DATABASE_IDLE_TRANSACTION_MS_MAX',
      unit: 'ms',
      meaning: 'an open transaction that does nothing is ended',
    },
  ),
} as const

const EDGE_OPTIONS = {
  connectionsMax: whole(
    { fallback: 10_000, min: 1, max: 1_000_000 },
    {
      env: 'CONNECTIONS_MAX',
      unit: 'sockets',
      meaning: 'on PORT; further ones are closed at once',
    },
  ),
  socketsPerAddressMax: whole(
    { fallback: 20, min: 1, max: 1_000_000 },
    {
      env: 'SOCKETS_PER_ADDRESS_MAX',
      unit: 'sockets',
      meaning: 'from one address; more are closed',
    },
  ),
  guestsPerAddressPerMin: whole(
    { fallback: 30, min: 1, max: 1_000_000 },
    { env: 'GUESTS_PER_ADDRESS_PER_MIN', unit: '1/min', meaning: 'guest sign-ins; then 429' },
  ),
  matchmakesPerAddressPerMin: whole(
    { fallback: 240, min: 1, max: 1_000_000 },
    { env: 'MATCHMAKES_PER_ADDRESS_PER_MIN', unit: '1/min', meaning: 'join requests; then 429' },
  ),
  matchmakesPerUserPerMin: whole(
    { fallback: 60, min: 1, max: 1_000_000 },
    { env: 'MATCHMAKES_PER_USER_PER_MIN', unit: '1/min', meaning: 'join requests; then 429' },
  ),
  readsPerAddressPerMin: whole(
    { fallback: 600, min: 1, max: 1_000_000 },
    { env: 'READS_PER_ADDRESS_PER_MIN', unit: '1/min', meaning: 'page and data reads; then 429' },
  ),
  roomsMax: whole(
    { fallback: 64, min: 1, max: 10_000 },
    {
      env: 'ROOMS_MAX',
      unit: 'rooms',
      meaning: 'in this process; then joins that need one get 503',
    },
  ),
  roomsPerUserMax: whole(
    { fallback: 2, min: 1, max: 10_000 },
    {
      env: 'ROOMS_PER_USER_MAX',
      unit: 'rooms',
      meaning: 'alive and created by one user; then 429',
    },
  ),
} as const

const ROOM_OPTIONS = {
  seatTimeoutSec: whole(
    { fallback: 8, min: 1, max: 60 },
    { env: 'SEAT_TIMEOUT_SEC', unit: 's', meaning: 'a seat waits this long for its socket' },
  ),
  reconnectGraceSec: whole(
    { fallback: 30, min: 0, max: 600 },
    { env: 'RECONNECT_GRACE_SEC', unit: 's', meaning: 'a lost player keeps place and score' },
  ),
  idleKickSec: whole(
    { fallback: 180, min: 5, max: 86_400 },
    { env: 'IDLE_KICK_SEC', unit: 's', meaning: 'without an input a player is sent away' },
  ),
  spectatorIdleKickSec: whole(
    { fallback: 900, min: 5, max: 86_400 },
    { env: 'SPECTATOR_IDLE_KICK_SEC', unit: 's', meaning: 'without a look a watcher is sent away' },
  ),
  frameBytesMax: whole(
    { fallback: 1024, min: 64, max: 2048 },
    { env: 'FRAME_BYTES_MAX', unit: 'bytes', meaning: 'a longer frame closes the connection' },
  ),
  framesPerSec: whole(
    { fallback: 60, min: 1, max: 10_000 },
    { env: 'FRAMES_PER_SEC', unit: '1/s', meaning: 'frames a client may send, sustained' },
  ),
  framesBurst: whole(
    { fallback: 120, min: 1, max: 100_000 },
    { env: 'FRAMES_BURST', unit: 'frames', meaning: 'at once; beyond, the client is closed' },
  ),
  bytesPerSec: whole(
    { fallback: 16_384, min: 256, max: 10_000_000 },
    { env: 'BYTES_PER_SEC', unit: 'bytes/s', meaning: 'bytes a client may send, sustained' },
  ),
  bytesBurst: whole(
    { fallback: 65_536, min: 1024, max: 10_000_000 },
    { env: 'BYTES_BURST', unit: 'bytes', meaning: 'at once; beyond, the client is closed' },
  ),
  spectatorsMax: whole(
    { fallback: 100, min: 0, max: 5000 },
    { env: 'SPECTATORS_MAX', unit: 'clients', meaning: 'in one battle; more are refused' },
  ),
  playersMax: whole(
    { fallback: 2000, min: 2, max: 5000 },
    {
      env: 'PLAYERS_MAX',
      unit: 'players',
      meaning: 'ceiling of one battle, below what its map says',
    },
  ),
  joinAckTimeoutMs: whole(
    { fallback: 5000, min: 100, max: 60_000 },
    {
      env: 'JOIN_ACK_TIMEOUT_MS',
      unit: 'ms',
      meaning: 'to confirm a join; then the seat is freed',
    },
  ),
  snapshotSkipBytes: whole(
    { fallback: 65_536, min: 1024, max: 100_000_000 },
    {
      env: 'SNAPSHOT_SKIP_BYTES',
      unit: 'bytes',
      meaning: 'unsent; from here snapshots are skipped',
    },
  ),
  patchSkipBytes: whole(
    { fallback: 262_144, min: 1024, max: 100_000_000 },
    {
      env: 'PATCH_SKIP_BYTES',
      unit: 'bytes',
      meaning: 'unsent; who is due a state patch is cut off',
    },
  ),
  terminateBytes: whole(
    { fallback: 1_048_576, min: 1024, max: 100_000_000 },
    { env: 'TERMINATE_BYTES', unit: 'bytes', meaning: 'unsent; from here the client is dropped' },
  ),
  undrainedMsMax: whole(
    { fallback: 5000, min: 100, max: 60_000 },
    { env: 'UNDRAINED_MS_MAX', unit: 'ms', meaning: 'a socket that takes nothing is dropped' },
  ),
  admitWorkPercentMax: whole(
    { fallback: 70, min: 10, max: 10_000 },
    {
      env: 'ADMIT_WORK_PERCENT_MAX',
      unit: '%',
      meaning: 'p99 of tick work, of the tick; from here newcomers get 503',
    },
  ),
  admitBusyPercentMax: whole(
    { fallback: 90, min: 10, max: 10_000 },
    {
      env: 'ADMIT_BUSY_PERCENT_MAX',
      unit: '%',
      meaning: 'event loop at work, over some 10 s; from here newcomers get 503',
    },
  ),
  roomErrorsPerMinuteMax: whole(
    { fallback: 3, min: 1, max: 1000 },
    { env: 'ROOM_ERRORS_PER_MIN_MAX', unit: '1/min', meaning: 'errors before a room is closed' },
  ),
} as const satisfies { readonly [K in keyof RoomLimits]: ConfigOption<number> }

/** Every option, in the order of `.env.example`. */
export const CONFIG_OPTIONS = {
  ...LISTEN_OPTIONS,
  ...PROCESS_OPTIONS,
  ...ACCOUNT_OPTIONS,
  ...SOCIAL_OPTIONS,
  ...WEBHOOK_OPTIONS,
  ...BACKUP_OPTIONS,
  ...DATABASE_OPTIONS,
  ...EDGE_OPTIONS,
  ...ROOM_OPTIONS,
}

type Options = typeof CONFIG_OPTIONS
type Values = {
  readonly [K in keyof Options]: Options[K] extends ConfigOption<infer T> ? T : never
}

/** Everything the server may be told, checked. */
export interface Config extends Values {
  /** The room options together, as rooms take them. */
  readonly roomLimits: RoomLimits
}

/** The configuration that `env` says; throws {@link ConfigError} at the first wrong value. */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const values: Record<string, unknown> = {}
  for (const [name, option] of Object.entries(CONFIG_OPTIONS)) {
    const given = env[option.env]?.trim()
    values[name] = option.parse(given === undefined || given === '' ? option.fallback : given)
  }
  const config = values as unknown as Values
  checkTogether(config)
  const limits = Object.keys(ROOM_OPTIONS).map((name) => [name, values[name]])
  return Object.freeze({
    ...config,
    roomLimits: Object.freeze(Object.fromEntries(limits) as RoomLimits),
  })
}

function isAddressRange(range: string): boolean {
  const [address = '', bits, ...rest] = range.split('/')
  const family = isIP(address)
  if (family === 0 || rest.length > 0) return false
  if (bits === undefined) return true
  return /^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? IPV4_BITS_MAX : IPV6_BITS_MAX)
}

/** Options that only make sense together. */
function checkTogether(config: Values): void {
  const wrong: readonly (readonly [boolean, string])[] = [
    [
      config.snapshotSkipBytes > config.patchSkipBytes,
      'SNAPSHOT_SKIP_BYTES is over PATCH_SKIP_BYTES',
    ],
    [config.patchSkipBytes > config.terminateBytes, 'PATCH_SKIP_BYTES is over TERMINATE_BYTES'],
    [
      config.databaseLockMsMax > config.databaseStatementMsMax,
      'DATABASE_LOCK_MS_MAX is over DATABASE_STATEMENT_MS_MAX',
    ],
    [config.framesPerSec > config.framesBurst, 'FRAMES_PER_SEC is over FRAMES_BURST'],
    [config.frameBytesMax > config.bytesBurst, 'FRAME_BYTES_MAX is over BYTES_BURST'],
    [config.port !== 0 && config.port === config.opsPort, 'PORT and OPS_PORT are the same'],
    [config.role !== 'all', 'ROLE other than all is not supported by this version'],
  ]
  for (const [isWrong, sentence] of wrong) {
    if (isWrong) throw new ConfigError(`${sentence}; change one of them or leave both unset.`)
  }
}
