/**
 * `GET /v1/balance/{version}`: the numbers a client predicts with, as the files of its room's
 * version. The answer is built and hashed once per version; a client that has it gets 304.
 */
import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'

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

/** Answers kept ready (60 kB each); another version's is built again. */
const ASSETS_MAX = 10
const packed = promisify(gzip)

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
  findBalance: (version: string) => Promise<BalanceFiles | undefined>,
): void {
  const assets = new Map<string, Promise<Asset>>()
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
  app.openapi(route, async (context) => {
    const { version } = context.req.valid('param')
    const balance = await findBalance(version)
    if (balance === undefined) throw new AppError('not_found', 'No such balance version.')
    const asset = assets.get(balance.version) ?? balanceAsset(balance)
    keepAsset(assets, balance.version, asset)
    return sendAsset(context, await asset) as never
  })
}

function keepAsset(
  assets: Map<string, Promise<Asset>>,
  version: string,
  asset: Promise<Asset>,
): void {
  assets.delete(version)
  assets.set(version, asset)
  const [oldest] = assets.keys()
  if (assets.size > ASSETS_MAX && oldest !== undefined) assets.delete(oldest)
}

async function balanceAsset(balance: BalanceFiles): Promise<Asset> {
  const body = Buffer.from(JSON.stringify({ version: balance.version, files: balance.files }))
  return {
    contentType: 'application/json',
    gzipped: await packed(body),
    etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`,
    headers: {},
  }
}
