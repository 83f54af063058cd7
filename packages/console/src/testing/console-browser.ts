/**
 * Tests of console pages: a real server, an operator whose session is put straight into Chromium,
 * axe and pictures in light, dark and on a phone, and what the browser complained of. Tests only.
 *
 * `CONSOLE_PICTURES=folder` keeps pictures as `console-NAME-{light,dark,phone}.png`.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { TestContext } from 'node:test'

import { CHROMIUM_NAMES, findProgram } from '@battalion/testkit/find-program.ts'
import { chromium } from 'playwright-core'
import type { Browser, Page } from 'playwright-core'

import type { AppOptions } from '../../../../src/app.ts'
import type { Database } from '../../../../src/db/database.ts'
import type { Role } from '../../../../src/services/identity/roles.ts'
import { startTestApp } from '../../../../src/testing/start-test-app.ts'
import type { TestApp } from '../../../../src/testing/start-test-app.ts'
import { createOperator } from '../../../../src/testing/test-operators.ts'
import type { TestOperator } from '../../../../src/testing/test-operators.ts'

const EXECUTABLE = findProgram(CHROMIUM_NAMES)
/** For `describe(…, { skip }, …)`. */
export const skip = EXECUTABLE === undefined ? 'needs Chromium' : false

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const PICTURES = process.env['CONSOLE_PICTURES']
/** Six tests may share two cores: a page that takes longer than this is stuck. */
const WAIT_MS_MAX = 60_000
const DESK = { width: 1280, height: 900 }
const PHONE = { width: 390, height: 844 }
/**
 * What Chromium itself says of an answer that a test wants: a bad form, nobody signed in, not
 * permitted; and of "come again" by a machine that is busy with other tests.
 */
const WANTED_ANSWER = /status of (400|401|403|404|409|422|503)/
/** Sign-ins of tests come from one address. */
const WIDE = {
  SIGN_INS_PER_ADDRESS_PER_MIN: '1000',
  READS_PER_ADDRESS_PER_MIN: '100000',
  ACCOUNT_PER_USER_PER_MIN: '100000',
}

/** A tab, and what it said. */
export interface ConsoleTab {
  readonly page: Page
  /** Script errors and error lines of the browser's console. */
  readonly complaints: string[]
  /** Every host that was asked for anything. */
  readonly hosts: Set<string>
  /** axe in both themes, pictures, and no sideways scrolling on a phone. */
  readonly look: (name: string) => Promise<void>
  /** Nothing complained, no host but the server's own. */
  readonly assertQuiet: () => void
}

/** A tab of an operator who is signed in. */
export interface OperatorTab extends ConsoleTab {
  readonly operator: TestOperator
}

/** A server and a browser beside it. */
export interface ConsoleBrowser extends TestApp {
  readonly database: Database
  /** A tab of nobody. */
  readonly openTab: () => Promise<ConsoleTab>
  /** A new operator with this role, at this page of the console. */
  readonly openAs: (role: Role | undefined, path?: string) => Promise<OperatorTab>
}

/** Starts both for one test; `env` and `extra` as `startTestApp` takes them. */
export async function openConsoleBrowser(
  test: Pick<TestContext, 'after'>,
  env: Readonly<Record<string, string>> = {},
  extra: Partial<AppOptions> = {},
): Promise<ConsoleBrowser> {
  const server = await startTestApp(test, { ...WIDE, ...env }, extra)
  const browser = await chromium.launch({ executablePath: EXECUTABLE!, args: ['--no-sandbox'] })
  test.after(() => browser.close())
  const { database } = server.app.store
  return {
    ...server,
    database,
    openTab: () => openTab(browser, server.url),
    async openAs(role, path = '/console') {
      const operator = await createOperator({ url: server.url, database }, role)
      const [name = '', value = ''] = operator.headers['cookie']!.split('=')
      const cookie = { name, value, domain: new URL(server.url).hostname, path: '/v1/admin' }
      const tab = await openTab(browser, server.url)
      await tab.page
        .context()
        .addCookies([{ ...cookie, httpOnly: true, sameSite: 'Strict' as const }])
      await tab.page.goto(server.url + path)
      // A player's page has buttons of this name, too.
      await tab.page.getByRole('banner').getByRole('button', { name: 'Sign out' }).waitFor()
      return { ...tab, operator }
    },
  }
}

async function openTab(browser: Browser, url: string): Promise<ConsoleTab> {
  const page = await browser.newPage({ viewport: DESK })
  page.setDefaultTimeout(WAIT_MS_MAX)
  const complaints: string[] = []
  const hosts = new Set<string>()
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('console', (message) => {
    const isBad = message.type() === 'error' && !WANTED_ANSWER.test(message.text())
    if (isBad) complaints.push(message.text())
  })
  page.on('request', (request) => hosts.add(new URL(request.url()).host))
  return {
    page,
    complaints,
    hosts,
    look: (name) => look(page, name),
    assertQuiet() {
      assert.deepEqual([...hosts], [new URL(url).host])
      assert.deepEqual(complaints, [])
    },
  }
}

async function look(page: Page, name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    await checkAxe(page, `${name}, ${colorScheme}`)
    await keep(page, `${name}-${colorScheme}`)
  }
  await page.emulateMedia({ colorScheme: 'light' })
  await page.setViewportSize(PHONE)
  const width = await page.evaluate('document.documentElement.scrollWidth')
  assert.ok(
    Number(width) <= PHONE.width,
    `${name} scrolls sideways on a phone: ${String(width)} px`,
  )
  await checkAxe(page, `${name}, phone`)
  await keep(page, `${name}-phone`)
  await page.setViewportSize(DESK)
}

async function checkAxe(page: Page, where: string): Promise<void> {
  await page.evaluate(AXE)
  const found = await page.evaluate(
    `axe.run().then(({ violations }) =>
      violations.map(({ id, help, nodes }) => id + ': ' + help + ': ' + nodes[0].html))`,
  )
  assert.deepEqual(found, [], where)
}

async function keep(page: Page, name: string): Promise<void> {
  if (PICTURES === undefined) return
  await page.screenshot({ path: join(PICTURES, `console-${name}.png`), fullPage: true })
}
