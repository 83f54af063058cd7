/** The public port below HTTP: origins, caps, slow and silent sockets, what is not there. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { describe, it } from 'node:test'

import { listen } from '../bind-server.ts'
import { startTestApp } from '../testing/start-test-app.ts'
import { CHECK_INTERVAL_MS, createPublicServer, isSeatAddress } from './public-server.ts'

const TALK_MS_MAX = 10_000

/** Opens a socket, sends `text`, gives back the head of the answer, or what came until the end. */
async function talk(url: string, text: string): Promise<string> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  let got = ''
  socket.on('data', (chunk: Buffer) => {
    got += chunk.toString('latin1')
    if (got.includes('\r\n\r\n')) socket.destroy()
  })
  socket.on('error', () => undefined)
  socket.write(text)
  const timer = setTimeout(() => socket.destroy(), TALK_MS_MAX)
  await once(socket, 'close')
  clearTimeout(timer)
  return got
}

const NOBODYS_SEAT = '/process/room?sessionId=nobody'

function upgrade(host: string, origin?: string, target = NOBODYS_SEAT): string {
  const lines = [
    `GET ${target} HTTP/1.1`,
    `Host: ${host}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    ...(origin === undefined ? [] : [`Origin: ${origin}`]),
  ]
  return `${lines.join('\r\n')}\r\n\r\n`
}

function statusOf(answer: string): string {
  return answer.split(' ')[1] ?? answer
}

describe('the public port', () => {
  it('[A-10] refuses upgrades from foreign pages, takes our own and those without Origin', async (t) => {
    const { url } = await startTestApp(t, { ALLOWED_ORIGINS: 'https://friend.test' })
    const { host } = new URL(url)
    const ask = async (origin?: string) => statusOf(await talk(url, upgrade(host, origin)))
    assert.equal(await ask('https://foe.test'), '403')
    assert.equal(await ask('null'), '403')
    assert.equal(await ask(`http://${host}.foe.test`), '403')
    assert.equal(await ask('https://friend.test'), '101')
    assert.equal(await ask(`http://${host}`), '101')
    assert.equal(await ask(), '101')
  })

  it('[A-01] an upgrade to anything but a seat is refused, and the process lives', async (t) => {
    const { url } = await startTestApp(t)
    const { host } = new URL(url)
    // The first one ended the process: the transport cannot parse it and does so outside any try.
    const targets = ['*:99999999', '*@[', '/', '//', '/a/b', '/a/b?sessionId=', '/?sessionId=x']
    for (const target of [...targets, '/a/b?sessionId=__proto__%00', 'http://a:99999/a/b?c']) {
      assert.equal(statusOf(await talk(url, upgrade(host, undefined, target))), '404', target)
    }
    assert.equal(statusOf(await talk(url, upgrade(host))), '101')
  })

  it('the address of a seat is what the SDK makes of it, also below a folder', () => {
    const rest = '&reconnectionToken=a%2Bb&_authToken=x.y.z'
    assert.ok(isSeatAddress(`/Pz9-_a/r00m?sessionId=aB-_9${rest}`))
    assert.ok(isSeatAddress('/game/eu/Pz9-_a/r00m?sessionId=aB-_9'))
    assert.equal(isSeatAddress(`/a/${'r'.repeat(65)}?sessionId=s`), false)
    assert.equal(isSeatAddress(`/a/b?sessionId=${'s'.repeat(65)}`), false)
  })

  it('[A-08] closes sockets over the cap of one address, and only those', async (t) => {
    const { url } = await startTestApp(t, { SOCKETS_PER_ADDRESS_MAX: '5' })
    const { hostname, port } = new URL(url)
    const open = (localAddress: string): Socket => {
      const socket = connect({ port: Number(port), host: hostname, localAddress })
      socket.on('error', () => undefined)
      return socket
    }
    const sockets = Array.from({ length: 12 }, () => open('127.0.0.7'))
    t.after(() => sockets.forEach((socket) => socket.destroy()))
    const closed = sockets.map((socket) => once(socket, 'close').then(() => socket))
    const gone = new Set<Socket>()
    for (const one of closed) void one.then((socket) => gone.add(socket))
    await Promise.all(closed.slice(5))
    assert.equal(gone.size, 7)
    const other = open('127.0.0.8')
    t.after(() => other.destroy())
    other.write(`GET /v1/regions HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)
    const [first] = (await once(other, 'data')) as [Buffer]
    assert.match(first.toString(), /^HTTP\/1\.1 200/)
  })

  it('does not count the sockets of a trusted proxy as one client', async (t) => {
    const env = { SOCKETS_PER_ADDRESS_MAX: '2', TRUSTED_PROXIES: '127.0.0.9' }
    const { url } = await startTestApp(t, env)
    const { hostname, port } = new URL(url)
    const proxied = Array.from({ length: 6 }, () =>
      connect({ port: Number(port), host: hostname, localAddress: '127.0.0.9' }),
    )
    t.after(() => proxied.forEach((socket) => socket.destroy()))
    const last = proxied.at(-1)!
    last.write('GET /v1/regions HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 1.2.3.4\r\n\r\n')
    const [answer] = (await once(last, 'data')) as [Buffer]
    assert.match(answer.toString(), /^HTTP\/1\.1 200/)
  })

  it('[A-08] closes silent and half-sent requests, within 15 s as configured', async (t) => {
    const ports = {
      connectionsMax: 100,
      socketsPerAddressMax: 100,
      isOriginAllowed: () => true,
      isTrustedProxy: () => false,
      rejected: () => undefined,
    }
    const usual = createPublicServer(ports)
    assert.ok(Math.max(usual.headersTimeout, usual.requestTimeout) + CHECK_INTERVAL_MS <= 15_000)
    const server = createPublicServer({ ...ports, slowClientMs: 200, checkIntervalMs: 50 })
    t.after(() => server.close())
    const url = await listen(server, { port: 0, host: '127.0.0.1', names: { port: '', host: '' } })
    const texts = ['', 'GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ', 'POST / HTTP/1.1\r\nContent-Le']
    const startedMs = performance.now()
    await Promise.all(Array.from({ length: 30 }, (_, index) => talk(url, texts[index % 3]!)))
    assert.ok(performance.now() - startedMs < TALK_MS_MAX, 'closed by the server, not by the test')
  })

  it('[G-16] serves nothing of the ops port, of Colyseus or of its tools', async (t) => {
    const { url, app } = await startTestApp(t)
    await app.store.database.ready
    const paths = ['/metrics', '/livez', '/readyz', '/__healthcheck', '/colyseus', '/monitor']
    for (const path of [...paths, '/playground', '/matchmake', '/matchmake/battlefield']) {
      assert.equal((await fetch(url + path)).status, 404, path)
    }
    const metrics = await (await fetch(`${app.opsUrl}/metrics`)).text()
    assert.match(metrics, /battalion_http_request_duration_seconds_count\{route="unknown"/)
    assert.equal((await fetch(`${app.opsUrl}/`)).status, 404)
    assert.equal((await fetch(`${app.opsUrl}/startupz`)).status, 200)
    assert.equal((await fetch(`${app.opsUrl}/livez`)).status, 200)
  })

  it('[B-03] a body that never ends is cut at the limit', async (t) => {
    const { url } = await startTestApp(t)
    const head =
      'POST /v1/auth/guest HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n' +
      'Transfer-Encoding: chunked\r\n\r\n'
    const chunk = `1000\r\n${'x'.repeat(0x1000)}\r\n`
    assert.equal(statusOf(await talk(url, head + chunk.repeat(3))), '413')
  })
})
