/** Lines of chat: what is cut, what is refused, and that nothing else ever comes out (G-04). */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { createPrng, nextUint32 } from '@battalion/base/prng.ts'

import {
  cleanLine,
  LINE_BYTES_MAX,
  LINE_CHARS_MAX,
  MARKS_MAX,
  RAW_UNITS_MAX,
} from './clean-line.ts'

const textOf = (raw: string) => {
  const outcome = cleanLine(raw)
  assert.ok(outcome.ok, `refused: ${JSON.stringify(raw.slice(0, 40))}`)
  return outcome.text
}
const reasonOf = (raw: string) => {
  const outcome = cleanLine(raw)
  return outcome.ok ? undefined : outcome.reason
}

describe('lines of chat', () => {
  it('leaves ordinary text alone, in any script', () => {
    const lines = ['hello', '안녕하세요', 'naïve café', 'สวัสดีที่นี่', '👨‍👩‍👧 and 🇰🇷', 'a < b & c']
    for (const line of lines) assert.equal(textOf(line), line)
  })

  it('[G-04] takes 500 characters and refuses 501', () => {
    assert.equal(textOf('a'.repeat(LINE_CHARS_MAX)).length, LINE_CHARS_MAX)
    assert.equal(reasonOf('a'.repeat(LINE_CHARS_MAX + 1)), 'too_long')
    assert.equal(textOf('가'.repeat(500)).length, 500, '1,500 bytes of Korean')
    assert.equal(reasonOf('😀'.repeat(376)), 'too_long', '1,504 bytes in 376 characters')
    assert.equal(textOf('😀'.repeat(375)).length, 750)
  })

  it('[G-04] line ends and tabs are one space, control characters are gone', () => {
    assert.equal(textOf('a\r\nb\tc\u2028d\u2029e\u0085f'), 'a b c d ef')
    assert.equal(textOf('a\u0000b\u001b[31mc\u007f'), 'ab[31mc')
    assert.equal(textOf('\u202eevil\u2066 \ufeffx'), 'evil x')
  })

  it('[G-04] half a surrogate pair is gone', () => {
    assert.equal(textOf('a\ud83dz'), 'az')
    assert.equal(textOf('a\ude00\ud83dz'), 'az')
    assert.equal(reasonOf('\udfff'), 'empty')
  })

  it(`[G-04] 10,000 combining marks become ${MARKS_MAX}`, () => {
    const text = textOf(`x${'\u0316'.repeat(10_000)}y`)
    assert.equal(text, `x${'\u0316'.repeat(MARKS_MAX)}y`)
  })

  it('refuses what shows nothing, and what is too long to be looked at', () => {
    for (const raw of ['', '  \n ', '\u200d\u200d', '\u3164', '\u2800 \u1160', '\u0301']) {
      assert.equal(reasonOf(raw), 'empty')
    }
    assert.equal(reasonOf('a'.repeat(RAW_UNITS_MAX + 1)), 'too_long')
  })

  it('[G-04] random units never throw and never leave the rules', () => {
    const prng = createPrng(7)
    for (let round = 0; round < 2000; round++) {
      const units = Array.from({ length: nextUint32(prng) % 700 }, () => nextUint32(prng) % 0x10000)
      const outcome = cleanLine(String.fromCharCode(...units))
      if (!outcome.ok) continue
      assert.ok(outcome.text.isWellFormed())
      assert.ok(Array.from(outcome.text).length <= LINE_CHARS_MAX)
      assert.ok(Buffer.byteLength(outcome.text) <= LINE_BYTES_MAX)
      assert.doesNotMatch(outcome.text, /[\p{Cc}\u2028\u2029]/u)
      assert.deepEqual(cleanLine(outcome.text), outcome, 'clean text stays as it is')
    }
  })
})
