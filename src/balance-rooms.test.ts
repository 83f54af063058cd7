/**
 * Publishing a balance while battles run, with real clients: the running battle and who joins it
 * late keep their version, a new one takes the next, and each predicts by its own.
 */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { fetchBalance } from '@battalion/client/session.ts'
import { waitUntil } from '@battalion/testkit/wait-until.ts'

import { startTestApp } from './testing/start-test-app.ts'
import { createOperator } from './testing/test-operators.ts'
import { joinAlive, walk } from './testing/walk-client.ts'

const WIDE = { GUESTS_PER_ADDRESS_PER_MIN: '1000', SIGN_INS_PER_ADDRESS_PER_MIN: '1000' }
/** A tenth of what a client may be off and nobody sees it (m). */
const ERROR_METRES_MAX = 0.01

interface Version {
  readonly version: string
  readonly revision: number
  readonly files: Record<string, { classes: { walkMetresPerSec: number }[] }>
}

describe('a balance published while battles run', () => {
  it('[GMD-3] reaches new battles; running ones, and who joins them late, keep theirs', async (t) => {
    const { url, app } = await startTestApp(t, WIDE)
    const { headers } = await createOperator({ url, database: app.store.database }, 'game-team')
    const ask = async (method: string, path: string, body?: unknown): Promise<Version> => {
      const answer = await fetch(`${url}/v1/admin/balances${path}`, {
        method,
        headers: { ...headers, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      const text = await answer.text()
      assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${text}`)
      return JSON.parse(text) as Version
    }
    const before = await joinAlive(t, url, { mode: 'duel' })
    const { version } = await ask('POST', '', { base: '1' })
    const draft = await ask('GET', `/${version}`)
    const classes = draft.files['classes.json']!
    const slow = classes.classes.map((each) => ({ ...each, walkMetresPerSec: 2 }))
    const files = { 'classes.json': { classes: slow } }
    await ask('PUT', `/${version}`, { revision: 1, files })
    const publication = { revision: 2, replaces: '1', reason: 'slower' }
    assert.equal((await ask('POST', `/${version}/publish`, publication)).version, '2')
    await waitUntil('new battles take it', async () => {
      return (await fetchBalance(url, 'current')).version === '2'
    })
    const late = await joinAlive(t, url, { roomId: before.roomId })
    const after = await joinAlive(t, url, { mode: 'conquest' })
    const versions = [before, late, after].map(({ balance }) => balance.version)
    assert.deepEqual(versions, ['1', '1', '2'])
    assert.equal(after.welcome.balanceVersion, '2')
    for (const client of [before, late, after]) {
      const metres = await walk(client)
      assert.ok(metres < ERROR_METRES_MAX, `${client.balance.version}: ${metres} m off`)
    }
    const walking = (client: typeof after) =>
      client.balance.classes[client.own.classId]!.walkMetresPerSec
    assert.equal(walking(after), 2)
    assert.ok(walking(late) > 4)
  })
})
