/**
 * The play page: `packages/play/src/main.ts` bundled with esbuild at start, kept in memory, sent
 * gzipped with ETags. The page may run only our scripts (no inline script, no eval). When the
 * bundle cannot be made the server still starts, and `/` says so in plain words.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { gzipSync } from 'node:zlib'

import { AppError } from '@battalion/base/app-error.ts'
import type { OpenAPIHono } from '@hono/zod-openapi'
import { build, stop } from 'esbuild'

import type { GuardsFor, HttpEnv, HttpLogger } from './http-ports.ts'
import type { Asset } from './send-asset.ts'
import { sendAsset } from './send-asset.ts'

const ENTRY_NAME = 'main'
const CONTENT_TYPES: Readonly<Record<string, string>> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  png: 'image/png',
  webp: 'image/webp',
  svg: 'image/svg+xml',
  woff2: 'font/woff2',
}
const CSP = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "connect-src 'self' ws: wss: data: blob:",
  "worker-src 'self' blob:",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'self'",
].join('; ')

/** The page as prepared assets: the document and the files below `/play/`. */
export interface PlayPage {
  readonly document: Asset
  readonly files: ReadonlyMap<string, Asset>
}

/** Bundles under way: esbuild's process is stopped after the last, or the others never end. */
let buildsUnderWay = 0

/** Bundles the page in `sourceDir` (holds `main.ts` and `index.html`). */
export async function bundlePlayPage(sourceDir: string): Promise<PlayPage> {
  buildsUnderWay++
  const result = await build({
    entryPoints: { [ENTRY_NAME]: join(sourceDir, 'main.ts') },
    bundle: true,
    // One file: split, the renderers that the page never loads weigh 60 KB more (gzipped).
    splitting: false,
    write: false,
    format: 'esm',
    target: 'es2022',
    minify: true,
    outdir: '/play',
    publicPath: '/play/',
    entryNames: '[name]',
    assetNames: '[name]-[hash]',
    define: { 'process.env.NODE_ENV': '"production"' },
    loader: { '.png': 'file', '.webp': 'file', '.svg': 'file', '.woff2': 'file' },
    logLevel: 'silent',
  }).finally(() => {
    buildsUnderWay--
    if (buildsUnderWay === 0) void stop()
  })
  const files = new Map<string, Asset>()
  for (const output of result.outputFiles) {
    const name = basename(output.path)
    const extension = name.slice(name.lastIndexOf('.') + 1)
    files.set(
      name,
      toAsset(output.contents, CONTENT_TYPES[extension] ?? 'application/octet-stream'),
    )
  }
  const html = readFileSync(join(sourceDir, 'index.html'), 'utf8')
  const document = addEntry(html, files.has(`${ENTRY_NAME}.css`))
  return { document: toAsset(Buffer.from(document), 'text/html; charset=utf-8'), files }
}

/** Puts the bundle's script and style into the page, in place of its development script. */
function addEntry(html: string, hasStyle: boolean): string {
  const script = `<script type="module" src="/play/${ENTRY_NAME}.js"></script>`
  const style = hasStyle ? `<link rel="stylesheet" href="/play/${ENTRY_NAME}.css">` : ''
  const icon = /rel="icon"/.test(html) ? '' : '<link rel="icon" href="data:,">'
  const clean = html.replace(/<script\b[^>]*\bsrc="[^"]*"[^>]*>\s*<\/script>/g, '')
  const withHead = clean.replace('</head>', `${icon}${style}</head>`)
  return withHead.includes('</body>')
    ? withHead.replace('</body>', `${script}</body>`)
    : withHead + script
}

function toAsset(bytes: Uint8Array, contentType: string): Asset {
  const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`
  const headers = { 'content-security-policy': CSP, 'referrer-policy': 'no-referrer' }
  return { contentType, gzipped: gzipSync(bytes), etag, headers }
}

/** The page that stands in when there is no bundle. */
function failedPage(): PlayPage {
  const html =
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Battalion</title></head>' +
    '<body><h1>The play page could not be built</h1><p>The server runs; its log says why the page ' +
    'does not. Clients can still join: see <a href="/openapi.json">the API</a>.</p></body></html>'
  return {
    document: toAsset(Buffer.from(html), 'text/html; charset=utf-8'),
    files: new Map(),
  }
}

/** Starts bundling; resolves in any case, to the page or to its stand-in. */
export async function preparePlayPage(sourceDir: string, logger: HttpLogger): Promise<PlayPage> {
  try {
    return await bundlePlayPage(sourceDir)
  } catch (error) {
    logger.error({ event: 'play_page.failed', err: error }, 'the play page could not be built')
    return failedPage()
  }
}

/** Adds `/` and `/play/{file}`; requests that come while bundling wait for it. */
export function addPlayRoutes(
  app: OpenAPIHono<HttpEnv>,
  guards: GuardsFor,
  page: Promise<PlayPage>,
): void {
  app.get('/', guards('GET /'), async (context) => sendAsset(context, (await page).document))
  app.get('/play/:file', guards('GET /play/{file}'), async (context) => {
    const asset = (await page).files.get(context.req.param('file') ?? '')
    if (asset === undefined) throw new AppError('not_found', 'No such file.')
    return sendAsset(context, asset)
  })
}
