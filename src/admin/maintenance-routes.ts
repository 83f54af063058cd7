/** `GET` and `PUT /v1/admin/maintenance`: whether players are kept out, and what they are told. */
import type { OpenAPIHono } from '@hono/zod-openapi'
import { createRoute, z } from '@hono/zod-openapi'

import type { GuardsFor, HttpEnv } from '../http/http-ports.ts'
import type { MaintenanceMode } from '../services/operations/maintenance-mode.ts'
import type { Maintenance } from '../services/operations/maintenance-queries.ts'
import { answer, body, OPERATOR_READ_SECURITY, OPERATOR_SECURITY } from './admin-schemas.ts'
import { Reason, STAFF_ANSWERS, STAFF_CHANGE_ANSWERS } from './admin-schemas.ts'

const State = z
  .object({
    isOn: z.boolean(),
    text: z.string(),
    /** When it is expected to be over; staff end it. */
    until: z.iso.datetime().nullable(),
    changedAt: z.iso.datetime().nullable(),
    changedBy: z.uuid().nullable(),
  })
  .openapi('Maintenance')
const Change = z
  .strictObject({
    isOn: z.boolean(),
    /** For players; needed to switch it on. */
    text: Reason.optional(),
    until: z.iso.datetime().nullable().optional(),
  })
  .refine(({ isOn, text }) => !isOn || text !== undefined, { path: ['text'] })
  .openapi('MaintenanceChange')

/** Adds the routes to `app`. */
export function addMaintenanceRoutes(
  app: OpenAPIHono<HttpEnv>,
  guards: GuardsFor,
  maintenance: Pick<MaintenanceMode, 'now' | 'set'>,
): void {
  const look = createRoute({
    method: 'get',
    path: '/v1/admin/maintenance',
    summary: 'Whether players are kept out, and what they are told',
    security: OPERATOR_READ_SECURITY,
    middleware: [guards('GET /v1/admin/maintenance')] as const,
    responses: { 200: answer('As it stands', State), ...STAFF_ANSWERS },
  })
  app.openapi(look, (context) => context.json(describe(maintenance.now), 200))
  const set = createRoute({
    method: 'put',
    path: '/v1/admin/maintenance',
    summary: 'Keep players out of battles, or let them in again; running battles go on',
    security: OPERATOR_SECURITY,
    middleware: [guards('PUT /v1/admin/maintenance')] as const,
    request: { body: body(Change) },
    responses: { 200: answer('As it stands now', State), ...STAFF_CHANGE_ANSWERS },
  })
  app.openapi(set, async (context) => {
    const { isOn, text, until } = context.req.valid('json')
    const untilMs = typeof until === 'string' ? Date.parse(until) : null
    const change = { isOn, text: isOn ? (text ?? '') : '', untilMs: isOn ? untilMs : null }
    return context.json(describe(await maintenance.set(context.get('trail'), change)), 200)
  })
}

function describe({ isOn, text, untilMs, changedAtMs, changedBy }: Maintenance) {
  return { isOn, text, until: toIso(untilMs), changedAt: toIso(changedAtMs), changedBy }
}

function toIso(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString()
}
