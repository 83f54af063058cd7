/**
 * How result, battle and history look over made-up answers: contrast, names and roles in light and
 * dark, and nothing beside the window on a desk, a small window and a phone. Pictures go to
 * PLAY_PICTURES, else to a temporary folder that is named when something fails.
 */
import assert from 'node:assert/strict'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'

import type { Browser } from 'playwright-core'

import { findChromium, openBrowser, openPage, serveHarness } from './harness/browser.ts'
import type { HarnessServer } from './harness/browser.ts'
import { findFlaws } from './harness/find-flaws.ts'

const skip = findChromium() === undefined ? 'needs Chromium' : false
const SIZES = {
  desk: { width: 1280, height: 900 },
  small: { width: 900, height: 500 },
  phone: { width: 390, height: 844 },
} as const
const WAIT_MS_MAX = 120_000
const VIEWS = [
  ['result', '', '.result'],
  ['battle', '#battle', '.history'],
  ['history', '#history', '.history'],
] as const

describe('the look of results', { skip }, () => {
  const pictures = process.env['PLAY_PICTURES'] ?? mkdtempSync(join(tmpdir(), 'battalion-result-'))
  let server: HarnessServer
  let browser: Browser

  before(async () => {
    server = await serveHarness('harness/result-page.ts')
    browser = await openBrowser()
  })
  after(async () => {
    await browser?.close()
    await server?.close()
  })

  for (const [name, hash, selector] of VIEWS) {
    it(`[BAT-6] ${name}: for everybody, on every window, in light and dark`, async () => {
      const { page, complaints } = await openPage(browser, { reducedMotion: 'reduce' })
      page.setDefaultTimeout(WAIT_MS_MAX)
      await page.goto(`${server.url}${hash}`)
      await page.waitForSelector('html[data-ready="result"]')
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
        assert.deepEqual(await findFlaws(page, [selector]), [], `${name}, ${colorScheme}`)
        for (const [size, viewport] of Object.entries(SIZES)) {
          await page.setViewportSize(viewport)
          await page.screenshot({ path: join(pictures, `${name}-${size}-${colorScheme}.png`) })
          const isBeside = await page.evaluate(isCutOff, selector)
          assert.equal(isBeside, false, `${name}, ${size}; pictures in ${pictures}`)
        }
      }
      assert.deepEqual(complaints, [], `pictures in ${pictures}`)
      await page.close()
    })
  }
})

/** Runs in the page: something lies beside the window, or is wider than what it is in. */
function isCutOff(selector: string): boolean {
  const root = document.querySelector(selector)!
  const { left, right, top, bottom } = root.getBoundingClientRect()
  const isBeside = left < -0.5 || right > innerWidth + 0.5 || top < -0.5
  return isBeside || bottom > innerHeight + 0.5 || root.scrollWidth > root.clientWidth + 1
}
