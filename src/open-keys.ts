/**
 * The secret of this process and the keys derived from it: read from the configuration, or made in
 * DATA_DIR by the embedded default. Reads the keys' times as long as the server runs; a secret that
 * is not the one the database's keys were made with stops the start, but where nobody shares the
 * database: there new keys take over.
 */
import { ConfigError } from './config.ts'
import type { Config } from './config.ts'
import type { Database } from './db/database.ts'
import type { JobPlan } from './open-app-database.ts'
import { createAccessTokens } from './services/auth/access-tokens.ts'
import type { AccessTokens } from './services/auth/access-tokens.ts'
import { KeyRing } from './services/auth/key-ring.ts'
import type { KeyTimes, PublicJwk } from './services/auth/key-ring.ts'
import { rememberVerified } from './services/auth/remembered-tokens.ts'
import { createServerSecret, isStrongSecret } from './services/auth/server-secret.ts'
import { loadOwnSecret, readSecretFile, SECRET_WANTED } from './services/auth/server-secret.ts'
import type { ServerSecret } from './services/auth/server-secret.ts'
import { loadKeys, OtherSecretError, replaceKeys } from './services/identity/key-rotation.ts'
import { ROTATE_JOB, rotateWhenDue } from './services/identity/key-rotation.ts'
import { systemClock, systemTimers } from './system-clock.ts'
import type { AppLogger } from './telemetry/logger.ts'

/** Six times within the minute a new key is announced before it signs (ms). */
const RELOAD_MS = 10_000

/** The secret of this process; throws {@link ConfigError} for a missing or weak one [AUTH-10]. */
export function openServerSecret(config: Config): ServerSecret {
  const { serverSecret, serverSecretFile, databaseUrl, dataDir } = config
  if (serverSecret !== '') return createServerSecret(serverSecret)
  if (serverSecretFile !== '') return createServerSecret(readGivenFile(serverSecretFile))
  if (databaseUrl === '') return createServerSecret(loadOwnSecret(dataDir))
  throw new ConfigError(
    'SERVER_SECRET: beside DATABASE_URL it must be set, the same for every process: ' +
      `${SECRET_WANTED}; or name a file with it in SERVER_SECRET_FILE.`,
  )
}

function readGivenFile(path: string): string {
  let text: string | undefined
  try {
    text = readSecretFile(path)
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    throw new ConfigError(`SERVER_SECRET_FILE: ${path} cannot be read (${code}).`)
  }
  if (text === undefined) throw new ConfigError(`SERVER_SECRET_FILE: ${path} is not there.`)
  if (isStrongSecret(text)) return text
  throw new ConfigError(`SERVER_SECRET_FILE: the first line of ${path} is not ${SECRET_WANTED}.`)
}

/** The keys of this process. */
export interface AppKeys {
  readonly tokens: AccessTokens
  /** The public keys. */
  list(): Promise<PublicJwk[]>
  stop(): void
}

/** Opens them over a database that need not be there yet. */
export function openKeys(options: {
  readonly config: Config
  readonly secret: ServerSecret
  readonly database: Database
  readonly logger: AppLogger
  readonly onUnusable: (error: ConfigError) => void
}): AppKeys {
  const { database, logger, onUnusable } = options
  const ring = new KeyRing({
    secret: options.secret,
    clock: systemClock,
    load: () => loadOrReplace(options),
  })
  const ttlSec = options.config.accessTokenTtlSec
  const signed = createAccessTokens({ keys: ring, clock: systemClock, ttlSec })
  const read = (isFirst: boolean) =>
    (isFirst ? database.ready.then(() => ring.ready()) : ring.reload()).catch((error: unknown) => {
      if (error instanceof OtherSecretError) onUnusable(otherSecret())
      else if (!isFirst) logger.warn({ event: 'keys.delayed', err: error }, 'signing keys not read')
    })
  let timer = systemTimers.setTimeout(() => undefined, 0)
  const readAgain = async (isFirst: boolean): Promise<void> => {
    await read(isFirst)
    timer = systemTimers.setTimeout(() => void readAgain(false), RELOAD_MS)
  }
  let isStopped = false
  void readAgain(true).then(() => (isStopped ? timer.cancel() : undefined))
  return {
    tokens: rememberVerified(signed, systemClock),
    async list() {
      await ring.ready()
      return ring.list()
    },
    stop() {
      isStopped = true
      timer.cancel()
    },
  }
}

async function loadOrReplace(options: Parameters<typeof openKeys>[0]): Promise<KeyTimes[]> {
  const { database, secret, config, logger } = options
  const ports = { secret, nowMs: systemClock.wallMs(), ttlSec: config.accessTokenTtlSec }
  try {
    return await loadKeys(database, ports)
  } catch (error) {
    if (!(error instanceof OtherSecretError) || config.databaseUrl !== '') throw error
    logger.warn({ event: 'keys.replaced' }, 'the database came from another DATA_DIR: new keys')
    await replaceKeys(database, ports)
    return loadKeys(database, ports)
  }
}

function otherSecret(): ConfigError {
  return new ConfigError(
    'SERVER_SECRET: it is not the one the keys of this database were made with; give every process ' +
      'the same, or take this one over with: npm run rotate-keys -- --now',
  )
}

/** The job that rotates when it is time. */
export function planKeyJobs(config: Config, secret: ServerSecret, database: Database): JobPlan {
  const rotate = () =>
    rotateWhenDue(database, {
      secret,
      nowMs: systemClock.wallMs(),
      ttlSec: config.accessTokenTtlSec,
      days: config.keyRotationDays,
    })
  return {
    handlers: { [ROTATE_JOB]: async () => void (await rotate()) },
    schedules: [{ kind: ROTATE_JOB, pattern: '23 * * * *' }],
  }
}
