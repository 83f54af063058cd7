/** Times of signing keys on both engines: the first key, rotation, another secret. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { it } from 'node:test'

import { describeDatabase } from '@battalion/testkit/test-database.ts'

import { ANNOUNCED_MS, KEYS_MAX } from '../auth/key-ring.ts'
import { createServerSecret } from '../auth/server-secret.ts'
import { loadKeys, OtherSecretError, replaceKeys } from './key-rotation.ts'
import { rotateKeys, rotateWhenDue } from './key-rotation.ts'

const NOW_MS = 1_800_000_000_000
const DAY_MS = 86_400_000
const TTL_SEC = 900

function newSecret() {
  return createServerSecret(randomBytes(32).toString('base64'))
}

describeDatabase('times of signing keys', (engine) => {
  it('[F-10] processes agree on the first key, rotate when due, and notice another secret', async (t) => {
    const database = await engine.open(t)
    const secret = newSecret()
    const ports = { secret, nowMs: NOW_MS, ttlSec: TTL_SEC }
    const all = await Promise.all(Array.from({ length: 12 }, () => loadKeys(database, ports)))
    for (const one of all) assert.deepEqual(one, all[0])
    assert.equal(all[0]?.length, 1)
    const due = (nowMs: number, days = 30) => rotateWhenDue(database, { ...ports, nowMs, days })
    assert.equal(await due(NOW_MS + 30 * DAY_MS - 1), false)
    assert.equal(await due(NOW_MS + 90 * DAY_MS, 0), false, 'by hand only')
    const laterMs = NOW_MS + 30 * DAY_MS
    assert.equal(await due(laterMs), true)
    assert.equal(await due(laterMs), false, 'once')
    const [newest, old] = await loadKeys(database, { secret, nowMs: laterMs })
    assert.equal(newest?.signsAtMs, laterMs + ANNOUNCED_MS)
    const tokensEndMs = laterMs + ANNOUNCED_MS + TTL_SEC * 1000
    assert.ok((old?.retiresAtMs ?? 0) >= tokensEndMs, 'no token of it lives longer')
    const afterMs = (old?.retiresAtMs ?? 0) + 1
    assert.equal((await loadKeys(database, { secret, nowMs: afterMs })).length, 1)
    await assert.rejects(
      loadKeys(database, { secret: newSecret(), nowMs: afterMs }),
      OtherSecretError,
    )
    for (let count = 1; count < KEYS_MAX; count++) {
      await rotateKeys(database, { ...ports, nowMs: afterMs })
    }
    const tooMany = rotateKeys(database, { ...ports, nowMs: afterMs })
    await assert.rejects(tooMany, { code: 'conflict' })
    const taker = newSecret()
    const { kid } = await replaceKeys(database, { ...ports, secret: taker, nowMs: afterMs })
    const left = await loadKeys(database, { secret: taker, nowMs: afterMs })
    assert.deepEqual(
      left.map((key) => [key.kid, key.signsAtMs]),
      [[kid, afterMs]],
    )
  })
})
