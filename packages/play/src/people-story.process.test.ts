/**
 * Friends, party and chat in the page, on a real server in a real browser: a guest who stays, the
 * link of his mail, another address, two players who meet. Pictures of each stage go to
 * a temporary folder, whose path is printed when something fails.
 */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'

import { startSmtpSink } from '../../../src/testing/smtp-sink.ts'
import type { SmtpSink } from '../../../src/testing/smtp-sink.ts'
import { findChromium } from './harness/browser.ts'
import { findCovered } from './harness/find-covered.ts'
import { findFlaws } from './harness/find-flaws.ts'
import {
  assertQuiet,
  keepGuest,
  openChat,
  openSheet,
  openStage,
  readUserId,
  say,
} from './harness/people-page.ts'
import type { PeopleStage, PlayerPage } from './harness/people-page.ts'

const skip = findChromium() === undefined ? 'needs Chromium' : false
const ADA = { name: 'Ada', email: 'ada@example.org', password: 'analytical engine' }
const LINK = /#verify-email=([\w.~-]+)/
const NEW_EMAIL = 'ada@new.example.org'
const BOB = { name: 'Bob', email: 'bob@example.org', password: 'the second engine' }

describe('people in the page', { skip }, () => {
  const stops: (() => unknown)[] = []
  let mail: SmtpSink
  let stage: PeopleStage
  let ada: PlayerPage
  let bob: PlayerPage

  before(async () => {
    mail = await startSmtpSink({ after: (stop) => void stops.push(stop as () => unknown) })
    stage = await openStage({ SMTP_URL: mail.url })
    ada = await stage.open({ colorScheme: 'light' })
    bob = await stage.open({ colorScheme: 'dark' })
  })
  after(async () => {
    await stage?.close()
    for (const stop of stops) stop()
  })

  it('[AUTH-1] a guest becomes an account and keeps his id; the mail proves the address', async () => {
    const { page } = ada
    const guestId = await readUserId(page)
    await keepGuest(page, ADA)
    assert.equal(await readUserId(page), guestId)
    await stage.picture(page, '1-account')
    const token = await mail.find(ADA.email, LINK)
    await page.evaluate((hash) => {
      location.hash = hash
    }, `verify-email=${token}`)
    await page.getByText('Address proved').waitFor()
    assert.equal(await page.evaluate(() => location.hash), '', 'the token stays in no address')
    await keepGuest(bob.page, BOB)
  })

  it('[AUTH-8] another address: asked for by the password, changed by the mail’s link', async () => {
    const { page } = ada
    const panel = await openSheet(page, 'Account')
    await panel.getByRole('button', { name: /E-mail address/ }).click()
    await panel.getByText(`Your address now: ${ADA.email}`).waitFor()
    const [address, password] = [panel.getByLabel('New address'), panel.getByLabel('Your password')]
    const send = panel.getByRole('button', { name: 'Send the mail' })
    await address.fill(ADA.email)
    await password.fill(ADA.password)
    await send.click()
    const alert = panel.getByRole('alert')
    await alert.getByText('This is your address already.').waitFor()
    await address.fill(NEW_EMAIL)
    await password.fill('not the engine')
    await send.click()
    await alert.getByText('The password is not right.').waitFor()
    assert.equal(await address.inputValue(), NEW_EMAIL, 'what was typed stays')
    assert.deepEqual(await findFlaws(page, ['.people']), [])
    await stage.picture(page, '2-address-refused')
    await password.fill(ADA.password)
    await send.click()
    await panel.getByRole('status').getByText(`a mail is on its way there`).waitFor()
    await stage.picture(page, '2-address-asked')
    const token = await mail.find(NEW_EMAIL, LINK)
    await panel.getByRole('button', { name: '‹ Back' }).click()
    await panel.getByText(ADA.email).waitFor()
    await page.evaluate((hash) => {
      location.hash = hash
    }, `verify-email=${token}`)
    await panel.getByText(NEW_EMAIL).waitFor()
    await mail.find(ADA.email, /(has another e-mail address from now on)/)
    // The browser tells of every refusal, and these two were asked for.
    const told = ada.complaints.splice(0).map((text) => /status of (\d+)/.exec(text)?.[1] ?? text)
    assert.deepEqual(told, ['409', '403'])
  })

  it('[SOC-7] finds a player by name, asks, and is accepted; both see each other here', async () => {
    const panel = await openSheet(ada.page, 'Friends')
    await panel.getByRole('searchbox').fill('bo')
    await panel.getByRole('button', { name: 'Ask: Bob' }).click()
    await panel.getByText('has not answered yet').waitFor()
    await bob.page.getByText('Ada wants to be your friend.').first().waitFor()
    await stage.picture(bob.page, '2-asked')
    const theirs = await openSheet(bob.page, 'Friends')
    await theirs.getByRole('button', { name: 'Accept: Ada' }).click()
    await panel.getByText('Friends · 1 of 1 here').waitFor()
    await stage.picture(ada.page, '3-friends')
  })

  it('[SOC-8] invites to a party, which has a chat of its own', async () => {
    const panel = await openSheet(ada.page, 'Party')
    await panel.getByRole('button', { name: 'Invite: Bob' }).click()
    const theirs = await openSheet(bob.page, 'Party')
    await theirs.getByRole('button', { name: 'Join: Ada' }).click()
    await panel.getByText('Your party · 2 of 5').waitFor()
    await stage.picture(ada.page, '4-party')
    await openChat(ada.page, 'Party')
    await say(ada.page, 'are you ready?')
    const chat = await openChat(bob.page, 'Party')
    await chat.getByText('are you ready?').waitFor()
    await say(bob.page, 'always')
    await ada.page.getByRole('log').getByText('always').waitFor()
    await stage.picture(bob.page, '5-chat')
  })

  it('[SOC-1] changes and deletes an own line, and reports and blocks another’s', async () => {
    const chat = await openChat(ada.page, 'Global')
    await say(ada.page, 'a line with a tpyo')
    await chat.getByRole('button', { name: 'Change this line' }).last().click()
    await ada.page.getByRole('menuitem', { name: 'Change' }).click()
    await say(ada.page, 'a line without')
    const theirs = await openChat(bob.page, 'Global')
    await theirs.getByText('a line without').waitFor()
    await theirs.getByText('edited').waitFor()
    await theirs.getByRole('button', { name: 'About this line of Ada' }).last().click()
    await bob.page.getByRole('menuitem', { name: 'Report this line' }).click()
    await stage.picture(bob.page, '6-report')
    await bob.page.getByRole('button', { name: 'Report', exact: true }).click()
    await bob.page.getByText('A moderator will look at it.').waitFor()
    await chat.getByRole('button', { name: 'Change this line' }).last().click()
    await ada.page.getByRole('menuitem', { name: 'Delete' }).click()
    await theirs.getByText('This line is gone.').waitFor()
  })

  it('[BAT-1] in a low window chat, settings and notes leave each other free', async () => {
    const { page } = bob
    await page.setViewportSize({ width: 900, height: 500 })
    await openChat(page, 'Party')
    await openSheet(page, 'Account')
    assert.deepEqual(await findCovered(page), [])
    await stage.picture(page, '7-low')
    await openSheet(ada.page, 'Party')
    await ada.page.getByRole('button', { name: 'Play together' }).click()
    await page.getByRole('region', { name: 'Your party is going in' }).waitFor()
    assert.deepEqual(await findCovered(page), [])
    await stage.picture(page, '8-low-call')
    await page.getByRole('button', { name: 'Stay here' }).click()
  })

  it('complains about nothing', () => assertQuiet(stage, [ada, bob]))
})
