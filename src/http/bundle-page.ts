/**
 * Pages of ours, bundled with esbuild when the server starts, kept in memory, gzipped with ETags.
 * When a bundle cannot be made the server still starts, and the page says so in plain words.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { gzipSync } from 'node:zlib'

import { build, stop } from 'esbuild'
import type { Plugin } from 'esbuild'

import type { HttpLogger } from './http-ports.ts'
import type { Asset } from './send-asset.ts'

/** Name of the file that a page begins with. */
export const ENTRY_NAME = 'main'
const CONTENT_TYPES: Readonly<Record<string, string>> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  png: 'image/png',
  webp: 'image/webp',
  svg: 'image/svg+xml',
  woff2: 'font/woff2',
}

/** The page as prepared assets: the document and the files below its folder. */
export interface BundledPage {
  readonly document: Asset
  readonly files: ReadonlyMap<string, Asset>
}

/** What is bundled, and for where. */
export interface PageSource {
  /** Holds `index.html` and the entry. */
  readonly sourceDir: string
  /** Files by name; `main` is the one the page begins with. */
  readonly entries: Readonly<Record<string, string>>
  readonly plugins?: readonly Plugin[]
  /** Folder of the files on the server: `/play`. */
  readonly folder: string
  /** Content-Security-Policy. */
  readonly csp: string
  /** What it is called when it cannot be made. */
  readonly title: string
}

/** Bundles under way: esbuild's process is stopped after the last, or the others never end. */
let buildsUnderWay = 0

/** Bundles a page. */
export async function bundlePage(source: PageSource): Promise<BundledPage> {
  buildsUnderWay++
  const { sourceDir, folder } = source
  const result = await build({
    entryPoints: { ...source.entries },
    plugins: [...(source.plugins ?? [])],
    bundle: true,
    // One file: split, the renderers that the page never loads weigh 60 KB more (gzipped).
    splitting: false,
    write: false,
    format: 'esm',
    target: 'es2022',
    minify: true,
    outdir: folder,
    publicPath: `${folder}/`,
    entryNames: '[name]',
    assetNames: '[name]-[hash]',
    jsx: 'automatic',
    jsxImportSource: 'preact',
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
    const contentType = CONTENT_TYPES[extension] ?? 'application/octet-stream'
    files.set(name, toAsset(output.contents, contentType, source.csp))
  }
  const html = readFileSync(join(sourceDir, 'index.html'), 'utf8')
  const document = addEntry(html, folder, files.has(`${ENTRY_NAME}.css`))
  return { document: toAsset(Buffer.from(document), 'text/html; charset=utf-8', source.csp), files }
}

/** Puts the bundle's script and style into the page, in place of its development script. */
function addEntry(html: string, folder: string, hasStyle: boolean): string {
  const script = `<script type="module" src="${folder}/${ENTRY_NAME}.js"></script>`
  const style = hasStyle ? `<link rel="stylesheet" href="${folder}/${ENTRY_NAME}.css">` : ''
  const icon = /rel="icon"/.test(html) ? '' : '<link rel="icon" href="data:,">'
  const clean = html.replace(/<script\b[^>]*\bsrc="[^"]*"[^>]*>\s*<\/script>/g, '')
  const withHead = clean.replace('</head>', `${icon}${style}</head>`)
  return withHead.includes('</body>')
    ? withHead.replace('</body>', `${script}</body>`)
    : withHead + script
}

function toAsset(bytes: Uint8Array, contentType: string, csp: string): Asset {
  const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`
  const headers = { 'content-security-policy': csp, 'referrer-policy': 'no-referrer' }
  return { contentType, gzipped: gzipSync(bytes), etag, headers }
}

/** The page that stands in when there is no bundle. */
function failedPage({ title, csp }: PageSource): BundledPage {
  const html =
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Battalion</title></head>' +
    `<body><h1>The ${title} could not be built</h1><p>The server runs; its log says why the page ` +
    'does not. Clients can still join: see <a href="/openapi.json">the API</a>.</p></body></html>'
  return {
    document: toAsset(Buffer.from(html), 'text/html; charset=utf-8', csp),
    files: new Map(),
  }
}

/** Starts bundling; resolves in any case, to the page or to its stand-in. */
export async function preparePage(source: PageSource, logger: HttpLogger): Promise<BundledPage> {
  try {
    return await bundlePage(source)
  } catch (error) {
    const fields = { event: 'page.failed', page: source.title, err: error }
    logger.error(fields, 'a page could not be built')
    return failedPage(source)
  }
}
