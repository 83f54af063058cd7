/**
 * No outside call inside a database transaction: on PGlite a transaction holds the one connection,
 * and on PostgreSQL its locks, for as long as a mail server or a password takes. Inside is what is
 * handed to `transact(…)` and the body of every function that takes a `Trx`, but for what
 * `afterCommit(…)` puts off. Outside is what {@link OUTSIDE} says, and every function that does it,
 * by name, through any number of calls. It reads text and knows no types: a call through a field of
 * another name is not seen.
 */
import type { Finding } from './tidy-rules.ts'
import { lineAt } from './tidy-source.ts'
import type { Source } from './tidy-source.ts'

interface Outside {
  readonly shape: RegExp
  readonly what: string
}

/** What leaves the process or keeps a core. */
const OUTSIDE: readonly Outside[] = [
  { shape: /(?<![.\w])fetch\s*\(/g, what: 'an HTTP request' },
  { shape: /\b(mailer|ports|mail)\s*\.\s*send\s*\(|\bsendMail\s*\(/g, what: 'a mail' },
  { shape: /\bhasher\s*\.\s*(hash|verify)\s*\(/g, what: 'a password hash' },
  { shape: /\bbus\s*\.\s*publish\s*\(/g, what: 'a publication on the bus' },
  { shape: /\b(redis|storage|s3)\s*\.\s*\w+\s*\(/g, what: 'a request to another store' },
]

interface Span {
  readonly from: number
  readonly to: number
}

interface NamedBody extends Span {
  readonly name: string
  readonly takesTrx: boolean
}

/** Every outside call in a transaction, in the sources of the server. */
export function checkTransactions(sources: readonly Source[]): Finding[] {
  const parsed = sources.map((source) => ({ source, bodies: findBodies(source.code) }))
  const outside = findOutsideNames(parsed)
  return parsed.flatMap(({ source, bodies }) => {
    const inside = [...findTransactSpans(source.code), ...bodies.filter((one) => one.takesTrx)]
    const code = blankAfterCommit(source.code)
    const found = inside.flatMap(({ from, to }) => findOutside(code, { from, to }, outside))
    return Array.from(new Map(found.map((one) => [one.at, one])).values(), ({ at, what }) => ({
      path: source.path,
      line: lineAt(source.text, at),
      message: `${what} inside a transaction, do it before, or by a job or event in it`,
    }))
  })
}

/** Functions that do something outside, themselves or by a function they call; why. */
function findOutsideNames(
  parsed: readonly { readonly source: Source; readonly bodies: readonly NamedBody[] }[],
): ReadonlyMap<string, string> {
  const outside = new Map<string, string>()
  for (;;) {
    const sizeBefore = outside.size
    for (const { source, bodies } of parsed) {
      const code = blankAfterCommit(source.code)
      for (const body of bodies) {
        if (outside.has(body.name)) continue
        const [first] = findOutside(code, body, outside)
        if (first !== undefined) outside.set(body.name, first.what)
      }
    }
    if (outside.size === sizeBefore) return outside
  }
}

function findOutside(
  code: string,
  { from, to }: Span,
  names: ReadonlyMap<string, string>,
): { readonly at: number; readonly what: string }[] {
  const text = code.slice(from, to)
  const direct = OUTSIDE.flatMap(({ shape, what }) =>
    Array.from(text.matchAll(shape), (match) => ({ at: from + match.index, what })),
  )
  const called = Array.from(text.matchAll(/(?<![.\w])([a-z]\w*)\s*\(/g)).flatMap((match) => {
    const why = names.get(match[1]!)
    if (why === undefined || text.slice(0, match.index).endsWith('function ')) return []
    return [{ at: from + match.index, what: `${why} (${match[1]})` }]
  })
  return [...direct, ...called]
}

/** Arguments of `transact(…)`: the callback and what it does. */
function findTransactSpans(code: string): Span[] {
  return Array.from(code.matchAll(/\btransact\s*\(/g), (match) => {
    const open = match.index + match[0].length - 1
    return { from: open, to: findClose(code, open) }
  })
}

/** What runs after the commit is outside of it. */
function blankAfterCommit(code: string): string {
  let blanked = code
  for (const match of code.matchAll(/\bafterCommit\s*\(/g)) {
    const open = match.index + match[0].length - 1
    const close = findClose(code, open)
    blanked = blanked.slice(0, open) + ' '.repeat(close - open) + blanked.slice(close)
  }
  return blanked
}

/** Functions by declaration and named arrow functions with a block. */
function findBodies(code: string): NamedBody[] {
  const shapes = /\bfunction\s+(\w+)\s*(?:<[^(]*>)?\(|\bconst\s+(\w+)\s*=\s*(?:async\s*)?\(/g
  return Array.from(code.matchAll(shapes)).flatMap((match) => {
    const open = match.index + match[0].length - 1
    const close = findClose(code, open)
    const body = findBlock(code, close + 1, match[1] !== undefined)
    if (body === undefined) return []
    const takesTrx = /:\s*Trx\b/.test(withoutCallbacks(code.slice(open + 1, close)))
    return [{ name: (match[1] ?? match[2])!, takesTrx, ...body }]
  })
}

/** Parameters without those of functions that are handed in: those get their own transaction. */
function withoutCallbacks(parameters: string): string {
  let outer = ''
  let depth = 0
  for (const char of parameters) {
    if (char === '(') depth++
    if (depth === 0) outer += char
    if (char === ')') depth--
  }
  return outer
}

/** The block of a function whose parameters ended before `at`; none for an expression. */
function findBlock(code: string, at: number, isDeclaration: boolean): Span | undefined {
  let from = at
  if (isDeclaration) {
    from = skipReturnType(code, at)
  } else {
    const arrow = code.indexOf('=>', at)
    if (arrow === -1 || !/^(\s*:[^=;]*)?\s*$/.test(code.slice(at, arrow))) return undefined
    from = arrow + 2
  }
  const open = from + (/^\s*/.exec(code.slice(from))?.[0].length ?? 0)
  return code[open] === '{' ? { from: open, to: findClose(code, open) } : undefined
}

/** Where the block begins; a brace after `:`, `|` or `&` is a type. */
function skipReturnType(code: string, at: number): number {
  let depth = 0
  for (let index = at; index < code.length; index++) {
    const char = code[index]!
    if (char === '{' && depth === 0 && !/[:|&]\s*$/.test(code.slice(at, index))) return index
    if ('<([{'.includes(char)) depth++
    else if (')]}'.includes(char) || (char === '>' && code[index - 1] !== '=')) depth--
  }
  return code.length
}

/** The bracket that closes the one at `open`; the end where none does. */
function findClose(code: string, open: number): number {
  let depth = 0
  for (let index = open; index < code.length; index++) {
    if ('([{'.includes(code[index]!)) depth++
    else if (')]}'.includes(code[index]!) && --depth === 0) return index
  }
  return code.length
}
