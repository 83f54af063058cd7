/**
 * A small tokenizer for tidy: blanks comments and the insides of strings, keeping every column and
 * line, so that rules can search code without being fooled by text. TypeScript 7 has no parser to
 * call. It knows strings, template literals, comments and (by what stands before) regular
 * expressions; it never throws, whatever it is given.
 */

/** One file, ready for rules. */
export interface Source {
  /** From the repository root, with slashes. */
  readonly path: string
  readonly text: string
  /** The text with comments and the insides of strings and patterns blanked. */
  readonly code: string
  /** The text with everything but comments blanked. */
  readonly comments: string
  readonly imports: readonly ImportLine[]
}

/** One import, export-from or dynamic import. */
export interface ImportLine {
  readonly specifier: string
  readonly line: number
  readonly isTypeOnly: boolean
}

/** Line number of an offset, from 1. */
export function lineAt(text: string, offset: number): number {
  let line = 1
  for (let index = 0; index < offset; index++) if (text.charCodeAt(index) === 10) line++
  return line
}

/** Reads one file. */
export function readSource(path: string, text: string): Source {
  const code = text.split('')
  const comments = Array.from(text, (char) => (char === '\n' ? '\n' : ' '))
  new Scanner(text, code, comments).scan()
  const joined = code.join('')
  return {
    path,
    text,
    code: joined,
    comments: comments.join(''),
    imports: findImports(text, joined),
  }
}

/** Before a slash these mean a pattern begins; after anything else it divides. */
const PATTERN_BEFORE =
  /(^|[([{,;=:?!&|+*%~^<>-]|\b(return|typeof|case|in|of|delete|void|throw|yield|await))\s*$/
const LOOK_BACK_CHARS = 40

class Scanner {
  readonly #text: string
  readonly #code: string[]
  readonly #comments: string[]
  #at = 0

  constructor(text: string, code: string[], comments: string[]) {
    this.#text = text
    this.#code = code
    this.#comments = comments
  }

  /** Scans to the end, or to the brace that closes a template's expression. */
  scan(isInTemplate = false): void {
    let depth = 0
    while (this.#at < this.#text.length) {
      const char = this.#text[this.#at]!
      const pair = this.#text.slice(this.#at, this.#at + 2)
      if (pair === '//') this.#comment('\n', 0)
      else if (pair === '/*') this.#comment('*/', 2)
      else if (char === "'" || char === '"') this.#string(char)
      else if (char === '`') this.#template()
      else if (char === '/' && this.#isPattern()) this.#pattern()
      else if (isInTemplate && char === '}' && depth === 0) return
      else {
        if (char === '{') depth++
        else if (char === '}') depth--
        this.#at++
      }
    }
  }

  #blank(from: number, to: number): void {
    for (let index = from; index < to && index < this.#text.length; index++) {
      if (this.#text[index] !== '\n') this.#code[index] = ' '
    }
  }

  #comment(end: string, endChars: number): void {
    const found = this.#text.indexOf(end, this.#at + 2)
    const to = found === -1 ? this.#text.length : found + endChars
    for (let index = this.#at; index < to; index++) this.#comments[index] = this.#text[index]!
    this.#blank(this.#at, to)
    this.#at = to
  }

  #string(quote: string): void {
    const from = this.#at + 1
    let to = from
    while (to < this.#text.length && this.#text[to] !== quote && this.#text[to] !== '\n') {
      to += this.#text[to] === '\\' ? 2 : 1
    }
    this.#blank(from, to)
    this.#at = to + 1
  }

  #template(): void {
    this.#at++
    while (this.#at < this.#text.length && this.#text[this.#at] !== '`') {
      if (this.#text[this.#at] === '\\') {
        this.#blank(this.#at, this.#at + 2)
        this.#at += 2
      } else if (this.#text.startsWith('${', this.#at)) {
        this.#blank(this.#at, this.#at + 2)
        this.#at += 2
        this.scan(true)
        this.#blank(this.#at, this.#at + 1)
        this.#at++
      } else {
        this.#blank(this.#at, this.#at + 1)
        this.#at++
      }
    }
    this.#at++
  }

  #isPattern(): boolean {
    const before = this.#code.slice(Math.max(0, this.#at - LOOK_BACK_CHARS), this.#at).join('')
    return PATTERN_BEFORE.test(before)
  }

  #pattern(): void {
    const from = this.#at + 1
    let to = from
    let isInClass = false
    while (to < this.#text.length && this.#text[to] !== '\n') {
      const char = this.#text[to]
      if (char === '/' && !isInClass) break
      if (char === '[') isInClass = true
      else if (char === ']') isInClass = false
      to += char === '\\' ? 2 : 1
    }
    this.#blank(from, to)
    this.#at = to + 1
  }
}

const IMPORT_SHAPE = /(?<![.\w])(from\s*|import\s*\(?\s*)()(['"])/g

function findImports(text: string, code: string): ImportLine[] {
  const imports: ImportLine[] = []
  for (const match of code.matchAll(IMPORT_SHAPE)) {
    const from = match.index + match[0].length
    const to = code.indexOf(match[3]!, from)
    if (to === -1) continue
    const statement = code.slice(0, match.index).lastIndexOf('\nimport ')
    const exported = code.slice(0, match.index).lastIndexOf('\nexport ')
    const start = Math.max(statement, exported, code.startsWith('import ') ? -1 : -2) + 1
    const isTypeOnly = /^(import|export) type /.test(code.slice(start, match.index))
    const specifier = text.slice(from, to)
    imports.push({ specifier, line: lineAt(text, match.index), isTypeOnly })
  }
  return imports
}
