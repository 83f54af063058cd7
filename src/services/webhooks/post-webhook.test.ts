/** One call over real sockets: what it may reach, how long it waits, what it makes of answers. */
import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'

import { startReceiver } from '../../testing/webhook-receiver.ts'
import { findTargetFault, postWebhook, resolveBySystem } from './post-webhook.ts'
import type { CallPorts } from './post-webhook.ts'

const HERE = [{ address: '127.0.0.1', family: 4 }]
const PUBLIC = [{ address: '93.184.215.14', family: 4 }]

function call(url: string) {
  return { url: new URL(url), headers: { 'x-a': 'b' }, body: '{"a":1}' }
}

const ANY: CallPorts = { rule: 'any', resolve: resolveBySystem }

describe('[G-11] a webhook call', () => {
  it('posts the body and tells the status, of redirects too, which it does not follow', async (t) => {
    const receiver = await startReceiver(t)
    assert.deepEqual(await postWebhook(call(receiver.url), ANY), { status: 204 })
    assert.deepEqual([receiver.calls[0]?.body, receiver.calls[0]?.headers['x-a']], ['{"a":1}', 'b'])
    receiver.answer = (_, response) => {
      response.writeHead(302, { location: `http://127.0.0.1:${receiver.port}/inside` }).end()
    }
    assert.deepEqual(await postWebhook(call(receiver.url), ANY), { status: 302 })
    assert.equal(receiver.calls.filter(({ path }) => path === '/inside').length, 0)
  })

  it('reaches nothing behind a name that leads inside, also when it led outside before', async (t) => {
    const receiver = await startReceiver(t)
    const answers = [PUBLIC, HERE, [...PUBLIC, ...HERE]]
    let asked = 0
    const rebinding = async () => answers[asked++]!
    const ports: CallPorts = { rule: 'public', resolve: rebinding }
    const url = `http://rebind.example:${receiver.port}/`
    assert.equal(await findTargetFault(new URL(url), ports), undefined, 'saved while it was public')
    const closed = { status: undefined, failure: 'closed_address' }
    assert.deepEqual(await postWebhook(call(url), ports), closed)
    assert.deepEqual(await postWebhook(call(url), ports), closed, 'one closed address is enough')
    assert.equal(asked, 3)
    for (const literal of ['127.0.0.1', '[::ffff:127.0.0.1]', '[::1]', '0.0.0.0', 'localhost']) {
      const here = { rule: 'public', resolve: resolveBySystem } as const
      const target = call(`http://${literal}:${receiver.port}/`)
      assert.deepEqual(await postWebhook(target, here), closed, literal)
    }
    assert.equal(receiver.socketCount, 0)
  })

  it('resolves once, and connects to what it resolved', async (t) => {
    const receiver = await startReceiver(t)
    let asked = 0
    const resolve = async () => {
      asked++
      return HERE
    }
    const outcome = await postWebhook(call(`http://any.example:${receiver.port}/`), {
      rule: 'any',
      resolve,
    })
    assert.deepEqual([outcome, asked], [{ status: 204 }, 1])
    assert.equal(receiver.calls[0]?.headers['host'], `any.example:${receiver.port}`)
  })

  it('gives up on who does not answer, and on what is no answer', async (t) => {
    const receiver = await startReceiver(t)
    receiver.answer = () => undefined
    const soon = { ...ANY, msMax: 200 }
    const late = { status: undefined, failure: 'timeout' }
    assert.deepEqual(await postWebhook(call(receiver.url), soon), late)
    const never = { ...soon, resolve: () => new Promise<never>(() => undefined) }
    assert.deepEqual(await postWebhook(call('http://never.example/'), never), late)
    const gone = { ...ANY, resolve: () => Promise.reject(new Error('ENOTFOUND')) }
    const unresolved = await postWebhook(call('http://gone.example/'), gone)
    assert.deepEqual(unresolved, { status: undefined, failure: 'unresolved' })
    const noise = createServer((socket) => void socket.end('nonsense\r\n\r\n'))
    noise.listen(0, '127.0.0.1')
    await once(noise, 'listening')
    t.after(() => noise.close())
    const { port } = noise.address() as AddressInfo
    const unreachable = { status: undefined, failure: 'unreachable' }
    assert.deepEqual(await postWebhook(call(`http://127.0.0.1:${port}/`), ANY), unreachable)
    assert.equal((await postWebhook(call(`https://127.0.0.1:${port}/`), ANY)).status, undefined)
  })

  it('[G-12] ends with an upgrade that nobody asked for: one receiver stops no sender', async (t) => {
    const head = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: foe\r\n\r\n'
    const foe = createServer((socket) => {
      socket.on('error', () => undefined)
      socket.once('data', () => void socket.write(head))
    })
    foe.listen(0, '127.0.0.1')
    await once(foe, 'listening')
    t.after(() => foe.close())
    const { port } = foe.address() as AddressInfo
    const calling = postWebhook(call(`http://127.0.0.1:${port}/`), { ...ANY, msMax: 200 })
    const late = delay(5000, 'never', { ref: false })
    assert.deepEqual(await Promise.race([calling, late]), {
      status: undefined,
      failure: 'unreachable',
    })
  })

  it('reads no body, however long, and no endless header', async (t) => {
    const receiver = await startReceiver(t)
    let sent = 0
    receiver.answer = (_, response) => {
      response.writeHead(200)
      const pour = () => {
        while (!response.destroyed && response.write('x'.repeat(65_536))) sent += 65_536
      }
      response.on('drain', pour)
      pour()
    }
    assert.deepEqual(await postWebhook(call(receiver.url), ANY), { status: 200 })
    assert.ok(sent < 50_000_000)
    receiver.answer = (_, response) => {
      response.writeHead(200, { 'x-long': 'x'.repeat(10_000) }).end()
    }
    const { status } = await postWebhook(call(receiver.url), ANY)
    assert.equal(status, undefined)
  })
})
