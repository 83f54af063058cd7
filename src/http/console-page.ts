/**
 * The operators' page: `packages/console/src/main.tsx`, at `/console`. Its content security policy
 * is the strictest there is: our one script, our one style, requests to this origin, nothing
 * framed; strings become scripts or markup nowhere (trusted types) [G-03]. Every address below
 * `/console` is the same document, as the page finds its way by itself.
 */
import { AppError } from '@battalion/base/app-error.ts'
import type { OpenAPIHono } from '@hono/zod-openapi'

import { ENTRY_NAME, preparePage } from './bundle-page.ts'
import type { BundledPage } from './bundle-page.ts'
import type { GuardsFor, HttpEnv, HttpLogger } from './http-ports.ts'
import { sendAsset } from './send-asset.ts'

const CSP = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ')

/** Starts bundling; resolves in any case. */
export function prepareConsolePage(sourceDir: string, logger: HttpLogger): Promise<BundledPage> {
  const entries = { [ENTRY_NAME]: `${sourceDir}/main.tsx` }
  const source = { sourceDir, entries, folder: '/console/files', csp: CSP }
  return preparePage({ ...source, title: 'console' }, logger)
}

/** Adds `/console`, its pages and its files. */
export function addConsolePage(
  app: OpenAPIHono<HttpEnv>,
  guards: GuardsFor,
  page: Promise<BundledPage>,
): void {
  app.get('/console', guards('GET /console'), async (context) =>
    sendAsset(context, (await page).document),
  )
  app.get('/console/:page', guards('GET /console/{page}'), async (context) =>
    sendAsset(context, (await page).document),
  )
  app.get('/console/:page/:id', guards('GET /console/{page}/{id}'), async (context) => {
    const { page: folder, id } = context.req.param()
    if (folder !== 'files') return sendAsset(context, (await page).document)
    const asset = (await page).files.get(id)
    if (asset === undefined) throw new AppError('not_found', 'No such file.')
    return sendAsset(context, asset)
  })
}
