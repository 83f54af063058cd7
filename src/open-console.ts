/**
 * The console's half of the composition root: what operators sign in with and act by, the rows they
 * leave, and the first operator's link.
 */
import { setTimeout as sleep } from 'node:timers/promises'

import { AppError } from '@battalion/base/app-error.ts'
import type { OpenAPIHono } from '@hono/zod-openapi'

import { addAdminRoutes } from './admin/add-admin-routes.ts'
import type { AdminPorts, OperationsPorts } from './admin/add-admin-routes.ts'
import type { GuardsFor, HttpEnv } from './http/http-ports.ts'
import type { TrailPorts } from './http/keep-trail.ts'
import type { AppDatabase } from './open-app-database.ts'
import type { Identity } from './open-identity.ts'
import type { AppMatchLocks } from './open-sanctions.ts'
import { RequestTrail } from './services/audit/audit-trail.ts'
import type { BalanceDesk } from './services/balance/balance-desk.ts'
import { createHouseDesk } from './services/house-desk.ts'
import { createOperatorDesk } from './services/operators/operator-desk.ts'
import type { OperatorDesk } from './services/operators/operator-desk.ts'
import { createPeopleDesk } from './services/people-desk.ts'
import { createSanctionDesk } from './services/sanction-desk.ts'
import { createStaffDesk } from './services/staff-desk.ts'
import type { WebhookDesk } from './services/webhooks/webhook-desk.ts'
import { systemClock } from './system-clock.ts'
import type { AppLogger } from './telemetry/logger.ts'
import type { ClosableSeats } from './user-seats.ts'

/** A database that is busy at the start is asked again so often, and after so long (ms). */
const LINK_TRIES_MAX = 60
const LINK_PAUSE_MS = 1000

/** The console, ready to be handed to HTTP. */
export interface AppConsole {
  readonly operators: OperatorDesk
  readonly openTrail: TrailPorts['openTrail']
  readonly findConsole: OperatorDesk['find']
  readonly addAdmin: (app: OpenAPIHono<HttpEnv>, guards: GuardsFor) => void
  /** The address that makes the first operator; undefined when there is one. */
  readonly firstOperatorUrl: () => Promise<string | undefined>
}

/** What it stands on. */
export interface ConsoleOptions {
  readonly store: AppDatabase
  readonly identity: Identity
  readonly operations: OperationsPorts
  readonly publicUrl: () => string
  readonly balances: BalanceDesk
  readonly seats: Pick<ClosableSeats, 'roomsOf'>
  readonly locks: Pick<AppMatchLocks, 'onMatchLock'>
  readonly webhooks: WebhookDesk
}

/** Opens it over the database. */
export function openConsole(options: ConsoleOptions): AppConsole {
  const { store, identity, operations, publicUrl, seats, balances, webhooks } = options
  const { database } = store
  const operators = createOperatorDesk(database, identity.ports)
  const staff = createStaffDesk(database, identity.ports)
  const house = createHouseDesk({ database, queue: store.jobs, schedules: store.schedules })
  const { onMatchLock } = options.locks
  const sanctions = createSanctionDesk(database, { ...identity.ports, onMatchLock })
  const people = createPeopleDesk(database, {
    identity: identity.ports,
    sanctions: sanctions.sanctions,
    whereIs: (userId) => seats.roomsOf(userId),
  })
  const game = { balances, operations, webhooks }
  const desks = { operators, staff, sanctions, people, house, ...game }
  const admin: AdminPorts = { ...desks, publicUrl, wallMs: nowMs }
  return {
    operators,
    openTrail: (request) => new RequestTrail({ database, clock: systemClock }, request),
    findConsole: operators.find,
    addAdmin: (app, guards) => addAdminRoutes(app, guards, admin),
    async firstOperatorUrl() {
      const token = await operators.createLink()
      // Behind #: no server and no log ever sees it.
      return token === undefined ? undefined : `${publicUrl()}/console#first=${token}`
    },
  }
}

function nowMs(): number {
  return systemClock.wallMs()
}

/** Once the database is there; a start does not wait for it, nor fail by it. */
export function tellFirstOperator(
  parts: {
    readonly store: { readonly database: Pick<AppDatabase['database'], 'ready'> }
    readonly admin: Pick<AppConsole, 'firstOperatorUrl'>
    readonly logger: Pick<AppLogger, 'warn'>
  },
  onFirstOperator: ((url: string) => void) | undefined,
): void {
  if (onFirstOperator === undefined) return
  const tell = async () => {
    await parts.store.database.ready
    const url = await findLink(parts.admin)
    if (url !== undefined) onFirstOperator(url)
  }
  tell().catch((error: unknown) => {
    parts.logger.warn({ event: 'operator.link', err: error }, 'no link for the first operator')
  })
}

async function findLink(admin: Pick<AppConsole, 'firstOperatorUrl'>): Promise<string | undefined> {
  for (let left = LINK_TRIES_MAX; ; left--) {
    try {
      return await admin.firstOperatorUrl()
    } catch (error) {
      const isBusy = error instanceof AppError && error.code === 'database_unavailable'
      if (!isBusy || left === 0) throw error
    }
    await sleep(LINK_PAUSE_MS, undefined, { ref: false })
  }
}
