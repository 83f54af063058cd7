/**
 * Lists of words as data: read from outside, bounded, made into one trie. Operators edit them, so
 * everything is checked and a refusal says what to change. No text of a player comes here.
 */
import { z } from 'zod'

import { deriveDisguises } from './derive-disguises.ts'
import { SYMBOL_COUNT, readSyllable, splitCluster, symbolOf } from './fold-tables.ts'
import en from './words/en.json' with { type: 'json' }
import ko from './words/ko.json' with { type: 'json' }

/** Letters of one entry; a longer one is refused. Below: whole sentences do not fit. */
const ENTRY_CHARS_MAX = 32
/** Entries of one part of a list; a longer part is refused. */
const ENTRIES_MAX = 2000
/** Lists of one filter; more are refused. */
export const LISTS_MAX = 16
/** Nodes of the trie, 160 bytes each; lists that need more are refused (10 MB). */
export const TRIE_NODES_MAX = 60_000

const entries = z.array(z.string().min(1).max(ENTRY_CHARS_MAX)).max(ENTRIES_MAX)

/** One list, as in `words/en.json`. */
export const wordListSchema = z.strictObject({
  version: z.string().min(1).max(40),
  /** Hits inside longer words too. */
  anywhere: entries,
  /** Hits where a word begins. */
  prefix: entries,
  /** Hits as a whole word only. */
  whole: entries,
  /** Clean words that hold an entry, or several words ("cum laude"): a hit inside is none. */
  allow: entries,
  /** Everyday words that may stand side by side: "pen is" is no hit. */
  commonPieces: entries,
  /** Korean endings that may follow a spaced word. */
  endings: entries,
})
export type WordList = z.infer<typeof wordListSchema>

/** The lists that ship with the game, English and Korean. */
export const SHIPPED_WORD_LISTS: readonly WordList[] = [en, ko]

export const WordRule = { anywhere: 1, prefix: 2, whole: 3, allow: 4 } as const
export type WordRule = (typeof WordRule)[keyof typeof WordRule]

/** Words by their symbols. */
export interface Trie {
  /** `node * SYMBOL_COUNT + symbol` to the next node; 0 for none. Node 0 is the root. */
  readonly next: Uint16Array
  /** By node: the rule of the word that ends there; 0 for none. */
  readonly rules: Uint8Array
}

/** Lists made ready for matching. Never changes once made. */
export interface CompiledLists {
  /** What may stand where a word begins. */
  readonly words: Trie
  /** What may stand inside a word: `anywhere` alone. */
  readonly inside: Trie
  /** Clean words, `allow`. */
  readonly allowed: Trie
  /** Derived spellings that hit as whole words, only as typed; walked without any cunning. */
  readonly typed: Trie
  readonly commonPieces: ReadonlySet<string>
  readonly endings: ReadonlySet<string>
  /** Entries of `allow` of several words, as they are written. */
  readonly phrases: ReadonlySet<string>
  /** Versions of the lists, joined. */
  readonly version: string
}

export type CompileOutcome =
  | { readonly ok: true; readonly lists: CompiledLists }
  | { readonly ok: false; readonly reason: string }

/** Checks lists from outside and makes the trie. */
export function compileWordLists(values: readonly unknown[]): CompileOutcome {
  if (values.length > LISTS_MAX) return { ok: false, reason: `at most ${LISTS_MAX} lists` }
  const lists: WordList[] = []
  for (const value of values) {
    const parsed = wordListSchema.safeParse(value)
    if (!parsed.success) return { ok: false, reason: z.prettifyError(parsed.error) }
    lists.push(parsed.data)
  }
  const trie = new TrieBuilder()
  for (const list of lists) {
    const reason = addList(trie, list)
    if (reason !== undefined) return { ok: false, reason }
  }
  const typed = new TrieBuilder()
  for (const list of lists) addDerived(trie, typed, list)
  const joined = (part: 'commonPieces' | 'endings') => new Set(lists.flatMap((list) => list[part]))
  const version = lists.map((list) => list.version).join(' ')
  return {
    ok: true,
    lists: {
      words: trie.build(WordRule.anywhere, WordRule.prefix, WordRule.whole),
      inside: trie.build(WordRule.anywhere),
      allowed: trie.build(WordRule.allow),
      typed: typed.build(WordRule.whole),
      commonPieces: joined('commonPieces'),
      endings: joined('endings'),
      phrases: new Set(lists.flatMap(({ allow }) => allow.filter((one) => one.includes(' ')))),
      version,
    },
  }
}

/** Why the list cannot be used, undefined when it was added. */
function addList(trie: TrieBuilder, list: WordList): string | undefined {
  for (const part of ['anywhere', 'prefix', 'whole', 'allow'] as const) {
    for (const entry of list[part]) {
      const symbols = symbolsOf(part === 'allow' ? entry.replaceAll(' ', '') : entry)
      if (symbols === undefined) return `"${entry}" in ${part}: only a to z and Korean letters`
      if (symbols.length < ENTRY_SYMBOLS_MIN) return `"${entry}" in ${part}: too short`
      if (!trie.add(symbols, WordRule[part])) return `more than ${TRIE_NODES_MAX} nodes`
    }
  }
  return undefined
}

/**
 * What the plainest entries become by habit, where no list says otherwise; a full trie goes
 * without. Of words that hit only where one begins or as a whole, too much came out that is
 * another word.
 */
function addDerived(trie: TrieBuilder, typed: TrieBuilder, { anywhere }: WordList): void {
  for (const entry of anywhere) {
    const { close, prefix } = deriveDisguises(entry)
    for (const one of close) {
      const symbols = symbolsOf(one) ?? []
      if (trie.ruleOf(symbols) === undefined) typed.addNew(symbols, WordRule.whole)
    }
    for (const one of prefix) trie.addNew(symbolsOf(one) ?? [], WordRule.prefix)
  }
}

/** One letter by itself would mask half of all chat. */
const ENTRY_SYMBOLS_MIN = 2

/** Symbols of an entry, undefined when it has anything but small letters and Korean. */
function symbolsOf(entry: string): number[] | undefined {
  const symbols: number[] = []
  for (const char of entry.normalize('NFC')) {
    const syllable = char.charCodeAt(0) - 0xac00
    if (syllable >= 0 && syllable < 11172) symbols.push(...readSyllable(syllable))
    else symbols.push(...splitCluster(char).map((part) => symbolOf(part)))
  }
  return symbols.includes(0) ? undefined : symbols
}

class TrieBuilder {
  readonly #children: Map<number, number>[] = [new Map()]
  readonly #rules: number[] = [0]

  /** False when the trie is full. A word in two parts keeps the wider rule; allow wins. */
  add(symbols: readonly number[], rule: WordRule): boolean {
    const node = this.#reach(symbols)
    if (node === undefined) return false
    const before = this.#rules[node]!
    const isKept = before !== 0 && rule !== WordRule.allow && before < rule
    if (!isKept) this.#rules[node] = rule
    return true
  }

  /** A word that no list has; nothing where one does, or where the trie is full. */
  addNew(symbols: readonly number[], rule: WordRule): void {
    if (symbols.length < ENTRY_SYMBOLS_MIN) return
    const node = this.#reach(symbols)
    if (node !== undefined && this.#rules[node] === 0) this.#rules[node] = rule
  }

  /** The rule of a word that is there. */
  ruleOf(symbols: readonly number[]): number | undefined {
    let node: number | undefined = 0
    for (const symbol of symbols) {
      node = this.#children[node]!.get(symbol)
      if (node === undefined) return undefined
    }
    return this.#rules[node] || undefined
  }

  /** The node where these end, made as needed; undefined when the trie is full. */
  #reach(symbols: readonly number[]): number | undefined {
    let node = 0
    for (const symbol of symbols) {
      let child = this.#children[node]!.get(symbol)
      if (child === undefined) {
        child = this.#children.length
        if (child >= TRIE_NODES_MAX) return undefined
        this.#children.push(new Map())
        this.#rules.push(0)
        this.#children[node]!.set(symbol, child)
      }
      node = child
    }
    return node
  }

  /** The words of these rules alone, with as few nodes as they need: the smaller, the faster. */
  build(...wanted: readonly WordRule[]): Trie {
    const isWanted = this.#rules.map((rule) => wanted.includes(rule as WordRule))
    const leads = [...isWanted]
    // Children have higher numbers than their parents.
    for (let node = this.#children.length - 1; node >= 0; node--) {
      for (const child of this.#children[node]!.values()) if (leads[child]) leads[node] = true
    }
    leads[0] = true
    const numbers: number[] = []
    let count = 0
    for (let node = 0; node < leads.length; node++) numbers[node] = leads[node] ? count++ : 0
    const next = new Uint16Array(count * SYMBOL_COUNT)
    const rules = new Uint8Array(count)
    this.#children.forEach((children, node) => {
      if (!leads[node]) return
      if (isWanted[node]) rules[numbers[node]!] = this.#rules[node]!
      for (const [symbol, child] of children) {
        next[numbers[node]! * SYMBOL_COUNT + symbol] = numbers[child]!
      }
    })
    return { next, rules }
  }
}
