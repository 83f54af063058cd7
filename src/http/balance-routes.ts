/**
 * `GET /v1/balance/{version}`: the numbers a client predicts with, as the files the server loaded.
 * The answer is built and hashed once per version; a client that has it gets 304.
 */
import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'

import { AppError } from '@battalion/base/app-error.ts'
import type { OpenAPIHono } from '@hono/zod-openapi'
import { createRoute, z } from '@hono/zod-openapi'

import type { GuardsFor, HttpEnv } from './http-ports.ts'
import { problemAnswers } from './problem-answers.ts'
import { sendAsset } from './send-asset.ts'
import type { Asset } from './send-asset.ts'

/** The files of one version, parsed JSON by path. */
export interface BalanceFiles {
  readonly version: string
  readonly files: Readonly<Record<string, unknown>>
}

const Params = z.object({
  version: z
    .string()
    .regex(/^[a-z0-9.-]{1,64}$/)
    .openapi({ example: 'current' }),
})
const BalanceAnswer = z
  .object({ version: z.string(), files: z.record(z.string(), z.unknown()) })
  .openapi('Balance')

/** Adds the route; `findBalance` knows the versions this process can serve. */
export function addBalanceRoutes(
  app: OpenAPIHono<HttpEnv>,
  guards: GuardsFor,
  findBalance: (version: string) => BalanceFiles | undefined,
): void {
  const assets = new Map<string, Asset>()
  const route = createRoute({
    method: 'get',
    path: '/v1/balance/{version}',
    summary: 'Weapons, classes, modes and maps of a version; `current` for the newest',
    middleware: [guards('GET /v1/balance/{version}')] as const,
    request: { params: Params },
    responses: {
      200: {
        description: 'The files of this version',
        content: { 'application/json': { schema: BalanceAnswer } },
      },
      ...problemAnswers('invalid_request', 'not_found', 'rate_limited'),
    },
  })
  app.openapi(route, (context) => {
    const { version } = context.req.valid('param')
    const balance = findBalance(version)
    if (balance === undefined) throw new AppError('not_found', 'No such balance version.')
    const asset = assets.get(balance.version) ?? balanceAsset(balance)
    assets.set(balance.version, asset)
    return sendAsset(context, asset) as never
  })
}

function balanceAsset(balance: BalanceFiles): Asset {
  const body = Buffer.from(JSON.stringify({ version: balance.version, files: balance.files }))
  return {
    contentType: 'application/json',
    gzipped: gzipSync(body),
    etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`,
    headers: {},
  }
}
