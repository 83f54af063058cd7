/**
 * What the running code stands in: a transaction, a deadline, a caller's patience. Carried by
 * AsyncLocalStorage, so that a query on the database inside one of its own transactions throws:
 * with PGlite's single connection it would wait for itself for ever, and on PostgreSQL it would not
 * see what the transaction did.
 */
import { AsyncLocalStorage } from 'node:async_hooks'

import { assert, assertDefined } from '@battalion/base/assert.ts'

import type { Trx } from './database.ts'

interface TransactionScope {
  readonly owner: object
  readonly afterCommit: (() => void)[]
  isOpen: boolean
}

const transactions = new AsyncLocalStorage<TransactionScope>()
const deadlines = new AsyncLocalStorage<number>()
const commitSteps = new AsyncLocalStorage<{ readonly step: CommitStep; isOpen: boolean }>()

/** The last statement of a transaction. */
export type CommitStep = (trx: Trx) => Promise<void>

/** Runs `work` as the inside of a transaction of `owner`; what it registered runs at the end. */
export async function runInScope<T>(
  owner: object,
  work: () => Promise<T>,
): Promise<{ result: T; afterCommit: readonly (() => void)[] }> {
  const scope: TransactionScope = { owner, afterCommit: [], isOpen: true }
  try {
    const result = await transactions.run(scope, work)
    return { result, afterCommit: scope.afterCommit }
  } finally {
    scope.isOpen = false
  }
}

/** Throws when the caller stands in an open transaction of `owner`. */
export function assertOutsideTransaction(owner: object): void {
  const scope = transactions.getStore()
  const isInside = scope?.isOpen === true && scope.owner === owner
  assert(!isInside, 'the database is used inside its own transaction: use trx, not db')
}

/** Calls `callback` once the transaction that the caller stands in has committed. */
export function afterCommit(callback: () => void): void {
  const scope = assertDefined(transactions.getStore(), 'afterCommit needs a transaction around it')
  assert(scope.isOpen, 'afterCommit needs a transaction that is still open')
  scope.afterCommit.push(callback)
}

/**
 * Runs `work`; each transaction it makes runs `step` as its last part, and is undone when it
 * throws. What goes on in the background after `work` is over has no part in it.
 */
export async function withCommitStep<T>(step: CommitStep, work: () => Promise<T>): Promise<T> {
  const scope = { step, isOpen: true }
  try {
    return await commitSteps.run(scope, work)
  } finally {
    scope.isOpen = false
  }
}

/** The step of whatever the caller is part of, if it has one. */
export function findCommitStep(): CommitStep | undefined {
  const scope = commitSteps.getStore()
  return scope?.isOpen === true ? scope.step : undefined
}

/** Runs `work` with a point in monotonic time beyond which its queries give up (ms). */
export function withDeadline<T>(endMs: number, work: () => Promise<T>): Promise<T> {
  return deadlines.run(endMs, work)
}

/** The deadline around the caller (monotonic ms), undefined when there is none. */
export function findDeadline(): number | undefined {
  return deadlines.getStore()
}

/** How long a caller still waits for the database, all his operations together. */
export interface Patience {
  leftMs: number
}

const patiences = new AsyncLocalStorage<Patience>()

/**
 * Runs `work` with a limit on the time that it spends waiting for the database in all: several
 * operations, each just in time, would together be late. What goes on after `work` has ended, such
 * as a stream, is nobody's waiting any more.
 */
export function withPatience<T>(ms: number, work: () => Promise<T>): Promise<T> {
  const patience = { leftMs: ms }
  return patiences.run(patience, async () => {
    try {
      return await work()
    } finally {
      patience.leftMs = Infinity
    }
  })
}

/** The patience of who waits, undefined when nobody does. */
export function findPatience(): Patience | undefined {
  return patiences.getStore()
}
