/** SEC-1: planted secrets are found and no others; the dependency audit works without a network. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { judgeAudit } from './audit-dependencies.ts'
import { readTrackedFiles, scanSecrets } from './scan-secrets.ts'
import { formatFinding } from './tidy-project.ts'

/** Put together here, so that this file holds none of them. */
const join = (...parts: readonly string[]) => parts.join('')
const RANDOM = 'q7Zp2Xv9Lk4Tn8Rw3Yb6Hd1Jc5Mf0Gs'

describe('[SEC-1] secrets in tracked files', () => {
  const planted: readonly (readonly [kind: string, text: string])[] = [
    ['a private key', join('-----BEGIN EC PRIVATE', ' KEY-----\n', RANDOM)],
    ['an access key of a cloud', join('key = AKI', 'AIOSFODNN7EXAMPLE')],
    ['a token of a code host', join('gh', 'p_', RANDOM, 'abcdef')],
    ['a token of a chat', join('xo', 'xb-1234567890-abcdef')],
    ['a key of payments', join('sk', '_live_', RANDOM)],
    ['a token of a package registry', join('//registry/:_auth', 'Token=', RANDOM)],
    ['a password in an address', join('postgres://app:', RANDOM, '@db/app')],
    ['a random value by that name', join('const API_', "KEY = '", RANDOM, "'")],
  ]
  for (const [kind, text] of planted) {
    it(`finds ${kind}, and does not repeat it`, () => {
      const [found, ...rest] = scanSecrets([{ path: 'src/a.ts', text: `one\n${text}` }])
      assert.deepEqual(rest, [])
      assert.ok(found!.message.startsWith(kind), found!.message)
      assert.equal(found!.line, 2)
      assert.ok(!formatFinding(found!).includes(RANDOM.slice(0, 8)))
    })
  }

  it('finds files that are secrets by their name', () => {
    const paths = ['.env', 'deploy/.env', 'tls/server.pem', 'home/id_rsa']
    const found = scanSecrets(paths.map((path) => ({ path, text: '' })))
    assert.deepEqual(
      found.map(({ path }) => path),
      paths,
    )
  })

  it('does not mind words, addresses without a password, and names of secrets', () => {
    const texts = [
      "const password = 'correct horse battery staple'",
      "password: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'",
      'postgresql://user:password@host/name',
      "const SECRET_FILE = 'server-secret'",
      'DATABASE_URL=postgres://app@db/app',
    ]
    assert.deepEqual(scanSecrets(texts.map((text, at) => ({ path: `${at}.ts`, text }))), [])
  })

  it('the repository holds none', (t) => {
    const files = readTrackedFiles()
    if (files === undefined) return t.skip('no git repository here')
    assert.ok(files.length > 100)
    assert.deepEqual(scanSecrets(files).map(formatFinding), [])
    return undefined
  })
})

describe('[SEC-1] advisories', () => {
  const url = 'https://github.com/advisories/GHSA-aaaa-bbbb-cccc'
  const report = (severity: string) =>
    JSON.stringify({
      vulnerabilities: {
        a: { via: [{ title: 'Reads files', url, severity }] },
        b: { via: ['a'] },
      },
    })
  const today = '2030-01-01'

  it('a high one fails, a low one is told, each once', () => {
    const high = judgeAudit(report('high'), { borne: [], today })
    assert.equal(high.ok, false)
    assert.equal(high.failures.length, 1)
    const low = judgeAudit(report('low'), { borne: [], today })
    assert.deepEqual([low.ok, low.notes.length], [true, 1])
  })

  it('one that is borne is told with its reason, and fails from its day on', () => {
    const borne = [{ id: 'GHSA-aaaa-bbbb-cccc', reason: 'not reachable', until: '2030-01-02' }]
    const now = judgeAudit(report('critical'), { borne, today })
    assert.ok(now.ok && now.notes[0]!.includes('not reachable'))
    assert.equal(judgeAudit(report('critical'), { borne, today: '2030-01-02' }).ok, false)
  })

  it('without an answer nothing is judged, and that is said', () => {
    for (const output of ['', 'npm error network', '{"message":"ENOTFOUND"}', 'null']) {
      const { ok, notes } = judgeAudit(output, { borne: [], today })
      assert.ok(ok && notes[0]!.includes('not judged'), output)
    }
  })
})
