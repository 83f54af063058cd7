/**
 * `/docs`: the API for reading and trying, Swagger UI from its installed package on our own
 * `/openapi.json`. Nothing comes from elsewhere, and only our files may run: no inline script, no
 * inline style element, no eval. Files are prepared when somebody asks for the first time.
 */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'

import { AppError } from '@battalion/base/app-error.ts'
import type { OpenAPIHono } from '@hono/zod-openapi'

import type { GuardsFor, HttpEnv } from './http-ports.ts'
import type { Asset } from './send-asset.ts'
import { sendAsset } from './send-asset.ts'

const OWN_DIR = join(import.meta.dirname, 'docs-page')
const CSP = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const HTML = 'text/html; charset=utf-8'
const SCRIPT = 'text/javascript; charset=utf-8'
const STYLE = 'text/css; charset=utf-8'

/** Everything there is below `/docs/`; no other file of either folder is reachable. */
const FILES: Readonly<Record<string, { readonly type: string; readonly isOwn: boolean }>> = {
  'page.css': { type: STYLE, isOwn: true },
  'page.js': { type: SCRIPT, isOwn: true },
  'swagger-ui.css': { type: STYLE, isOwn: false },
  'swagger-ui-bundle.js': { type: SCRIPT, isOwn: false },
}

/** Adds `/docs` and its files. */
export function addDocsRoutes(app: OpenAPIHono<HttpEnv>, guards: GuardsFor): void {
  const prepared = new Map<string, Promise<Asset>>()
  const assetOf = (name: string, type: string, dir: string): Promise<Asset> => {
    const known = prepared.get(name) ?? prepare(join(dir, name), type)
    prepared.set(name, known)
    return known
  }
  app.get('/docs', guards('GET /docs'), async (context) =>
    sendAsset(context, await assetOf('index.html', HTML, OWN_DIR)),
  )
  app.get('/docs/:file', guards('GET /docs/{file}'), async (context) => {
    const name = context.req.param('file')
    const file = Object.hasOwn(FILES, name) ? FILES[name] : undefined
    if (file === undefined) throw new AppError('not_found', 'No such file.')
    return sendAsset(context, await assetOf(name, file.type, file.isOwn ? OWN_DIR : packageDir()))
  })
}

function packageDir(): string {
  return dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'))
}

async function prepare(path: string, contentType: string): Promise<Asset> {
  const bytes = await readFile(path)
  const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`
  const headers = { 'content-security-policy': CSP, 'referrer-policy': 'no-referrer' }
  return { contentType, gzipped: await promisify(gzip)(bytes), etag, headers }
}
