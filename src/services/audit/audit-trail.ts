/**
 * The one row of a request. A use case records it in its own transaction, with what it changed;
 * what recorded nothing (a read, a refusal, a failure, a transaction that was undone) gets its row
 * at the end, from the edge that knows how the request went. So each request has exactly one.
 */
import type { Clock } from '@battalion/base/clock.ts'

import type { Database, Trx } from '../../db/database.ts'
import { afterCommit } from '../../db/transaction-scope.ts'
import { appendAudit } from './audit-log.ts'
import type { AuditActor, AuditEntry, AuditOutcome } from './audit-log.ts'

/** What a use case tells of its change. */
export type AuditRecord = Pick<AuditEntry, 'target' | 'before' | 'after' | 'reason'>

/** Takes the row of the action at hand, where `by` has to be known and a change recorded. */
export interface AuditTrail {
  readonly actor: AuditActor
  /** Call once, as the last statement of the transaction. */
  record(trx: Trx, record: AuditRecord): Promise<void>
}

/** What trails stand on. */
export interface AuditPorts {
  readonly database: Database
  readonly clock: Clock
}

/** The trail of one request, for the edge. */
export class RequestTrail implements AuditTrail {
  readonly #ports: AuditPorts
  readonly #request: { readonly action: string; readonly requestId: string }
  #actor: AuditActor
  #isWritten = false
  #target: AuditRecord['target']

  constructor(
    ports: AuditPorts,
    request: { readonly action: string; readonly requestId: string; readonly address: string },
  ) {
    this.#ports = ports
    this.#request = request
    this.#actor = { kind: 'nobody', id: null, address: request.address }
  }

  get actor(): AuditActor {
    return this.#actor
  }

  /** Who it is, once that is known. */
  setUser(userId: string): void {
    this.#actor = { ...this.#actor, kind: 'user', id: userId }
  }

  /** What the request is about, for a row that no use case records. */
  setTarget(target: AuditRecord['target']): void {
    this.#target = target
  }

  async record(trx: Trx, record: AuditRecord): Promise<void> {
    await appendAudit(trx, { ...this.#entry('done'), ...record })
    afterCommit(() => (this.#isWritten = true))
  }

  /** Writes the row unless a use case did. */
  async finish(outcome: AuditOutcome, code?: string): Promise<void> {
    if (this.#isWritten) return
    await this.#ports.database.transact((trx) =>
      appendAudit(trx, { ...this.#entry(outcome), target: this.#target, code }),
    )
    this.#isWritten = true
  }

  #entry(outcome: AuditOutcome): AuditEntry {
    const atMs = this.#ports.clock.wallMs()
    return { ...this.#request, actor: this.#actor, outcome, atMs }
  }
}

/** The trail of a command that the machine's operator runs: actor `machine`. */
export function machineTrail(clock: Clock, action: string, requestId: string): AuditTrail {
  const actor = { kind: 'machine', id: null, address: null } as const
  return {
    actor,
    record: (trx, record) =>
      appendAudit(trx, {
        ...record,
        actor,
        action,
        requestId,
        outcome: 'done',
        atMs: clock.wallMs(),
      }),
  }
}
