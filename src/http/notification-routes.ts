/**
 * `/v1/notifications`: pages, read marks, and a stream with heartbeat that goes on after
 * `Last-Event-ID`. Texts come in the language of `Accept-Language`.
 */
import type { OpenAPIHono } from '@hono/zod-openapi'
import { createRoute, z } from '@hono/zod-openapi'

import type { PublicNotification } from '../services/notifications/notifications.ts'
import { renderNotice } from '../services/notifications/render-template.ts'
import type { GuardsFor, HttpEnv } from './http-ports.ts'
import { problemAnswers } from './problem-answers.ts'
import type { SocialRoutePorts } from './social-routes.ts'
import { addUserRoute, Limit, localeOf, Seq } from './user-route.ts'

const Notification = z
  .object({
    seq: z.number(),
    kind: z.string(),
    values: z.record(z.string(), z.string()),
    title: z.string(),
    text: z.string(),
    createdAt: z.iso.datetime(),
    isRead: z.boolean(),
  })
  .openapi('Notification')

/** Adds the routes. */
export function addNotificationRoutes(
  app: OpenAPIHono<HttpEnv>,
  guards: GuardsFor,
  ports: Pick<SocialRoutePorts, 'desk' | 'streams'>,
): void {
  const { desk } = ports
  addUserRoute(app, guards, 'GET /v1/notifications', {
    summary: 'After a number, oldest first; else before one or the newest, newest first',
    query: z.object({ after: Seq.optional(), before: Seq.optional(), limit: Limit }),
    answer: z.object({ notifications: z.array(Notification) }).openapi('Notifications'),
    run: async ({ userId, locale, query: { after, before, limit } }) => {
      const rows =
        after === undefined
          ? await desk.notificationsBefore({
              userId,
              before: before ?? Number.MAX_SAFE_INTEGER,
              limit,
            })
          : await desk.notificationsAfter({ userId, after, limit })
      return { notifications: rows.map((row) => describe(row, locale)) }
    },
  })
  addUserRoute(app, guards, 'POST /v1/notifications/read', {
    summary: 'Mark all up to a number as read',
    body: z.strictObject({ upTo: Seq }).openapi('NotificationMark'),
    run: ({ userId, body }) => desk.readNotifications({ ...body, userId }),
  })
  addStreamRoute(app, guards, ports)
}

function addStreamRoute(
  app: OpenAPIHono<HttpEnv>,
  guards: GuardsFor,
  { desk, streams }: Pick<SocialRoutePorts, 'desk' | 'streams'>,
): void {
  const route = createRoute({
    method: 'get',
    path: '/v1/notifications/stream',
    summary: 'New notifications as server-sent events, after Last-Event-ID when given',
    security: [{ accessToken: [] }],
    middleware: [guards('GET /v1/notifications/stream')] as const,
    request: { headers: z.object({ 'last-event-id': Seq.optional() }) },
    responses: {
      200: {
        description: 'Events `notification`, with the number as id',
        content: { 'text/event-stream': { schema: z.string() } },
      },
      ...problemAnswers('invalid_request', 'unauthenticated', 'rate_limited', 'overloaded'),
    },
  })
  app.openapi(route, async (context) => {
    const { userId, sessionId, expiresAtMs } = context.get('claims')
    const locale = localeOf(context)
    const given = context.req.valid('header')['last-event-id']
    const wish = { userId, before: Number.MAX_SAFE_INTEGER, limit: 1 }
    const after = given ?? (await desk.notificationsBefore(wish))[0]?.seq ?? 0
    const stream = streams.open({ userId, sessionId, expiresAtMs, after }, (row) =>
      describe(row, locale),
    )
    return new Response(stream, {
      headers: {
        'content-type': 'text/event-stream',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
      },
    })
  })
}

function describe(row: PublicNotification, locale: string) {
  return { ...row, ...renderNotice(row.kind, locale, row.values) }
}
