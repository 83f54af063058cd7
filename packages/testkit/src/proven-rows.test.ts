/**
 * The rows of the fault catalogue about identity (F) and input of players (G), and where each is
 * proven: a test whose name quotes the row, in a file that is named here. A row without such a test
 * fails, and so does a test that moved away.
 */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { describe, it } from 'node:test'

/** What a row asks, and the files that show it. */
interface ProvenRow {
  readonly asks: string
  readonly files: readonly string[]
}

/** F-05, F-08, G-07 to G-12 and G-14 are no rows of the catalogue, or come with other work. */
const ROWS: Readonly<Record<string, ProvenRow>> = {
  'F-01': {
    asks: 'other algorithms, empty signatures and stripped parts are 401',
    files: [
      'src/services/auth/access-tokens.test.ts',
      'src/services/auth/remembered-tokens.test.ts',
    ],
  },
  'F-02': {
    asks: 'headers of a token never choose keys, files or hosts',
    files: ['src/services/auth/access-tokens.test.ts'],
  },
  'F-03': {
    asks: 'times, issuer, audience, type; a token of one kind as another',
    files: [
      'src/services/auth/access-tokens.test.ts',
      'src/services/identity/sessions.test.ts',
      'src/admin/console-session.test.ts',
    ],
  },
  'F-04': {
    asks: 'reuse of a refresh token ends the family, is logged; grace for a parallel request',
    files: ['src/services/identity/sessions.test.ts', 'src/refresh-reuse.test.ts'],
  },
  'F-06': {
    asks: 'log-out, password, ban: dead at the next request, sockets closed within 1 s',
    files: [
      'src/accounts.process.test.ts',
      'src/home-app.test.ts',
      'src/services/identity/sessions.test.ts',
    ],
  },
  'F-07': { asks: 'brute force locks', files: ['src/services/identity/accounts.test.ts'] },
  'F-09': {
    asks: 'one-time tokens are good once: of a seat, of the console, of a mail',
    files: [
      'rooms/base-room.test.ts',
      'src/admin/console-session.test.ts',
      'src/services/identity/accounts.test.ts',
    ],
  },
  'F-10': {
    asks: 'an old key verifies until it is retired; nobody gets 401 meanwhile',
    files: ['src/services/auth/key-ring.test.ts', 'src/keys.process.test.ts'],
  },
  'F-11': {
    asks: 'no token, password or cookie in any log',
    files: ['src/telemetry/scrub.test.ts', 'src/accounts.process.test.ts'],
  },
  'G-01': {
    asks: 'a flood of chat is 5 lines in 5 s, then 30 s of silence',
    files: ['src/chat-attack.test.ts', 'src/services/chat/line-rate.test.ts'],
  },
  'G-02': {
    asks: 'the word filter sees through spelling',
    files: ['src/services/chat/word-filter.test.ts'],
  },
  'G-03': {
    asks: 'text of players is text',
    files: [
      'packages/play/src/people-page.process.test.ts',
      'packages/console/src/console-page.process.test.ts',
    ],
  },
  'G-04': {
    asks: 'length, controls, line ends, surrogates, piles of marks; a log line stays one line',
    files: ['src/chat-attack.test.ts', 'src/services/chat/clean-line.test.ts'],
  },
  'G-05': {
    asks: 'parameters are values',
    files: ['src/http/social-routes.test.ts', 'src/api-fuzz.test.ts'],
  },
  'G-06': {
    asks: 'objects belong to users',
    files: ['src/http/social-routes.test.ts', 'src/api-fuzz.test.ts'],
  },
  'G-13': {
    asks: 'limits per user and address on every route',
    files: ['src/http/endpoint-coverage.test.ts'],
  },
  'G-15': {
    asks: 'foreign origins get nothing; strict cookies with a CSRF token',
    files: ['src/http/http-app.test.ts', 'src/admin/console-session.test.ts'],
  },
  'G-16': {
    asks: 'metrics and health are not on the public port',
    files: ['src/http/public-server.test.ts'],
  },
}

describe('rows of the fault catalogue', () => {
  for (const [id, { asks, files }] of Object.entries(ROWS)) {
    it(`${id} is proven: ${asks}`, () => {
      for (const file of files) assert.deepEqual(findProblem(id, file), undefined)
    })
  }

  it('a row whose test is gone, skipped or only spoken of is noticed', () => {
    const named = "it('F-01 refuses', () => {})"
    assert.ok(isQuoted('F-01', named))
    assert.ok(isQuoted('F-01', 'it(`[F-01] ${what}`, async () => {})'))
    assert.ok(isQuoted('G-01', 'for (const a of b) it(`[G-04] [G-01] ${a}`, f)'))
    for (const text of [
      '',
      '// F-01 is tested elsewhere',
      "it('F-010 refuses', f)",
      "it.skip('F-01 refuses', f)",
      "const id = 'F-01'",
      "it('refuses', { skip: true }, f) // F-01",
    ]) {
      assert.ok(!isQuoted('F-01', text), text)
    }
    assert.match(findProblem('F-01', 'src/no-such.test.ts')!, /there is no such file/)
    assert.match(findProblem('F-99', 'src/refresh-reuse.test.ts')!, /no test quotes F-99/)
  })
})

function findProblem(id: string, file: string): string | undefined {
  if (!existsSync(file)) return `${file}: there is no such file`
  return isQuoted(id, readFileSync(file, 'utf8')) ? undefined : `${file}: no test quotes ${id}`
}

/** True where the name of a test or group that is not skipped has the id as a word. */
function isQuoted(id: string, text: string): boolean {
  const names =
    /(?<![.\w])(?:it|test|describe|describeDatabase)\(\s*(['"`])((?:(?!\1)[^\\\n]|\\.)*)\1/g
  const word = new RegExp(`(?<![\\w-])${id}(?![\\w-])`)
  return Array.from(text.matchAll(names)).some(([, , name]) => word.test(name!))
}
