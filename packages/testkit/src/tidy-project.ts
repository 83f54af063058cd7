/**
 * Rules over the whole repository: every file is used, every rule has a test and every quoted rule
 * exists, every folder says what it is.
 */
import { existsSync, globSync, readFileSync } from 'node:fs'

import { checkImports, resolveImport } from './tidy-imports.ts'
import { checkSource, isTestFile } from './tidy-rules.ts'
import type { Finding } from './tidy-rules.ts'
import { readSource } from './tidy-source.ts'
import type { Source } from './tidy-source.ts'
import { checkTransactions } from './tidy-transactions.ts'

const SOURCES = '{rooms,schema,src,matchmaker,loadtest,bench,packages/*/src}/**/*.{ts,tsx}'
/** Written by a program: held to what it is made of by a test of its own. */
const GENERATED = new Set(['packages/client/src/api-types.ts'])
const README_FOLDERS =
  '{packages/*,rooms,schema,src,src/db,src/http,src/telemetry,src/transport,src/services,matchmaker,loadtest,bench,scripts}'
const README_LINES_MAX = 40
/** Texts that start programs by name. */
const STARTERS = ['package.json', '.ci/run']

/** Everything that is wrong below the current directory. */
export function checkProject(): Finding[] {
  const sources = globSync(SOURCES)
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => !path.includes('node_modules/'))
    .sort()
    .map((path) => readSource(path, readFileSync(path, 'utf8')))
  return [
    ...sources
      .filter(({ path }) => !GENERATED.has(path))
      .flatMap((source) => [...checkSource(source), ...checkImports(source)]),
    ...checkUsed(sources, readStarters()),
    ...checkRules(readRuleBooks(), sources),
    ...checkTransactions(sources.filter(isServerSource)),
    ...checkReadmes(),
  ]
}

/** Code that may hold a transaction; tests plant what they like. */
function isServerSource({ path }: Source): boolean {
  return path.startsWith('src/') && !isTestFile(path)
}

/** One line per finding, as compilers write them. */
export function formatFinding({ path, line, message }: Finding): string {
  return `${path}:${Math.max(1, line)}: error: ${message}`
}

function readStarters(): string {
  return STARTERS.filter((path) => existsSync(path))
    .map((path) => readFileSync(path, 'utf8'))
    .join('\n')
}

/** Every file is a test, imported by another, or named as a program somewhere. */
export function checkUsed(sources: readonly Source[], starters: string): Finding[] {
  const used = new Set<string>()
  for (const { path, imports } of sources) {
    for (const { specifier } of imports) {
      const target = resolveImport(path, specifier)
      if (target !== undefined && target !== path) used.add(target)
    }
  }
  const isNamed = ({ path }: Source) => {
    const name = path.slice(path.lastIndexOf('/') + 1)
    if (starters.includes(path)) return true
    return sources.some((other) => other.path !== path && namesFile(other, name))
  }
  const lost = sources.filter((source) => {
    const isProgram = /\.(test|bench|fuzz|d)\.ts$/.test(source.path)
    return !isProgram && !used.has(source.path) && !isNamed(source)
  })
  return lost.map(({ path }) => ({
    path,
    line: 1,
    message: 'nothing imports or starts this file, use it or delete it',
  }))
}

/** True when a string of `source` names the file, as `fork` and `new URL` do. */
function namesFile({ text, code }: Source, name: string): boolean {
  for (let at = text.indexOf(name); at !== -1; at = text.indexOf(name, at + 1)) {
    const isInString = code.slice(at, at + name.length).trim() === ''
    if (isInString && /['"`/]/.test(text[at - 1] ?? '')) return true
  }
  return false
}

/** A rule book: a SPEC.md or RULES.md. */
export interface RuleBook {
  readonly path: string
  readonly text: string
}

function readRuleBooks(): RuleBook[] {
  return globSync('packages/*/{SPEC,RULES}.md').map((path) => ({
    path,
    text: readFileSync(path, 'utf8'),
  }))
}

/** Rules without a test, and tests that quote a rule nobody wrote. */
export function checkRules(books: readonly RuleBook[], sources: readonly Source[]): Finding[] {
  const tests = sources.filter(({ path }) => path.endsWith('.test.ts'))
  const tested = new Set(tests.flatMap(({ text }) => findQuoted(text)))
  const written = new Set(books.flatMap(({ text }) => findWritten(text)))
  const findings: Finding[] = []
  for (const { path, text } of books) {
    for (const id of new Set(findWritten(text))) {
      if (tested.has(id)) continue
      const line = text.slice(0, text.indexOf(`**${id}**`)).split('\n').length
      findings.push({ path, line, message: `rule ${id} has no test, name one '[${id}] …'` })
    }
  }
  for (const { path, text } of tests) {
    for (const id of new Set(findQuoted(text))) {
      if (written.has(id)) continue
      const line = text.slice(0, text.indexOf(`[${id}]`)).split('\n').length
      findings.push({
        path,
        line,
        message: `no rule book has rule ${id}, write it or quote another`,
      })
    }
  }
  return findings
}

function findWritten(text: string): string[] {
  return Array.from(text.matchAll(/\*\*([A-Z]{1,3}[0-9]+)\*\*/g), (match) => match[1]!)
}

function findQuoted(text: string): string[] {
  return Array.from(text.matchAll(/\[([A-Z]{1,3}[0-9]+)\]/g), (match) => match[1]!)
}

function checkReadmes(): Finding[] {
  const findings: Finding[] = []
  for (const folder of globSync(README_FOLDERS).sort()) {
    const path = `${folder}/README.md`
    if (!existsSync(path)) {
      findings.push({
        path,
        line: 1,
        message: 'missing, say what lives here and what it may import',
      })
      continue
    }
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n').length
    if (lines <= README_LINES_MAX) continue
    findings.push({ path, line: lines, message: `${lines} lines, keep a folder's README at 40` })
  }
  return findings
}
