/** Nothing secret gets through the scrubber [F-11]. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { createLogger } from './logger.ts'
import { scrubFields, scrubText } from './scrub.ts'

const TOKEN = 'eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJ1c2VyIn0.c2lnbmF0dXJl'

describe('scrubbing', () => {
  it('[F-11] takes tokens out of any text', () => {
    const texts = [
      `Authorization: Bearer ${TOKEN}`,
      `/process/room?sessionId=abc123&_authToken=${TOKEN}&x=1`,
      `GET /p/r?reconnectionToken=se-cret_1 failed`,
      `{"accessToken":"${TOKEN}"}`,
    ]
    for (const text of texts) {
      const clean = scrubText(text)
      assert.ok(!/eyJ|abc123|se-cret/.test(clean), clean)
    }
    assert.equal(scrubText('a plain line'), 'a plain line')
  })

  it('[F-11] takes out fields by name, at any depth, and inside errors', () => {
    const error = new Error(`cannot open ws://x/?_authToken=${TOKEN}`, { cause: new Error(TOKEN) })
    const clean = JSON.stringify(
      scrubFields({
        err: error,
        headers: { authorization: 'Basic dXNlcjpwYXNz', Cookie: 'sid=1' },
        deep: { er: { reconnectionToken: 'secret-1', password: 'secret-2' } },
        list: [TOKEN],
      }),
    )
    assert.ok(!/eyJ|dXNl|sid=1|secret-/.test(clean), clean)
    assert.match(clean, /"kind":"Error"/)
  })

  it('never throws and ends, whatever it is given', () => {
    const loop: Record<string, unknown> = { id: 1n }
    loop['self'] = loop
    assert.doesNotThrow(() => JSON.stringify(scrubFields(loop)))
  })

  it('a log line stays one line of JSON', () => {
    const lines: string[] = []
    const clock = { monotonicMs: () => 0, wallMs: () => 0 }
    const write = (line: string) => lines.push(line)
    const logger = createLogger({ level: 'info', region: 'test', clock, write })
    logger.debug({}, 'not written')
    logger.info({ room: 'r1', match: 'm1', name: 'two\nlines\u2028three' }, 'hello\nworld')
    assert.equal(lines.length, 1)
    assert.equal(lines[0]!.trimEnd().split('\n').length, 1)
    const parsed = JSON.parse(lines[0]!) as Record<string, unknown>
    assert.equal(parsed['msg'], 'hello\nworld')
    assert.equal(parsed['ts'], '1970-01-01T00:00:00.000Z')
    assert.equal(parsed['room'], 'r1')
  })
})
