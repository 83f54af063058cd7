/**
 * A text as the letters a reader sees: invisible characters gone, look-alikes read, Korean
 * syllables taken apart, runs of one letter counted, and what stands between letters kept as a gap.
 * Each letter remembers where in the original it stood. Linear in the text; never throws.
 */
import {
  CharRole,
  alternatesOfJamo,
  findShape,
  isJamo,
  readChar,
  readSyllable,
  splitCluster,
  symbolOf,
} from './fold-tables.ts'
import type { CharReading } from './fold-tables.ts'

/** What stands before a letter. */
export const Gap = {
  none: 0,
  /** Signs, emoji. */
  tight: 1,
  space: 2,
  /** A run of stars: what a filter already masked. No match crosses it. */
  barrier: 3,
} as const
export type Gap = (typeof Gap)[keyof typeof Gap]

/** One letter as read. */
export interface FoldedLetter {
  /** Its symbol; 0 for digits and signs, which are letters only by their alternates. */
  sym: number
  /** Further readings, seven bits each. */
  alternates: number
  /** Code units [from, to) of the original. */
  readonly from: number
  to: number
  /** Of how many equal letters this is the run. */
  count: number
  readonly gapBefore: Gap
  readonly role: CharRole
  /** A Korean letter by itself, not of a syllable. */
  readonly isStandalone: boolean
  /** Belongs to the same character as the letter before. */
  readonly isContinued: boolean
  /** A capital after a small letter, as in BigAlice. */
  readonly isHump: boolean
}

/** The letters of a text, in order. */
export function foldText(text: string): FoldedLetter[] {
  const fold = new Fold()
  for (let at = 0; at < text.length;) {
    const shape = findShape(text, at)
    if (shape !== undefined) {
      fold.addShape(text, shape.reading, { from: at, to: at + shape.length })
      at += shape.length
      continue
    }
    const codePoint = text.codePointAt(at)!
    const chars = codePoint > 0xffff ? 2 : 1
    fold.add(text, codePoint, { from: at, to: at + chars })
    at += chars
  }
  return fold.letters
}

interface Place {
  readonly from: number
  readonly to: number
}

const STAR = 0x2a
const SYLLABLE_FIRST = 0xac00
const SYLLABLE_COUNT = 11172

class Fold {
  readonly letters: FoldedLetter[] = []
  #gap: Gap = Gap.none
  #starTo = -1
  #isSmallBefore = false

  add(text: string, codePoint: number, place: Place): void {
    const syllable = codePoint - SYLLABLE_FIRST
    if (syllable >= 0 && syllable < SYLLABLE_COUNT) {
      this.#addJamo(readSyllable(syllable), place, false)
      return
    }
    if (codePoint === STAR && this.#addStar(text, place)) return
    const reading = readChar(codePoint)
    if (reading.role === CharRole.ignored) {
      // Marks belong to the letter before, so that a mask takes them along.
      const last = this.letters.at(-1)
      if (last !== undefined && this.#gap === Gap.none) last.to = place.to
      return
    }
    if (reading.role === CharRole.separator) this.#widen(Gap.tight)
    else if (reading.role === CharRole.space) this.#widen(Gap.space)
    else if (isJamo(reading.symbols[0] ?? 0)) this.#addJamoLetter(codePoint, reading, place)
    else this.#addLetters(text, reading, place)
  }

  /** A letter that several characters draw. */
  addShape(text: string, reading: CharReading, place: Place): void {
    this.#addLetters(text, reading, place)
  }

  #widen(gap: Gap): void {
    if (gap > this.#gap) this.#gap = gap
    this.#isSmallBefore = false
  }

  /** Two stars in a row are a mask; one may stand for a letter. True when it was a mask's. */
  #addStar(text: string, { from, to }: Place): boolean {
    const isRun = this.#starTo === from || text.charCodeAt(to) === STAR
    if (isRun) this.#widen(Gap.barrier)
    if (isRun) this.#starTo = to
    return isRun
  }

  /** A keyboard letter stands alone; conjoining ones make syllables of their own. */
  #addJamoLetter(codePoint: number, reading: CharReading, place: Place): void {
    const symbol = reading.symbols[0]!
    const isConjoining = codePoint >= 0x1100 && codePoint <= 0x11ff
    const last = this.letters.at(-1)
    const isJoined =
      isConjoining && codePoint >= 0x1161 && last?.to === place.from && this.#gap === Gap.none
    const jamo = splitCluster(String.fromCharCode(symbol - symbolOf('ㄱ') + 0x3131))
    const symbols = jamo.map((part) => symbolOf(part))
    if (isConjoining) this.#addJamo(symbols, place, false, isJoined)
    else this.#addJamo(symbols, place, true)
  }

  #addJamo(
    symbols: readonly number[],
    { from, to }: Place,
    isStandalone: boolean,
    isContinued = false,
  ): void {
    for (let index = 0; index < symbols.length; index++) {
      const sym = symbols[index]!
      const last = this.letters.at(-1)
      if (isStandalone && last?.sym === sym && this.#gap === Gap.none) {
        last.count++
        last.to = to
        continue
      }
      this.#push({
        sym,
        alternates: alternatesOfJamo(sym),
        from,
        to,
        count: 1,
        gapBefore: this.#gap,
        role: CharRole.letter,
        isStandalone,
        isContinued: isContinued || index > 0,
        isHump: false,
      })
    }
  }

  #addLetters(text: string, { role, symbols, alternates }: CharReading, place: Place): void {
    const { from, to } = place
    const isCapital = isUpper(text, place)
    const count = Math.max(1, symbols.length)
    for (let index = 0; index < count; index++) {
      const sym = symbols[index] ?? 0
      const last = this.letters.at(-1)
      const isRun = last !== undefined && last.role === role && this.#gap === Gap.none
      if (isRun && last.sym === sym && (sym > 0 || last.alternates === alternates)) {
        last.count++
        last.to = to
        continue
      }
      this.#push({
        sym,
        alternates,
        from,
        to,
        count: 1,
        gapBefore: this.#gap,
        role,
        isStandalone: false,
        isContinued: index > 0,
        isHump: this.#isSmallBefore && isCapital,
      })
    }
    this.#isSmallBefore = role === CharRole.letter && !isCapital
  }

  #push(letter: FoldedLetter): void {
    this.letters.push(letter)
    this.#gap = Gap.none
  }
}

function isUpper(text: string, { from }: Place): boolean {
  const code = text.charCodeAt(from)
  return code >= 65 && code <= 90
}
