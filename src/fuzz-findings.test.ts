/** What the fuzz of the API found: NUL characters, and users who are not there. */
import assert from 'node:assert/strict'
import { it } from 'node:test'

import { describeDatabase } from '@battalion/testkit/test-database.ts'

import { startTestApp } from './testing/start-test-app.ts'
import { createOperator } from './testing/test-operators.ts'

/** How often a busy database is asked, and the pause between (ms). */
const TRIES_MAX = 30
const RETRY_MS = 500
const GROUP = { name: 'The \u0000 band', isOpen: true }
const NOBODY = { userId: '00000000-0000-4000-8000-000000000000' }
const REQUESTS: readonly (readonly [string, string, object | undefined, number])[] = [
  ['GET', '/v1/players?name=ab%00c', undefined, 400],
  ['GET', '/v1/players?ids=%00', undefined, 400],
  ['DELETE', '/v1/admin/invites/a%00b', undefined, 400],
  ['DELETE', '/v1/admin/words/block/a%00b', undefined, 400],
  ['GET', '/v1/mail/unsubscribe?token=a%00b', undefined, 404],
  ['POST', '/v1/groups', { ...GROUP, 'na\u0000me': 1 }, 400],
  ['POST', '/v1/groups', GROUP, 200],
  ['GET', '/v1/me?unread=%00', undefined, 200],
  ['POST', '/v1/channels', NOBODY, 404],
]

describeDatabase('what a fuzz found', (engine) => {
  it('[G-05] NUL is refused in addresses, dropped from bodies; nobody has no channel', async (t) => {
    const databasePlace = await engine.place(t, 'migrated')
    const { url } = await startTestApp(t, {}, { databasePlace })
    const guest = await askPatiently(`${url}/v1/auth/guest`, { method: 'POST' })
    const { accessToken } = (await guest.json()) as { accessToken: string }
    const headers = { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' }
    for (const [index, [method, path, body, status]] of REQUESTS.entries()) {
      const keyed = { ...headers, 'idempotency-key': `k${index}` }
      const sent = body === undefined ? {} : { body: JSON.stringify(body) }
      const answer = await askPatiently(url + path, { method, headers: keyed, ...sent })
      assert.equal(answer.status, status, `${method} ${path}: ${await answer.text()}`)
    }
  })

  it('[G-05] NUL is refused in filters of operators', async (t) => {
    const databasePlace = await engine.place(t, 'migrated')
    const { url, app } = await startTestApp(t, {}, { databasePlace })
    const { headers } = await createOperator({ url, database: app.store.database }, 'admin')
    const times = 'from=2026-01-01T00:00:00Z&until=2026-01-02T00:00:00Z'
    const filters = [`matches/report?${times}&region=%00`, 'matches?map=%00', 'audit?action=%00']
    for (const path of [...filters, 'jobs?kind=%00', 'users?query=%00']) {
      const answer = await askPatiently(`${url}/v1/admin/${path}`, { headers })
      assert.equal(answer.status, 400, `${path}: ${await answer.text()}`)
    }
  })
})

/** Asks again while a busy database has no time, as its 503 says. */
async function askPatiently(url: string, init: RequestInit): Promise<Response> {
  for (let tries = 1; ; tries++) {
    const answer = await fetch(url, init)
    if (answer.status !== 503 || tries === TRIES_MAX) return answer
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
  }
}
