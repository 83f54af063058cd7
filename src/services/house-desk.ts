/**
 * What operators look after the house with, bound to a database: jobs and dead letters, the audit
 * log and its chain, invite codes. Changes take their row of the audit log in their transaction.
 */
import { AppError } from '@battalion/base/app-error.ts'

import type { Database, Trx } from '../db/database.ts'
import { listAudit } from './audit/audit-log.ts'
import type { AuditFilter, ListedAudit } from './audit/audit-log.ts'
import type { AuditTrail } from './audit/audit-trail.ts'
import { verifyChain } from './audit/verify-chain.ts'
import { toLoginKey } from './identity/account-fields.ts'
import { findNames } from './identity/find-names.ts'
import { listInvites } from './identity/invites.ts'
import { findLogin } from './identity/user-queries.ts'
import { deleteDeadJob } from './jobs/job-queries.ts'
import type { JobQueue } from './jobs/job-queue.ts'
import type { JobSchedule } from './jobs/job-schedule.ts'
import { countKinds, findJob, listJobs, readScheduleRuns } from './jobs/list-jobs.ts'
import type { JobFilter, ListedJob } from './jobs/list-jobs.ts'
import { deleteLetter, listLetters } from './outbox/list-letters.ts'

/** Rows that one check of the chain reads at most: a fifth of a second of the one connection. */
export const CHAIN_ROWS_MAX = 10_000
const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/

/** What the desk stands on. */
export interface HouseDeskPorts {
  readonly database: Database
  readonly queue: Pick<JobQueue, 'retry'>
  readonly schedules: readonly JobSchedule[]
}

/** The desk. */
export type HouseDesk = ReturnType<typeof createHouseDesk>

/** Binds the use cases. */
export function createHouseDesk(ports: HouseDeskPorts) {
  const { database } = ports
  return {
    ...jobDesk(ports),
    ...letterDesk(database),
    ...auditDesk(database),
    ...inviteList(database),
  }
}

function jobDesk({ database, queue, schedules }: HouseDeskPorts) {
  const { db } = database
  /** A job by its id, for who changes it: its error may name people and stays out of the log. */
  const change = async (
    trail: AuditTrail,
    { id, reason }: { readonly id: bigint; readonly reason?: string },
    act: (trx: Trx) => Promise<boolean>,
  ) => {
    await database.transact(async (trx) => {
      const job = await findJob(trx, id)
      if (job === undefined) throw new AppError('not_found', 'There is no such job.')
      if (!(await act(trx))) throw new AppError('conflict', 'This job has not given up.')
      const { kind, attempts, state } = job
      await trail.record(trx, {
        target: { kind: 'job', id: String(id) },
        before: { kind, attempts, state },
        ...(reason === undefined ? { after: { state: 'waiting' } } : { reason }),
      })
    })
  }
  return {
    listJobs: (filter: JobFilter): Promise<ListedJob[]> => listJobs(db, filter),
    async readJobs() {
      const [kinds, runs] = await Promise.all([countKinds(db), readScheduleRuns(db)])
      const planned = schedules.map(({ kind, pattern, zone = 'UTC' }) => {
        const known = runs.get(kind) ?? { nextAt: null, lastAt: null, deadAt: null }
        return { kind, pattern, zone, ...known }
      })
      return { kinds, schedules: planned }
    },
    retryJob: (trail: AuditTrail, id: bigint) =>
      change(trail, { id }, (trx) => queue.retry(trx, id)),
    discardJob: (trail: AuditTrail, what: { readonly id: bigint; readonly reason: string }) =>
      change(trail, what, (trx) => deleteDeadJob(trx, what.id)),
  }
}

function letterDesk(database: Database) {
  return {
    listLetters: (page: Parameters<typeof listLetters>[1]) => listLetters(database.db, page),
    discardLetter: (
      trail: AuditTrail,
      { id, reason }: { readonly id: bigint; readonly reason: string },
    ) =>
      database.transact(async (trx) => {
        const before = await deleteLetter(trx, id)
        if (before === undefined) throw new AppError('not_found', 'There is no such letter.')
        await trail.record(trx, { target: { kind: 'letter', id: String(id) }, before, reason })
      }),
  }
}

/** A row with the names of who acted and on whom, where they are still there. */
export type NamedAudit = ListedAudit & {
  readonly actorName: string | null
  readonly targetName: string | null
}

/** As asked: who acted by id or name. */
export type AuditQuery = Omit<AuditFilter, 'actorId'> & { readonly actor?: string | undefined }

function auditDesk(database: Database) {
  const { db } = database
  return {
    async listAudit({ actor, ...filter }: AuditQuery): Promise<NamedAudit[]> {
      const actorId = actor === undefined || UUID.test(actor) ? actor : await findActor(actor)
      if (actor !== undefined && actorId === undefined) return []
      const rows = await listAudit(db, { ...filter, actorId })
      const ids = rows.flatMap((row) => [row.actor.id ?? '', userOf(row)])
      const names = await findNames(db, [...new Set(ids.filter((id) => UUID.test(id)))])
      const nameOf = (id: string | null) => names.get(id ?? '') ?? null
      return rows.map((row) => ({
        ...row,
        actorName: nameOf(row.actor.id),
        targetName: nameOf(userOf(row)),
      }))
    },
    verifyAudit: (rowsMax: number) => verifyChain(database, { rowsMax }),
  }

  async function findActor(name: string): Promise<string | undefined> {
    return (await findLogin(db, toLoginKey(name)))?.user.id
  }
}

/** The user a row is about. */
function userOf({ target }: ListedAudit): string {
  return target?.kind === 'user' ? target.id : ''
}

function inviteList({ db }: Database) {
  return {
    async listInvites(page: { readonly beforeCode?: string | undefined; readonly limit: number }) {
      const invites = await listInvites(db, page)
      const names = await findNames(db, [...new Set(invites.flatMap(({ by }) => by ?? []))])
      return invites.map(({ by, ...invite }) => ({ ...invite, by: names.get(by ?? '') ?? null }))
    },
  }
}
