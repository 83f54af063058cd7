/** Bytes a lean bot reads and writes by hand. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { HeadBit } from '@battalion/wire/frame-head.ts'
import { createPrng, nextBelow } from '@battalion/base/prng.ts'
import {
  createRoundTripQuestion,
  findMessageNumber,
  readLeanHead,
  readMessageName,
} from './lean-protocol.ts'
import { createClientFrame, FRAME_BYTES_MAX, FrameReader, Opcode } from './web-socket-frames.ts'

/** A server frame: no mask. */
function serverFrame(payload: Buffer): Buffer {
  const { length } = payload
  const head =
    length < 126
      ? Buffer.from([0x82, length])
      : length < 65_536
        ? Buffer.from([0x82, 126, length >> 8, length & 0xff])
        : Buffer.from([0x82, 127, 0, 0, 0, 0, 0, length >> 16, (length >> 8) & 0xff, length & 0xff])
  return Buffer.concat([head, payload])
}

describe('web socket frames', () => {
  it('are cut out of the stream whatever the borders of its chunks', () => {
    const dice = createPrng(4)
    const sent = [0, 1, 125, 126, 400, 65_535, 65_536, 90_000].map((size) =>
      Buffer.alloc(size, size),
    )
    const stream = Buffer.concat(sent.map(serverFrame))
    for (let round = 0; round < 20; round++) {
      const got: Buffer[] = []
      const reader = new FrameReader((_, payload) => got.push(Buffer.from(payload)))
      for (let at = 0; at < stream.length;) {
        const size = 1 + nextBelow(dice, round < 10 ? 7000 : 200_000)
        reader.push(stream.subarray(at, at + size))
        at += size
      }
      assert.equal(Buffer.concat(got).compare(Buffer.concat(sent)), 0)
      assert.equal(got.length, sent.length)
    }
  })

  it('that no server sends end the reading', () => {
    for (const bytes of [
      [0x82, 0x85, 0, 0, 0, 0],
      [0xc2, 0x01, 0],
      [0x02, 0x01, 0],
    ]) {
      const reader = new FrameReader(() => assert.fail('nothing is a frame here'))
      reader.push(Buffer.from(bytes))
      assert.ok(reader.failed)
    }
    const huge = Buffer.alloc(10)
    huge.set([0x82, 127])
    huge.writeBigUInt64BE(BigInt(FRAME_BYTES_MAX + 1), 2)
    const reader = new FrameReader(() => undefined)
    reader.push(huge)
    assert.ok(reader.failed)
  })

  it('of ours are masked, with a mask of zero', () => {
    const frame = createClientFrame(Opcode.binary, Uint8Array.of(1, 2, 3))
    assert.deepEqual([...frame], [0x82, 0x83, 0, 0, 0, 0, 1, 2, 3])
    const long = createClientFrame(Opcode.binary, new Uint8Array(300))
    assert.deepEqual([...long.subarray(0, 4)], [0x82, 0xfe, 1, 44])
    assert.equal(long.length, 308)
  })
})

describe('the room protocol of lean bots', () => {
  it('asks for a round trip and knows its answer', () => {
    const question = Buffer.from(createRoundTripQuestion(77))
    assert.equal(readMessageName(question), 'rtt')
    assert.equal(findMessageNumber(question, 'id'), 77)
    assert.equal(findMessageNumber(Buffer.from([13, 0xa2, 0x69, 0x64, 0xcd, 1, 2]), 'id'), 258)
    assert.equal(findMessageNumber(question, 'no'), undefined)
    assert.equal(readMessageName(Buffer.from([13, 0xbf, 1])), undefined)
  })

  it('reads the head of a snapshot, keeps the place when it is left out, and never over-reads', () => {
    const body = Buffer.alloc(14)
    body.writeUInt16LE(4711, 0)
    body[4] = HeadBit.player | HeadBit.position
    body.writeFloatLE(12.5, 6)
    body.writeFloatLE(-3.25, 10)
    const head = { tick: 0, hasPosition: false, x: 0, z: 0 }
    assert.equal(readLeanHead(body, head), true)
    assert.deepEqual(head, { tick: 4711, hasPosition: true, x: 12.5, z: -3.25 })
    assert.equal(readLeanHead(Buffer.from([1, 0, 0, 0, 0]), head), true)
    assert.deepEqual(head, { tick: 1, hasPosition: true, x: 12.5, z: -3.25 })
    for (let length = 0; length < body.length; length++) {
      assert.equal(readLeanHead(body.subarray(0, length), head), false)
    }
  })
})
