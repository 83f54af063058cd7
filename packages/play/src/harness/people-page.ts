/**
 * What players do with accounts, friends and chat, as tests do it: a server whose mails are read
 * from what it prints, pages of several players, the steps of their stories. Tests only.
 */
import assert from 'node:assert/strict'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { startServer } from '@battalion/client/testing/server-process.ts'
import { waitUntil } from '@battalion/testkit/wait-until.ts'
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core'

import { openBrowser, openPage } from './browser.ts'

/** The picture is drawn by software, by two cores for all pages of a test. */
const WAIT_MS_MAX = 60_000
/** The battle is only the ground here: few pictures of it leave the machine to the rest (ms). */
const PICTURE_MS = 2000
/** As small as a page that is no phone may be: what is drawn costs by the pixel. */
const SMALL = { width: 660, height: 560 }
const MAIL_MS_MAX = 90_000
const MANY = '1000'
const WIDE_LIMITS = {
  SIGN_INS_PER_ADDRESS_PER_MIN: MANY,
  GUESTS_PER_ADDRESS_PER_MIN: MANY,
  MATCHMAKES_PER_ADDRESS_PER_MIN: MANY,
  MATCHMAKES_PER_USER_PER_MIN: MANY,
  READS_PER_ADDRESS_PER_MIN: MANY,
  MAILS_PER_USER_PER_MIN: MANY,
}

/** A player at a page of his own browser profile. */
export interface PlayerPage {
  readonly page: Page
  readonly complaints: string[]
}

/** A server with its mails, and a browser. */
export interface PeopleStage {
  readonly url: string
  readonly browser: Browser
  /** Opens a page, with friends and chat ready. */
  open(options?: BrowserContextOptions, path?: string): Promise<PlayerPage>
  /** The token of the newest mail of a kind. */
  mailToken(kind: 'verify-email' | 'reset-password'): Promise<string>
  /** Keeps a picture; the folder is named when a test fails. */
  picture(page: Page, name: string): Promise<unknown>
  readonly pictures: string
  close(): Promise<void>
}

/** Starts both. */
export async function openStage(env: Readonly<Record<string, string>> = {}): Promise<PeopleStage> {
  const stops: (() => unknown)[] = []
  const test = { after: (stop: unknown) => void stops.push(stop as () => unknown) }
  let printed = ''
  const stop = async () => {
    for (const one of stops.splice(0)) await one()
  }
  const hear = (output: string) => {
    printed += output
  }
  const start = async () => {
    const server = { LOG_LEVEL: 'info', ...WIDE_LIMITS, ...env }
    return [await startServer(test, server, undefined, hear), await openBrowser()] as const
  }
  const [url, browser] = await start().catch(async (error: unknown) => {
    // A server that was too slow to start would outlive the test.
    await stop()
    throw error
  })
  stops.unshift(() => browser.close())
  const pictures = process.env['PLAY_PICTURES'] ?? mkdtempSync(join(tmpdir(), 'battalion-people-'))
  const taken = new Set<string>()
  return {
    url,
    browser,
    pictures,
    picture: (page, name) => page.screenshot({ path: join(pictures, `${name}.png`) }),
    open: (options = {}, path = '/') => openPlayer(browser, url + path, options),
    async mailToken(kind) {
      const find = () => {
        const links = printed.matchAll(new RegExp(`#${kind}=([\\w.~-]+)`, 'g'))
        return [...links].map(([, token]) => token!).findLast((token) => !taken.has(token))
      }
      await waitUntil(`a mail with ${kind}`, async () => find() !== undefined, MAIL_MS_MAX)
      const token = find()!
      taken.add(token)
      return token
    },
    close: stop,
  }
}

/** Opens a page of its own browser profile, with friends and chat ready. */
export async function openPlayer(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<PlayerPage> {
  const opened = await openPage(browser, {
    viewport: SMALL,
    reducedMotion: 'reduce',
    ...options,
  })
  await leaveTheMachine(opened.page)
  await opened.page.goto(url)
  await waitForPeople(opened.page)
  return opened
}

/** The battle is drawn seldom, and the page is waited for longer. */
export async function leaveTheMachine(page: Page): Promise<void> {
  await page.context().addInitScript(drawSeldom, PICTURE_MS)
  page.setDefaultTimeout(WAIT_MS_MAX)
}

/** Runs in the page, before it: every picture waits. */
function drawSeldom(pictureMs: number): void {
  const draw = requestAnimationFrame
  globalThis.requestAnimationFrame = (callback) =>
    setTimeout(() => draw(callback), pictureMs) as unknown as number
}

/** Waits until the battle is seen and the chat is connected. */
export async function waitForPeople(page: Page): Promise<void> {
  await page.waitForSelector('html[data-ready="spectating"]')
  await page.locator('.people-tool').first().waitFor()
  await page.waitForSelector('[data-home="open"]')
}

/** Opens a sheet of the panel. */
export async function openSheet(page: Page, name: string): Promise<Locator> {
  const panel = page.getByRole('complementary', { name: 'People' })
  if (!(await panel.isVisible())) {
    await page.getByRole('button', { name: /^Friends and party/ }).click()
  }
  await panel.getByRole('tab', { name }).click()
  return panel
}

export interface AccountWish {
  readonly name: string
  readonly email: string
  readonly password: string
}

/** Makes the guest of the page an account. */
export async function keepGuest(page: Page, account: AccountWish): Promise<void> {
  const panel = await openSheet(page, 'Account')
  await panel.getByRole('button', { name: 'Keep this guest' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name', { exact: true }).fill(account.name)
  await dialog.getByLabel('E-mail').fill(account.email)
  await dialog.getByLabel('Password', { exact: true }).fill(account.password)
  await dialog.getByRole('button', { name: 'Make account' }).click()
  await dialog.waitFor({ state: 'hidden' })
  await panel.getByText(account.email).waitFor()
}

/** Signs in; with `code` where a second factor is asked for. */
export async function signIn(page: Page, login: string, password: string): Promise<void> {
  const panel = await openSheet(page, 'Account')
  await panel.getByRole('button', { name: 'Sign in' }).click()
  await fillSignIn(page, login, password)
}

/** Fills the open dialog and sends it. */
export async function fillSignIn(page: Page, login: string, password: string): Promise<void> {
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name or e-mail').fill(login)
  await dialog.getByLabel('Password', { exact: true }).fill(password)
  await dialog.getByRole('button', { name: 'Sign in', exact: true }).click()
}

/** The user the page is signed in as. */
export function readUserId(page: Page): Promise<string> {
  return page.evaluate(() => {
    const text = localStorage.getItem('battalion.session')
    return (JSON.parse(text ?? '{}') as { userId: string }).userId
  })
}

/** Opens the chat at a channel. */
export async function openChat(page: Page, channel: string): Promise<Locator> {
  const chat = page.getByRole('region', { name: 'Chat' })
  const field = chat.getByLabel('Write a line')
  if (!(await field.isVisible())) await page.getByRole('button', { name: /^Chat/ }).click()
  await chat.getByRole('tab', { name: channel }).click()
  return chat
}

/** Says a line in the channel that is shown. */
export async function say(page: Page, text: string): Promise<void> {
  const field = page.getByLabel('Write a line')
  await field.fill(text)
  await field.press('Enter')
  await page.getByRole('log').getByText(text).last().waitFor()
}

/** Nothing complained while the story ran. */
export function assertQuiet(stage: PeopleStage, players: readonly PlayerPage[]): void {
  for (const { complaints } of players) {
    assert.deepEqual(complaints, [], `pictures in ${stage.pictures}`)
  }
}
