/** `/v1/channels`: what was said, by cursor, and saying it without a home room. */
import type { OpenAPIHono } from '@hono/zod-openapi'
import { z } from '@hono/zod-openapi'

import type { SocialDesk } from '../services/social-desk.ts'
import type { GuardsFor, HttpEnv } from './http-ports.ts'
import { addUserRoute, Id, Limit, Seq } from './user-route.ts'

const KINDS = ['global', 'region', 'match', 'team', 'squad', 'party', 'group', 'direct'] as const
const Channel = z
  .object({
    id: z.string(),
    kind: z.enum(KINDS),
    subject: z.string(),
    lastSeq: z.number(),
    readSeq: z.number(),
    unreadCount: z.number(),
  })
  .openapi('Channel')
const Line = z
  .object({
    channelId: z.string(),
    seq: z.number(),
    authorId: z.string().nullable(),
    text: z.string().nullable(),
    createdAt: z.iso.datetime(),
    isEdited: z.boolean(),
  })
  .openapi('Line')
const OneChannel = z.object({ channelId: Id })
const OneLine = z.object({ channelId: Id, seq: Seq })
/** Refused by the service with a reason where it is too long; this only bounds the parsing. */
const Words = z.strictObject({ text: z.string().max(8192) }).openapi('NewLine')
const REASONS = ['spam', 'insult', 'threat', 'hate', 'cheating', 'other'] as const

/** Adds the routes. */
export function addChannelRoutes(
  app: OpenAPIHono<HttpEnv>,
  guards: GuardsFor,
  desk: SocialDesk,
): void {
  addUserRoute(app, guards, 'GET /v1/channels', {
    summary: 'Your channels and the open ones, with what is unread',
    answer: z.object({ channels: z.array(Channel) }).openapi('Channels'),
    run: async ({ userId }) => ({ channels: await desk.channels(userId) }),
  })
  addUserRoute(app, guards, 'POST /v1/channels', {
    summary: 'The direct channel with a player',
    body: z.strictObject({ userId: Id }).openapi('DirectChannel'),
    answer: z.object({ id: z.string() }).openapi('ChannelId'),
    errors: ['forbidden', 'not_found', 'conflict'],
    run: async ({ userId, body }) => {
      const { id } = await desk.openDirect({ userId, otherId: body.userId })
      return { id }
    },
  })
  addUserRoute(app, guards, 'PUT /v1/channels/{channelId}/read', {
    summary: 'Mark lines as read, up to one',
    params: OneChannel,
    body: z.strictObject({ seq: Seq }).openapi('ReadMark'),
    answer: z.object({ readSeq: z.number() }).openapi('ReadMarkAnswer'),
    errors: ['not_found'],
    run: async ({ userId, params, body }) => ({
      readSeq: await desk.readChannel({ ...params, ...body, userId }),
    }),
  })
  addLineRoutes(app, guards, desk)
}

function addLineRoutes(app: OpenAPIHono<HttpEnv>, guards: GuardsFor, desk: SocialDesk): void {
  addUserRoute(app, guards, 'GET /v1/channels/{channelId}/messages', {
    summary: 'A page in order: after a number, before one, or the newest',
    params: OneChannel,
    query: z.object({ after: Seq.optional(), before: Seq.optional(), limit: Limit }),
    answer: z.object({ lines: z.array(Line) }).openapi('Lines'),
    errors: ['not_found'],
    run: async ({ userId, params, query }) => ({
      lines: await desk.lines({ ...params, ...query, userId }),
    }),
  })
  addUserRoute(app, guards, 'POST /v1/channels/{channelId}/messages', {
    summary: 'Say a line: at most 500 characters and 1,500 bytes',
    params: OneChannel,
    body: Words,
    answer: Line,
    errors: ['forbidden', 'not_found', 'conflict'],
    run: ({ userId, params, body }) => desk.say({ ...params, ...body, userId }),
  })
  addUserRoute(app, guards, 'PATCH /v1/channels/{channelId}/messages/{seq}', {
    summary: 'Change an own line, within 15 minutes',
    params: OneLine,
    body: Words,
    answer: Line,
    errors: ['forbidden', 'not_found', 'conflict'],
    run: ({ userId, params, body }) => desk.edit({ ...params, ...body, userId }),
  })
  addUserRoute(app, guards, 'DELETE /v1/channels/{channelId}/messages/{seq}', {
    summary: 'Take an own line from view',
    params: OneLine,
    errors: ['forbidden', 'not_found'],
    run: async ({ userId, params }) => void (await desk.erase({ ...params, userId })),
  })
  addUserRoute(app, guards, 'POST /v1/channels/{channelId}/messages/{seq}/reports', {
    summary: 'Report a line; those around it are copied as evidence',
    params: OneLine,
    body: z
      .strictObject({ reason: z.enum(REASONS), note: z.string().max(2000).default('') })
      .openapi('NewReport'),
    answer: z.object({ id: z.string() }).openapi('ReportId'),
    errors: ['not_found', 'conflict'],
    run: async ({ userId, params, body }) => ({
      id: await desk.report({ ...params, ...body, reporterId: userId }),
    }),
  })
}
