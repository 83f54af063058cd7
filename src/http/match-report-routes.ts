/** Reports of battles as CSV for operators (DAT-9): one battle, or those of a span of time. */
import type { OpenAPIHono } from '@hono/zod-openapi'
import { createRoute, z } from '@hono/zod-openapi'

import type { GuardsFor, HttpEnv } from './http-ports.ts'
import { problemAnswers } from './problem-answers.ts'

/** What the routes stand on. */
export interface MatchReports {
  match(matchId: string): Promise<string>
  matches(span: { readonly from: Date; readonly until: Date }): Promise<string>
}

const ANSWERS = {
  200: {
    description: 'The report',
    content: { 'text/csv': { schema: z.string() } },
  },
  ...problemAnswers(
    'unauthenticated',
    'forbidden',
    'not_found',
    'invalid_request',
    'rate_limited',
    'database_unavailable',
  ),
}
const SECURITY = [{ consoleSession: [] }]

/** Adds them. */
export function addMatchReportRoutes(
  app: OpenAPIHono<HttpEnv>,
  guards: GuardsFor,
  reports: MatchReports,
): void {
  const span = createRoute({
    method: 'get',
    path: '/v1/admin/matches/report',
    summary: 'Battles that ended in a span of time, as CSV',
    security: SECURITY,
    middleware: [guards('GET /v1/admin/matches/report')] as const,
    request: { query: z.object({ from: z.iso.datetime(), until: z.iso.datetime() }) },
    responses: ANSWERS,
  })
  app.openapi(span, async (context) => {
    const { from, until } = context.req.valid('query')
    const csv = await reports.matches({ from: new Date(from), until: new Date(until) })
    return answerCsv(csv, 'matches')
  })
  const one = createRoute({
    method: 'get',
    path: '/v1/admin/matches/{matchId}/report',
    summary: 'Everybody in a battle, as CSV',
    security: SECURITY,
    middleware: [guards('GET /v1/admin/matches/{matchId}/report')] as const,
    request: { params: z.object({ matchId: z.string().regex(/^[\w-]{1,64}$/) }) },
    responses: ANSWERS,
  })
  app.openapi(one, async (context) => {
    const { matchId } = context.req.valid('param')
    return answerCsv(await reports.match(matchId), `match-${matchId}`)
  })
}

function answerCsv(csv: string, name: string): never {
  const headers = {
    'content-type': 'text/csv; charset=utf-8',
    'content-disposition': `attachment; filename="${name}.csv"`,
    'cache-control': 'no-store',
  }
  // Typed by zod-openapi as its own kind of answer; a plain one serves.
  return new Response(csv, { headers }) as never
}
