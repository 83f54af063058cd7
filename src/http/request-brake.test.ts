/** The brake before all routes: pipelines are cut, an address gets so many requests a second. */
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { describe, it } from 'node:test'

import { listen } from '../bind-server.ts'
import { startTestApp } from '../testing/start-test-app.ts'
import {
  brakeRequests,
  OUTSTANDING_MAX,
  RequestBrake,
  REQUESTS_PER_SOCKET_PER_SEC,
} from './request-brake.ts'

function createBrake(socketsPerAddressMax: number) {
  const clock = { nowMs: 0, refusals: [] as string[] }
  const brake = new RequestBrake({
    monotonicMs: () => clock.nowMs,
    socketsPerAddressMax,
    isTrustedProxy: (address) => address === '10.0.0.1',
    rejected: (reason) => clock.refusals.push(reason),
  })
  return { brake, clock }
}

describe('the request brake', () => {
  it('[A-08] gives one address its requests of a second, and the next second anew', () => {
    const { brake, clock } = createBrake(2)
    const takes = () =>
      Array.from({ length: 100 }, () => brake.take('1.2.3.4')).filter(Boolean).length
    assert.equal(takes(), 2 * REQUESTS_PER_SOCKET_PER_SEC)
    assert.ok(brake.take('1.2.3.5'), 'others are not concerned')
    clock.nowMs = 999
    assert.equal(takes(), 0)
    clock.nowMs = 1000
    assert.equal(takes(), 2 * REQUESTS_PER_SOCKET_PER_SEC)
    assert.deepEqual([...new Set(clock.refusals)], ['address_rate'])
  })

  it('counts an IPv6 network as one, and never a trusted proxy', () => {
    const { brake } = createBrake(1)
    for (let index = 0; index < REQUESTS_PER_SOCKET_PER_SEC; index++) {
      assert.ok(brake.take(`2001:db8:1:2::${index}`))
    }
    assert.equal(brake.take('2001:db8:1:2:ffff::1'), false)
    for (let index = 0; index < 1000; index++) assert.ok(brake.take('10.0.0.1'))
  })

  it('[A-08] a pipeline of thousands gets a few answers and is cut', async (t) => {
    const { url, app } = await startTestApp(t)
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
    let answers = 0
    socket.on('data', (chunk) => {
      answers += chunk.toString('latin1').split('HTTP/1.1 200').length - 1
    })
    socket.on('error', () => undefined)
    socket.write('GET /v1/regions HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(5000))
    await new Promise((resolve) => socket.once('close', resolve))
    assert.ok(answers <= OUTSTANDING_MAX, `${answers} answers`)
    const metrics = await app.metrics.text()
    assert.match(metrics, /battalion_http_rejected_total\{reason="pipelined"\} 1/)
    assert.equal((await fetch(`${url}/v1/regions`)).status, 200)
  })

  it('[A-08] Node stops parsing a pipeline that was cut', async (t) => {
    let seen = 0
    const ports = {
      monotonicMs: () => 0,
      socketsPerAddressMax: 20,
      isTrustedProxy: () => false,
      rejected: () => undefined,
    }
    const server = createServer()
    server.on('request', (_request, response) => setTimeout(() => response.end(), 5))
    brakeRequests(server, new RequestBrake(ports), ports)
    server.prependListener('request', () => seen++)
    const url = await listen(server, { port: 0, host: '127.0.0.1', names: { port: '', host: '' } })
    t.after(() => server.close())
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
    socket.on('error', () => undefined)
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(2000))
    await new Promise((resolve) => socket.once('close', resolve))
    assert.equal(seen, OUTSTANDING_MAX + 1)
  })

  it('[A-08] beyond its rate an address gets 429 before any route', async (t) => {
    const { url } = await startTestApp(t, { SOCKETS_PER_ADDRESS_MAX: '2' })
    const statuses: number[] = []
    for (let index = 0; index < 40; index++) {
      statuses.push((await fetch(`${url}/nothing`, { headers: { connection: 'close' } })).status)
    }
    assert.ok(statuses.includes(404) && statuses.includes(429), statuses.join(' '))
  })
})
