/**
 * Two transports, one behaviour: what a client with bare TCP sees of `ws` and of `lean` is the same
 * for handshakes, hostile frames and closing. The room suites run over both as well
 * (lean-rooms.process.test.ts); here is what they cannot send.
 */
import { strict as assert } from 'node:assert'
import { after, before, describe, it } from 'node:test'
import { sampleBalance } from '@battalion/sim/sample-battle.ts'
import { openRawClient, takeRawSeat } from '@battalion/testkit/raw-client.ts'
import type { RawClient } from '@battalion/testkit/raw-client.ts'
import { startRoomServer, testToken, until } from '@battalion/testkit/room-server.ts'
import type { RoomServer } from '@battalion/testkit/room-server.ts'
import { matchMaker } from '@colyseus/core'
import { clientClose, clientFrame } from './testing/client-frames.ts'
import { SAMPLE_ACCEPT, visit } from './testing/raw-visitor.ts'
import type { RawVisitor } from './testing/raw-visitor.ts'

const bytes = (...values: number[]) => Buffer.from(values)
const binary = (payload: Uint8Array) => clientFrame({ opcode: 2, payload })
const part = (opcode: number, isFinal = false) =>
  clientFrame({ opcode, isFinal, payload: bytes(13) })

/** What a joined client sends, and the close code it is told. */
const HOSTILE: readonly [what: string, stream: Buffer, closeCode: number][] = [
  ['an unmasked frame', clientFrame({ opcode: 2, isMasked: false, payload: bytes(18) }), 1002],
  ['RSV1', clientFrame({ opcode: 2, reservedBits: 4, payload: bytes(18) }), 1002],
  ['RSV3', clientFrame({ opcode: 2, reservedBits: 1, payload: bytes(18) }), 1002],
  ['opcode 3', clientFrame({ opcode: 3 }), 1002],
  ['opcode 15', clientFrame({ opcode: 15 }), 1002],
  ['a ping of 126 bytes', clientFrame({ opcode: 9, payload: Buffer.alloc(126) }), 1002],
  ['a ping in fragments', clientFrame({ opcode: 9, isFinal: false }), 1002],
  ['a continuation of nothing', part(0), 1002],
  ['a message inside a message', Buffer.concat([part(2), part(2)]), 1002],
  ['a message of 2,049 bytes', binary(Buffer.alloc(2049)), 1009],
  ['1 GB declared', clientFrame({ opcode: 2, declaredBytes: 1n << 30n }), 1009],
  ['2^63 declared', clientFrame({ opcode: 2, declaredBytes: 1n << 63n }), 1009],
  ['17 fragments', Buffer.concat([part(2), ...Array.from({ length: 16 }, () => part(0))]), 1008],
  ['text', clientFrame({ opcode: 1, payload: Buffer.from('hello') }), 4400],
  ['text that is not UTF-8', clientFrame({ opcode: 1, payload: bytes(0xc0) }), 1007],
  ['an empty message', clientFrame({ opcode: 2 }), 4400],
  ['a code nobody uses', binary(bytes(99)), 4400],
  ['a frame over the gate’s limit', binary(Buffer.alloc(1500, 13)), 4413],
  ['close 999', clientClose(999), 1002],
  ['close 1005', clientClose(1005), 1002],
  ['close 1015', clientClose(1015), 1002],
  ['close 2999', clientClose(2999), 1002],
  ['close 5000', clientClose(5000), 1002],
  ['a close of one byte', clientFrame({ opcode: 8, payload: bytes(3) }), 1002],
  ['a close reason that is not UTF-8', clientClose(1000, bytes(0xff)), 1007],
  ['close 1000', clientClose(1000, 'bye'), 1000],
  ['close 4999', clientClose(4999), 4999],
  ['a close without a code', clientFrame({ opcode: 8 }), 1005],
]

/** Upgrades that are turned away, and with which status. */
const BAD_UPGRADES: readonly [what: string, headers: Record<string, string>, status: number][] = [
  ['no key', { 'Sec-WebSocket-Key': '' }, 400],
  ['a key of 15 bytes', { 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25j' }, 400],
  ['another protocol', { Upgrade: 'h2c' }, 400],
]

for (const transport of ['ws', 'lean'] as const) {
  describe(`transport contract: ${transport}`, () => {
    let server: RoomServer
    let honest: RawClient
    let serial = 0

    before(async () => {
      const balance = sampleBalance({ mode: { warmupSec: 600, tickRateHz: 60 } })
      server = await startRoomServer({ balance, transport })
      honest = await openRawClient(server, { userId: 'honest' })
    })
    after(async () => {
      assert.deepEqual(server.errors, [])
      await server.stop()
    })

    /** A joined client with bare TCP. */
    async function attacker(headers: Record<string, string> = {}): Promise<RawVisitor> {
      const options = { userId: `evil${transport}${++serial}` }
      const seat = await takeRawSeat(server, options)
      const token = testToken(options.userId)
      const path = `/${seat.processId}/${seat.roomId}?sessionId=${seat.sessionId}&_authToken=${token}`
      const visitor = await visit(server.port, path, headers)
      await until(() => visitor.frames.length > 0, 'JOIN_ROOM comes')
      visitor.socket.write(binary(bytes(10)))
      return visitor
    }

    async function assertUndisturbed(): Promise<void> {
      const { length } = honest.frames
      await until(() => honest.frames.length > length + 2, 'the honest client goes on')
    }

    it('[A-12] accepts a handshake as RFC 6455 1.3 has it; compression stays off', async () => {
      const visitor = await attacker({ 'Sec-WebSocket-Extensions': 'permessage-deflate' })
      assert.match(visitor.head, /^HTTP\/1\.1 101 /)
      assert.ok(visitor.head.includes(`\r\nSec-WebSocket-Accept: ${SAMPLE_ACCEPT}\r\n`))
      assert.doesNotMatch(visitor.head, /Sec-WebSocket-(Extensions|Protocol)/)
      visitor.socket.destroy()
    })

    for (const [what, headers, status] of BAD_UPGRADES) {
      it(`[A-08] turns away an upgrade with ${what}`, async () => {
        const visitor = await visit(server.port, '/x/y?sessionId=z', headers)
        await visitor.gone
        assert.match(visitor.head, new RegExp(`^HTTP/1\\.1 ${status} `))
      })
    }

    for (const target of ['*:99999/', '*[/', '*<', '*%zz/']) {
      it(`[A-08] the target ${target}, which is no address, ends nothing but its upgrade`, async () => {
        const visitor = await visit(server.port, target)
        await visitor.gone
        assert.match(visitor.head, /^HTTP\/1\.1 400 /)
        await assertUndisturbed()
      })
    }

    it('turns away other methods and versions', async () => {
      const post = await visit(server.port, '/x/y', {}, { method: 'POST' })
      assert.match(post.head, /^HTTP\/1\.1 405 /)
      const old = await visit(server.port, '/x/y', { 'Sec-WebSocket-Version': '7' })
      assert.match(old.head, /^HTTP\/1\.1 (400|426) [^]*Sec-WebSocket-Version: 13/)
    })

    it('[A-08] a socket without a seat hears an error and is closed', async () => {
      const visitor = await visit(server.port, '/process/noroom?sessionId=none')
      await until(() => visitor.closeCode() !== undefined, 'a close frame')
      assert.equal(visitor.frames[0]!.payload[0], 11, 'Protocol.ERROR')
      assert.equal(visitor.closeCode(), 4002)
      visitor.socket.destroy()
    })

    it('answers who asks how far away we are, then closes within about a second', async () => {
      const visitor = await visit(server.port, '/')
      visitor.socket.write(binary(bytes(18)))
      await until(() => visitor.frames.length === 1, 'an answer')
      assert.deepEqual(Array.from(visitor.frames[0]!.payload), [18])
      await until(() => visitor.closeCode() !== undefined, 'a close frame')
      assert.equal(visitor.closeCode(), 1000)
      visitor.socket.destroy()
    })

    for (const [what, stream, closeCode] of HOSTILE) {
      it(`[A-01] ${what} ends with ${closeCode}, others go on`, async () => {
        const visitor = await attacker()
        visitor.socket.write(stream)
        await until(() => visitor.closeCode() !== undefined, 'a close frame')
        assert.equal(visitor.closeCode(), closeCode)
        visitor.socket.end()
        await visitor.gone
        visitor.socket.destroy()
        await assertUndisturbed()
      })
    }

    it('answers a ping with its payload, inside a message in fragments', async () => {
      const visitor = await attacker()
      const ping = clientFrame({ opcode: 9, payload: Buffer.from('are you there') })
      visitor.socket.write(Buffer.concat([part(2), ping]))
      const pong = () => visitor.frames.find(({ opcode }) => opcode === 10)
      await until(() => pong() !== undefined, 'a pong')
      assert.equal(pong()!.payload.toString(), 'are you there')
      visitor.socket.destroy()
    })

    it('a message cut at every byte arrives like a whole one', async () => {
      const visitor = await attacker()
      const ping = binary(bytes(18))
      for (const byte of Buffer.concat([ping, ping, ping])) visitor.socket.write(bytes(byte))
      const pings = () => visitor.frames.filter(({ payload }) => payload[0] === 18)
      await until(() => pings().length === 3, 'three answers')
      visitor.socket.destroy()
    })

    it('a kick says code and reason', async () => {
      const visitor = await attacker()
      const { roomId } = honest.seat
      const room = matchMaker.getLocalRoomById(roomId)
      const client = room.clients.at(-1)!
      client.leave(4403, 'kicked: é'.padEnd(200, '.'))
      await until(() => visitor.closeCode() !== undefined, 'a close frame')
      assert.equal(visitor.closeCode(), 4403)
      assert.match(visitor.closeReason(), /^kicked: é\.+$/)
      visitor.socket.destroy()
    })
  })
}
