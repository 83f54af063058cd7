/**
 * Mails a user takes: his choices when signed in, and the link at the end of each mail for who is
 * not. The link's page only asks, because programs that read mail follow links; its button, and the
 * one-click request of a mail program (RFC 8058), switch the kind off.
 */
import { AppError } from '@battalion/base/app-error.ts'
import type { OpenAPIHono } from '@hono/zod-openapi'
import { createRoute, z } from '@hono/zod-openapi'

import { UNSUBSCRIBE_CHARS_MAX } from '../services/notifications/unsubscribe-token.ts'
import type { SocialDesk } from '../services/social-desk.ts'
import type { GuardsFor, HttpEnv } from './http-ports.ts'
import { problemAnswers } from './problem-answers.ts'
import { addUserRoute } from './user-route.ts'

type App = OpenAPIHono<HttpEnv>

const Choice = z.object({ kind: z.string(), isOn: z.boolean() })
const Token = z.object({ token: z.string().min(1).max(UNSUBSCRIBE_CHARS_MAX) })
const PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': "default-src 'none'; form-action 'self'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
} as const

/** Adds the routes. */
export function addMailRoutes(app: App, guards: GuardsFor, desk: SocialDesk): void {
  addUserRoute(app, guards, 'GET /v1/notifications/mail', {
    summary: 'Kinds of mail, and which you take',
    answer: z.object({ choices: z.array(Choice) }).openapi('MailChoices'),
    run: async ({ userId }) => ({ choices: await desk.mailChoices(userId) }),
  })
  addUserRoute(app, guards, 'PUT /v1/notifications/mail/{kind}', {
    summary: 'Take mails of a kind, or not',
    params: z.object({ kind: z.string().regex(/^\w{1,40}$/) }),
    body: z.strictObject({ isOn: z.boolean() }).openapi('MailChoice'),
    errors: ['not_found'],
    run: ({ userId, params, body }) => desk.chooseMail({ ...params, ...body, userId }),
  })
  addLinkRoutes(app, guards, desk)
}

function addLinkRoutes(app: App, guards: GuardsFor, desk: SocialDesk): void {
  const responses = {
    200: { description: 'A page', content: { 'text/html': { schema: z.string() } } },
    ...problemAnswers('invalid_request', 'not_found', 'rate_limited', 'database_unavailable'),
  }
  const ask = createRoute({
    method: 'get',
    path: '/v1/mail/unsubscribe',
    summary: 'The page behind the link of a mail; changes nothing',
    middleware: [guards('GET /v1/mail/unsubscribe')] as const,
    request: { query: Token },
    responses,
  })
  app.openapi(ask, (context) => {
    checkToken(desk, context.req.valid('query').token)
    return new Response(ASK_PAGE, { headers: PAGE_HEADERS })
  })
  const stop = createRoute({
    method: 'post',
    path: '/v1/mail/unsubscribe',
    summary: 'Stop mails of the kind that the link names, in one click',
    middleware: [guards('POST /v1/mail/unsubscribe')] as const,
    request: { query: Token },
    responses,
  })
  app.openapi(stop, async (context) => {
    const wish = checkToken(desk, context.req.valid('query').token)
    await desk.chooseMail({ ...wish, isOn: false })
    return new Response(DONE_PAGE, { headers: PAGE_HEADERS })
  })
}

function checkToken(desk: SocialDesk, token: string) {
  const wish = desk.readUnsubscribe(token)
  if (wish !== undefined) return wish
  throw new AppError('not_found', 'This link is not one of ours.')
}

/** An empty action posts to the same address, token included. */
const ASK_PAGE = `<!doctype html><meta charset="utf-8"><title>Battalion</title>
<p>Stop mails of this kind? · 이 종류의 메일을 그만 받으시겠습니까?</p>
<form method="post"><button>Stop · 수신 거부</button></form>`
const DONE_PAGE = `<!doctype html><meta charset="utf-8"><title>Battalion</title>
<p>You get no more mails of this kind. · 이 종류의 메일은 더 이상 보내지 않습니다.</p>`
