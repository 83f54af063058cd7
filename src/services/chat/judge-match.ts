/**
 * Whether letters that spell a word are meant as it. The trie only says that the letters are there;
 * here stand the rules that keep "push it", "class A", "let's hit" and "다시 발사" clean.
 */
import { CharRole, isJamo, isJamoVowel, symbolOf } from './fold-tables.ts'
import { Gap } from './fold-text.ts'
import type { FoldedLetter } from './fold-text.ts'
import { WordRule } from './word-lists.ts'
import type { CompiledLists } from './word-lists.ts'

/** How a text is judged. */
export interface JudgeOptions {
  readonly text: string
  /** True for names: a capital inside a word begins another. */
  readonly isName: boolean
}

type Letters = readonly FoldedLetter[]

/** The letters of a match by index, and what each was taken as. */
interface Walked {
  readonly path: readonly number[]
  readonly taken: readonly number[]
}

/** Where a match begins and ends, and how its first and last letter were taken: C발 starts Latin. */
interface Ends {
  readonly first: number
  readonly last: number
  readonly startsKorean: boolean
  readonly endsKorean: boolean
}

/** What stands at both ends and inside of a match. */
interface Shape extends Ends {
  readonly isKorean: boolean
  /** Pieces between gaps, as [first, last] letters. */
  readonly pieces: readonly (readonly [number, number])[]
  readonly hasSpace: boolean
}

/** True when the letters at `path` are the word and not parts of others. */
export function isMatch(
  letters: Letters,
  { path, taken }: Walked,
  rule: WordRule,
  options: JudgeOptions & { readonly lists: CompiledLists },
): boolean {
  const shape = shapeOf(letters, { path, taken })
  if (!hasEnoughLetters(letters, path, shape) || !hasFewStars(letters, path, taken)) return false
  if (shape.isKorean && !isKoreanWhole(letters, path, shape)) return false
  if (shape.isKorean && isCounted(letters, shape, options.text)) return false
  // "(until ten)": a bracket opens; between letters it is a c.
  if (options.text[letters[shape.first]!.from] === '(') return false
  const startsWord = isStart(letters, shape, options)
  // Bush17 is a name with a number.
  if (!startsWord && letters[shape.last]!.role === CharRole.digit) return false
  const endsWord = isEnd(letters, shape, options)
  if (rule !== WordRule.anywhere && !startsWord) return false
  if (rule === WordRule.whole && !endsWord) return false
  if (shape.pieces.length === 1) return true
  if (shape.hasSpace && isRowOfCodes(letters, shape, options.text)) return false
  return startsWord && isSpacedWord(letters, shape, { ...options, rule, endsWord })
}

/** True when the letters from `first` to `last`, one after another, stand as their own word. */
export function isWordAlone(
  letters: Letters,
  { first, last }: { readonly first: number; readonly last: number },
  options: JudgeOptions,
): boolean {
  const following = letters[last + 1]
  if (following?.isContinued === true && isJamo(following.sym)) return false
  const startsKorean = isJamo(letters[first]!.sym)
  const ends = { first, last, startsKorean, endsKorean: isJamo(letters[last]!.sym) }
  return isStart(letters, ends, options) && isEnd(letters, ends, options)
}

function shapeOf(letters: Letters, { path, taken }: Walked): Shape {
  const first = path[0]!
  const last = path.at(-1)!
  const pieces: [number, number][] = [[first, first]]
  let hasSpace = false
  for (let step = 1; step < path.length; step++) {
    const index = path[step]!
    let isApart = false
    for (let at = path[step - 1]! + 1; at <= index; at++) {
      const { gapBefore, role } = letters[at]!
      if (gapBefore === Gap.space) hasSpace = true
      const isLeapt =
        at < index && (role !== CharRole.letter || isLatinInKorean(letters, at, index))
      if (gapBefore !== Gap.none || isLeapt) isApart = true
    }
    if (isApart) pieces.push([index, index])
    else pieces.at(-1)![1] = index
  }
  const isKorean = path.some((index) => isJamo(letters[index]!.sym))
  const [startsKorean, endsKorean] = [isJamo(taken[0]!), isJamo(taken.at(-1)!)]
  return { first, last, isKorean, startsKorean, endsKorean, pieces, hasSpace }
}

function isLatinInKorean(letters: Letters, at: number, next: number): boolean {
  return !isJamo(letters[at]!.sym) && isJamo(letters[next]!.sym)
}

/** Numbers stay numbers: digits are at most half of a word, a third of a spaced one. */
function hasEnoughLetters(letters: Letters, path: readonly number[], shape: Shape): boolean {
  let hard = 0
  let digits = 0
  let all = 0
  for (const index of path) {
    const { sym, role, count } = letters[index]!
    all += count
    if (sym > 0) hard++
    else if (role === CharRole.digit) digits += count
  }
  if (hard === 0) return false
  if (shape.pieces.length > 1) return digits * 3 <= all
  return all >= LONG_WORD ? digits * 3 <= all * 2 : digits * 2 <= all
}

/** Letters from which on a word may be digits by two thirds. */
const LONG_WORD = 6

/** A star stands for one vowel inside a word of four letters or more. */
function hasFewStars(letters: Letters, path: readonly number[], taken: readonly number[]): boolean {
  let stars = 0
  for (let step = 0; step < path.length; step++) {
    if (!isStar(letters[path[step]!]!, taken[step]!)) continue
    if (step === 0 || step === path.length - 1 || path.length < 4) return false
    stars++
  }
  return stars <= 1
}

function isStar({ sym, alternates }: FoldedLetter, taken: number): boolean {
  if (sym > 0) return false
  for (let rest = alternates; rest > 0; rest >>>= 7) if ((rest & 127) === taken) return false
  return true
}

/** A Korean match takes whole syllables, and an abbreviation only letters typed as letters. */
function isKoreanWhole(letters: Letters, path: readonly number[], shape: Shape): boolean {
  const following = letters[shape.last + 1]
  if (following?.isContinued === true && isJamo(following.sym)) return isCalled(letters, path)
  const hasVowel = path.some((index) => {
    const { sym, alternates } = letters[index]!
    return isJamoVowel(sym) || (!isJamo(sym) && alternates > 0)
  })
  const before = letters[shape.first - 1]
  const isJoined = before !== undefined && letters[shape.first]!.gapBefore === Gap.none
  // 3시발 and 5시 발: hours, not words.
  if (isJoined && before.role === CharRole.digit) return false
  if (hasVowel) return true
  if (!path.every((index) => letters[index]!.isStandalone)) return false
  return !isJoined || !before.isStandalone
}

/** "몇 시 발 버스", "3 병 신청", "5 개년 계획": hours, bottles and years that are counted. */
function isCounted(letters: Letters, { first, hasSpace }: Shape, text: string): boolean {
  const { from } = letters[first]!
  if (!hasSpace && !text.startsWith('개년', from)) return false
  return COUNTERS.has(text[from]!) && NUMBER_BEFORE.test(text.slice(Math.max(0, from - 4), from))
}

const COUNTERS: ReadonlySet<string> = new Set('시개병')
const NUMBER_BEFORE =
  /(?:^|[^\p{L}])(?:\d+|한|두|세|네|다섯|여섯|일곱|여덟|아홉|열|열한|열두|몇) ?$/u

/** 병시나 is 병신아: who is called, written as it is said; the last sound begins the call's 아. */
function isCalled(letters: Letters, path: readonly number[]): boolean {
  const last = path.at(-1)!
  if (path.length < CALLED_MIN || letters[last]!.isContinued) return false
  if (letters[last + 1]!.sym !== CALL) return false
  const after = letters[last + 2]
  return after === undefined || after.gapBefore !== Gap.none || !isJamo(after.sym)
}

/** Letters of two syllables with a last consonant. */
const CALLED_MIN = 5
const CALL = symbolOf('ㅏ')

/** True when some word may begin at `first`, as one script or the other; `isStart` decides. */
export function mayStart(
  letters: Letters,
  first: number,
  { isName, isMixed }: { readonly isName: boolean; readonly isMixed: boolean },
): boolean {
  const letter = letters[first]!
  const before = letters[first - 1]
  if (before === undefined || letter.gapBefore !== Gap.none) return true
  if (isName && letter.isHump) return true
  if (before.role === CharRole.digit || before.role === CharRole.sign) return true
  if (!isMixed) return false
  if (isJamo(before.sym) !== isJamo(letter.sym)) return true
  // Beside Korean what looks like it may be read so.
  return letter.alternates > 0 && !isJamo(letter.sym)
}

function isStart(letters: Letters, shape: Ends, { isName }: JudgeOptions): boolean {
  const letter = letters[shape.first]!
  const before = letters[shape.first - 1]
  if (before === undefined || letter.gapBefore !== Gap.none) return letter.gapBefore !== Gap.barrier
  if (isName && letter.isHump) return true
  return isBorder(before, shape.startsKorean)
}

function isEnd(letters: Letters, shape: Ends, { isName }: JudgeOptions): boolean {
  const after = letters[shape.last + 1]
  if (after === undefined || after.gapBefore !== Gap.none) return after?.gapBefore !== Gap.barrier
  if (isName && after.isHump) return true
  return isBorder(after, shape.endsKorean)
}

/** Digits and signs end a word, and so does the other script. */
function isBorder(neighbour: FoldedLetter, isKorean: boolean): boolean {
  if (neighbour.role === CharRole.digit || neighbour.role === CharRole.sign) return true
  if (neighbour.role === CharRole.foreign) return false
  return isJamo(neighbour.sym) !== isKorean
}

/** Whether a word with gaps in it is one: `s h i t` and `fu ck` are, `pen is` is not. */
function isSpacedWord(
  letters: Letters,
  shape: Shape,
  options: JudgeOptions & { lists: CompiledLists; rule: WordRule; endsWord: boolean },
): boolean {
  const { lists, text } = options
  const singles = shape.pieces.filter((piece) => isSingle(letters, piece)).length
  const isAllSingle = singles === shape.pieces.length
  if (!options.endsWord && !mayRunOn(letters, shape, { lists, singles, text })) return false
  if (isAllSingle) {
    return options.rule === WordRule.anywhere || shape.isKorean || !isInSeries(letters, shape, text)
  }
  if (singles >= 3 || isTightWord(letters, shape, text)) return true
  // "sh, it works": a sentence goes on, no word does.
  if (shape.hasSpace && shape.pieces.length === 2 && hasStop(letters, shape, text)) return false
  return shape.pieces.some((piece) => {
    if (isSingle(letters, piece)) return false
    const from = letters[piece[0]]!.from
    return !lists.commonPieces.has(text.slice(from, letters[piece[1]]!.to).toLowerCase())
  })
}

function hasStop(letters: Letters, { first, last }: Shape, text: string): boolean {
  return /[,.;:?!] /.test(text.slice(letters[first]!.from, letters[last]!.to))
}

/** `A5 S5`: squares of a map, seats, versions. Who spells a word does not number its letters. */
function isRowOfCodes(letters: Letters, { first, last }: Shape, text: string): boolean {
  const from = text.lastIndexOf(' ', letters[first]!.from) + 1
  const end = text.indexOf(' ', letters[last]!.to)
  const words = text.slice(from, end === -1 ? text.length : end).split(/\s+/)
  return words.every((word) => CODE.test(word))
}

const CODE = /^\p{L}{1,2}\d{1,4}[,.;:!?)]?$/u

/** s-hit between spaces: one word to the eye. Apostrophes stand in clean words. */
function isTightWord(letters: Letters, { first, last, hasSpace }: Shape, text: string): boolean {
  if (hasSpace) return false
  const isOpen = first === 0 || letters[first]!.gapBefore === Gap.space
  const isClosed = letters[last + 1] === undefined || letters[last + 1]!.gapBefore === Gap.space
  if (!isOpen || !isClosed) return false
  return !/['’]/.test(text.slice(letters[first]!.from, letters[last]!.to))
}

/** f.u.c.king goes on after the word; 시.발놈 too, and 시 발 with an ending. */
function mayRunOn(
  letters: Letters,
  shape: Shape,
  { lists, singles, text }: { lists: CompiledLists; singles: number; text: string },
): boolean {
  if (!shape.isKorean) return singles >= 2
  if (!shape.hasSpace || syllables(letters, shape) >= 3) return true
  const { from, to, isStandalone } = letters[shape.last + 1]!
  return isStandalone || lists.endings.has(text.slice(from, to))
}

function syllables(letters: Letters, { first, last }: Shape): number {
  let count = 0
  for (let at = first; at <= last; at++) if (!letters[at]!.isContinued) count++
  return count
}

/** One character: a Latin letter or its run, a syllable with all its parts. */
function isSingle(letters: Letters, [from, to]: readonly [number, number]): boolean {
  for (let at = from + 1; at <= to; at++) if (!letters[at]!.isContinued) return false
  return true
}

/** `c l a s s`: single letters go on before or after. */
function isInSeries(letters: Letters, { first, last }: Shape, text: string): boolean {
  const isLone = (at: number) => {
    const letter = letters[at]
    if (letter === undefined || letter.role !== CharRole.letter) return false
    return letters[at + 1] === undefined || letters[at + 1]!.gapBefore !== Gap.none
  }
  const before = letters[first - 1]
  // "what a p r i c k": a word of one letter is no part of the series.
  const isArticle = before !== undefined && /[ai]/i.test(text[before.from]!) && last - first >= 3
  const isLoneBefore =
    before !== undefined &&
    !isArticle &&
    isLone(first - 1) &&
    (first === 1 || before.gapBefore !== Gap.none)
  let after = last + 1
  while (isLone(after) && letters[after]!.sym === letters[last]!.sym) after++
  return isLoneBefore || isLone(after)
}
