/**
 * `/v1/admin/webhooks`: where events are sent, and what became of each. The secret of one is in the
 * answer that makes it and in no other; of what receivers answer only the status is known.
 */
import type { OpenAPIHono } from '@hono/zod-openapi'
import { createRoute, z } from '@hono/zod-openapi'

import { NO_CONTENT } from '../http/account-schemas.ts'
import type { GuardsFor, HttpEnv } from '../http/http-ports.ts'
import { TARGET_URL_CHARS_MAX } from '../services/webhooks/target-address.ts'
import type { WebhookDesk } from '../services/webhooks/webhook-desk.ts'
import { WEBHOOK_EVENTS } from '../services/webhooks/webhook-events.ts'
import { answer, body, Limit, OPERATOR_READ_SECURITY, OPERATOR_SECURITY } from './admin-schemas.ts'
import { STAFF_CHANGE_ANSWERS as ANSWERS } from './admin-schemas.ts'

const NOTE_CHARS_MAX = 200
const DELIVERY_STATES = ['waiting', 'delivered', 'dead'] as const

const Params = z.object({ webhookId: z.uuid() })
const DeliveryParams = Params.extend({ deliveryId: z.uuid() })
const Moment = z.iso.datetime()
const FORM = {
  url: z.string().trim().min(1).max(TARGET_URL_CHARS_MAX).openapi({ example: 'https://a.example' }),
  events: z.array(z.enum(WEBHOOK_EVENTS)).min(1).max(WEBHOOK_EVENTS.length),
  note: z.string().trim().max(NOTE_CHARS_MAX).default(''),
}
const CreateRequest = z.strictObject(FORM).openapi('WebhookRequest')
const EditRequest = z.strictObject({ ...FORM, isOn: z.boolean() }).openapi('WebhookEditRequest')
const Webhook = z
  .object({
    id: z.uuid(),
    url: z.string(),
    events: z.array(z.string()),
    note: z.string(),
    isOn: z.boolean(),
    failures: z.number().int().openapi({ description: 'Since the last success' }),
    pausedUntil: Moment.nullable(),
    dropped: z.number().int().openapi({ description: 'Events that came while too many waited' }),
    waiting: z.number().int(),
    dead: z.number().int(),
    createdAt: Moment,
  })
  .openapi('Webhook')
const Created = z
  .object({ id: z.uuid(), secret: z.string().openapi({ description: 'Shown this once' }) })
  .openapi('WebhookCreated')
const Delivery = z
  .object({
    id: z.uuid(),
    type: z.string(),
    state: z.enum(DELIVERY_STATES),
    attempts: z.number().int(),
    runAt: Moment,
    lastStatus: z.number().int().nullable(),
    lastError: z.string().nullable(),
    createdAt: Moment,
    settledAt: Moment.nullable(),
  })
  .openapi('WebhookDelivery')

type App = OpenAPIHono<HttpEnv>

/** Adds the routes to `app`. */
export function addWebhookRoutes(app: App, guards: GuardsFor, desk: WebhookDesk): void {
  addEndpoints(app, guards, desk)
  addChanges(app, guards, desk)
  addDeliveries(app, guards, desk)
}

function addEndpoints(app: App, guards: GuardsFor, desk: WebhookDesk): void {
  const list = createRoute({
    method: 'get',
    path: '/v1/admin/webhooks',
    summary: 'Where events are sent, and how that goes',
    security: OPERATOR_READ_SECURITY,
    middleware: [guards('GET /v1/admin/webhooks')] as const,
    responses: {
      200: answer('They', z.object({ webhooks: z.array(Webhook) }).openapi('Webhooks')),
      ...ANSWERS,
    },
  })
  app.openapi(list, async (context) => {
    const webhooks = await desk.list()
    const copies = webhooks.map((webhook) => ({ ...webhook, events: [...webhook.events] }))
    return context.json({ webhooks: copies }, 200)
  })
  const create = createRoute({
    method: 'post',
    path: '/v1/admin/webhooks',
    summary: 'Send events to an address; the answer has the secret they are signed with',
    security: OPERATOR_SECURITY,
    middleware: [guards('POST /v1/admin/webhooks')] as const,
    request: { body: body(CreateRequest) },
    responses: { 201: answer('Its id and secret', Created), ...ANSWERS },
  })
  app.openapi(create, async (context) =>
    context.json(await desk.create(context.get('trail'), context.req.valid('json')), 201),
  )
}

function addChanges(app: App, guards: GuardsFor, desk: WebhookDesk): void {
  const edit = createRoute({
    method: 'put',
    path: '/v1/admin/webhooks/{webhookId}',
    summary: 'Change a webhook, switch it off or on; a pause ends',
    security: OPERATOR_SECURITY,
    middleware: [guards('PUT /v1/admin/webhooks/{webhookId}')] as const,
    request: { params: Params, body: body(EditRequest) },
    responses: { 204: NO_CONTENT, ...ANSWERS },
  })
  app.openapi(edit, async (context) => {
    const { webhookId } = context.req.valid('param')
    await desk.edit(context.get('trail'), webhookId, context.req.valid('json'))
    return context.body(null, 204)
  })
  const remove = createRoute({
    method: 'delete',
    path: '/v1/admin/webhooks/{webhookId}',
    summary: 'Remove a webhook with its deliveries',
    security: OPERATOR_SECURITY,
    middleware: [guards('DELETE /v1/admin/webhooks/{webhookId}')] as const,
    request: { params: Params },
    responses: { 204: NO_CONTENT, ...ANSWERS },
  })
  app.openapi(remove, async (context) => {
    await desk.remove(context.get('trail'), context.req.valid('param').webhookId)
    return context.body(null, 204)
  })
  const test = createRoute({
    method: 'post',
    path: '/v1/admin/webhooks/{webhookId}/test',
    summary: 'Send an event of type webhook.test; its delivery tells how it went',
    security: OPERATOR_SECURITY,
    middleware: [guards('POST /v1/admin/webhooks/{webhookId}/test')] as const,
    request: { params: Params },
    responses: {
      202: answer('Its delivery', z.object({ deliveryId: z.uuid() }).openapi('WebhookTest')),
      ...ANSWERS,
    },
  })
  app.openapi(test, async (context) => {
    const { webhookId } = context.req.valid('param')
    return context.json(await desk.test(context.get('trail'), webhookId), 202)
  })
}

function addDeliveries(app: App, guards: GuardsFor, desk: WebhookDesk): void {
  const list = createRoute({
    method: 'get',
    path: '/v1/admin/webhooks/{webhookId}/deliveries',
    summary: 'What was sent and what waits, the newest first',
    security: OPERATOR_READ_SECURITY,
    middleware: [guards('GET /v1/admin/webhooks/{webhookId}/deliveries')] as const,
    request: {
      params: Params,
      query: z.object({ state: z.enum(DELIVERY_STATES).optional(), limit: Limit }),
    },
    responses: {
      200: answer(
        'The deliveries',
        z.object({ deliveries: z.array(Delivery) }).openapi('WebhookDeliveries'),
      ),
      ...ANSWERS,
    },
  })
  app.openapi(list, async (context) => {
    const { webhookId } = context.req.valid('param')
    const deliveries = await desk.deliveries(webhookId, context.req.valid('query'))
    return context.json({ deliveries }, 200)
  })
  const retry = createRoute({
    method: 'post',
    path: '/v1/admin/webhooks/{webhookId}/deliveries/{deliveryId}/retry',
    summary: 'Send a dead delivery again, with all its tries',
    security: OPERATOR_SECURITY,
    middleware: [
      guards('POST /v1/admin/webhooks/{webhookId}/deliveries/{deliveryId}/retry'),
    ] as const,
    request: { params: DeliveryParams },
    responses: { 204: NO_CONTENT, ...ANSWERS },
  })
  app.openapi(retry, async (context) => {
    await desk.retry(context.get('trail'), context.req.valid('param'))
    return context.body(null, 204)
  })
}
