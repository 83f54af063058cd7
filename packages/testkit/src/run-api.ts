/**
 * `npm run api [-- --change "What a caller notices"]`: writes docs/openapi.json and the client's
 * types from the routes as they are, and the line of CHANGELOG.md that a change needs. The
 * generator needs TypeScript 5, whose compiler has an API: it lives in packages/client/codegen with
 * a lock of its own and is installed at first use. Its output is committed; tests only compare.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { addLine, findUntold } from './api-changes.ts'
import type { ApiDocument } from './api-document.ts'
import { readArguments } from './read-arguments.ts'
import {
  API_DOCUMENT_PATH,
  API_TYPES_PATH,
  formatApiDocument,
  formatApiTypes,
  makeApiDocument,
  successesOf,
  sumOf,
} from './api-document.ts'

const CODEGEN_DIR = 'packages/client/codegen'
const STAMP = `${CODEGEN_DIR}/node_modules/.lock-sum`
const TYPE_OPTIONS = ['--root-types', '--root-types-no-schema-prefix', '--root-types-keep-casing']

const options = { change: { type: 'string' } } as const
const { values } = readArguments({ options }, 'npm run api -- [--change TEXT]')
const scratch = mkdtempSync(join(tmpdir(), 'battalion-api-'))
try {
  const document = await makeApiDocument(scratch)
  writeFileSync(API_DOCUMENT_PATH, formatApiDocument(document))
  installGenerator()
  const types = join(scratch, 'types.ts')
  const successes = join(scratch, 'successes.json')
  writeFileSync(successes, formatApiDocument(successesOf(document)))
  const program = `${CODEGEN_DIR}/node_modules/openapi-typescript/bin/cli.js`
  const args = [program, successes, '--output', types, ...TYPE_OPTIONS]
  execFileSync(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] })
  writeFileSync(API_TYPES_PATH, formatApiTypes(document, readFileSync(types, 'utf8')))
  process.stdout.write(`${API_DOCUMENT_PATH}\n${API_TYPES_PATH}\n`)
  tellChange(document, values.change)
} finally {
  rmSync(scratch, { recursive: true, force: true })
}

function installGenerator(): void {
  const lock = sumOf(readFileSync(`${CODEGEN_DIR}/package-lock.json`, 'utf8'))
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === lock) return
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund']
  execFileSync('npm', args, { cwd: CODEGEN_DIR, stdio: ['ignore', 'ignore', 'inherit'] })
  writeFileSync(STAMP, lock)
}

function tellChange(document: ApiDocument, text: string | undefined): void {
  const changelog = readFileSync('CHANGELOG.md', 'utf8')
  const untold = findUntold(document, changelog)
  if (untold.length === 0) return
  if (text !== undefined) return writeFileSync('CHANGELOG.md', addLine(changelog, text, untold))
  process.stdout.write(`these operations changed, CHANGELOG.md does not say how:
  ${untold.join('\n  ')}
run: npm run api -- --change "What a caller notices"\n`)
}
