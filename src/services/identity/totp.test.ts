/** One-time codes against the vectors of RFC 6238 and RFC 4648. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { findTotpStep, toBase32, totpCode, totpStep, totpUri } from './totp.ts'

const SECRET = new TextEncoder().encode('12345678901234567890')

describe('one-time codes', () => {
  // RFC 6238 appendix B prints eight digits; ours are the last six of them.
  const vectors = [
    [59, '94287082'],
    [1_111_111_109, '07081804'],
    [1_111_111_111, '14050471'],
    [1_234_567_890, '89005924'],
    [2_000_000_000, '69279037'],
    [20_000_000_000, '65353130'],
  ] as const
  for (const [second, code] of vectors) {
    it(`RFC 6238 at ${second} s`, () => {
      assert.equal(totpCode(SECRET, totpStep(second * 1000)), code.slice(2))
    })
  }

  it('counts one step before and after, no more', () => {
    const nowMs = 2_000_000_000_000
    const step = totpStep(nowMs)
    for (const [offset, isGood] of [
      [-2, false],
      [-1, true],
      [0, true],
      [1, true],
      [2, false],
    ] as const) {
      const found = findTotpStep(SECRET, totpCode(SECRET, step + offset), nowMs)
      assert.equal(found, isGood ? step + offset : undefined, `${offset}`)
    }
    for (const wrong of ['', '123', '0000000', 'abcdef']) {
      assert.equal(findTotpStep(SECRET, wrong, nowMs), undefined)
    }
  })

  it('RFC 4648 base32', () => {
    const cases = {
      '': '',
      f: 'MY',
      fo: 'MZXQ',
      foo: 'MZXW6',
      foob: 'MZXW6YQ',
      foobar: 'MZXW6YTBOI',
    }
    for (const [text, expected] of Object.entries(cases)) {
      assert.equal(toBase32(new TextEncoder().encode(text)), expected)
    }
    assert.match(totpUri(SECRET, 'a b'), /^otpauth:\/\/totp\/Battalion%3Aa%20b\?secret=GEZD/)
  })
})
