/**
 * Times of the signing keys, which all processes share [F-10]: the first key, a new one now and
 * then, the end of old ones. A key's id is derived from the server's secret, so a process with
 * another secret than the rows were made with is noticed before it refuses anybody.
 */
import { AppError } from '@battalion/base/app-error.ts'

import type { Database, Db, Trx } from '../../db/database.ts'
import { RETURNING_SEC_MAX } from '../auth/access-tokens.ts'
import { ANNOUNCED_MS, deriveSigningKey, KEYS_MAX } from '../auth/key-ring.ts'
import type { KeyTimes } from '../auth/key-ring.ts'
import type { ServerSecret } from '../auth/server-secret.ts'

const DAY_MS = 86_400_000
const MS_PER_SEC = 1000
/** Retired keys stay this long for whoever looks into an old log (days). */
const RETIRED_KEPT_DAYS = 30

/** Kind of the job that looks whether it is time. */
export const ROTATE_JOB = 'identity.rotate_keys'

/** What rotation stands on. */
export interface RotationPorts {
  readonly secret: ServerSecret
  readonly nowMs: number
  /** Life of an access token: an old key verifies for as long, and for who comes back to a seat. */
  readonly ttlSec: number
}

/** The rows were made with another secret than this process has. */
export class OtherSecretError extends Error {
  override readonly name = 'OtherSecretError'
}

/** The keys that verify, the newest first; the first one is made when there is none. */
export async function loadKeys(
  database: Database,
  ports: Pick<RotationPorts, 'secret' | 'nowMs'>,
): Promise<KeyTimes[]> {
  const { secret, nowMs } = ports
  let found = await findKeys(database.db, nowMs)
  if (found.length === 0) {
    // Looks again after the number is chosen: who made a key meanwhile made this very generation.
    const generation = (await findNewest(database.db)) + 1
    const isMadeMeanwhile = (await findKeys(database.db, nowMs)).length > 0
    if (!isMadeMeanwhile) {
      await insertKey(database.db, secret, { generation, nowMs, signsAtMs: nowMs })
    }
    found = await findKeys(database.db, nowMs)
  }
  const isOurs = ({ kid, generation }: KeyTimes) => deriveSigningKey(secret, generation).kid === kid
  if (found.every(isOurs)) return found
  throw new OtherSecretError('the signing keys were made with another secret')
}

/** A new key, announced now, signing in a minute; others retire when their tokens have ended. */
export async function rotateKeys(database: Database, ports: RotationPorts): Promise<KeyTimes> {
  const { nowMs, ttlSec } = ports
  const signsAtMs = nowMs + ANNOUNCED_MS
  const retiresAtMs = signsAtMs + (ttlSec + RETURNING_SEC_MAX) * MS_PER_SEC
  return database.transact((trx) => addKey(trx, ports, { signsAtMs, retiresAtMs }))
}

/**
 * A new key that signs at once, and an end to all others: for a secret that got about, or was
 * changed. Whoever is signed in gets a new token by his refresh token.
 */
export async function replaceKeys(database: Database, ports: RotationPorts): Promise<KeyTimes> {
  const { nowMs } = ports
  return database.transact(async (trx) => {
    await retireKeys(trx, nowMs)
    return addKey(trx, ports, { signsAtMs: nowMs, retiresAtMs: nowMs })
  })
}

/** Rotates when the newest key is older than `days`; false when it is not time yet. */
export async function rotateWhenDue(
  database: Database,
  ports: RotationPorts & { readonly days: number },
): Promise<boolean> {
  const { nowMs, days } = ports
  await database.db
    .deleteFrom('identity.signing_keys')
    .where('retires_at', '<', new Date(nowMs - RETIRED_KEPT_DAYS * DAY_MS))
    .execute()
  const [newest] = await loadKeys(database, ports)
  if (days === 0 || newest === undefined || nowMs - newest.signsAtMs < days * DAY_MS) return false
  await rotateKeys(database, ports)
  return true
}

async function addKey(
  trx: Trx,
  { secret, nowMs }: RotationPorts,
  times: { readonly signsAtMs: number; readonly retiresAtMs: number },
): Promise<KeyTimes> {
  const keys = await findKeys(trx, nowMs)
  if (keys.length >= KEYS_MAX) {
    throw new AppError('conflict', `${KEYS_MAX} keys verify already; wait until one retires.`)
  }
  const generation = (await findNewest(trx)) + 1
  await trx
    .updateTable('identity.signing_keys')
    .set({ retires_at: new Date(times.retiresAtMs) })
    .where('retires_at', 'is', null)
    .execute()
  return insertKey(trx, secret, { generation, nowMs, signsAtMs: times.signsAtMs })
}

async function retireKeys(trx: Trx, nowMs: number): Promise<void> {
  await trx
    .updateTable('identity.signing_keys')
    .set({ retires_at: new Date(nowMs) })
    .where((eb) => eb.or([eb('retires_at', 'is', null), eb('retires_at', '>', new Date(nowMs))]))
    .execute()
}

/** Of two processes that make the same generation one does; with one secret it is the same key. */
async function insertKey(
  db: Db,
  secret: ServerSecret,
  key: { readonly generation: number; readonly nowMs: number; readonly signsAtMs: number },
): Promise<KeyTimes> {
  const { generation, nowMs, signsAtMs } = key
  const { kid } = deriveSigningKey(secret, generation)
  await db
    .insertInto('identity.signing_keys')
    .values({
      generation,
      kid,
      created_at: new Date(nowMs),
      signs_at: new Date(signsAtMs),
      retires_at: null,
    })
    .onConflict((conflict) => conflict.column('generation').doNothing())
    .execute()
  return { generation, kid, signsAtMs, retiresAtMs: undefined }
}

async function findNewest(db: Db): Promise<number> {
  const row = await db
    .selectFrom('identity.signing_keys')
    .select((eb) => eb.fn.max('generation').as('generation'))
    .executeTakeFirst()
  return row?.generation ?? 0
}

async function findKeys(db: Db, nowMs: number): Promise<KeyTimes[]> {
  const rows = await db
    .selectFrom('identity.signing_keys')
    .select(['generation', 'kid', 'signs_at', 'retires_at'])
    .where((eb) => eb.or([eb('retires_at', 'is', null), eb('retires_at', '>', new Date(nowMs))]))
    .orderBy('generation', 'desc')
    .limit(KEYS_MAX)
    .execute()
  return rows.map((row) => ({
    generation: row.generation,
    kid: row.kid,
    signsAtMs: row.signs_at.getTime(),
    retiresAtMs: row.retires_at?.getTime(),
  }))
}
