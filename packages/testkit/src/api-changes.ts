/**
 * A change of the API needs a line in CHANGELOG.md. Each operation has a sum over all that a caller
 * can notice (parameters, bodies, answers, codes; no summaries), and the changelog must hold its
 * present mark, "`POST /v1/friends` 1a2b3c4d", in a line that says something. So an operation that
 * changes makes the old line too old, and only a new one helps.
 */
import type { ApiDocument, ApiOperation } from './api-document.ts'
import { operationsOf, sumOf } from './api-document.ts'

const SUM_CHARS = 8
/** Shortest text of a line beside its marks (characters). */
const TEXT_CHARS_MIN = 12
/** Deepest nesting of schemas; ours are trees of a few levels. */
const DEPTH_MAX = 24
const MARK = /`([A-Z]+ \/[^`\s]*)` ([0-9a-f]{8}|gone)\b/g

/** The mark of every operation, in the order of the document. */
export function marksOf(document: ApiDocument): ReadonlyMap<string, string> {
  const marks = [...operationsOf(document)].map(
    ([key, operation]) => [key, formatMark(key, sumOfOperation(document, operation))] as const,
  )
  return new Map(marks)
}

function formatMark(key: string, sum: string): string {
  return `\`${key}\` ${sum}`
}

/** Marks that no line of the changelog holds: what changed, came or went without a word. */
export function findUntold(document: ApiDocument, changelog: string): string[] {
  const told = new Set<string>()
  const lastOf = new Map<string, string>()
  for (const entry of changelog.split(/\n(?=- |#)/)) {
    const isSaying = entry.replace(MARK, '').replace(/[\s,.:;-]+/g, ' ').length >= TEXT_CHARS_MIN
    if (!isSaying) continue
    for (const [mark, key = '', sum = ''] of entry.matchAll(MARK)) {
      told.add(mark)
      lastOf.set(key, sum)
    }
  }
  const marks = marksOf(document)
  const missing = [...marks.values()].filter((mark) => !told.has(mark))
  const lost = [...lastOf].filter(([key, sum]) => !marks.has(key) && sum !== 'gone')
  return [...missing, ...lost.map(([key]) => formatMark(key, 'gone'))]
}

/** The changelog with a line for these marks at the end of its first section. */
export function addLine(changelog: string, text: string, marks: readonly string[]): string {
  const first = changelog.indexOf('\n## ')
  const next = changelog.indexOf('\n## ', first + 1)
  const end = next < 0 ? changelog.length : next
  const line = wrap(`- API: ${text} (${marks.join(', ')})`)
  return `${changelog.slice(0, end).trimEnd()}\n${line}\n${changelog.slice(end)}`
}

const COLUMNS_MAX = 140

function wrap(text: string): string {
  let column = 0
  const words = text.split(/ (?![0-9a-f]{8}\b|gone\b|\/)/).map((word, index) => {
    const isOver = index > 0 && column + word.length + 1 > COLUMNS_MAX
    column = isOver ? word.length + 2 : column + word.length + 1
    if (index === 0) return word
    return isOver ? `\n  ${word}` : ` ${word}`
  })
  return words.join('')
}

function sumOfOperation(document: ApiDocument, operation: ApiOperation): string {
  const { parameters = [], requestBody, responses, security } = operation
  const answers = Object.entries(responses).map(([status, answer]) => {
    // A refusal is its codes; every one has the same body.
    const { description } = answer as { description?: string }
    return status >= '400' ? [status, description] : [status, answer.content]
  })
  const told = { parameters, requestBody, answers, security }
  return sumOf(JSON.stringify(resolve(told, document, 0))).slice(0, SUM_CHARS)
}

/** The value without texts for people, its keys in one order, and references filled in. */
function resolve(value: unknown, document: ApiDocument, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (depth > DEPTH_MAX) return '…'
  if (Array.isArray(value)) return value.map((each) => resolve(each, document, depth + 1))
  const { $ref } = value as { $ref?: string }
  if ($ref !== undefined) {
    const name = $ref.slice('#/components/schemas/'.length)
    return resolve(document.components.schemas[name], document, depth + 1)
  }
  const fields = Object.entries(value)
    .filter(([key, field]) => !(key === 'description' && typeof field === 'string'))
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(
    fields.map(([key, field]) => [key, resolve(field, document, depth + 1)]),
  )
}
