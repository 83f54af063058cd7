/** Input frames: every value, every length, every way to be wrong. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { AssertionError } from '@battalion/base/assert.ts'
import type { Command } from '@battalion/sim/commands.ts'
import { createCommand, decodeInputs, encodeInputs, INPUT_REJECTIONS } from './input-codec.ts'
import { fuzzInputCodec } from './input-codec.fuzz.ts'
import { INPUT_BYTES_MAX } from './wire-limits.ts'

const COMMAND: Command = {
  seq: 0x1234,
  buttons: 0x41,
  moveX: -127,
  moveZ: 5,
  yaw: 0xfffe,
  aimDistance: 0x0102,
  viewTime: 0x8001,
}

function encode(...commands: Command[]): Uint8Array {
  const bytes = new Uint8Array(INPUT_BYTES_MAX)
  return bytes.slice(0, encodeInputs(commands, bytes, 0))
}

function freshCommands(): Command[] {
  return [createCommand(), createCommand(), createCommand()]
}

describe('input codec', () => {
  it('[WF20] [WF1] writes each byte where the page says', () => {
    const hex = Buffer.from(encode(COMMAND)).toString('hex')
    assert.equal(hex, ['01', '3412', '4100', '81', '05', 'feff', '0201', '0180'].join(''))
  })

  it('[WF20] one, two and three commands come back as they were, oldest first', () => {
    for (let count = 1; count <= 3; count++) {
      const commands = Array.from({ length: count }, (_, index) => ({ ...COMMAND, seq: index }))
      const into = freshCommands()
      assert.equal(decodeInputs(encode(...commands), into), count)
      assert.deepEqual(into.slice(0, count), commands)
    }
  })

  it('[WF20] every value of every field survives', () => {
    const into = freshCommands()
    for (let value = 0; value < 65536; value += 257) {
      const axis = (value % 255) - 127
      const command = { ...COMMAND, seq: value, yaw: value, aimDistance: value, viewTime: value }
      const sent = { ...command, moveX: axis, moveZ: 0 - axis, buttons: value & 0x7f }
      assert.equal(decodeInputs(encode(sent), into), 1)
      assert.deepEqual(into[0], sent)
    }
  })

  it('[WF21] [A-01] a frame cut at any byte, or with one more, is refused by its length', () => {
    const bytes = encode(COMMAND, COMMAND, COMMAND)
    assert.equal(decodeInputs(new Uint8Array(0), freshCommands()), 'input_count')
    for (let length = 1; length < bytes.length; length++) {
      assert.equal(decodeInputs(bytes.subarray(0, length), freshCommands()), 'input_length')
    }
    const longer = new Uint8Array(bytes.length + 1)
    longer.set(bytes)
    assert.equal(decodeInputs(longer, freshCommands()), 'input_length')
  })

  it('[WF21] [E-01] counts other than one to three are refused', () => {
    for (const count of [0, 4, 100, 255]) {
      const bytes = new Uint8Array(1 + 12 * count)
      bytes[0] = count
      assert.equal(decodeInputs(bytes, freshCommands()), 'input_count')
    }
  })

  it('[WF21] [E-07] unknown buttons and an axis of -128 are refused in any command', () => {
    for (const at of [0, 1, 2]) {
      const base = 1 + 12 * at
      const bytes = encode(COMMAND, COMMAND, COMMAND)
      for (let bit = 7; bit < 16; bit++) {
        const bent = bytes.slice()
        bent[base + 2 + (bit >> 3)]! |= 1 << (bit & 7)
        assert.equal(decodeInputs(bent, freshCommands()), 'input_buttons')
      }
      for (const axis of [4, 5]) {
        const bent = bytes.slice()
        bent[base + axis] = 0x80
        assert.equal(decodeInputs(bent, freshCommands()), 'input_axis')
      }
    }
  })

  it('[WF20] writing asserts: no commands, four commands, values out of range', () => {
    assert.throws(() => encode(), AssertionError)
    assert.throws(() => encode(COMMAND, COMMAND, COMMAND, COMMAND), AssertionError)
    assert.throws(() => encode({ ...COMMAND, buttons: 0x80 }), AssertionError)
    assert.throws(() => encode({ ...COMMAND, moveX: 128 }), AssertionError)
    assert.throws(() => encode({ ...COMMAND, seq: 65536 }), AssertionError)
    assert.throws(() => encode({ ...COMMAND, yaw: Number.NaN }), AssertionError)
  })

  it('[WF21] [A-01] hostile frames never throw and every answer occurs', () => {
    const answers = fuzzInputCodec(5, 20_000)
    for (const reason of [1, 2, 3, ...INPUT_REJECTIONS]) {
      assert.ok((answers.get(reason) ?? 0) > 20, `${reason} occurs`)
    }
  })
})
