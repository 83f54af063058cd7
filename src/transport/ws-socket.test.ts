/** Pre-framed writes arrive as whole messages, for every header size, beside ordinary sends. */
import { strict as assert } from 'node:assert'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, it } from 'node:test'
import type { Client } from '@colyseus/core'
import { WebSocket, WebSocketServer } from 'ws'
import { FRAME_SPARE_BYTES, createWsSockets } from './ws-socket.ts'

describe('ws sockets', () => {
  const http = createServer()
  const wss = new WebSocketServer({ server: http })
  const sockets = createWsSockets()
  let browser: WebSocket
  let client: Client
  const received: Buffer[] = []

  before(async () => {
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
    const connected = new Promise<WebSocket>((resolve) => wss.once('connection', resolve))
    browser = new WebSocket(`ws://127.0.0.1:${(http.address() as AddressInfo).port}`)
    browser.on('message', (data: Buffer, isBinary) => {
      assert.equal(isBinary, true)
      received.push(data)
    })
    client = { ref: await connected } as unknown as Client
  })
  after(() => {
    browser.terminate()
    wss.close()
    http.close()
    http.closeAllConnections()
  })

  async function receivedCount(count: number): Promise<void> {
    while (received.length < count) {
      await new Promise((resolve) => browser.once('message', resolve))
    }
  }

  it('[NET-3] frames of every length arrive unchanged, in order', async () => {
    const lengths = [1, 2, 124, 125, 126, 127, 200, 65_534, 65_535, 65_536, 100_000]
    for (const length of lengths) {
      const frame = new Uint8Array(FRAME_SPARE_BYTES + length).fill(
        length & 0xff,
        FRAME_SPARE_BYTES,
      )
      sockets.writeFramed(client, frame, FRAME_SPARE_BYTES, frame.byteLength)
    }
    await receivedCount(lengths.length)
    assert.deepEqual(
      received.map((data) => data.byteLength),
      lengths,
    )
    for (const data of received) {
      assert.ok(data.every((byte) => byte === (data.byteLength & 0xff)))
    }
  })

  it('[NET-3] a corked snapshot and a patch keep their order and leave in one go', async () => {
    received.length = 0
    const frame = new Uint8Array(FRAME_SPARE_BYTES + 10).fill(7)
    sockets.cork(client)
    sockets.writeFramed(client, frame, FRAME_SPARE_BYTES, frame.byteLength)
    ;(client.ref as unknown as WebSocket).send(Buffer.from([1, 2, 3]))
    sockets.writeFramed(client, frame, FRAME_SPARE_BYTES, frame.byteLength)
    assert.ok(sockets.bufferedBytes(client) > 20, 'nothing left yet')
    sockets.uncork(client)
    await receivedCount(3)
    assert.deepEqual(
      received.map((data) => data.byteLength),
      [10, 3, 10],
    )
    assert.equal(sockets.bufferedBytes(client), 0)
  })

  it('a closing or closed socket takes nothing and throws nothing', async () => {
    received.length = 0
    const frame = new Uint8Array(20)
    const ref = client.ref as unknown as WebSocket
    const closed = new Promise((resolve) => browser.once('close', resolve))
    ref.close(4000)
    sockets.writeFramed(client, frame, FRAME_SPARE_BYTES, frame.byteLength)
    sockets.cork(client)
    sockets.uncork(client)
    await closed
    sockets.terminate(client)
    assert.deepEqual(received, [])
  })
})
