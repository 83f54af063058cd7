/**
 * Rules over one file: size, words that must not be there, clocks and chance, header. Each finding
 * says what is wrong and what to use instead.
 */
import { lineAt } from './tidy-source.ts'
import type { Source } from './tidy-source.ts'

/** One thing that is wrong. Line 0: the file or folder as a whole. */
export interface Finding {
  readonly path: string
  readonly line: number
  readonly message: string
}

export const FUNCTION_LINES_MAX = 70
export const FILE_LINES_MAX = 400
export const LINE_COLUMNS_MAX = 100

/** Helpers of tests: fakes, harnesses of browser tests. Products never import them. */
export const HELPER_FOLDERS = /(^|\/)(testing|harness)\//

/** Tests, benches, fuzzers and their helpers. */
export function isTestFile(path: string): boolean {
  return /\.(test|bench|fuzz)\.ts$/.test(path) || HELPER_FOLDERS.test(path)
}

/** Every rule over one file. */
export function checkSource(source: Source): Finding[] {
  return [
    ...checkSize(source),
    ...checkLines(source),
    ...checkFunctions(source),
    ...checkHeader(source),
    ...checkName(source),
    ...checkWords(source),
    ...checkClocks(source),
    ...checkCore(source),
  ]
}

function checkSize({ path, text }: Source): Finding[] {
  const lines = text.trimEnd().split('\n').length
  if (lines <= FILE_LINES_MAX) return []
  const message = `${lines} lines, split the file by what its parts know (at most ${FILE_LINES_MAX})`
  return [{ path, line: FILE_LINES_MAX, message }]
}

/** Text that cannot be broken (strings, patterns, addresses) may run over. */
function checkLines({ path, text, code, comments }: Source): Finding[] {
  const findings: Finding[] = []
  const codeLines = code.split('\n')
  const commentLines = comments.split('\n')
  text.split('\n').forEach((line, index) => {
    if (line.length <= LINE_COLUMNS_MAX) return
    const isText = /["'`/].*[ ]{8,}/.test(codeLines[index] ?? '')
    const isAddress = /https?:\/\/\S{20,}/.test(commentLines[index] ?? '')
    if (isText || isAddress) return
    findings.push({
      path,
      line: index + 1,
      message: `${line.length} columns, break the line at 100`,
    })
  })
  return findings
}

const NOT_A_FUNCTION = /\b(if|for|while|switch|catch|with)\s*$/

/** A brace opens a function after `=>` or after a parameter list that no keyword owns. */
function checkFunctions(source: Source): Finding[] {
  const { path, text, code } = source
  if (isTestFile(path)) return []
  const findings: Finding[] = []
  const opens: number[] = []
  for (let index = 0; index < code.length; index++) {
    if (code[index] === '{') opens.push(index)
    if (code[index] !== '}') continue
    const open = opens.pop()
    if (open === undefined || !opensFunction(code, open)) continue
    const first = lineAt(text, open)
    const lines = lineAt(text, index) - first + 1
    if (lines <= FUNCTION_LINES_MAX) continue
    const message = `a function of ${lines} lines, give its parts names (at most ${FUNCTION_LINES_MAX})`
    findings.push({ path, line: first, message })
  }
  return findings
}

function opensFunction(code: string, open: number): boolean {
  const before = code.slice(0, open).trimEnd()
  if (before.endsWith('=>')) return true
  const close = /\)(\s*:\s*[\w.<>[\]| ,]+)?$/.exec(before.slice(-200))
  if (close === null) return false
  let index = before.length - close[0].length
  for (let depth = 0; index >= 0; index--) {
    if (before[index] === ')') depth++
    else if (before[index] === '(' && --depth === 0) break
  }
  return !NOT_A_FUNCTION.test(before.slice(Math.max(0, index - 20), index))
}

function checkHeader({ path, text }: Source): Finding[] {
  if (/^(#!.*\n)?\/\*\*/.test(text)) return []
  const message = 'no header comment, begin with /** what it is and what it must never do */'
  return [{ path, line: 1, message }]
}

const VAGUE_NAME = /^(utils?|common|misc|helpers?|manager|index)$/

function checkName({ path }: Source): Finding[] {
  const name = path.slice(path.lastIndexOf('/') + 1).replace(/(\.[a-z]+)*\.m?tsx?$/, '')
  if (VAGUE_NAME.test(name)) {
    return [
      { path, line: 1, message: `"${name}" says nothing, name the file after its main export` },
    ]
  }
  if (/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name)) return []
  return [{ path, line: 1, message: `"${name}" is not kebab-case, rename the file` }]
}

interface WordRule {
  readonly shape: RegExp
  readonly where: 'code' | 'comments'
  readonly message: string
  readonly allowed?: RegExp
}

const WORD_RULES: readonly WordRule[] = [
  {
    shape: /(:|\bas|[<,|&(])\s*any\b(?!\w|\s*[:(.=]|-)/g,
    where: 'code',
    message: 'the type any, use unknown and narrow it',
  },
  {
    shape: /\bconsole\s*\.\s*\w+/g,
    where: 'code',
    message: 'console, use the logger or process.stdout',
  },
  {
    shape: /\b(TODO|FIXME|XXX)\b/g,
    where: 'comments',
    message: 'a leftover mark, do it or drop it',
  },
  {
    shape: /@ts-(ignore|nocheck|expect-error)\b/g,
    where: 'comments',
    message: 'a silenced type error, say what the type is',
  },
  {
    shape: /\bexport\s+default\b/g,
    where: 'code',
    message: 'a default export, export by name',
    allowed: /^packages\/testkit\/src\/test-reporter\.ts$/,
  },
  {
    shape: /\b(namespace|enum)\s+[A-Z]\w*\s*\{/g,
    where: 'code',
    message: 'syntax Node cannot strip, use const objects and types',
  },
]

function checkWords(source: Source): Finding[] {
  const findings: Finding[] = []
  for (const rule of WORD_RULES) {
    if (rule.allowed?.test(source.path) === true) continue
    for (const match of source[rule.where].matchAll(rule.shape)) {
      const line = lineAt(source.text, match.index)
      findings.push({ path: source.path, line, message: rule.message })
    }
  }
  return findings
}

const CLOCK_SHAPE =
  /(?<![.\w])(setTimeout|setInterval|setImmediate|requestAnimationFrame)\s*\(|\bDate\s*\.\s*now\b|\bperformance\s*\.\s*now\b|\bMath\s*\.\s*random\b|\bnew Date\(\s*\)/g

/** The files that are the clock, or programs and pages that live in real time. */
const CLOCK_FILES: readonly RegExp[] = [
  /^src\/(system-clock|lifecycle|start)\.ts$/,
  /^packages\/base\/src\/clock\.ts$/,
  /^packages\/client\/src\/(web-timers|web-globals)\.ts$/,
  /^packages\/(play|console|testkit)\//,
  /^(bench|loadtest)\/[^/]+\.ts$/,
  /^bench\/servers\//,
  /^loadtest\/chaos\//,
]

function checkClocks(source: Source): Finding[] {
  const { path, code, text } = source
  if (isTestFile(path) || CLOCK_FILES.some((shape) => shape.test(path))) return []
  return Array.from(code.matchAll(CLOCK_SHAPE), (match) => ({
    path,
    line: lineAt(text, match.index),
    message: `${match[0].trim()}, take a Clock, Timers or seed as an argument`,
  }))
}

const CORE_SHAPE =
  /\bMath\s*\.\s*(sin|cos|tan|asin|acos|atan2?|exp|log|log2|pow|hypot|cbrt)\b|\basync\b|\bawait\b|\bprocess\s*\./g

/** The simulation: same bits on every engine, no waiting, no process. */
function checkCore({ path, code, text }: Source): Finding[] {
  if (!path.startsWith('packages/sim/') || isTestFile(path)) return []
  return Array.from(code.matchAll(CORE_SHAPE), (match) => ({
    path,
    line: lineAt(text, match.index),
    message: `${match[0].trim()} in the simulation, use base's tables and plain arithmetic`,
  }))
}
