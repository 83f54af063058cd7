/**
 * OBS-2: one request id from the edge to the last thing that follows from it, over the real server:
 * answer, log line, outbox row, job, the mail that the job sends, and a consumer on the bus.
 */
import assert from 'node:assert/strict'
import { it } from 'node:test'

import { waitUntil } from '@battalion/testkit/wait-until.ts'

import { LIVE_TOPICS } from './services/live-events.ts'
import { findRequestId } from './services/request-scope.ts'
import { askPatiently, startTestApp } from './testing/start-test-app.ts'
import type { TestApp } from './testing/start-test-app.ts'

interface Line {
  readonly event?: string
  readonly requestId?: string
  readonly route?: string
}

function linesOf({ logs }: TestApp, requestId: string): Line[] {
  return logs.map((line) => JSON.parse(line) as Line).filter((line) => line.requestId === requestId)
}

async function signUp({ url }: TestApp, name: string): Promise<{ id: string; token: string }> {
  const requestId = `sign-up-of-${name}`
  const account = { name, email: `${name}@example.test`, password: 'seven long words 7' }
  const answer = await askPatiently(`${url}/v1/auth/signup`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-request-id': requestId },
    body: JSON.stringify(account),
  })
  assert.equal(answer.status, 201, await answer.clone().text())
  const { userId, accessToken } = (await answer.json()) as { userId: string; accessToken: string }
  return { id: userId, token: accessToken }
}

it('OBS-2 one request id goes through log, outbox, bus, job and mail', async (t) => {
  const server = await startTestApp(t)
  const { store } = server.app
  const heard: (string | undefined)[] = []
  const interest = { group: 'test', topics: Object.values(LIVE_TOPICS) }
  await store.bus.subscribe(interest, async (event) => {
    heard.push(findRequestId())
    assert.equal(event.headers['requestId'], findRequestId())
  })
  const ann = await signUp(server, 'ann')
  const ben = await signUp(server, 'ben')
  const requestId = 'trace-0123456789'
  const answer = await askPatiently(`${server.url}/v1/friends`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${ann.token}`,
      'content-type': 'application/json',
      'x-request-id': requestId,
    },
    body: JSON.stringify({ userId: ben.id }),
  })
  assert.ok(answer.ok, await answer.text())
  assert.equal(answer.headers.get('x-request-id'), requestId)

  const { db } = store.database
  const events = await db.selectFrom('stream.outbox').select(['topic', 'headers']).execute()
  const own = events.filter(({ headers }) => {
    return (headers as Record<string, string>)['requestId'] === requestId
  })
  assert.ok(own.length >= 3, 'the notification, and both states of the friendship')
  const jobs = await db
    .selectFrom('jobs.jobs')
    .select('kind')
    .where('request_id', '=', requestId)
    .execute()
  assert.deepEqual(
    jobs.map(({ kind }) => kind),
    ['notify.mail'],
  )
  await waitUntil('the consumer', () => heard.filter((id) => id === requestId).length >= 3)
  // The job of the sign-up sends its mail later: its line still names the request.
  await waitUntil('the mail', () =>
    linesOf(server, 'sign-up-of-ben').some(({ event }) => event === 'mail'),
  )
  const [request] = linesOf(server, requestId).filter(({ event }) => event === 'http.request')
  assert.equal(request?.route, '/v1/friends')

  await t.test(
    'an id that could break a log line is replaced; every request has its own',
    async () => {
      const ids = new Set<string>()
      for (const given of ['a b', '"}{', 'x'.repeat(65), 'short', '']) {
        const refused = await askPatiently(`${server.url}/v1/friends`, {
          headers: given === '' ? {} : { 'x-request-id': given },
        })
        assert.equal(refused.status, 401)
        ids.add(refused.headers.get('x-request-id')!)
        await refused.body?.cancel()
      }
      assert.equal(ids.size, 5)
      for (const id of ids) assert.match(id, /^[\da-f-]{36}$/)
    },
  )
})
