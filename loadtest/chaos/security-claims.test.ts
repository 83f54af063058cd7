/**
 * Holds docs/security.md to what is here: every line of its tables of attacks names a test or a
 * row of `npm run faults`, each named test exists and quotes the ids it is said to show, and every
 * row that is a program stands in one of the lines.
 */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'

import { FAULTS } from './fault-list.ts'

const ROOT = join(import.meta.dirname, '../..')
const FOLDERS = ['rooms', 'src', 'packages', 'loadtest', 'matchmaker', 'schema']
/** A file, and the ids it quotes: `[F-03]`, `[F-03, G-15]`, `[A-01..A-04]`. */
const TEST_FILE = /`([\w./-]+\.test\.ts)`(?: \[([A-Z]+-\d+(?:(?:, |\.\.)[A-Z]+-\d+)*)\])?/g
const FAULT_ID = /\b[A-H]-\d{2}\b/g

interface Claim {
  readonly attack: string
  readonly shownBy: string
}

/** Rows of the tables whose last column is headed "shown by". */
function readClaims(): Claim[] {
  const claims: Claim[] = []
  let isTable = false
  for (const line of readFileSync(join(ROOT, 'docs/security.md'), 'utf8').split('\n')) {
    if (!line.startsWith('|')) isTable = false
    else if (line.endsWith('| shown by |')) isTable = true
    else if (isTable && !line.startsWith('| ---')) {
      const cells = line.split(' | ')
      claims.push({ attack: cells[0]!.slice(2), shownBy: cells.at(-1)!.replace(/ \|$/, '') })
    }
  }
  return claims
}

function findTests(): string[] {
  return FOLDERS.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.test.ts') && !path.includes('node_modules'))
      .map((path) => `${folder}/${path}`),
  )
}

/** Ids outside the names of tests, which must be rows. */
function rowsOf({ shownBy }: Claim): readonly string[] {
  return shownBy.replace(TEST_FILE, '').match(FAULT_ID) ?? []
}

describe('docs/security.md', () => {
  const claims = readClaims()
  const tests = findTests()
  const faultIds = new Set(FAULTS.map(({ id }) => id))

  it('names a test or a row for every attack', () => {
    assert.ok(claims.length > 30)
    for (const claim of claims) {
      const isShown = rowsOf(claim).length > 0 || claim.shownBy.match(TEST_FILE) !== null
      assert.ok(isShown, `nothing shows "${claim.attack}"`)
    }
  })

  it('names only rows that `npm run faults` knows, and leaves none of them out', () => {
    const named = new Set<string>(claims.flatMap(rowsOf))
    for (const id of named) assert.ok(faultIds.has(id), `there is no row ${id}`)
    for (const id of faultIds) assert.ok(named.has(id), `no line says what ${id} shows`)
  })

  it('names only tests that exist and quote the ids they are said to show', () => {
    for (const { attack, shownBy } of claims) {
      for (const [, name = '', ids = ''] of shownBy.matchAll(TEST_FILE)) {
        const found = tests.filter((path) => path === name || path.endsWith(`/${name}`))
        assert.equal(found.length, 1, `${name} for "${attack}": ${found.join(', ') || 'none'}`)
        const text = readFileSync(join(ROOT, found[0]!), 'utf8')
        for (const id of ids.match(/[A-Z]+-\d+/g) ?? []) {
          const quoted = new RegExp(`\\[[^\\]]*\\b${id}\\b[^\\]]*\\]`)
          assert.match(text, quoted, `${name} never quotes ${id}`)
        }
      }
    }
  })
})
