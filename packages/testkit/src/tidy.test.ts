/** The tidy checks: each one finds its bad snippet, none minds a good one; then the repository. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { checkImports } from './tidy-imports.ts'
import { IMPORT_MATRIX } from './tidy-matrix.ts'
import { checkProject, checkRules, checkUsed, formatFinding } from './tidy-project.ts'
import { checkSource, FUNCTION_LINES_MAX } from './tidy-rules.ts'
import { readSource } from './tidy-source.ts'

const HEADER = '/** A file. */\n'

function findingsIn(path: string, body: string): string[] {
  const source = readSource(path, HEADER + body)
  return [...checkSource(source), ...checkImports(source)].map(formatFinding)
}

function lines(count: number): string {
  return '  work()\n'.repeat(count)
}

/** Quotes a rule the way tests do, without this file quoting it. */
function quote(rule: string): string {
  return `it('[${rule}] …')`
}

describe('tidy finds', () => {
  const long = 'x'.repeat(101)
  const bad: readonly (readonly [what: string, path: string, body: string, message: RegExp])[] = [
    [
      'any as a type',
      'rooms/a.ts',
      'let x: any',
      /^rooms\/a\.ts:2: error: the type any, use unknown/,
    ],
    ['any in a cast', 'rooms/a.ts', 'f(x as any)', /the type any/],
    ['any in a list', 'rooms/a.ts', 'let x: Map<string, any>', /the type any/],
    ['console', 'rooms/a.ts', "console.log('x')", /console, use the logger/],
    ['a leftover mark', 'rooms/a.ts', '// TODO later', /a leftover mark/],
    ['a silenced type', 'rooms/a.ts', '// @ts-ignore\nx()', /a silenced type error/],
    ['a default export', 'rooms/a.ts', 'export default 1', /a default export, export by name/],
    ['an enum', 'rooms/a.ts', 'enum Life { a }', /syntax Node cannot strip/],
    ['a long line', 'rooms/a.ts', `const ${long} = 1`, /columns, break the line at 100/],
    ['a long comment', 'rooms/a.ts', `// ${'word '.repeat(25)}`, /columns, break the line/],
    ['a long file', 'rooms/a.ts', 'a()\n'.repeat(401), /402 lines, split the file/],
    [
      'a long function',
      'rooms/a.ts',
      `function f(): void {\n${lines(70)}}`,
      /a function of 72 lines/,
    ],
    [
      'a long method',
      'rooms/a.ts',
      `class A {\n  f() {\n${lines(70)}}\n}`,
      /a function of 72 lines/,
    ],
    ['a long arrow', 'rooms/a.ts', `const f = () => {\n${lines(70)}}`, /a function of 72 lines/],
    ['a vague name', 'rooms/utils.ts', 'f()', /"utils" says nothing/],
    ['a name in another case', 'rooms/baseRoom.ts', 'f()', /is not kebab-case/],
    ['the clock', 'rooms/a.ts', 'const t = Date.now()', /Date\.now, take a Clock/],
    ['another clock', 'rooms/a.ts', 'performance.now()', /performance\.now, take a Clock/],
    ['a raw timer', 'src/http/a.ts', 'setTimeout(f, 10)', /setTimeout\(, take a Clock, Timers/],
    ['chance', 'matchmaker/a.ts', 'Math.random()', /Math\.random, take a Clock, Timers or seed/],
    ['a sine in the core', 'packages/sim/src/a.ts', 'Math.sin(1)', /Math\.sin in the simulation/],
    ['waiting in the core', 'packages/sim/src/a.ts', 'await x', /await in the simulation/],
    [
      'Node in the core',
      'packages/sim/src/a.ts',
      "import 'node:fs'",
      /packages\/sim imports node:fs/,
    ],
    [
      'an arrow pointing up',
      'packages/sim/src/a.ts',
      "import { x } from '@battalion/wire/messages.ts'",
      /packages\/sim imports packages\/wire\/src\/messages\.ts, it may use packages\/base/,
    ],
    [
      'a value where only a type may come',
      'src/telemetry/a.ts',
      "import { x } from '../../rooms/ports.ts'",
      /src\/telemetry imports rooms\/ports\.ts/,
    ],
    [
      'a driver outside its file',
      'src/http/a.ts',
      "import { jwtVerify } from 'jose'",
      /src\/http imports jose/,
    ],
    [
      'Colyseus outside the gate',
      'src/http/a.ts',
      "import { matchMaker } from '@colyseus/core'",
      /src\/http imports @colyseus\/core/,
    ],
    [
      'an import that hides in a call',
      'packages/wire/src/a.ts',
      "const x = await import('kysely')",
      /packages\/wire imports kysely/,
    ],
    [
      'a test helper in the product',
      'rooms/a.ts',
      "import { x } from './testing/fake.ts'",
      /is for tests only/,
    ],
    ['a folder nobody declared', 'attic/a.ts', 'f()', /not in the import matrix/],
  ]
  for (const [what, path, body, message] of bad) {
    it(what, () => {
      const found = findingsIn(path, body)
      assert.ok(
        found.some((line) => message.test(line)),
        found.join('\n') || 'nothing found',
      )
    })
  }

  it('a missing header', () => {
    const source = readSource('rooms/a.ts', "import 'zod'\n")
    assert.match(checkSource(source).map(formatFinding).join('\n'), /no header comment/)
  })
})

describe('tidy does not mind', () => {
  const good: readonly (readonly [what: string, path: string, body: string])[] = [
    [
      'words inside text',
      'rooms/a.ts',
      "const a = 'any TODO console.log(Date.now()) export default'",
    ],
    ['words inside templates', 'rooms/a.ts', 'const a = `any ${b} Date.now() ${`Math.random()`}`'],
    ['words inside patterns', 'rooms/a.ts', 'const a = /: any|console.log|Date.now/g.test(b / c)'],
    ['the word any in a comment', 'rooms/a.ts', '// any of these'],
    ['names that contain any', 'rooms/a.ts', 'let many: Company = x as Company'],
    ['a long text', 'rooms/a.ts', `const a = '${'x'.repeat(120)}'`],
    ['a long address in a comment', 'rooms/a.ts', `// https://example.org/${'x'.repeat(100)}`],
    ['a clock handed in', 'rooms/a.ts', 'clock.monotonicMs(); timers.setTimeout(f, 1)'],
    ['a type from above', 'src/telemetry/a.ts', "import type { A } from '../../rooms/ports.ts'"],
    ['a neighbour', 'rooms/a.ts', "import { b } from './b.ts'"],
    [
      'anything in a test',
      'rooms/a.test.ts',
      "import { b } from '../src/app.ts'\nsetTimeout(f, 1)",
    ],
    ['a function called from', 'rooms/a.ts', "const a = Buffer.from('kysely')"],
    [
      'a function at the limit',
      'rooms/a.ts',
      `function f() {\n${'a()\n'.repeat(FUNCTION_LINES_MAX - 2)}}`,
    ],
    ['a long block that is no function', 'rooms/a.ts', `if (a) {\n${'a()\n'.repeat(90)}}`],
  ]
  for (const [what, path, body] of good) {
    it(what, () => assert.deepEqual(findingsIn(path, body), []))
  }
})

describe('tidy over several files', () => {
  it('finds a file that nothing uses, and not one that is imported or started by name', () => {
    const sources = [
      readSource('src/main.ts', "import './a.ts'\nfork(`${dir}src/worker.ts`)"),
      readSource('src/a.ts', ''),
      readSource('src/worker.ts', ''),
      readSource('src/lost.ts', "import './a.ts'"),
      readSource('src/b.test.ts', ''),
    ]
    const found = checkUsed(sources, 'node src/main.ts').map(({ path }) => path)
    assert.deepEqual(found, ['src/lost.ts'])
  })

  it('finds rules without a test and tests without a rule', () => {
    const books = [{ path: 'packages/x/SPEC.md', text: '- **A1** one\n- **A2** two' }]
    const test = readSource('packages/x/src/a.test.ts', `${quote('A1')}\n${quote('A9')}`)
    const found = checkRules(books, [test]).map(formatFinding)
    assert.equal(found.length, 2)
    assert.match(found[0]!, /^packages\/x\/SPEC\.md:2: error: rule A2 has no test/)
    assert.match(found[1]!, /^packages\/x\/src\/a\.test\.ts:2: error: no rule book has rule A9/)
  })

  it('reads any text without throwing', () => {
    for (const text of ['`${', '`${`', "'", '/*', '/', '"\\', '}', '`\\', 'a / b / c', '']) {
      assert.equal(readSource('rooms/a.ts', text).code.length, text.length, text)
    }
  })
})

describe('the repository', () => {
  it('every folder of the matrix names folders that exist in it', () => {
    const keys = Object.keys(IMPORT_MATRIX)
    for (const { folders } of Object.values(IMPORT_MATRIX)) {
      for (const folder of folders)
        assert.ok(folder === '*' || keys.some((key) => key.startsWith(folder)), folder)
    }
  })

  it('is tidy', () => {
    assert.deepEqual(checkProject().map(formatFinding), [])
  })
})
