/** The error table and docs/errors.md say the same, for HTTP and for rooms. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'

import { AppError, ERROR_CODES } from '@battalion/base/app-error.ts'
import { CLOSE_CODES } from '@battalion/wire/close-codes.ts'

import { ERROR_TABLE, problemOf } from './error-table.ts'

const page = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8')

function rowsOf(shape: RegExp): string[] {
  return Array.from(page.matchAll(shape), ([, first, second]) => `${first} ${second}`)
}

describe('docs/errors.md', () => {
  it('lists every HTTP code with its status, and no other', () => {
    const expected = ERROR_CODES.map((code) => `${code} ${ERROR_TABLE[code].status}`)
    assert.deepEqual(rowsOf(/^\| `(\w+)` \| (\d+) \|/gm), expected)
  })

  it('lists every close code with its reason, and no other', () => {
    const expected = Object.entries(CLOSE_CODES).map(([reason, code]) => `${code} ${reason}`)
    assert.deepEqual(rowsOf(/^\| (\d+) \| `(\w+)` \|/gm), expected)
  })
})

describe('problems', () => {
  it('tell a caller what we wrote for him and nothing else', () => {
    const cause = new Error('ECONNREFUSED 10.1.2.3:5432')
    const error = new AppError('unavailable', 'Try again.', { internal: 'secret', cause })
    const text = JSON.stringify(problemOf(error).problem)
    assert.match(text, /Try again\./)
    assert.ok(!/secret|10\.1\.2\.3/.test(text))
    assert.equal(problemOf(cause).problem.code, 'internal')
    assert.equal(problemOf('a thrown string').problem.status, 500)
  })
})
