/** Pre-framed writes arrive as whole messages, for every header size, beside ordinary sends. */
import { strict as assert } from 'node:assert'
import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { after, before, describe, it } from 'node:test'
import type { Client } from '@colyseus/core'
import { WebSocket, WebSocketServer } from 'ws'
import { HandleWriter, findStreamBinding } from './handle-writer.ts'
import { streamWriter } from './socket-writer.ts'
import type { SocketWriter } from './socket-writer.ts'
import { FRAME_SPARE_BYTES, createWsSockets } from './ws-socket.ts'

const WRITERS: readonly [name: string, writer: SocketWriter][] = [
  ['by stream', streamWriter],
  ['by handle', new HandleWriter(findStreamBinding()!)],
]

for (const [name, writer] of WRITERS)
  describe(`ws sockets, ${name}`, () => {
    const http = createServer()
    const wss = new WebSocketServer({ server: http })
    const sockets = createWsSockets(writer)
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

    it('[NET-3] a snapshot and a patch behind it arrive in order, beside ordinary sends', async () => {
      received.length = 0
      const ref = client.ref as unknown as WebSocket
      for (const bodyBytes of [10, 200, 70_000]) {
        const bytes = new Uint8Array(FRAME_SPARE_BYTES + bodyBytes).fill(7)
        const place = { bytes, start: FRAME_SPARE_BYTES, end: bytes.byteLength }
        sockets.writeFramedWith(client, place, sockets.frameTail(Buffer.from([1, 2, 3])))
        ref.send(Buffer.from([1, 2]))
        sockets.writeFramedWith(client, place, sockets.frameTail(Buffer.alloc(66_000)))
      }
      await receivedCount(15)
      assert.deepEqual(
        received.map((data) => data.byteLength),
        [10, 200, 70_000].flatMap((bodyBytes) => [bodyBytes, 3, 2, bodyBytes, 66_000]),
      )
      assert.equal(sockets.bufferedBytes(client), 0)
    })

    it('[A-06] what a reader that pauses has not taken is counted, then arrives unchanged', async () => {
      received.length = 0
      const tcp = Reflect.get(browser, '_socket') as Socket
      tcp.pause()
      const frames: Uint8Array[] = []
      while (sockets.bufferedBytes(client) < 100_000) {
        const frame = new Uint8Array(FRAME_SPARE_BYTES + 60_000).fill(frames.length & 0xff)
        frames.push(frame)
        sockets.writeFramed(client, frame, FRAME_SPARE_BYTES, frame.byteLength)
        if (frames.length % 3 === 0) (client.ref as unknown as WebSocket).send(Buffer.from([3]))
      }
      const bytes = Array.from(frames, (frame) => frame[FRAME_SPARE_BYTES]!)
      tcp.resume()
      await receivedCount(frames.length + Math.floor(frames.length / 3))
      const large = received.filter(({ byteLength }) => byteLength === 60_000)
      assert.deepEqual(
        large.map((data) => data[0]),
        bytes,
      )
      assert.ok(large.every((data) => data.every((byte) => byte === data[0])))
      assert.deepEqual(
        received.map(({ byteLength }, at) => byteLength === (at % 4 === 3 ? 1 : 60_000)),
        received.map(() => true),
        'sends stay where they were between the frames',
      )
      await new Promise((resolve) => setImmediate(resolve))
      assert.equal(sockets.bufferedBytes(client), 0)
    })

    it('a closing or closed socket takes nothing and throws nothing', async () => {
      received.length = 0
      const frame = new Uint8Array(20)
      const ref = client.ref as unknown as WebSocket
      const closed = new Promise((resolve) => browser.once('close', resolve))
      ref.close(4000)
      sockets.writeFramed(client, frame, FRAME_SPARE_BYTES, frame.byteLength)
      const place = { bytes: frame, start: FRAME_SPARE_BYTES, end: frame.byteLength }
      sockets.writeFramedWith(client, place, sockets.frameTail(frame))
      await closed
      sockets.terminate(client)
      assert.deepEqual(received, [])
    })
  })
