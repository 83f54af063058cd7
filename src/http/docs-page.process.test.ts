/**
 * The docs page of a real server in a real browser: every route is listed, nothing is asked of
 * another host, the policy is not violated, light and dark follow the system, and a request can be
 * tried. `DOCS_PICTURES=folder` keeps pictures.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { TestContext } from 'node:test'

import { operationsOf } from '@battalion/testkit/api-document.ts'
import type { ApiDocument } from '@battalion/testkit/api-document.ts'
import { CHROMIUM_NAMES, findProgram } from '@battalion/testkit/find-program.ts'
import { chromium } from 'playwright-core'
import type { Browser, Page } from 'playwright-core'

import { startTestApp } from '../testing/start-test-app.ts'

const executablePath = findProgram(CHROMIUM_NAMES)
const skip = executablePath === undefined ? 'needs Chromium' : false
const PICTURES = process.env['DOCS_PICTURES']
const WAIT_MS_MAX = 60_000

interface Visit {
  readonly page: Page
  readonly complaints: string[]
  readonly hosts: Set<string>
}

async function visit(
  t: TestContext,
  { browser, url }: { readonly browser: Browser; readonly url: string },
  colorScheme: 'light' | 'dark',
): Promise<Visit> {
  const context = await browser.newContext({ colorScheme, viewport: { width: 1280, height: 900 } })
  t.after(() => context.close())
  const page = await context.newPage()
  page.setDefaultTimeout(WAIT_MS_MAX)
  const complaints: string[] = []
  const hosts = new Set<string>()
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  page.on('request', (request) => {
    if (!request.url().startsWith('data:')) hosts.add(new URL(request.url()).host)
  })
  await page.goto(`${url}/docs`)
  await page.locator('.opblock-tag').first().waitFor()
  return { page, complaints, hosts }
}

/** `GET /v1/matches/{matchId}` is of `matches`, as the page groups them. */
function groupOf(route: string): string {
  const [, first = '', second = ''] = route.split(' ')[1]!.split('/')
  return first === 'v1' ? second : first
}

/** Groups are shut at first: all routes at once are more than the page draws. */
async function openGroup(page: Page, tag: string): Promise<void> {
  await page.locator(`.opblock-tag[data-tag="${tag}"] .expand-operation`).click()
  await page
    .locator('.opblock-summary', { hasText: `/${tag}` })
    .first()
    .waitFor()
}

const backgroundOf = (page: Page) =>
  page.evaluate('getComputedStyle(document.body).backgroundColor') as Promise<string>

describe('the docs page', { skip }, () => {
  let url = ''
  let browser: Browser
  const closers: (() => unknown)[] = []
  before(async () => {
    const started = await startTestApp({ after: (close) => void closers.push(close as never) })
    url = started.url
    browser = await chromium.launch({ executablePath: executablePath!, args: ['--no-sandbox'] })
    closers.push(() => browser.close())
  })
  after(async () => {
    for (const close of closers.toReversed()) await close()
  })

  it('[OPS-5] lists every group of routes, from this server alone, and tries one', async (t) => {
    const { page, complaints, hosts } = await visit(t, { browser, url }, 'light')
    const document = JSON.parse(readFileSync('docs/openapi.json', 'utf8')) as ApiDocument
    const wanted = [...operationsOf(document).keys()]
    const groups = new Set(wanted.map((route) => groupOf(route)))
    const listed = await page
      .locator('.opblock-tag')
      .evaluateAll((rows) =>
        (rows as unknown as { dataset: { tag: string } }[]).map(({ dataset }) => dataset.tag),
      )
    assert.deepEqual(listed.sort(), [...groups].sort())
    await openGroup(page, 'matches')
    const rows = await page
      .locator('.opblock-summary')
      .evaluateAll((found) =>
        (found as unknown as { innerText: string }[]).map(({ innerText }) =>
          innerText.replaceAll('\u200b', '').split(/\s+/).slice(0, 2).join(' '),
        ),
      )
    assert.deepEqual(rows.sort(), wanted.filter((route) => groupOf(route) === 'matches').sort())
    await openGroup(page, 'regions')
    if (PICTURES !== undefined) await page.screenshot({ path: join(PICTURES, 'docs-light.png') })

    const regions = page.locator('.opblock', { hasText: '/v1/regions' })
    await regions.locator('.opblock-summary-control').click()
    await regions.locator('.try-out__btn').click()
    await regions.locator('.execute').click()
    await regions.locator('.live-responses-table .response-col_status').first().waitFor()
    const answered = await regions.locator('.live-responses-table').first().innerText()
    assert.match(answered, /200/)
    assert.match(answered, /regions/)
    assert.deepEqual([...hosts], [new URL(url).host])
    assert.deepEqual(complaints, [])
    assert.equal(await backgroundOf(page), 'rgb(250, 250, 250)')
  })

  it('is dark where the system is dark', async (t) => {
    const { page, complaints } = await visit(t, { browser, url }, 'dark')
    assert.equal(await backgroundOf(page), 'rgb(28, 32, 34)')
    await openGroup(page, 'regions')
    await page.locator('.opblock-summary-control').first().click()
    await page.locator('.opblock-body').first().waitFor()
    if (PICTURES !== undefined) await page.screenshot({ path: join(PICTURES, 'docs-dark.png') })
    assert.deepEqual(complaints, [])
  })

  it('serves its own files only', async () => {
    for (const name of ['package.json', 'index.html', 'constructor', '..%2Frole-table.ts']) {
      const { status } = await fetch(`${url}/docs/${name}`)
      assert.ok(status === 404 || status === 400, `${name}: ${status}`)
    }
    const { headers } = await fetch(`${url}/docs`)
    const policy = headers.get('content-security-policy') ?? ''
    assert.doesNotMatch(policy, /unsafe|https?:/)
  })
})
