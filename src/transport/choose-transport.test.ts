/** Which transport one gets, and what an operator reads when it cannot be had. */
import { strict as assert } from 'node:assert'
import { createServer } from 'node:http'
import { describe, it } from 'node:test'
import { WebSocketTransport } from '@colyseus/ws-transport'
import { TransportError, WS_LIMITS, chooseTransport } from './choose-transport.ts'
import { LeanTransport } from './lean-transport.ts'

const failToLoad = () => Promise.reject(new Error('GLIBC_2.38 not found'))

describe('transport choice', () => {
  const server = createServer()
  const timers = { setTimeout: () => ({ cancel: () => undefined }) }

  it('ws is there, with every limit of the wire set', async () => {
    const { transport } = await chooseTransport({ name: 'ws', server, timers })
    assert.ok(transport instanceof WebSocketTransport)
    const { options } = Reflect.get(transport, 'wss') as { options: Record<string, unknown> }
    assert.equal(options['maxPayload'], 2048)
    assert.equal(options['maxFragments'], 16)
    assert.equal(options['maxBufferedChunks'], 64)
    assert.equal(options['closeTimeout'], 2000, '[A-08] a close that is not answered ends soon')
    assert.equal(options['perMessageDeflate'], false, '[A-12] compression stays off')
    assert.equal(WS_LIMITS.pingMaxRetries, 2)
  })

  it('lean is there', async () => {
    const { transport } = await chooseTransport({ name: 'lean', server, timers })
    assert.ok(transport instanceof LeanTransport)
  })

  it('[DEP-4] uws that is not installed stops with a line that says how to install it', async () => {
    const specifiers: string[] = []
    const importModule = async (specifier: string) => {
      specifiers.push(specifier)
      throw Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' })
    }
    const failed = chooseTransport({ name: 'uws', server, timers, importModule })
    await assert.rejects(failed, (error: unknown) => {
      assert.ok(error instanceof TransportError)
      assert.match(
        error.message,
        /npm i --no-save --allow-git=all @colyseus\/uwebsockets-transport@/,
      )
      assert.equal(error.message.includes('\n'), false)
      return true
    })
    assert.deepEqual(specifiers, ['@colyseus/uwebsockets-transport'])
  })

  it('[DEP-4] uws is really asked for when nothing is injected', async () => {
    await assert.rejects(chooseTransport({ name: 'uws', server, timers }), TransportError)
  })

  it('uws that does not load says so', async () => {
    await assert.rejects(
      chooseTransport({ name: 'uws', server, timers, importModule: failToLoad }),
      /does not load here/,
    )
  })
})
