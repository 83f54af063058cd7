/** Reports of battles as CSV for operators (DAT-9): one battle, or those that fit a filter. */
import type { OpenAPIHono } from '@hono/zod-openapi'
import { createRoute, z } from '@hono/zod-openapi'

import type { MatchArchive } from '../services/matches/match-archive.ts'
import type { GuardsFor, HttpEnv } from './http-ports.ts'
import { MatchFilterQuery, toMatchWish } from './match-archive-routes.ts'
import { problemAnswers } from './problem-answers.ts'
import { MatchId } from './user-route.ts'

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
/** A span is asked for: all there ever were are too many for one file. */
const ReportQuery = MatchFilterQuery.extend({ from: z.iso.datetime(), until: z.iso.datetime() })
const SECURITY = [{ consoleSession: [] }]

/** Adds them. */
export function addMatchReportRoutes(
  app: OpenAPIHono<HttpEnv>,
  guards: GuardsFor,
  archive: Pick<MatchArchive, 'reportMatch' | 'reportMatches'>,
): void {
  const span = createRoute({
    method: 'get',
    path: '/v1/admin/matches/report',
    summary: 'Battles that ended in a span of time and fit a filter, as CSV',
    security: SECURITY,
    middleware: [guards('GET /v1/admin/matches/report')] as const,
    request: { query: ReportQuery },
    responses: ANSWERS,
  })
  app.openapi(span, async (context) => {
    const csv = await archive.reportMatches(toMatchWish(context.req.valid('query')))
    return answerCsv(csv, 'matches')
  })
  const one = createRoute({
    method: 'get',
    path: '/v1/admin/matches/{matchId}/report',
    summary: 'Everybody in a battle, as CSV',
    security: SECURITY,
    middleware: [guards('GET /v1/admin/matches/{matchId}/report')] as const,
    request: { params: z.object({ matchId: MatchId }) },
    responses: ANSWERS,
  })
  app.openapi(one, async (context) => {
    const { matchId } = context.req.valid('param')
    return answerCsv(await archive.reportMatch(matchId), `match-${matchId}`)
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
