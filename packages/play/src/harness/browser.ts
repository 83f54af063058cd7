/**
 * A headless Chromium and, for pages without a server, a tiny one that serves a bundled entry. For
 * tests and benches only; everything it opens is closed again by `close`.
 */
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'

import { assertDefined } from '@battalion/base/assert.ts'
import { CHROMIUM_NAMES, findProgram } from '@battalion/testkit/find-program.ts'
import { findEntries, laterPartsPlugin } from '../../../../src/http/play-page.ts'
import { build } from 'esbuild'
import { chromium } from 'playwright-core'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'

const SOURCE_DIR = fileURLToPath(new URL('..', import.meta.url))
const ARGUMENTS = [
  '--no-sandbox',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-quic',
]
/** The page's own rules, stricter than the server's: no inline style either. */
const CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'"
/** What Chromium itself says when a software-drawn picture is read back. */
const DRIVER_NOISE = /GPU stall due to ReadPixels/
/**
 * What Chromium itself says of "come again", by which a server without a free core slows down who
 * wants in; the page does come again. Tests wait for what follows.
 */
const BUSY_SERVER = /status of 503/
/** What the SDK says of a seat given up before its socket came: the page was left, or reloaded. */
const SEAT_GIVEN_UP = /closed unexpectedly \(4002\)/
const TOLD = [DRIVER_NOISE, BUSY_SERVER, SEAT_GIVEN_UP]

/** Where Chromium is, undefined when the machine has none. */
export function findChromium(): string | undefined {
  return findProgram(CHROMIUM_NAMES)
}

export async function openBrowser(): Promise<Browser> {
  const executablePath = assertDefined(findChromium(), 'Chromium is installed')
  return chromium.launch({ executablePath, args: ARGUMENTS })
}

/** A page that collects every console error, warning and uncaught exception. */
export async function openPage(
  browser: Browser,
  options: BrowserContextOptions = {},
): Promise<{ page: Page; complaints: string[] }> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options })
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(String(error.stack)))
  page.on('console', (message) => {
    const isBad = message.type() === 'error' || message.type() === 'warning'
    const isTold = TOLD.some((known) => known.test(message.text()))
    if (isBad && !isTold) complaints.push(message.text())
  })
  return { page, complaints }
}

export interface Bundle {
  readonly files: ReadonlyMap<string, Uint8Array>
}

/** Bundles an entry of this package as the server does. */
export async function bundleEntry(entry: string): Promise<Bundle> {
  const { outputFiles } = await build({
    entryPoints: findEntries(SOURCE_DIR, entry),
    plugins: [laterPartsPlugin],
    bundle: true,
    splitting: false,
    minify: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    outdir: '/play',
    define: { 'process.env.NODE_ENV': '"production"' },
  })
  return { files: new Map(outputFiles.map((file) => [basename(file.path), file.contents])) }
}

export interface HarnessServer {
  readonly url: string
  close(): Promise<void>
}

/** Serves the page with another entry than `main.ts`. */
export async function serveHarness(entry: string): Promise<HarnessServer> {
  const { files } = await bundleEntry(entry)
  const html = readFileSync(`${SOURCE_DIR}index.html`, 'utf8')
    .replace('</head>', '<link rel="stylesheet" href="/main.css"></head>')
    .replace('</body>', '<script type="module" src="/main.js"></script></body>')
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname
    const file = path === '/' ? html : files.get(path.slice(1))
    if (file === undefined) {
      response.writeHead(404).end()
      return
    }
    response.writeHead(200, {
      'content-type': path === '/' ? 'text/html' : contentType(path),
      'content-security-policy': CSP,
    })
    response.end(file)
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

function contentType(path: string): string {
  return path.endsWith('.css') ? 'text/css' : 'text/javascript'
}
