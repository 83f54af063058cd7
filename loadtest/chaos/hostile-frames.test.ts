/** The generator: same seed same traffic, every kind occurs, and the wire's own reader agrees. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { createPrng } from '@battalion/base/prng.ts'
import { createCommand, decodeInputs } from '@battalion/wire/input-codec.ts'
import { nextHostileFrame, type HostileKind } from './hostile-frames.ts'

const FRAMES = 20_000
const KINDS: readonly HostileKind[] = [
  'valid',
  'code',
  'input',
  'message',
  'cut',
  'bent',
  'random',
  'early',
  'socket',
  'end',
]

describe('hostile frames', () => {
  it('[A-01] one seed is one stream, another seed another', () => {
    assert.deepEqual(stream(1), stream(1))
    assert.notDeepEqual(stream(1), stream(2))
  })

  it('[A-01] every kind and every code occurs', () => {
    const dice = createPrng(4711)
    const kinds = new Map<HostileKind, number>()
    const codes = new Set<number>()
    for (let index = 0; index < FRAMES; index++) {
      const { kind, bytes } = nextHostileFrame(dice)
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
      if (kind === 'code') codes.add(payloadOf(bytes)[0]!)
    }
    assert.deepEqual([...kinds.keys()].toSorted(), KINDS.toSorted())
    assert.equal(codes.size, 256)
  })

  it('[A-01] inputs called valid are, and wrong ones are refused with a reason', () => {
    const dice = createPrng(4711)
    const into = [createCommand(), createCommand(), createCommand()]
    const reasons = new Set<number | string>()
    for (let index = 0; index < FRAMES; index++) {
      const { kind, bytes } = nextHostileFrame(dice)
      const payload = payloadOf(bytes)
      if (payload[0] !== 17 || payload[1] !== 2) continue
      const outcome = decodeInputs(payload.subarray(2), into)
      if (kind === 'valid') assert.equal(typeof outcome, 'number')
      if (kind === 'input') reasons.add(outcome)
      if (kind === 'input') assert.equal(typeof outcome, 'string', payload.toString('hex'))
    }
    assert.equal(reasons.size, 4, [...reasons].join(' '))
  })
})

function stream(seed: number): string[] {
  const dice = createPrng(seed)
  return Array.from({ length: 500 }, () => nextHostileFrame(dice).bytes.toString('hex'))
}

function payloadOf(frame: Buffer): Buffer {
  return frame.subarray((frame[1]! & 0x7f) === 126 ? 8 : 6)
}
