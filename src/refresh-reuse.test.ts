/** F-04 over the real server: a refresh token that is used again ends its session, and is seen. */
import assert from 'node:assert/strict'
import { it } from 'node:test'

import { askPatiently, startTestApp } from './testing/start-test-app.ts'

it('[F-04] reuse of a refresh token is logged and counted, without the token', async (t) => {
  const { app, url, logs } = await startTestApp(t)
  const refresh = async (refreshToken: string, key: string) => {
    const answer = await askPatiently(`${url}/v1/auth/refresh`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify({ refreshToken }),
    })
    return { status: answer.status, body: (await answer.json()) as { refreshToken: string } }
  }
  const guest = await askPatiently(`${url}/v1/auth/guest`, { method: 'POST' })
  const { refreshToken: first, userId } = (await guest.json()) as Record<string, string>
  const second = await refresh(first!, 'key-of-the-first')
  const third = await refresh(second.body.refreshToken, 'key-of-the-second')
  assert.equal((await refresh(first!, 'key-of-a-thief')).status, 401)
  assert.equal((await refresh(third.body.refreshToken, 'key-of-the-third')).status, 401)
  const lines = logs.map((line) => JSON.parse(line) as Record<string, unknown>)
  const reuses = lines.filter(({ event }) => event === 'refresh.reused')
  assert.equal(reuses.length, 1)
  const [reuse] = reuses
  assert.equal(reuse!['level'], 'warn')
  assert.equal(reuse!['userId'], userId)
  assert.match(String(reuse!['requestId']), /^[\da-f-]{36}$/)
  for (const { body } of [second, third]) {
    assert.ok(!logs.join('\n').includes(body.refreshToken))
  }
  const page = await (await askPatiently(`${app.opsUrl}/metrics`)).text()
  assert.match(page, /^battalion_refresh_reuses_total 1$/m)
})
