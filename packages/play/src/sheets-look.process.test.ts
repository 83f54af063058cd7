/**
 * How every sheet and page of settings, the call of a party and providers look over made-up
 * answers: contrast, names and roles in light and dark, nothing beside the window, low windows and
 * phones among them, and nothing over another where all of it is open at once.
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
import { findCovered } from './harness/find-covered.ts'
import { findFlaws } from './harness/find-flaws.ts'

const skip = findChromium() === undefined ? 'needs Chromium' : false
const SIZES = {
  small: { width: 900, height: 500 },
  phone: { width: 390, height: 844 },
  desk: { width: 1280, height: 900 },
} as const
/** Windows with room for more than one thing; a phone shows one at a time. */
const WIDE_SIZES = [
  [700, 560],
  [860, 520],
  [900, 500],
  [1024, 600],
  [1240, 700],
  [1280, 720],
  [1366, 768],
  [1920, 1080],
] as const
/** What slides in has arrived (ms). */
const SETTLED_MS = 400
const WAIT_MS_MAX = 120_000

/** What is opened, and what it must show. */
const VIEWS: Readonly<Record<string, (page: Page) => Promise<void>>> = {
  friends: async (page) => {
    await page.getByText('Friends · 2 of 3 here').waitFor()
  },
  news: async (page) => {
    await page.getByRole('tab', { name: /^News/ }).click()
    await page.getByText('Bob wants to be your friend.').waitFor()
  },
  account: async (page) => {
    await page.getByRole('tab', { name: 'Account' }).click()
    await page.getByText('Your address is not proved yet').waitFor()
  },
  security: async (page) => {
    await openSettings(page, /Password and second factor/)
    await page.getByText('Sign in by others').waitFor()
  },
  email: async (page) => {
    await openSettings(page, /E-mail address/)
    await page.getByText('Your address now').waitFor()
  },
  devices: async (page) => {
    await openSettings(page, /Devices/)
    await page.getByText('This one').waitFor()
  },
  mails: async (page) => {
    await openSettings(page, /Mails/)
    await page.getByLabel('Somebody asks to be your friend').waitFor()
  },
  data: async (page) => {
    await openSettings(page, /Your data/)
    await page.getByRole('button', { name: 'Delete my account' }).waitFor()
  },
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

describe('the look of sheets and settings', { skip }, () => {
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

  it('[BAT-1] chat, settings, the call of a party and a note never cover each other', async () => {
    const { page, complaints } = await openPage(browser, { reducedMotion: 'reduce' })
    page.setDefaultTimeout(WAIT_MS_MAX)
    for (const [width, height] of WIDE_SIZES) {
      await page.setViewportSize({ width, height })
      await page.goto('about:blank')
      await page.goto(`${server.url}#together`)
      await page.waitForSelector('html[data-ready="people"]')
      await page.locator('.toast').waitFor()
      const size = `${width} × ${height}; pictures in ${pictures}`
      const shown = page.locator('.people, .party-call, .toast, .chat-panel')
      await page.waitForTimeout(SETTLED_MS)
      assert.equal(await shown.filter({ visible: true }).count(), width < 860 ? 3 : 4, size)
      assert.deepEqual(await findCovered(page), [], size)
      await page.screenshot({ path: join(pictures, `together-${width}x${height}.png`) })
      assert.equal(await page.evaluate(isCutOff), false, size)
    }
    assert.deepEqual(complaints, [])
    await page.close()
  })
})

/** Opens a page of settings. */
async function openSettings(page: Page, title: RegExp): Promise<void> {
  await page.getByRole('tab', { name: 'Account' }).click()
  await page.getByRole('button', { name: title }).click()
}

/** Runs in the page: something that is shown lies beside the window. */
function isCutOff(): boolean {
  const shown = document.querySelectorAll('.people, .party-call, .auth[open]')
  return Array.from(shown).some((one) => {
    const { left, right, top, bottom, width } = one.getBoundingClientRect()
    if (width === 0) return false
    return left < -0.5 || right > innerWidth + 0.5 || top < -0.5 || bottom > innerHeight + 0.5
  })
}
