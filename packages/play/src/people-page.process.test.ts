/**
 * The people part of the page as a page: texts of players are texts, the chat takes no key from the
 * battle and gives none away, contrast and names for screen readers in light and dark, a phone,
 * settings with a second factor, a copy of one's data, and the end of an account.
 */
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { after, before, describe, it } from 'node:test'

import { LifeState } from '@battalion/sim/world.ts'
import type { Page } from 'playwright-core'

import { findChromium } from './harness/browser.ts'
import { deploy, fillJoinDialog, readOwn, waitForLife } from './harness/debug-page.ts'
import { findFlaws } from './harness/find-flaws.ts'
import {
  assertQuiet,
  fillSignIn,
  keepGuest,
  openChat,
  openSheet,
  openStage,
  say,
  signIn,
} from './harness/people-page.ts'
import type { PeopleStage, PlayerPage } from './harness/people-page.ts'

const skip = findChromium() === undefined ? 'needs Chromium' : false
const HOSTILE = '<img src=x onerror=alert(1)>'
const HOSTILE_NAME = '<b onclick=1>Eve</b>'
const CLEO = { name: 'Cleo', email: 'cleo@example.org', password: 'the asp of egypt' }
/** A soldier that nobody moves may be settled by this much (m). */
const STILL_METRES_MAX = 0.1
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }

describe('the people part as a page', { skip }, () => {
  let stage: PeopleStage
  let cleo: PlayerPage

  before(async () => {
    stage = await openStage()
    cleo = await stage.open({ colorScheme: 'dark' }, '/?mode=duel')
  })
  after(() => stage?.close())

  it('[G-03] names and lines with HTML are shown as they were typed, and run nothing', async () => {
    const { page } = cleo
    await page.evaluate(watchForHarm)
    const panel = await openSheet(page, 'Account')
    await panel.getByRole('button', { name: /Profile and privacy/ }).click()
    await panel.getByLabel('Name', { exact: true }).fill(HOSTILE_NAME)
    await panel.getByRole('button', { name: 'Save' }).click()
    await panel.getByText('Saved.').waitFor()
    await panel.getByRole('button', { name: '‹ Back' }).click()
    await panel.getByText(HOSTILE_NAME.slice(0, 20)).first().waitFor()
    await page.keyboard.press('Escape')
    const chat = await openChat(page, 'Global')
    await say(page, HOSTILE)
    await chat.getByText(HOSTILE_NAME.slice(0, 20)).first().waitFor()
    await stage.picture(page, 'a-hostile')
    assert.deepEqual(await page.evaluate(readHarm), { alerts: 0, pictures: 0 })
  })

  it('[BAT-1] typing moves no soldier; Enter opens, Escape closes and leaves no battle', async () => {
    const { page } = cleo
    await page.keyboard.press('Escape')
    await fillJoinDialog(page, 'Cleo')
    await deploy(page)
    await waitForLife(page, LifeState.alive)
    const from = await readOwn(page)
    await page.keyboard.press('Enter')
    const field = page.getByLabel('Write a line')
    await field.waitFor()
    assert.equal(await field.inputValue(), '', 'the key that opens it types nothing')
    await page.keyboard.type('wasd wasd wasd', { delay: 30 })
    assert.equal(await field.inputValue(), 'wasd wasd wasd')
    const to = await readOwn(page)
    assert.ok(Math.hypot(to.ghostX - from.ghostX, to.ghostZ - from.ghostZ) < STILL_METRES_MAX)
    await stage.picture(page, 'b-typing')
    await page.keyboard.press('Escape')
    await field.waitFor({ state: 'hidden' })
    assert.equal(await page.getAttribute('html', 'data-ready'), 'playing', 'still in the battle')
    await page.keyboard.press('t')
    await field.waitFor()
    await page.keyboard.press('Escape')
    await page.keyboard.press('Escape')
    await page.waitForSelector('html[data-ready="spectating"]')
  })

  for (const theme of ['light', 'dark'] as const) {
    it(`has names, roles and contrast for everybody, ${theme}`, async () => {
      const { page } = cleo
      await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' })
      for (const sheet of ['Friends', 'Party', 'Groups', 'News', 'Account']) {
        const panel = await openSheet(page, sheet)
        if (sheet === 'Groups') await panel.getByRole('button', { name: 'Found it' }).waitFor()
        assert.deepEqual(await findPartFlaws(page), [], `${sheet}, ${theme}`)
      }
      await openChat(page, 'Global')
      assert.deepEqual(await findPartFlaws(page), [], `chat, ${theme}`)
      await page.keyboard.press('Escape')
      const panel = await openSheet(page, 'Account')
      await panel.getByRole('button', { name: 'Sign in' }).click()
      assert.deepEqual(await findPartFlaws(page), [], `dialog, ${theme}`)
      await page.keyboard.press('Escape')
    })
  }

  it('[AUTH-6] sets up a second factor by a QR code, and asks for it at the next sign-in', async () => {
    const { page } = cleo
    await page.emulateMedia({ colorScheme: 'light' })
    await keepGuest(page, CLEO)
    const panel = await openSheet(page, 'Account')
    await panel.getByRole('button', { name: /Password and second factor/ }).click()
    const begin = panel.getByRole('button', { name: 'Set up a second factor' })
    await panel.getByLabel('Your password').fill('not mine at all')
    await begin.click()
    await panel.getByRole('alert').getByText('password is not right').waitFor()
    await panel.getByLabel('Your password').fill(CLEO.password)
    await begin.click()
    await panel.getByRole('img', { name: /QR code/ }).waitFor()
    const secret = (await panel.locator('.secret').textContent())!.replaceAll(' ', '')
    await stage.picture(page, 'c-factor')
    await panel.getByLabel('Six digits of the app').fill(totpCode(secret, Date.now()))
    await panel.getByRole('button', { name: 'Confirm' }).click()
    await panel.getByText('Each sign-in asks for a code').waitFor()
    await panel.getByRole('button', { name: '‹ Back' }).click()
    await panel.getByRole('button', { name: 'Log out everywhere' }).click()
    await panel.waitFor({ state: 'hidden' })
    await signIn(page, CLEO.name, CLEO.password)
    const dialog = page.getByRole('dialog')
    const code = dialog.getByLabel('Code of your app')
    await code.fill('000000')
    await dialog.getByRole('button', { name: 'Sign in', exact: true }).click()
    await dialog.getByRole('alert').getByText('not right').waitFor()
    // A code is good once: the next step's is taken early, as clocks may differ by one.
    await code.fill(totpCode(secret, Date.now() + 30_000))
    await dialog.getByRole('button', { name: 'Sign in', exact: true }).click()
    await dialog.waitFor({ state: 'hidden' })
    await page.getByText(CLEO.email, { exact: true }).waitFor()
  })

  it('[LEG-1] takes a copy of the data along, and deletes the account with the password', async () => {
    const { page } = cleo
    const panel = await openSheet(page, 'Account')
    await panel.getByRole('button', { name: /Devices/ }).click()
    await panel.getByText('This one').waitFor()
    await panel.getByRole('button', { name: '‹ Back' }).click()
    await panel.getByRole('button', { name: /Your data/ }).click()
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      panel.getByRole('button', { name: 'Download my data' }).click(),
    ])
    assert.match(readFileSync(await download.path(), 'utf8'), /cleo@example\.org/)
    const remove = panel.getByRole('button', { name: 'Delete my account' })
    await panel.getByLabel('Your password').fill('not the asp')
    await panel.getByLabel('Type DELETE').fill('delete')
    await remove.click()
    await panel.getByRole('alert').getByText('not right').waitFor()
    await panel.getByLabel('Your password').fill(CLEO.password)
    await remove.click()
    await page.getByText('Everything that was yours is gone.').waitFor()
    await signIn(page, CLEO.name, CLEO.password)
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('alert').getByText('is not right').waitFor()
    await fillSignIn(page, CLEO.email, CLEO.password)
    await dialog.getByRole('alert').getByText('is not right').waitFor()
    await page.keyboard.press('Escape')
  })

  it('fits a phone: sheets fill it, the chat lies at the bottom, touch opens and sends', async () => {
    const phone = await stage.open({ ...PHONE, colorScheme: 'dark' })
    const { page } = phone
    await stage.picture(page, 'd-phone')
    await page.getByRole('button', { name: /^Chat/ }).tap()
    const field = page.getByLabel('Write a line')
    await field.tap()
    await field.fill('from a phone')
    await page.getByRole('button', { name: 'Send' }).tap()
    await page.getByRole('log').getByText('from a phone').waitFor()
    await stage.picture(page, 'e-phone-chat')
    assert.equal(await page.evaluate(isWiderThanWindow), false)
    await page.getByRole('button', { name: 'Close the chat' }).tap()
    await openSheet(page, 'Account')
    await stage.picture(page, 'f-phone-sheet')
    assert.equal(await page.evaluate(isWiderThanWindow), false)
    // The browser tells of every refusal, and these were asked for.
    const complaints = cleo.complaints.filter((text) => !/status of 40[13]/.test(text))
    assertQuiet(stage, [{ ...cleo, complaints }, phone])
  })
})

/** Violations in what this part shows. */
function findPartFlaws(page: Page): Promise<string[]> {
  return findFlaws(page, ['.people-layer', '.auth', '.tools'])
}

/** Runs in the page. */
function watchForHarm(): void {
  const page = globalThis as unknown as { alerts: number; alert: () => void }
  page.alerts = 0
  page.alert = () => {
    page.alerts++
  }
}

/** Runs in the page: what ran, and elements that a player's text has become. */
function readHarm(): { alerts: number; pictures: number } {
  const { alerts } = globalThis as unknown as { alerts: number }
  const made = document.querySelectorAll('#hud img, .chat-text *, .chat-author *, .row-words b *')
  return { alerts, pictures: made.length }
}

/** Runs in the page. */
async function isWiderThanWindow(): Promise<boolean> {
  const shown = [...document.querySelectorAll('.people, .chat-panel, .tools')]
  // What slides in is beside its place until it has arrived.
  const moving = shown.flatMap((one) => one.getAnimations())
  await Promise.all(moving.map(({ finished }) => finished))
  return shown.some((one) => {
    const { left, right, width } = one.getBoundingClientRect()
    return width > 0 && (left < -0.5 || right > innerWidth + 0.5)
  })
}

/** RFC 6238 by the base32 key that the page shows. */
function totpCode(secret: string, nowMs: number): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  const bits = Array.from(secret, (letter) => {
    return alphabet.indexOf(letter).toString(2).padStart(5, '0')
  }).join('')
  const bytes = bits.match(/.{8}/g) ?? []
  const key = Buffer.from(bytes.map((byte) => Number.parseInt(byte, 2)))
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.floor(nowMs / 30_000)))
  const hash = createHmac('sha1', key).update(counter).digest()
  const number = hash.readUInt32BE(hash.at(-1)! & 15) & 0x7fff_ffff
  return String(number % 1_000_000).padStart(6, '0')
}
