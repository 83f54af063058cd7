/** The HTTP half against a small server of the test's own. */
import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, it } from 'node:test'
import { AppError } from '@battalion/base/app-error.ts'
import { readShippedBalanceFiles } from '@battalion/testkit/load-shipped-balance.ts'
import { BOT_KEY_HEADER, createGuest, fetchBalance, refreshSession } from './session.ts'

/** Runs `use` with a server that answers by `answer`; closes it afterwards. */
async function withServer(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
  use: (baseUrl: string) => Promise<void>,
): Promise<void> {
  const server = createServer(answer).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  try {
    await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  } finally {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json', 'retry-after': '7' })
  response.end(JSON.stringify(body))
}

describe('createGuest', () => {
  it('[DEP-1] signs in with name and bot key and answers what the server answers', async () => {
    const seen: unknown[] = []
    const session = { userId: 'u1', accessToken: 't', accessExpiresAt: '2026-01-01T00:00:00Z' }
    await withServer(
      (request, response) => {
        seen.push(request.method, request.url, request.headers[BOT_KEY_HEADER])
        request.on('data', (chunk: Buffer) => seen.push(chunk.toString()))
        request.on('end', () => send(response, 200, session))
      },
      async (baseUrl) => {
        const guest = await createGuest(`${baseUrl}/`, { name: 'Ann', botKey: 'k' })
        assert.deepEqual(guest, session)
      },
    )
    assert.deepEqual(seen, ['POST', '/v1/auth/guest', 'k', '{"name":"Ann"}'])
  })

  it('[AUTH-3] exchanges the refresh token under a key that makes a repeat the same', async () => {
    const seen: unknown[] = []
    await withServer(
      (request, response) => {
        seen.push(request.method, request.url, request.headers['idempotency-key'])
        request.on('data', (chunk: Buffer) => seen.push(chunk.toString()))
        request.on('end', () => send(response, 200, { refreshToken: 'new' }))
      },
      async (baseUrl) => {
        const session = await refreshSession(baseUrl, 'old', 'once')
        assert.equal(session.refreshToken, 'new')
      },
    )
    assert.deepEqual(seen, ['POST', '/v1/auth/refresh', 'once', '{"refreshToken":"old"}'])
  })

  it('[DEP-1] throws the code, sentence and waiting time of a problem answer', async () => {
    const problem = { code: 'rate_limited', title: 'Too fast', detail: 'Try again in 7 s.' }
    await withServer(
      (_, response) => send(response, 429, problem),
      async (baseUrl) => {
        await assert.rejects(createGuest(baseUrl), (error: AppError) => {
          assert.deepEqual(
            [error.code, error.message, error.retryAfterSec],
            ['rate_limited', 'Try again in 7 s.', 7],
          )
          return true
        })
      },
    )
  })

  it('[DEP-1] says when a server cannot be reached, and survives an answer without JSON', async () => {
    await assert.rejects(
      createGuest('http://127.0.0.1:1'),
      (error: AppError) => error.code === 'unavailable',
    )
    await withServer(
      (_, response) => response.writeHead(502).end('<html>'),
      async (baseUrl) => {
        await assert.rejects(
          createGuest(baseUrl),
          (error: AppError) => error.code === 'unavailable',
        )
      },
    )
  })
})

describe('fetchBalance', () => {
  it('[BAT-5] fetches a version once, `current` each time, and forgets a failure', async () => {
    let requests = 0
    const files = readShippedBalanceFiles()
    await withServer(
      (_, response) => {
        requests++
        if (requests === 1) send(response, 503, {})
        else send(response, 200, { version: '1', files })
      },
      async (baseUrl) => {
        await assert.rejects(fetchBalance(baseUrl, '1'), AppError)
        const [first, second] = await Promise.all([
          fetchBalance(baseUrl, '1'),
          fetchBalance(baseUrl, '1'),
        ])
        assert.equal(first, second)
        assert.equal(requests, 2)
        await fetchBalance(baseUrl, 'current')
        await fetchBalance(baseUrl, 'current')
        assert.equal(requests, 4)
      },
    )
  })
})
