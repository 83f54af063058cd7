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
  isLatinVowel,
  symbolOf,
} from './fold-tables.ts'
import { Gap } from './fold-text.ts'
import type { FoldedLetter } from './fold-text.ts'
import { isMatch } from './judge-match.ts'
import type { JudgeOptions } from './judge-match.ts'
import { WordRule } from './word-lists.ts'
import type { CompiledLists } from './word-lists.ts'

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
  const { hits, allowed } = walk
  if (hits.length === 0) return hits
  return hits.filter(({ from, to }) => !allowed.some((word) => word.from <= from && to <= word.to))
}

class Walk {
  readonly hits: WordHit[] = []
  readonly allowed: WordHit[] = []
  readonly #letters: readonly FoldedLetter[]
  readonly #lists: CompiledLists
  readonly #judge: JudgeOptions & { readonly lists: CompiledLists }
  /** Indices of the letters taken, in order. */
  readonly #path: number[] = []
  /** What each was taken as. */
  readonly #taken: number[] = []
  /** Without any Korean letter no sign or Latin letter is read as one. */
  readonly #hasKorean: boolean
  #steps = 0

  constructor(letters: readonly FoldedLetter[], lists: CompiledLists, options: JudgeOptions) {
    this.#letters = letters
    this.#lists = lists
    this.#judge = { ...options, lists }
    this.#hasKorean = letters.some(({ sym }) => isJamo(sym))
  }

  startAt(start: number): void {
    const letter = this.#letters[start]!
    // A final of a syllable begins no word.
    if (letter.isContinued && isJamo(letter.sym)) return
    this.#steps = 0
    this.#path.length = 0
    this.#taken.length = 0
    this.#take(start, 0)
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
    const { next } = this.#lists
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
    const rule = this.#lists.rules[node] as WordRule | 0
    if (rule === 0) return
    if (!isMatch(this.#letters, { path: this.#path, taken: this.#taken }, rule, this.#judge)) return
    const from = this.#letters[this.#path[0]!]!.from
    const to = this.#letters[this.#path.at(-1)!]!.to
    if (rule === WordRule.allow) this.allowed.push({ from, to })
    else this.hits.push({ from, to })
  }

  /** The letters that may follow: the next, or one after things that stand between letters. */
  #goOn(index: number, node: number, symbol: number): void {
    for (let at = index, leaps = 0; at < this.#letters.length; at++, leaps++) {
      const letter = this.#letters[at]!
      if (letter.gapBefore === Gap.barrier || letter.role === CharRole.foreign) return
      if (++this.#steps > STEPS_PER_START_MAX) return
      this.#take(at, node)
      if (letter.sym === symbol && symbol > 0) {
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

  /** Signs always; digits, Latin letters and laughter inside Korean. */
  #isLeapt(at: number, symbol: number): boolean {
    const { role, sym, isStandalone } = this.#letters[at]!
    if (role === CharRole.sign) return true
    if (!isJamo(symbol)) return false
    if (role === CharRole.digit) return true
    return isJamo(sym) ? isStandalone && FILLERS.has(sym) : role === CharRole.letter
  }
}
