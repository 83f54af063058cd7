/**
 * The page of balance versions in a real browser: a damage value is edited, found wrong, mended,
 * compared and published; a battle that runs keeps what it had, a new one takes it.
 */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { waitUntil } from '@battalion/testkit/wait-until.ts'

import { fetchBalance } from '@battalion/client/session.ts'
import { listAudit } from '../../../src/services/audit/audit-log.ts'
import { insideStep } from '../../../src/testing/test-operators.ts'
import { joinAlive } from '../../../src/testing/walk-client.ts'
import { openConsoleBrowser, skip } from './testing/console-browser.ts'

describe('the page of balance versions', { skip }, () => {
  it('[ADM-3, GMD-3] edits, validates, compares, publishes; running battles keep theirs', async (t) => {
    const server = await openConsoleBrowser(t, { GUESTS_PER_ADDRESS_PER_MIN: '1000' })
    const { url } = server
    const running = await joinAlive(t, url, { mode: 'duel' })
    const tab = await server.openAs('game-team', '/console/balance')
    const { page } = tab
    await page.getByRole('cell', { name: 'shipped' }).waitFor()
    await tab.look('balance')

    await page.getByRole('button', { name: 'New draft' }).click()
    await page.getByLabel('What it is for').fill('Rifles were too weak at range.')
    await page.getByRole('dialog').getByRole('button', { name: 'New draft' }).click()
    await page.getByRole('heading', { name: /^Balance draft-\d+$/ }).waitFor()
    const text = page.getByRole('textbox', { name: 'weapons.json' })
    const shipped = await text.inputValue()
    const rifle = /"id": "rifle"[^}]*?"damage": (\d+)/.exec(shipped)
    assert.ok(rifle)
    const before = Number(rifle[1])
    const put = (damage: string) => shipped.replace(rifle[0], rifle[0].replace(/\d+$/, damage))
    await text.fill(put('"much"'))
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('cell', { name: /expected a number from 0 to 255/ }).waitFor()
    assert.ok(await page.getByRole('button', { name: 'Publish' }).isDisabled())
    await tab.look('balance-fault')

    await page.getByRole('textbox', { name: 'weapons.json' }).fill('{ not JSON')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText(/This is not JSON/).waitFor()
    await page.getByRole('textbox', { name: 'weapons.json' }).fill(put(String(before + 1)))
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Nothing is wrong: it can be played.').waitFor()
    const changes = page.getByRole('list', { name: 'Changes against version 1' })
    await changes.getByText('$.weapons[rifle].damage').waitFor()
    await tab.look('balance-draft')

    await page.getByRole('button', { name: 'Publish' }).click()
    await page.getByLabel('Reason').fill('Weak at range in 200 matches.')
    await page.getByRole('dialog').getByRole('button', { name: 'Publish' }).click()
    await page.getByRole('heading', { name: 'Balance 2' }).waitFor()
    await tab.look('balance-published')
    await waitUntil('new battles take it', async () => {
      return (await fetchBalance(url, 'current')).version === '2'
    })
    const fresh = await joinAlive(t, url, { mode: 'conquest' })
    const damageOf = ({ balance }: typeof fresh) =>
      balance.weapons.find(({ id }) => id === 'rifle')!.damage
    assert.deepEqual([running.balance.version, damageOf(running)], ['1', before])
    assert.deepEqual([fresh.balance.version, damageOf(fresh)], ['2', before + 1])
    tab.assertQuiet()

    const reader = await server.openAs('admin', '/console/balance/2')
    await reader.page.getByText('Nothing is wrong: it can be played.').waitFor()
    const changing = reader.page.getByRole('button', { name: /Save|New draft|Publish/ })
    assert.equal(await changing.count(), 0, 'who may only read has no way to change')
  })

  it('[GMD-3, AUTH-7] an admin who is alone gives himself the role and publishes', async (t) => {
    const server = await openConsoleBrowser(t)
    const tab = await server.openAs('admin', '/console/balance')
    const { page } = tab
    const { name, password, code, userId } = tab.operator
    await page.getByText('Drafts are made and published by the role game-team.').waitFor()
    await tab.look('balance-admin')
    assert.equal(await page.getByRole('button', { name: 'New draft' }).count(), 0)
    const headers = { ...tab.operator.headers, 'content-type': 'application/json' }
    const body = JSON.stringify({ base: '1' })
    const draft = { method: 'POST', headers, body }
    assert.equal((await fetch(`${server.url}/v1/admin/balances`, draft)).status, 403)

    await page.getByRole('main').getByRole('link', { name: 'Staff' }).click()
    await page.getByLabel('To whom').fill(name)
    await page.getByRole('button', { name: 'Search' }).click()
    await page.getByRole('button', { name: 'Give a role' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('combobox').selectOption('game-team')
    await insideStep()
    await dialog.getByRole('button', { name: 'Give a role' }).click()
    await page.getByText('Your session has ended. Sign in again.').waitFor()
    await page.getByLabel('Name or e-mail').fill(name)
    await page.getByLabel('Password').fill(password)
    await page.getByLabel(/Code of your authenticator app/).fill(code(0))
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByText(`${name} (admin, game-team)`).waitFor()

    await page.getByRole('link', { name: 'Balance' }).click()
    await page.getByRole('button', { name: 'New draft' }).click()
    await dialog.getByRole('button', { name: 'New draft' }).click()
    const text = page.getByRole('textbox', { name: 'weapons.json' })
    const shipped = await text.inputValue()
    await text.fill(shipped.replace(/"damage": (\d+)/, '"damage": 1$1'))
    await page.getByRole('button', { name: 'Save' }).click()
    const changes = page.getByRole('list', { name: 'Changes against version 1' })
    await changes.getByText(/\.damage$/).waitFor()
    await page.getByText('Nothing is wrong: it can be played.').waitFor()
    await page.getByRole('button', { name: 'Publish' }).click()
    await dialog.getByLabel('Reason').fill('It is my game.')
    await dialog.getByRole('button', { name: 'Publish' }).click()
    await page.getByRole('heading', { name: 'Balance 2' }).waitFor()
    const { db } = server.database
    const [given] = await listAudit(db, { action: 'role.grant', limit: 1 })
    assert.deepEqual([given?.actor.id, given?.target?.id], [userId, userId])
    const [published] = await listAudit(db, { action: 'balance.publish', limit: 1 })
    assert.equal(published?.outcome, 'done')
    tab.assertQuiet()
  })
})
