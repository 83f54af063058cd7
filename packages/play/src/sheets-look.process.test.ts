/**
 * How party, groups, the call of a party and providers look over made-up answers: contrast, names
 * and roles in light and dark, and nothing beside the window, low windows and phones among them.
 * Pictures go to PLAY_PICTURES, else to a temporary folder that is named when something fails.
 */
import assert from 'node:assert/strict'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'

import type { Browser, Page } from 'playwright-core'

import { findChromium, openBrowser, openPage, serveHarness } from './harness/browser.ts'
import type { HarnessServer } from './harness/browser.ts'
import { findFlaws } from './harness/find-flaws.ts'

const skip = findChromium() === undefined ? 'needs Chromium' : false
const SIZES = {
  small: { width: 900, height: 500 },
  phone: { width: 390, height: 844 },
  desk: { width: 1280, height: 900 },
} as const
const WAIT_MS_MAX = 120_000

/** What is opened, and what it must show. */
const VIEWS: Readonly<Record<string, (page: Page) => Promise<void>>> = {
  party: async (page) => {
    await page.getByRole('tab', { name: 'Party' }).click()
    await page.getByRole('button', { name: 'Play together' }).waitFor()
  },
  groups: async (page) => {
    await page.getByRole('tab', { name: /^Groups/ }).click()
    await page.getByText('invites you to Analysts').waitFor()
    await page.getByRole('button', { name: 'Found it' }).waitFor()
  },
  group: async (page) => {
    await page.getByRole('tab', { name: /^Groups/ }).click()
    await page.getByRole('button', { name: /The Engines/ }).click()
    await page.getByText('Members · 3').waitFor()
    await page.getByRole('button', { name: 'Hand over: Bob' }).waitFor()
    await page.getByRole('button', { name: 'Invite: Dan' }).waitFor()
  },
  providers: async (page) => {
    await page.getByRole('tab', { name: 'Account' }).click()
    await page.getByRole('button', { name: 'Keep this guest' }).click()
    await page.getByRole('button', { name: 'Keep it with Local' }).waitFor()
  },
  call: async (page) => {
    const call = page.getByRole('region', { name: 'Your party is going in' })
    await call.getByText('Bob takes your party into a battle.').waitFor()
    await call.getByRole('button', { name: 'Go in now' }).waitFor()
  },
}

describe('the look of party, groups and providers', { skip }, () => {
  const pictures = process.env['PLAY_PICTURES'] ?? mkdtempSync(join(tmpdir(), 'battalion-sheets-'))
  let server: HarnessServer
  let browser: Browser

  before(async () => {
    server = await serveHarness('harness/sheets-page.ts')
    browser = await openBrowser()
  })
  after(async () => {
    await browser?.close()
    await server?.close()
  })

  for (const [name, open] of Object.entries(VIEWS)) {
    it(`[SOC-8] ${name}: for everybody, on every window, in light and dark`, async () => {
      const { page, complaints } = await openPage(browser, { reducedMotion: 'reduce' })
      page.setDefaultTimeout(WAIT_MS_MAX)
      await page.goto(`${server.url}#${name}`)
      await page.waitForSelector('html[data-ready="people"]')
      await open(page)
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
        assert.deepEqual(await findFlaws(page, ['#hud']), [], `${name}, ${colorScheme}`)
        for (const [size, viewport] of Object.entries(SIZES)) {
          await page.setViewportSize(viewport)
          await page.screenshot({ path: join(pictures, `${name}-${size}-${colorScheme}.png`) })
          const isBeside = await page.evaluate(isCutOff)
          assert.equal(isBeside, false, `${name}, ${size}; pictures in ${pictures}`)
        }
      }
      assert.deepEqual(complaints, [], `pictures in ${pictures}`)
      await page.close()
    })
  }
})

/** Runs in the page: something that is shown lies beside the window. */
function isCutOff(): boolean {
  const shown = document.querySelectorAll('.people, .party-call, .auth[open]')
  return Array.from(shown).some((one) => {
    const { left, right, top, bottom, width } = one.getBoundingClientRect()
    if (width === 0) return false
    return left < -0.5 || right > innerWidth + 0.5 || top < -0.5 || bottom > innerHeight + 0.5
  })
}
