/** The generator: same seed same traffic, everything occurs, and the wire's own readers agree. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { createPrng } from '@battalion/base/prng.ts'
import { createCommand, decodeInputs } from '@battalion/wire/input-codec.ts'
import { findFrameRejection } from '../../rooms/frame-gate.ts'
import { HOSTILE_KINDS, HostileStream, SWEEP_BYTES_MAX } from './hostile-frames.ts'
import type { HostileFrame, HostileKind } from './hostile-frames.ts'
import { messageWithOneFault, MESSAGE_NAMES } from './hostile-messages.ts'
import { oddCall, oddUpgrade } from './hostile-requests.ts'

const FRAMES = 20_000
/** Enough for every length of the sweep to come round. */
const MANY = 12_000
const GATE = { isJoined: true, frameBytesMax: 1024 }

describe('hostile frames', () => {
  it('[A-01] one seed is one stream, another seed another', () => {
    assert.deepEqual(hexOf(1), hexOf(1))
    assert.notDeepEqual(hexOf(1), hexOf(2))
  })

  it('[A-01] every kind, every code, every type of bytes and every length occur', () => {
    const kinds = new Set<HostileKind>()
    const codes = new Set<number>()
    const types = new Set<number>()
    const lengths = new Set<number>()
    for (const { kind, bytes } of stream(4711, FRAMES)) {
      kinds.add(kind)
      const payload = payloadOf(bytes)
      if (kind !== 'sweep') continue
      lengths.add(payload.length)
      if (payload.length > 0) codes.add(payload[0]!)
      if (payload.length > 1 && payload[0] === 17) types.add(payload[1]!)
    }
    assert.deepEqual([...kinds].toSorted(), [...HOSTILE_KINDS].toSorted())
    assert.equal(codes.size, 256)
    assert.equal(types.size, 256)
    assert.equal(lengths.size, SWEEP_BYTES_MAX + 1)
  })

  it('[A-01] inputs called valid are, and wrong ones are refused with a reason', () => {
    const into = [createCommand(), createCommand(), createCommand()]
    const reasons = new Set<number | string>()
    for (const { kind, bytes } of stream(4711, FRAMES)) {
      const payload = payloadOf(bytes)
      if (!isWhole(bytes) || payload[0] !== 17 || payload[1] !== 2) continue
      const outcome = decodeInputs(payload.subarray(2), into)
      if (kind === 'valid') assert.equal(typeof outcome, 'number')
      if (kind === 'input') reasons.add(outcome)
      if (kind === 'input') assert.equal(typeof outcome, 'string', payload.toString('hex'))
    }
    assert.equal(reasons.size, 4, [...reasons].join(' '))
  })

  it('[A-01] the gate lets no fatal sweep pass, and stops no frame that is called valid', () => {
    for (const { kind, bytes, isFatal } of stream(7, MANY)) {
      if (!isWhole(bytes)) continue
      const payload = payloadOf(bytes)
      const rejection = findFrameRejection(payload, (bytes[0]! & 0x0f) === 2, GATE)
      if (kind === 'valid' && (bytes[0]! & 0x0f) === 2) assert.equal(rejection, undefined)
      // Types of bytes are refused behind the gate, by the desk.
      if (kind === 'sweep' && isFatal && payload[0] !== 17) assert.notEqual(rejection, undefined)
    }
  })

  it('[A-01] each registered message comes with one fault, most of them decodable', () => {
    const dice = createPrng(3)
    const heads = new Set<string>()
    for (let index = 0; index < MANY; index++) heads.add(nameOf(messageWithOneFault(dice)))
    for (const name of MESSAGE_NAMES) assert.ok(heads.has(name), name)
    assert.ok(heads.has('__proto__'))
  })

  it('[A-01] odd requests are one stream a seed, and no two thousand of them are alike', () => {
    const seat = { path: '/p/r', sessionId: 's', accessToken: 't' }
    const list = (seed: number) => {
      const dice = createPrng(seed)
      return Array.from({ length: 1000 }, () => [oddUpgrade(dice, seat), oddCall(dice, seat)])
    }
    assert.deepEqual(list(1), list(1))
    assert.ok(new Set(list(1).flat()).size > 500)
  })
})

/** Wrong and harmless ones in turn. */
function* stream(seed: number, count: number): Generator<HostileFrame> {
  const source = new HostileStream(seed)
  for (let index = 0; index < count; index++) {
    yield index % 4 === 0 ? source.harmless() : source.wrong()
  }
}

function hexOf(seed: number): string[] {
  return [...stream(seed, 500)].map(({ bytes }) => bytes.toString('hex'))
}

/** One frame and not several. */
function isWhole(frame: Buffer): boolean {
  const length = frame[1]! & 0x7f
  const size = length === 126 ? 8 + frame.readUInt16BE(2) : 6 + length
  return (frame[0]! & 0x80) !== 0 && (frame[1]! & 0x80) !== 0 && size === frame.length
}

function payloadOf(frame: Buffer): Buffer {
  return frame.subarray((frame[1]! & 0x7f) === 126 ? 8 : 6)
}

function nameOf(payload: Buffer): string {
  return payload.toString('latin1', 2, 2 + ((payload[1] ?? 0xa0) - 0xa0))
}
