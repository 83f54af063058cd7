/**
 * The sockets and the transport of TRANSPORT=lean: writes of every length, corking, closing, pings,
 * deadlines, upgrades. Real TCP; time is a sweep made by hand.
 */
import { strict as assert } from 'node:assert'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, beforeEach, describe, it } from 'node:test'
import { createPrng } from '@battalion/base/prng.ts'
import { until } from '@battalion/testkit/room-server.ts'
import type { Client } from '@colyseus/core'
import { LeanClient } from './lean-client.ts'
import { LeanKeepalive } from './lean-keepalive.ts'
import { ReadyState, LeanSocket } from './lean-socket.ts'
import { LeanTransport, createLeanSockets } from './lean-transport.ts'
import { clientClose, clientFrame, hostileFrame, randomChunks } from './testing/client-frames.ts'
import { visit } from './testing/raw-visitor.ts'
import type { RawVisitor } from './testing/raw-visitor.ts'
import { HandleWriter, findStreamBinding } from './handle-writer.ts'
import { FRAME_SPARE_BYTES } from './ws-socket.ts'

const LIMITS = { messageBytesMax: 2048, fragmentsMax: 16, piecesMax: 64 }
const TIMERS = { setTimeout: () => ({ cancel: () => undefined }) }
/** Sweeps between two looks at a socket: 3 s of 250 ms. */
const SLOTS = 12
/** Sweeps until a closing socket is cut off. */
const CLOSE_SWEEPS = 9

const binary = (...values: number[]) => clientFrame({ opcode: 2, payload: Buffer.from(values) })

const writer = new HandleWriter(findStreamBinding()!)

describe('lean sockets', () => {
  const http = createServer()
  const sockets = createLeanSockets()
  let keepalive: LeanKeepalive
  let accepted: LeanSocket
  let peer: RawVisitor
  let client: Client
  let closes: [code: number, reason: string][]

  before(async () => {
    http.on('upgrade', (_request, socket) => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\n\r\n')
      accepted = new LeanSocket(
        socket as ConstructorParameters<typeof LeanSocket>[0],
        LIMITS,
        keepalive,
      )
      keepalive.add(accepted)
    })
    http.listen(0, '127.0.0.1')
    await once(http, 'listening')
  })
  beforeEach(async () => {
    keepalive = new LeanKeepalive({ pingIntervalMs: 3000, missesMax: 2, timers: TIMERS, writer })
    peer = await visit((http.address() as AddressInfo).port, '/')
    client = new LeanClient('s', accepted, (socket, data) => socket.send(data))
    closes = []
    accepted.on('close', (code: number, reason: Buffer) => closes.push([code, reason.toString()]))
    accepted.on('error', () => undefined)
  })
  after(() => {
    http.close()
    http.closeAllConnections()
  })

  const sweep = (times: number) => {
    for (let count = 0; count < times; count++) keepalive.sweep()
  }
  /** The connection is over on both sides and nothing of it is left. */
  async function assertGone(code: number): Promise<void> {
    await until(() => closes.length === 1, 'the close event')
    assert.equal(closes[0]![0], code)
    assert.equal(accepted.readyState, ReadyState.closed)
    assert.equal(accepted.keptBytes, 0)
    assert.equal(keepalive.socketCount, 0)
    sweep(2 * SLOTS)
    accepted.close(4000)
    accepted.terminate()
    accepted.send(Buffer.from([1]))
    peer.socket.destroy()
    assert.equal(closes.length, 1)
  }

  it('[NET-3] frames of every length arrive unchanged, in order, by both ways of sending', async () => {
    const lengths = [1, 2, 124, 125, 126, 127, 200, 4096, 4097, 65_534, 65_535, 65_536, 100_000]
    for (const length of lengths) {
      const frame = new Uint8Array(FRAME_SPARE_BYTES + length).fill(length & 0xff)
      sockets.writeFramed(client, frame, FRAME_SPARE_BYTES, frame.byteLength)
      client.raw(frame.subarray(FRAME_SPARE_BYTES))
    }
    await until(() => peer.frames.length === 2 * lengths.length, 'all frames')
    for (const [index, { opcode, payload }] of peer.frames.entries()) {
      assert.equal(opcode, 2)
      assert.equal(payload.byteLength, lengths[index >> 1])
      assert.ok(payload.every((byte) => byte === (payload.byteLength & 0xff)))
    }
    peer.socket.destroy()
  })

  it('a short message sent may be overwritten at once', async () => {
    const message = Buffer.from([1, 2, 3])
    const frame = new Uint8Array(FRAME_SPARE_BYTES + 60_000)
    peer.socket.pause()
    let frameCount = 0
    for (; sockets.bufferedBytes(client) === 0; frameCount++) {
      sockets.writeFramed(client, frame, FRAME_SPARE_BYTES, frame.byteLength)
    }
    client.raw(message)
    message.fill(9)
    peer.socket.resume()
    await until(() => peer.frames.length === frameCount + 1, 'all frames')
    assert.deepEqual(Array.from(peer.frames.at(-1)!.payload), [1, 2, 3])
    peer.socket.destroy()
  })

  it('[NET-3] a snapshot and a patch behind it arrive in order, a close after them, then nothing', async () => {
    for (const bodyBytes of [10, 200, 70_000]) {
      const bytes = new Uint8Array(FRAME_SPARE_BYTES + bodyBytes).fill(7)
      const place = { bytes, start: FRAME_SPARE_BYTES, end: bytes.byteLength }
      sockets.writeFramedWith(client, place, sockets.frameTail(Buffer.from([1, 2, 3])))
      sockets.writeFramedWith(client, place, sockets.frameTail(Buffer.alloc(66_000)))
    }
    client.leave(4460, 'draining')
    client.raw(Buffer.from([4]))
    const late = new Uint8Array(FRAME_SPARE_BYTES + 5)
    sockets.writeFramed(client, late, FRAME_SPARE_BYTES, late.byteLength)
    const place = { bytes: late, start: FRAME_SPARE_BYTES, end: late.byteLength }
    sockets.writeFramedWith(client, place, sockets.frameTail(Buffer.from([1])))
    await until(() => peer.closeCode() !== undefined, 'a close frame')
    const closeBytes = 2 + 'draining'.length
    assert.deepEqual(
      peer.frames.map(({ payload }) => payload.byteLength),
      [10, 3, 10, 66_000, 200, 3, 200, 66_000, 70_000, 3, 70_000, 66_000, closeBytes],
    )
    assert.equal(peer.closeReason(), 'draining')
    peer.socket.write(clientClose(4460))
    await assertGone(4460)
  })

  it('never throws at who closes it: bad codes become 1000, long texts are cut at a character', async () => {
    accepted.close(17, 'é'.repeat(200))
    await until(() => peer.closeCode() !== undefined, 'a close frame')
    assert.equal(peer.closeCode(), 1000)
    assert.equal(peer.closeReason(), 'é'.repeat(61))
    peer.socket.destroy()
    await assertGone(1006)
  })

  it('[A-06] who never answers a close is cut off after 2 s', async () => {
    accepted.close(4400)
    sweep(CLOSE_SWEEPS - 1)
    assert.equal(accepted.readyState, ReadyState.closing)
    assert.deepEqual(closes, [])
    sweep(1)
    await assertGone(1006)
  })

  it('[A-06] a peer that ended its half and does not read is cut off', async () => {
    peer.socket.pause()
    accepted.send(Buffer.alloc(20_000_000))
    peer.socket.end()
    await until(() => accepted.readyState === ReadyState.closing, 'the end is seen')
    sweep(CLOSE_SWEEPS)
    await assertGone(1006)
  })

  it('a silent peer is pinged twice, then cut off; any byte is a sign of life', async () => {
    sweep(SLOTS)
    await until(() => peer.frames.length === 1, 'a ping')
    assert.equal(peer.frames[0]!.opcode, 9)
    const heard = once(accepted, 'message')
    peer.socket.write(binary(1))
    await heard
    sweep(3 * SLOTS)
    assert.equal(accepted.readyState, ReadyState.open)
    await until(() => peer.frames.length === 3, 'two more pings')
    sweep(SLOTS)
    await assertGone(1006)
  })

  it('who sends in each interval is never pinged', async () => {
    for (let interval = 0; interval < 4; interval++) {
      const heard = once(accepted, 'message')
      peer.socket.write(binary(1))
      await heard
      sweep(SLOTS)
    }
    assert.deepEqual(peer.frames, [])
    peer.socket.destroy()
  })

  it('[A-09] pings are answered up to a number, floods of pongs and pings end with 1008', async () => {
    let heard = 0
    accepted.on('ping', () => heard++)
    const ping = clientFrame({ opcode: 9 })
    peer.socket.write(Buffer.concat(Array.from({ length: 3000 }, () => ping)))
    peer.socket.write(binary(1))
    await once(accepted, 'message')
    assert.equal(heard, 1000)
    await until(() => peer.frames.length === 1000, 'the answers')
    sweep(SLOTS)
    await until(() => peer.closeCode() === 1008, 'a close frame')
    peer.socket.end()
    await assertGone(1006)
  })

  it('a peer that pings and does not read is not answered for ever', async () => {
    peer.socket.pause()
    accepted.send(Buffer.alloc(20_000_000))
    const heldBytes = accepted.bufferedAmount
    peer.socket.write(Buffer.concat([clientFrame({ opcode: 9 }), binary(1)]))
    await once(accepted, 'message')
    assert.ok(accepted.bufferedAmount <= heldBytes)
    sockets.terminate(client)
    await assertGone(1006)
  })

  it('a listener that throws closes its own socket with 1011', async () => {
    accepted.on('message', () => {
      throw new RangeError('a bug of ours')
    })
    peer.socket.write(Buffer.concat([binary(1), binary(2)]))
    await until(() => peer.closeCode() === 1011, 'a close frame')
    peer.socket.destroy()
    await assertGone(1006)
  })

  it('hears nothing of a socket it terminated, in the same chunk', async () => {
    const seen: number[] = []
    accepted.on('message', (data: Buffer) => {
      seen.push(data[0]!)
      accepted.terminate()
    })
    peer.socket.write(Buffer.concat([binary(1), binary(2)]))
    await assertGone(1006)
    assert.deepEqual(seen, [1])
  })

  it('[A-01] fuzz: whatever comes in, the socket ends and nothing is left', async () => {
    const prng = createPrng(7)
    const port = (http.address() as AddressInfo).port
    peer.socket.destroy()
    for (let round = 0; round < 150; round++) {
      const visitor = await visit(port, '/')
      const socket = accepted
      socket.on('error', () => undefined)
      const frames = Array.from({ length: 20 }, () => hostileFrame(prng))
      for (const chunk of randomChunks(prng, Buffer.concat(frames), 3000)) {
        visitor.socket.write(chunk)
      }
      visitor.socket.end()
      await until(() => socket.readyState === ReadyState.closed, 'the socket ends')
      assert.equal(socket.keptBytes, 0)
      visitor.socket.destroy()
    }
    await until(() => keepalive.socketCount === 0, 'no socket is left')
  })
})

describe('lean transport', () => {
  const http = createServer()
  let asked: string[] = []
  const transport = new LeanTransport({
    server: http,
    timers: TIMERS,
    writer,
    limits: LIMITS,
    pingIntervalMs: 3000,
    pingMissesMax: 2,
    beforeUpgrade: async (request, context) => {
      asked.push(`${new URL(request.url).pathname} ${context.token}`)
      if (request.url.includes('banned')) return new Response('no', { status: 403 })
      return undefined
    },
  })
  const port = () => (http.address() as AddressInfo).port

  before(async () => {
    transport.listen(0, '127.0.0.1')
    await once(http, 'listening')
  })
  after(() => {
    transport.shutdown()
    http.closeAllConnections()
  })
  beforeEach(() => (asked = []))

  it('[A-10] asks the gate before each upgrade and gives its answer', async () => {
    const banned = await visit(port(), '/p/banned?_authToken=abc')
    await banned.gone
    assert.match(banned.head, /^HTTP\/1\.1 403 Forbidden\r\n/)
    assert.equal(transport.socketCount, 0)
    const open = await visit(port(), '/?_authToken=xyz')
    assert.match(open.head, /^HTTP\/1\.1 101 /)
    assert.deepEqual(asked, ['/p/banned abc', '/ xyz'])
    assert.equal(transport.socketCount, 1)
    open.socket.destroy()
    await until(() => transport.socketCount === 0, 'it is gone')
  })

  it('a frame in the same packet as the handshake is heard', async () => {
    const visitor = await visit(port(), '/', {}, { body: binary(18) })
    await until(() => visitor.frames.length === 1, 'an answer')
    assert.deepEqual(Array.from(visitor.frames[0]!.payload), [18])
    visitor.socket.destroy()
  })

  it('answers a socket without a seat 32 times, then closes it', async () => {
    const visitor = await visit(port(), '/')
    visitor.socket.write(Buffer.concat(Array.from({ length: 40 }, () => binary(18))))
    await until(() => visitor.closeCode() === 1000, 'a close frame')
    assert.equal(visitor.frames.length, 33)
    visitor.socket.destroy()
  })

  it('takes the first protocol a browser offers, and nothing that is no token', async () => {
    const offer = await visit(port(), '/', { 'Sec-WebSocket-Protocol': 'game.v1, other' })
    assert.match(offer.head, /\r\nSec-WebSocket-Protocol: game\.v1\r\n/)
    offer.socket.destroy()
    const bad = await visit(port(), '/', { 'Sec-WebSocket-Protocol': 'a b' })
    assert.match(bad.head, /^HTTP\/1\.1 400 /)
  })

  for (const target of [
    '//',
    '/%',
    '/%ff%fe',
    ':99999999/',
    '*:99999/',
    'http://a:b:c/',
    '/\\..',
  ]) {
    it(`survives the target ${target}`, async () => {
      const visitor = await visit(port(), target)
      visitor.socket.destroy()
      await visitor.gone
      await until(() => transport.socketCount === 0, 'nothing is left')
    })
  }
})
