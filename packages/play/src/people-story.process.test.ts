/**
 * Friends, party and chat in the page, on a real server in a real browser: a guest who stays, the
 * link of his mail, two players who meet. Pictures of each stage go to
 * a temporary folder, whose path is printed when something fails.
 */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'

import { findChromium } from './harness/browser.ts'
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
const BOB = { name: 'Bob', email: 'bob@example.org', password: 'the second engine' }

describe('people in the page', { skip }, () => {
  let stage: PeopleStage
  let ada: PlayerPage
  let bob: PlayerPage

  before(async () => {
    stage = await openStage()
    ada = await stage.open({ colorScheme: 'light' })
    bob = await stage.open({ colorScheme: 'dark' })
  })
  after(() => stage?.close())

  it('[AUTH-1] a guest becomes an account and keeps his id; the mail proves the address', async () => {
    const { page } = ada
    const guestId = await readUserId(page)
    await keepGuest(page, ADA)
    assert.equal(await readUserId(page), guestId)
    await stage.picture(page, '1-account')
    const token = await stage.mailToken('verify-email')
    await page.evaluate((hash) => {
      location.hash = hash
    }, `verify-email=${token}`)
    await page.getByText('Address proved').waitFor()
    assert.equal(await page.evaluate(() => location.hash), '', 'the token stays in no address')
    await keepGuest(bob.page, BOB)
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

  it('complains about nothing', () => assertQuiet(stage, [ada, bob]))
})
