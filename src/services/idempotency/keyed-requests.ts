/**
 * Requests with an Idempotency-Key: the first answer is kept and given again, whatever it was, 500
 * included; the same key with another request is refused. The row is claimed before the work and
 * marked by the transaction of the work itself, so after a crash it is known whether there was an
 * effect: without one the request may be carried out again, with one it may not, and who asks is
 * told that the answer is lost. A holder whose lease ran out cannot commit any more.
 */
import { createHash, randomUUID } from 'node:crypto'

import { AppError } from '@battalion/base/app-error.ts'
import type { Clock } from '@battalion/base/clock.ts'

import type { Database } from '../../db/database.ts'
import { findDatabaseError, FOREIGN_KEY_VIOLATION } from '../../db/database-error.ts'
import { withCommitStep } from '../../db/transaction-scope.ts'
import {
  deleteOldRequests,
  deleteRequestsOf,
  endLease,
  findRequest,
  insertRequest,
  keepAnswer,
  listRequestsOf,
  markCommitted,
  takeOverRequest,
} from './request-queries.ts'
import type { KeptAnswer, RequestHold, RequestId } from './request-queries.ts'

export type { KeptAnswer } from './request-queries.ts'

/** Longest Idempotency-Key (characters). */
export const REQUEST_KEY_CHARS_MAX = 255
/** How long answers are kept at least (ms). */
export const KEEP_MS = 24 * 3_600_000
/** A request that takes longer may be taken over by a repetition, and then cannot commit (ms). */
const LEASE_MS = 30_000
/** A larger answer is not kept: who repeats is told that it is lost (characters). */
const ANSWER_CHARS_MAX = 65_536
/** Answers that mean "later": nothing is kept, the same key may try again. */
const LATER_STATUSES = new Set([429, 503])
/** Deleted in one statement, so that none runs into its time limit (rows). */
const DELETE_COUNT = 5000

/** A request as it came. */
export interface KeyedRequest extends RequestId {
  /** Everything that makes two requests the same: route, address, body. */
  readonly content: string
}

/** Carries requests out once. */
export interface KeyedRequests {
  /** The answer of `work`, or the one it gave before. */
  answer(
    request: KeyedRequest,
    work: () => Promise<KeptAnswer>,
  ): Promise<{ readonly answer: KeptAnswer; readonly isRepeated: boolean }>
}

/** Keyed requests of one database. */
export function createKeyedRequests(database: Database, clock: Clock): KeyedRequests {
  return {
    async answer(request, work) {
      const claim = await claimRequest(database, clock, request)
      if ('answer' in claim) return { answer: claim.answer, isRepeated: true }
      const answer = await withCommitStep(async (trx) => {
        if (!(await markCommitted(trx, claim.hold))) throw lostLease()
      }, work)
      await settle(database, clock, { hold: claim.hold, answer })
      return { answer, isRepeated: false }
    },
  }
}

type Claim = { readonly hold: RequestHold } | { readonly answer: KeptAnswer }

async function claimRequest(
  database: Database,
  clock: Clock,
  request: KeyedRequest,
): Promise<Claim> {
  const { userId, key } = request
  const nowMs = clock.wallMs()
  const hash = createHash('sha256').update(request.content).digest()
  const hold = { userId, key, holder: randomUUID() }
  const lease = { ...hold, nowMs, leaseUntilMs: nowMs + LEASE_MS }
  if (await insertNew(database, { ...lease, hash })) return { hold }
  const stored = await findRequest(database.db, request)
  // Only a purge between the two statements; whoever comes again finds it settled.
  if (stored === undefined) throw inProgress()
  if (!hash.equals(stored.requestHash)) {
    throw new AppError(
      'idempotency_key_reused',
      'This Idempotency-Key was used for another request.',
    )
  }
  if (stored.answer !== undefined) return { answer: stored.answer }
  if (stored.leaseUntilMs > nowMs) throw inProgress()
  if (stored.isCommitted) {
    throw new AppError(
      'answer_lost',
      'This was done before, but its answer is lost; look at the state.',
    )
  }
  if (!(await takeOverRequest(database.db, lease))) throw inProgress()
  return { hold }
}

async function insertNew(
  database: Database,
  request: Parameters<typeof insertRequest>[1],
): Promise<boolean> {
  try {
    return await insertRequest(database.db, request)
  } catch (error) {
    if (findDatabaseError(error)?.code !== FOREIGN_KEY_VIOLATION) throw error
    throw new AppError('unauthenticated', 'Sign in again: this user is gone.', { cause: error })
  }
}

/** A failure here costs the kept answer, never the one at hand: the effect is there. */
async function settle(
  database: Database,
  clock: Clock,
  { hold, answer }: { readonly hold: RequestHold; readonly answer: KeptAnswer },
): Promise<void> {
  const isLater = LATER_STATUSES.has(answer.status) || answer.body.length > ANSWER_CHARS_MAX
  const settling = isLater
    ? endLease(database.db, hold, clock.wallMs())
    : keepAnswer(database.db, hold, answer)
  await settling.catch(() => undefined)
}

function inProgress(): AppError {
  const text = 'A request with this Idempotency-Key is still being carried out.'
  return new AppError('request_in_progress', text, { retryAfterSec: 1 })
}

/** Nothing of this request happens: another carries it out by now. */
function lostLease(): AppError {
  const text = 'This request took too long and was taken over by its repetition.'
  return new AppError('request_in_progress', text, { retryAfterSec: 1 })
}

/** Forgets what is older than {@link KEEP_MS}; part of the job `prune`. */
export async function pruneKeyedRequests({ db }: Database, nowMs: number): Promise<void> {
  for (;;) {
    const count = await deleteOldRequests(db, { beforeMs: nowMs - KEEP_MS, count: DELETE_COUNT })
    if (count < DELETE_COUNT) return
  }
}

/** What is kept here about a user: copies of answers he got, for a day. */
export const KEYED_REQUEST_DATA = {
  name: 'keyedRequests',
  read: listRequestsOf,
  erase: deleteRequestsOf,
} as const
