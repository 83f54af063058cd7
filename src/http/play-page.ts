/**
 * The play page: `packages/play/src/main.ts`, at `/`. It may run only our scripts (no inline
 * script, no eval).
 */
import { existsSync } from 'node:fs'
import { basename, join } from 'node:path'

import { AppError } from '@battalion/base/app-error.ts'
import type { OpenAPIHono } from '@hono/zod-openapi'
import type { Plugin } from 'esbuild'

import { bundlePage, ENTRY_NAME, preparePage } from './bundle-page.ts'
import type { BundledPage, PageSource } from './bundle-page.ts'
import type { GuardsFor, HttpEnv, HttpLogger } from './http-ports.ts'
import { sendAsset } from './send-asset.ts'

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

/**
 * Parts that the page loads after its first picture, each bundled into a file of its own and asked
 * for by that name; every other import that comes later is inside the entry.
 */
const LATER_PARTS = ['people/people.ts'] as const

/** Imports of later parts stay imports, of the file beside the entry. */
export const laterPartsPlugin: Plugin = {
  name: 'later-parts',
  setup(bundling) {
    bundling.onResolve({ filter: /\.ts$/ }, ({ path, kind }) => {
      const part = LATER_PARTS.find((one) => path.endsWith(`/${one}`))
      if (part === undefined || kind !== 'dynamic-import') return undefined
      return { path: `./${basename(part, '.ts')}.js`, external: true }
    })
  },
}

/** Entries of a page by name: what it begins with, and the later parts that it has. */
export function findEntries(sourceDir: string, entry: string): Record<string, string> {
  const parts = LATER_PARTS.filter((part) => existsSync(join(sourceDir, part)))
  const later = parts.map((part) => [basename(part, '.ts'), join(sourceDir, part)])
  return { [ENTRY_NAME]: join(sourceDir, entry), ...Object.fromEntries(later) }
}

/** The page as prepared assets: the document and the files below `/play/`. */
export type PlayPage = BundledPage

function playSource(sourceDir: string): PageSource {
  const entries = findEntries(sourceDir, 'main.ts')
  const plugins = [laterPartsPlugin]
  return { sourceDir, entries, plugins, folder: '/play', csp: CSP, title: 'play page' }
}

/** Bundles the page in `sourceDir` (holds `main.ts` and `index.html`). */
export function bundlePlayPage(sourceDir: string): Promise<PlayPage> {
  return bundlePage(playSource(sourceDir))
}

/** Starts bundling; resolves in any case, to the page or to its stand-in. */
export function preparePlayPage(sourceDir: string, logger: HttpLogger): Promise<PlayPage> {
  return preparePage(playSource(sourceDir), logger)
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
