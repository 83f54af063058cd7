/**
 * Brakes on guessing [AUTH-4, F-07]: an attempt is counted before the password is looked at, so a
 * hundred at once are no more guesses than a hundred in a row. Five failures lock an account for a
 * minute, each further one for twice as long; ten lock an address for ten minutes. While locked
 * nothing counts and nothing fits, and the answer is the same.
 */
import type { Database, Db, Trx } from '../../db/database.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

/** When a key locks. */
interface LockRule {
  readonly failuresMax: number
  readonly lockMs: number
  /** Doubles with each further failure up to this. */
  readonly lockMsMax: number
  /** After this long without a failure, counting begins anew (ms). */
  readonly forgetMs: number
}

const ACCOUNT_RULE: LockRule = {
  failuresMax: 5,
  lockMs: MINUTE_MS,
  // A longer lock would let anybody shut a player out for the evening.
  lockMsMax: HOUR_MS,
  forgetMs: 24 * HOUR_MS,
}
const ADDRESS_RULE: LockRule = {
  failuresMax: 10,
  lockMs: 10 * MINUTE_MS,
  lockMsMax: 10 * MINUTE_MS,
  forgetMs: 10 * MINUTE_MS,
}

/** Whose guesses are counted. */
export interface AttemptKeys {
  /** Account, or what was typed where there is none. */
  readonly account: string
  readonly address: string
}

/** What is known of a key. */
export interface AttemptState {
  readonly failures: number
  readonly failedAtMs: number
  readonly lockedUntilMs: number
}

/** The state after one more attempt, undefined while it is locked. */
export function countAttempt(
  state: AttemptState | undefined,
  rule: LockRule,
  nowMs: number,
): AttemptState | undefined {
  if (state !== undefined && state.lockedUntilMs > nowMs) return undefined
  const isForgotten = state === undefined || state.failedAtMs + rule.forgetMs <= nowMs
  const failures = isForgotten ? 1 : state.failures + 1
  const over = failures - rule.failuresMax
  const lockMs = over < 0 ? 0 : Math.min(rule.lockMs * 2 ** Math.min(over, 30), rule.lockMsMax)
  return { failures, failedAtMs: nowMs, lockedUntilMs: nowMs + lockMs }
}

/** Counts an attempt as failed until `forgiveAttempt`; false while account or address is locked. */
export async function beginAttempt(
  database: Database,
  keys: AttemptKeys,
  nowMs: number,
): Promise<boolean> {
  return database.transact(async (trx) => {
    // Always in this order, so two of them never wait for each other.
    const known = await lockStates(trx, [addressKey(keys), accountKey(keys)], nowMs)
    const nextAddress = countAttempt(known.get(addressKey(keys)), ADDRESS_RULE, nowMs)
    const nextAccount = countAttempt(known.get(accountKey(keys)), ACCOUNT_RULE, nowMs)
    // A locked account still costs its address: it may be guessing at many.
    if (nextAddress === undefined) return false
    const next = [{ key: addressKey(keys), state: nextAddress }]
    if (nextAccount !== undefined) next.push({ key: accountKey(keys), state: nextAccount })
    await writeStates(trx, next)
    return nextAccount !== undefined
  })
}

/** The password was right: the account starts anew, the address gets its attempt back. */
export async function forgiveAttempt(db: Db, keys: AttemptKeys): Promise<void> {
  // Two statements, the address first: who begins an attempt locks them in this order.
  await db
    .updateTable('identity.login_attempts')
    .set((eb) => ({ failures: eb('failures', '-', 1), locked_until: null }))
    .where('key', '=', addressKey(keys))
    .where('failures', '>', 0)
    .execute()
  await db.deleteFrom('identity.login_attempts').where('key', '=', accountKey(keys)).execute()
}

/** Forgets what no rule counts any more. */
export async function deleteOldAttempts(db: Db, nowMs: number): Promise<void> {
  await db
    .deleteFrom('identity.login_attempts')
    .where('failed_at', '<', new Date(nowMs - ACCOUNT_RULE.forgetMs))
    .where((eb) =>
      eb.or([eb('locked_until', 'is', null), eb('locked_until', '<', new Date(nowMs))]),
    )
    .execute()
}

function addressKey({ address }: AttemptKeys): string {
  return `address:${address}`
}

function accountKey({ account }: AttemptKeys): string {
  return `account:${account}`
}

/** States by key, those that are new among them, locked in the order of `keys`. */
async function lockStates(
  trx: Trx,
  keys: readonly string[],
  nowMs: number,
): Promise<ReadonlyMap<string, AttemptState>> {
  const rows = await trx
    .insertInto('identity.login_attempts')
    .values(
      keys.map((key) => ({ key, failures: 0, failed_at: new Date(nowMs), locked_until: null })),
    )
    // Changes nothing: an update is what takes the lock of a row that is there.
    .onConflict((conflict) =>
      conflict.column('key').doUpdateSet((eb) => ({ key: eb.ref('excluded.key') })),
    )
    .returning(['key', 'failures', 'failed_at', 'locked_until'])
    .execute()
  return new Map(
    rows.map(({ key, failures, failed_at: failedAt, locked_until: lockedUntil }) => {
      const lockedUntilMs = lockedUntil?.getTime() ?? 0
      return [key, { failures, failedAtMs: failedAt.getTime(), lockedUntilMs }]
    }),
  )
}

/** Rows that `lockStates` has locked. */
async function writeStates(
  trx: Trx,
  states: readonly { readonly key: string; readonly state: AttemptState }[],
): Promise<void> {
  await trx
    .insertInto('identity.login_attempts')
    .values(
      states.map(({ key, state }) => ({
        key,
        failures: state.failures,
        failed_at: new Date(state.failedAtMs),
        locked_until: state.lockedUntilMs > state.failedAtMs ? new Date(state.lockedUntilMs) : null,
      })),
    )
    .onConflict((conflict) =>
      conflict.column('key').doUpdateSet((eb) => ({
        failures: eb.ref('excluded.failures'),
        failed_at: eb.ref('excluded.failed_at'),
        locked_until: eb.ref('excluded.locked_until'),
      })),
    )
    .execute()
}
