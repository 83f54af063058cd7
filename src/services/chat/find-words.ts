/**
 * Where words of the lists stand in folded letters. From every letter it walks the trie, taking
 * each reading of a letter, leaping over signs, repeats and stretched vowels; a step budget per
 * starting letter keeps a text linear. What a walk finds is judged in `judge-match.ts`.
 */
import {
  CharRole,
  SYMBOL_COUNT,
  SYMBOL_VOWEL,
  isJamo,
  isJamoVowel,
  isLatinVowel,
  symbolOf,
} from './fold-tables.ts'
import { Gap } from './fold-text.ts'
import type { FoldedLetter } from './fold-text.ts'
import { isMatch, isWordAlone, mayStart } from './judge-match.ts'
import type { JudgeOptions } from './judge-match.ts'
import type { CompiledLists, Trie, WordRule } from './word-lists.ts'

/** Steps of the walk from one letter; then it gives that start up. */
const STEPS_PER_START_MAX = 400
/** Letters of a word with its leaps; the path's length. */
const PATH_MAX = 64
/** Letters one leap may pass: `s!!!h` is one sign, counted; `s!@!h` are three. */
const LEAP_MAX = 4
const SILENT = symbolOf('ㅇ')
const FILLERS: ReadonlySet<number> = new Set(Array.from('ㅡㅋㅎㅠㅜ', (char) => symbolOf(char)))

/** Code units [from, to) of the text. */
export interface WordHit {
  readonly from: number
  readonly to: number
}

/** Every hit outside allowed words, by place. */
export function findWords(
  letters: readonly FoldedLetter[],
  lists: CompiledLists,
  options: JudgeOptions,
): WordHit[] {
  const walk = new Walk(letters, lists, options)
  for (let start = 0; start < letters.length; start++) walk.startAt(start)
  const { hits } = walk
  if (hits.length === 0) return hits
  const allowedWalk = { letters, lists, text: options.text }
  return hits.filter((hit) => !isAllowed(allowedWalk, hit))
}

/** True when a clean word of the lists, as it is written, or a phrase of them, covers the hit. */
function isAllowed(walk: AllowedWalk, hit: WordHit): boolean {
  const { letters } = walk
  for (let start = 0; start < letters.length && letters[start]!.from <= hit.from; start++) {
    const { from, isContinued, sym } = letters[start]!
    if (hit.from - from > ALLOWED_BEFORE_MAX || (isContinued && isJamo(sym))) continue
    if (followAllowed(walk, { start, at: start, node: 0 }, hit)) return true
  }
  return false
}

/** What {@link followAllowed} reads. */
interface AllowedWalk {
  readonly letters: readonly FoldedLetter[]
  readonly lists: CompiledLists
  readonly text: string
}

/** Code units of a clean word or phrase before the hit inside it; entries have 32 characters. */
const ALLOWED_BEFORE_MAX = 64

function followAllowed(
  walk: AllowedWalk,
  { start, at, node }: { readonly start: number; readonly at: number; readonly node: number },
  hit: WordHit,
): boolean {
  const letter = walk.letters[at]
  if (letter === undefined || letter.sym === 0) return false
  if (at > start && letter.gapBefore === Gap.barrier) return false
  const { next, rules } = walk.lists.allowed
  let child = next[node * SYMBOL_COUNT + letter.sym]!
  // A run is one letter of the word or as many as the word has.
  for (let taken = 1; child > 0 && taken <= letter.count; taken++) {
    const isWord = rules[child] !== 0 && letter.to >= hit.to
    if (isWord && isWritten(walk, start, at)) return true
    if (followAllowed(walk, { start, at: at + 1, node: child }, hit)) return true
    child = next[child * SYMBOL_COUNT + letter.sym]!
  }
  return false
}

/** In one piece, or with the gaps that a phrase of the lists has. */
function isWritten({ letters, lists, text }: AllowedWalk, start: number, end: number): boolean {
  let isApart = false
  for (let at = start + 1; at <= end; at++) isApart ||= letters[at]!.gapBefore !== Gap.none
  if (!isApart) return true
  return lists.phrases.has(text.slice(letters[start]!.from, letters[end]!.to).toLowerCase())
}

class Walk {
  readonly hits: WordHit[] = []
  readonly #letters: readonly FoldedLetter[]
  readonly #lists: CompiledLists
  readonly #judge: JudgeOptions & { readonly lists: CompiledLists }
  /** Indices of the letters taken, in order. */
  readonly #path: number[] = []
  /** What each was taken as. */
  readonly #taken: number[] = []
  /** Without any Korean letter no sign or Latin letter is read as one. */
  readonly #hasKorean: boolean
  readonly #border: { readonly isName: boolean; readonly isMixed: boolean }
  #steps = 0
  /** Inside a word only words of `anywhere` are looked for, and no gap is crossed. */
  #startsWord = false
  #trie: Trie

  constructor(letters: readonly FoldedLetter[], lists: CompiledLists, options: JudgeOptions) {
    this.#letters = letters
    this.#lists = lists
    this.#judge = { ...options, lists }
    this.#trie = lists.words
    this.#hasKorean = letters.some(({ sym }) => isJamo(sym))
    this.#border = { isName: options.isName, isMixed: this.#hasKorean }
  }

  startAt(start: number): void {
    const letter = this.#letters[start]!
    // A final of a syllable begins no word.
    if (letter.isContinued && isJamo(letter.sym)) return
    this.#steps = 0
    this.#path.length = 0
    this.#taken.length = 0
    this.#startsWord = mayStart(this.#letters, start, this.#border)
    this.#trie = this.#startsWord ? this.#lists.words : this.#lists.inside
    this.#take(start, 0)
    if (this.#startsWord) this.#findTyped(start)
  }

  /** Derived spellings: each letter for itself, nothing between. */
  #findTyped(start: number): void {
    const { next, rules } = this.#lists.typed
    let node = 0
    for (let at = start; at < this.#letters.length; at++) {
      const { sym, count, gapBefore } = this.#letters[at]!
      if (sym === 0 || (at > start && gapBefore !== Gap.none)) return
      for (let taken = 0; taken < count; taken++) {
        node = next[node * SYMBOL_COUNT + sym]!
        if (node === 0) return
      }
      if (rules[node] === 0) continue
      if (!isWordAlone(this.#letters, { first: start, last: at }, this.#judge)) continue
      this.hits.push({ from: this.#letters[start]!.from, to: this.#letters[at]!.to })
    }
  }

  /** Tries every reading of the letter at `index` from `node`. */
  #take(index: number, node: number): void {
    const letter = this.#letters[index]!
    if (letter.sym > 0) this.#takeAs(index, node, letter.sym)
    for (let rest = letter.alternates; rest > 0; rest >>>= 7) {
      const symbol = rest & 127
      if (!this.#hasKorean && isJamo(symbol)) continue
      if (symbol !== SYMBOL_VOWEL) this.#takeAs(index, node, symbol)
      else if (node > 0) this.#takeAsVowel(index, node)
    }
    if (letter.sym === 22 && letter.count > 1) this.#takeAs(index, node, 23)
  }

  #takeAsVowel(index: number, node: number): void {
    for (let symbol = 1; symbol <= 21; symbol++) {
      if (isLatinVowel(symbol)) this.#takeAs(index, node, symbol)
    }
  }

  #takeAs(index: number, node: number, symbol: number): void {
    const { next } = this.#trie
    let child = next[node * SYMBOL_COUNT + symbol]!
    if (child === 0) return
    // A run is one letter of the word or as many as the word has.
    for (let taken = 1; child > 0 && taken <= this.#letters[index]!.count; taken++) {
      if (++this.#steps > STEPS_PER_START_MAX || this.#path.length >= PATH_MAX) return
      this.#path.push(index)
      this.#taken.push(symbol)
      this.#end(child)
      this.#goOn(index + 1, child, symbol)
      this.#path.pop()
      this.#taken.pop()
      child = next[child * SYMBOL_COUNT + symbol]!
    }
  }

  #end(node: number): void {
    const rule = this.#trie.rules[node] as WordRule | 0
    if (rule === 0) return
    if (!isMatch(this.#letters, { path: this.#path, taken: this.#taken }, rule, this.#judge)) return
    const from = this.#letters[this.#path[0]!]!.from
    const to = this.#letters[this.#path.at(-1)!]!.to
    // Readings of the same letters find the same word again.
    const known = this.hits.at(-1)
    if (known?.from !== from || known.to !== to) this.hits.push({ from, to })
  }

  /** The letters that may follow: the next, or one after things that stand between letters. */
  #goOn(index: number, node: number, symbol: number): void {
    for (let at = index, leaps = 0; at < this.#letters.length; at++, leaps++) {
      const letter = this.#letters[at]!
      if (letter.gapBefore === Gap.barrier || letter.role === CharRole.foreign) return
      if (letter.gapBefore !== Gap.none && !this.#startsWord) return
      if (++this.#steps > STEPS_PER_START_MAX) return
      this.#take(at, node)
      if (letter.sym === symbol && symbol > 0) {
        leaps--
        continue
      }
      if (at === index && this.#isCarriedOver(at, symbol)) {
        leaps--
        continue
      }
      if (this.#isStretch(at, symbol)) {
        at++
        leaps--
        continue
      }
      if (leaps >= LEAP_MAX || !this.#isLeapt(at, symbol)) return
    }
  }

  /** 씨이발: a silent consonant and the same vowel again. */
  #isStretch(at: number, symbol: number): boolean {
    return (
      isJamo(symbol) &&
      this.#letters[at]!.sym === SILENT &&
      this.#letters[at + 1]?.sym === symbol &&
      this.#letters[at + 1]!.isContinued
    )
  }

  /** 십알 is 시발: the end of a syllable is said with the vowel of the next, whose ㅇ is silent. */
  #isCarriedOver(at: number, symbol: number): boolean {
    const { sym, isContinued, gapBefore } = this.#letters[at]!
    if (sym !== SILENT || isContinued || gapBefore !== Gap.none || !isJamo(symbol)) return false
    const isFinal = this.#letters[at - 1]!.isContinued && !isJamoVowel(symbol)
    return isFinal && this.#letters[at + 1]?.isContinued === true
  }

  /** Signs always; digits, Latin letters and laughter inside Korean. */
  #isLeapt(at: number, symbol: number): boolean {
    const { role, sym, isStandalone } = this.#letters[at]!
    if (role === CharRole.sign) return true
    if (!isJamo(symbol)) return false
    if (role === CharRole.digit) return true
    return isJamo(sym) ? isStandalone && FILLERS.has(sym) : role === CharRole.letter
  }
}
