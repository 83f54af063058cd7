/**
 * One row in the audit log for each request to a route of staff, however it goes [ADM-4]: done,
 * refused (who asks may not) or failed. Use cases record changes in their own transaction by
 * `context.get('trail')`; this is the row of all else, written before the answer leaves, so what
 * cannot be written down is not answered. A request over its rate limit has no row, and refusals of
 * who is not signed in are bounded: nobody fills the disk from outside.
 */
import { AppError } from '@battalion/base/app-error.ts'
import type { Context, MiddlewareHandler } from 'hono'

import type { AuditOutcome } from '../services/audit/audit-log.ts'
import type { AuditTrail } from '../services/audit/audit-trail.ts'
import { ERROR_TABLE } from './error-table.ts'
import type { HttpEnv, HttpLogger } from './http-ports.ts'
import { addressKey } from './rate-limits.ts'

/** Rows of requests without a user (rows/min and process); beyond them they are counted alone. */
export const NOBODY_ROWS_PER_MIN = 300
const MINUTE_MS = 60_000

/** The trail as the edge holds it. */
export interface EdgeTrail extends AuditTrail {
  setUser(userId: string): void
  setTarget(target: { readonly kind: string; readonly id: string }): void
  finish(outcome: AuditOutcome, code?: string): Promise<void>
}

/** What rows are written with. */
export interface TrailPorts {
  readonly openTrail: (request: {
    readonly action: string
    readonly requestId: string
    readonly address: string
  }) => EdgeTrail
  readonly logger: HttpLogger
  /** Counts a row that is not there: `bounded`, `unwritten`. */
  readonly auditDropped: (why: string) => void
  readonly monotonicMs: () => number
  readonly findAddress: (context: Context<HttpEnv>) => string
}

/** The middleware of an action; stands before the guards, so that it sees what they refuse. */
export type KeepTrail = (action: string) => MiddlewareHandler<HttpEnv>

/** Trails of one process. */
export function createKeepTrail(ports: TrailPorts): KeepTrail {
  const budget = new RowBudget(ports.monotonicMs)
  return (action) => async (context, next) => {
    const address = addressKey(ports.findAddress(context))
    const trail = ports.openTrail({ action, requestId: context.get('requestId'), address })
    const { userId, matchId } = context.req.param() as { userId?: string; matchId?: string }
    if (userId !== undefined) trail.setTarget({ kind: 'user', id: userId })
    if (matchId !== undefined) trail.setTarget({ kind: 'match', id: matchId })
    context.set('trail', trail)
    try {
      await next()
    } catch (error) {
      await finishFailed(ports, { trail, budget, error })
      throw error
    }
    // A handler's error has become an answer by now; Hono keeps it.
    if (context.error === undefined) await trail.finish('done')
    else await finishFailed(ports, { trail, budget, error: context.error })
  }
}

/** The refusal stands whatever becomes of its row; a row that is missing is logged and counted. */
async function finishFailed(
  ports: TrailPorts,
  { trail, budget, error }: { trail: EdgeTrail; budget: RowBudget; error: unknown },
): Promise<void> {
  const code = error instanceof AppError ? error.code : 'internal'
  if (code === 'rate_limited') return
  if (trail.actor.id === null && !budget.take()) return ports.auditDropped('bounded')
  const { status } = ERROR_TABLE[code]
  try {
    await trail.finish(status === 401 || status === 403 ? 'refused' : 'failed', code)
  } catch (lost) {
    ports.auditDropped('unwritten')
    ports.logger.error({ event: 'audit.unwritten', code, err: lost }, 'a refusal has no audit row')
  }
}

/** So many a minute. */
class RowBudget {
  readonly #nowMs: () => number
  #startedMs = -MINUTE_MS
  #count = 0

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs
  }

  take(): boolean {
    const nowMs = this.#nowMs()
    if (nowMs - this.#startedMs >= MINUTE_MS) {
      this.#startedMs = nowMs
      this.#count = 0
    }
    this.#count++
    return this.#count <= NOBODY_ROWS_PER_MIN
  }
}
