/** Every route of staff, on the app that `src/http` makes. */
import type { OpenAPIHono } from '@hono/zod-openapi'

import type { GuardsFor, HttpEnv } from '../http/http-ports.ts'
import type { BalanceDesk } from '../services/balance/balance-desk.ts'
import type { HouseDesk } from '../services/house-desk.ts'
import type { MaintenanceMode } from '../services/operations/maintenance-mode.ts'
import type { RoomDesk } from '../services/operations/room-desk.ts'
import { addLiveRoutes } from './live-routes.ts'
import type { LiveRoutePorts } from './live-routes.ts'
import { addMaintenanceRoutes } from './maintenance-routes.ts'
import { addRoomRoutes } from './room-routes.ts'
import type { WebhookDesk } from '../services/webhooks/webhook-desk.ts'
import { addHouseRoutes } from './house-routes.ts'
import { addBalanceVersionRoutes } from './balance-routes.ts'
import type { PeopleDesk } from '../services/people-desk.ts'
import type { SanctionDesk } from '../services/sanction-desk.ts'
import type { StaffDesk } from '../services/staff-desk.ts'
import { addPeopleRoutes } from './people-routes.ts'
import { addSanctionRoutes } from './sanction-routes.ts'
import { addSessionRoutes } from './session-routes.ts'
import type { SessionRoutePorts } from './session-routes.ts'
import { addStaffRoutes } from './staff-routes.ts'
import { addWebhookRoutes } from './webhook-routes.ts'

/** The running game, for the routes that show it and act on it. */
export interface OperationsPorts extends LiveRoutePorts {
  readonly rooms: RoomDesk
  readonly maintenance: Pick<MaintenanceMode, 'now' | 'set'>
}

/** What the console's routes are handed. */
export interface AdminPorts extends SessionRoutePorts {
  readonly staff: StaffDesk
  readonly balances: BalanceDesk
  readonly house: HouseDesk
  readonly sanctions: SanctionDesk
  readonly people: PeopleDesk
  readonly operations: OperationsPorts
  readonly webhooks: WebhookDesk
}

/** Adds them. */
export function addAdminRoutes(
  app: OpenAPIHono<HttpEnv>,
  guards: GuardsFor,
  ports: AdminPorts,
): void {
  app.openAPIRegistry.registerComponent('securitySchemes', 'consoleSession', {
    type: 'apiKey',
    in: 'cookie',
    name: 'battalion_console',
  })
  app.openAPIRegistry.registerComponent('securitySchemes', 'csrfToken', {
    type: 'apiKey',
    in: 'header',
    name: 'x-csrf-token',
  })
  addSessionRoutes(app, guards, ports)
  addStaffRoutes(app, guards, ports.staff)
  addBalanceVersionRoutes(app, guards, ports.balances)
  addHouseRoutes(app, guards, ports.house)
  addSanctionRoutes(app, guards, ports.sanctions)
  addPeopleRoutes(app, guards, ports.people)
  addLiveRoutes(app, guards, ports.operations)
  addRoomRoutes(app, guards, ports.operations.rooms)
  addMaintenanceRoutes(app, guards, ports.operations.maintenance)
  addWebhookRoutes(app, guards, ports.webhooks)
}
