/**
 * The pages that operators keep house with, on a real server in a real browser: jobs, audit log,
 * invite codes, sign-in providers.
 */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import type { Page } from 'playwright-core'

import { listAudit } from '../../../src/services/audit/audit-log.ts'
import { listJobs } from '../../../src/services/jobs/list-jobs.ts'
import { openConsoleBrowser, skip } from './testing/console-browser.ts'
import type { ConsoleBrowser } from './testing/console-browser.ts'
import { DEAD_JOB_ERROR, putDeadJobs } from './testing/dead-jobs.ts'

function dialogOf(page: Page) {
  return page.getByRole('dialog')
}

describe('the house in the console', { skip }, () => {
  it('[ADM-1] jobs: dead letters with their errors are retried, or discarded with a reason', async (t) => {
    const server = await openConsoleBrowser(t)
    await putDeadJobs(server.database, ['letter', 'parcel'])
    const { page, look, assertQuiet } = await server.openAs('admin', '/console/jobs')
    const letters = page.getByRole('region', { name: 'Jobs: dead' })
    await letters.getByText(DEAD_JOB_ERROR).first().waitFor()
    await page.getByRole('region', { name: 'Recurring jobs' }).getByText('prune').first().waitFor()
    await look('jobs')
    const rowOf = (kind: string) => letters.getByRole('row').filter({ hasText: kind })
    await rowOf('letter').getByRole('button', { name: 'Retry' }).click()
    await dialogOf(page).getByRole('button', { name: 'Retry' }).click()
    await page.getByText(/Job \d+ is tried again/).waitFor()
    await rowOf('letter').waitFor({ state: 'detached' })
    await rowOf('parcel').getByRole('button', { name: 'Discard' }).click()
    await dialogOf(page).getByLabel('Reason').fill('the box is gone')
    await look('jobs-discard')
    await dialogOf(page).getByRole('button', { name: 'Discard' }).click()
    await page.getByText('No job has given up.').waitFor()
    const { db } = server.database
    assert.deepEqual(await listJobs(db, { kind: 'parcel', limit: 1 }), [])
    assert.equal((await listJobs(db, { kind: 'letter', limit: 1 }))[0]?.state, 'waiting')
    const [row] = await listAudit(db, { action: 'job.discard', limit: 1 })
    assert.equal(row?.reason, 'the box is gone')
    await page.getByLabel('State').selectOption('waiting')
    await page.getByRole('region', { name: 'Jobs: waiting' }).getByText('letter').waitFor()
    assertQuiet()
  })

  it('[ADM-4] the audit log: filtered, a change readable, its chain checked', async (t) => {
    const server = await openConsoleBrowser(t)
    const first = await server.openAs('admin', '/console/invites')
    await first.page.getByText('There is no code yet.').waitFor()
    await first.page.getByRole('button', { name: 'Make a code' }).click()
    await dialogOf(first.page).getByLabel('Accounts it makes').fill('7')
    await dialogOf(first.page).getByRole('button', { name: 'Make a code' }).click()
    const codes = first.page.getByRole('region', { name: 'Codes, newest first' })
    await codes.getByText('0 of 7').waitFor()
    await first.look('invites')
    await codes.getByRole('button', { name: 'Switch off' }).click()
    await dialogOf(first.page).getByRole('button', { name: 'Switch off' }).click()
    await codes.getByText('off', { exact: true }).waitFor()
    first.assertQuiet()

    const { page, look, assertQuiet } = await server.openAs('admin', '/console/audit')
    const log = page.getByRole('list', { name: 'Rows of the audit log' })
    await page.getByRole('button', { name: 'Verify' }).click()
    await page.getByText('whole', { exact: true }).waitFor()
    await page.getByLabel('Action').fill('invite.create')
    await page.locator('input[name=actor]').fill(first.operator.name)
    await page.getByLabel('From').fill('2020-01-01T00:00')
    await page.getByRole('button', { name: 'Filter' }).click()
    await log.getByText('invite.list').first().waitFor({ state: 'detached' })
    await log.getByText('invite.create').waitFor()
    assert.equal(await log.getByRole('listitem').count(), 1)
    await log.getByText('invite.create').click()
    const change = log.getByRole('row').filter({ hasText: 'usesMax' })
    assert.match(await change.innerText(), /usesMax\s+–\s+7/)
    await look('audit')
    await page.getByLabel('Outcome').selectOption('refused')
    await page.getByRole('button', { name: 'Filter' }).click()
    await page.getByText('No row is like that.').waitFor()
    await page.getByRole('button', { name: 'Clear' }).click()
    await log.getByText('invite.list').first().waitFor()
    assertQuiet()
  })

  it('[AUTH-6] providers are added, changed, switched off; the secret is never seen again', async (t) => {
    const server = await openConsoleBrowser(t)
    const { page, look, assertQuiet } = await server.openAs('admin', '/console/providers')
    await page.getByText('Nobody signs in by another provider.').waitFor()
    await page.getByRole('button', { name: 'Add a provider' }).click()
    const dialog = dialogOf(page)
    await dialog.locator('input[name=id]').fill('corp')
    await dialog.getByLabel('Shown as').fill('Our company')
    await dialog.getByLabel('Issuer').fill('https://id.example.org')
    await dialog.getByLabel('Client id').fill('battalion')
    await dialog.getByLabel('Client secret').fill('a secret of ours')
    await look('providers-add')
    await dialog.getByRole('button', { name: 'Add a provider' }).click()
    const table = page.getByRole('region', { name: 'Providers' })
    await table.getByText('kept').waitFor()
    await look('providers')
    await table.getByRole('button', { name: 'Edit' }).click()
    await dialog.getByLabel('Shown as').fill('The company')
    assert.equal(await dialog.getByLabel('New client secret').inputValue(), '')
    await dialog.getByRole('button', { name: 'Edit' }).click()
    await table.getByRole('cell', { name: 'The company' }).waitFor()
    await table.getByText('kept').waitFor()
    await table.getByRole('button', { name: 'Switch off' }).click()
    await dialog.getByRole('button', { name: 'Switch off' }).click()
    await table.getByText('off', { exact: true }).waitFor()
    const { providers } = await readProviders(server)
    assert.deepEqual(providers, [])
    await table.getByRole('button', { name: 'Remove' }).click()
    await dialog.getByRole('button', { name: 'Remove' }).click()
    await page.getByText('Nobody signs in by another provider.').waitFor()
    const rows = await listAudit(server.database.db, { action: 'provider', limit: 50 })
    assert.ok(!JSON.stringify(rows).includes('a secret of ours'))
    assertQuiet()
  })
})

/** What players are offered. */
async function readProviders({ url }: ConsoleBrowser): Promise<{ providers: unknown[] }> {
  const answer = await fetch(`${url}/v1/auth/oidc/providers`)
  return { providers: ((await answer.json()) as { items: unknown[] }).items }
}
