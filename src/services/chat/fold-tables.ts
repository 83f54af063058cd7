/**
 * What one character may stand for: a small alphabet of symbols (a to z and the Korean letters),
 * and for every character of Unicode its reading in it. Look-alikes are data
 * (`words/look-alikes.json`); the rest follows from Unicode's own decompositions.
 */
import looks from './words/look-alikes.json' with { type: 'json' }

/** Symbols: 0 none, 1 to 26 a to z, 27 to 77 the Korean letters U+3131 to U+3163. */
export const SYMBOL_COUNT = 80
/** In alternates only: any of a, e, i, o, u. */
export const SYMBOL_VOWEL = 79
const JAMO_SYMBOL = 27
const JAMO_FIRST = 0x3131
const JAMO_LAST = 0x3163

/** How a character takes part in a word. */
export const CharRole = {
  /** Between letters; `sym` 0. */
  separator: 0,
  space: 1,
  /** Not there at all: zero width, marks. */
  ignored: 2,
  letter: 3,
  /** A digit that may stand for a letter, or for nothing inside Korean. */
  digit: 4,
  /** A sign that may stand for a letter or separate letters. */
  sign: 5,
  /** A letter of a script without look-alikes: ends every match. */
  foreign: 6,
} as const
export type CharRole = (typeof CharRole)[keyof typeof CharRole]

/** The reading of one character. */
export interface CharReading {
  readonly role: CharRole
  /** What it reads as; more than one for ligatures. */
  readonly symbols: readonly number[]
  /** Up to three further readings, seven bits each. */
  readonly alternates: number
}

/** Kept readings of characters beyond ASCII; when full it starts anew. */
const READINGS_KEPT_MAX = 8192
const kept = new Map<number, CharReading>()
const ascii: CharReading[] = []

/** The reading of a code point; lone surrogates are foreign. */
export function readChar(codePoint: number): CharReading {
  if (codePoint < 128) return (ascii[codePoint] ??= readAnew(codePoint))
  const known = kept.get(codePoint)
  if (known !== undefined) return known
  if (kept.size >= READINGS_KEPT_MAX) kept.clear()
  const reading = readAnew(codePoint)
  kept.set(codePoint, reading)
  return reading
}

/** The symbol of a lower-case Latin or Korean letter, 0 for anything else. */
export function symbolOf(char: string): number {
  const code = char.charCodeAt(0)
  if (code >= 97 && code <= 122) return code - 96
  return code >= JAMO_FIRST && code <= JAMO_LAST ? code - JAMO_FIRST + JAMO_SYMBOL : 0
}

/** The Korean letter of a symbol; symbolOf the other way. */
export function charOfSymbol(symbol: number): string {
  return String.fromCharCode(symbol - JAMO_SYMBOL + JAMO_FIRST)
}

/** True for symbols of Korean letters. */
export function isJamo(symbol: number): boolean {
  return symbol >= JAMO_SYMBOL && symbol < SYMBOL_VOWEL
}

const VOWEL_FIRST = symbolOf('ㅏ')

/** True for symbols of Korean vowels. */
export function isJamoVowel(symbol: number): boolean {
  return symbol >= VOWEL_FIRST && symbol < SYMBOL_VOWEL
}

/** True for a, e, i, o, u. */
export function isLatinVowel(symbol: number): boolean {
  return symbol === 1 || symbol === 5 || symbol === 9 || symbol === 15 || symbol === 21
}

const LETTERS = indexLooks(looks.letters)
const SIGNS = indexLooks(looks.signs)
const DIGITS: Readonly<Record<string, string>> = looks.digits
const ALSO: Readonly<Record<string, string>> = looks.also
const MARK_OR_FORMAT = /^[\p{M}\p{Cf}]$/u

/** Characters without a shape of their own; the ranges are Unicode's default ignorables. */
function isIgnored(char: string, codePoint: number): boolean {
  if (MARK_OR_FORMAT.test(char)) return true
  return IGNORED_RANGES.some(([first, last]) => codePoint >= first && codePoint <= last)
}

/** Fillers of Korean, word joiners, tags; variation selectors are marks. */
const IGNORED_RANGES: readonly (readonly [number, number])[] = [
  [0x115f, 0x1160],
  [0x180b, 0x180f],
  [0x2060, 0x206f],
  [0x3164, 0x3164],
  [0xffa0, 0xffa0],
  [0xe0000, 0xe0fff],
]
/** A dot of old Korean that is a letter to Unicode. */
const DOT = 'ㆍ'
const SPACE = /^[\p{Z}\p{Cc}\u2800]$/u
const LETTER = /^[\p{L}\p{N}\p{Cs}]/u

/** Character to what it may be, from letter to characters. */
function indexLooks(table: Readonly<Record<string, string>>): Map<string, string> {
  const index = new Map<string, string>()
  for (const [letter, chars] of Object.entries(table)) {
    for (const char of chars) index.set(char, (index.get(char) ?? '') + letter)
  }
  return index
}

/** A letter drawn with several characters. */
export interface CharShape {
  /** Code units it takes. */
  readonly length: number
  readonly reading: CharReading
}

/** The code of the bar; beyond it no shape begins. */
const SHAPE_FIRST_MAX = 124
/** By first character the shapes that begin with it, the longest first. */
const SHAPES = indexShapes(looks.shapes)

/** The letter that begins at `at` and takes several characters: `|_|` is a u. */
export function findShape(text: string, at: number): CharShape | undefined {
  const first = text.charCodeAt(at)
  if (first > SHAPE_FIRST_MAX) return undefined
  return SHAPES[first]?.find(({ drawn }) => text.startsWith(drawn, at))?.shape
}

type Shapes = { readonly drawn: string; readonly shape: CharShape }[]

function indexShapes(table: Readonly<Record<string, string>>): (Shapes | undefined)[] {
  const index = Array.from({ length: SHAPE_FIRST_MAX + 1 }, () => undefined as Shapes | undefined)
  for (const [drawn, letters] of Object.entries(table)) {
    const alternates = packAlternates(letters)
    const reading = { role: CharRole.sign, symbols: [], alternates }
    const shape = { length: drawn.length, reading }
    ;(index[drawn.charCodeAt(0)] ??= []).push({ drawn, shape })
  }
  for (const shapes of index) shapes?.sort((a, b) => b.drawn.length - a.drawn.length)
  return index
}

const NOTHING: readonly number[] = []

function readAnew(codePoint: number): CharReading {
  const char = String.fromCodePoint(codePoint)
  const plain = (role: CharRole): CharReading => ({ role, symbols: NOTHING, alternates: 0 })
  if (SPACE.test(char)) return plain(CharRole.space)
  if (char === DOT) return plain(CharRole.separator)
  if (isIgnored(char, codePoint)) return plain(CharRole.ignored)
  const sign = SIGNS.get(char)
  if (sign !== undefined) {
    return { role: CharRole.sign, symbols: NOTHING, alternates: packAlternates(sign) }
  }
  if (isRegional(codePoint)) return readRegional(codePoint)
  if (symbolOf(char) > 0) return readLetter(char)
  const look = LETTERS.get(char) ?? LETTERS.get(char.toLowerCase()) ?? readEnclosed(codePoint)
  if (look !== undefined) return readLetter(look)
  return readDecomposed(char) ?? plain(LETTER.test(char) ? CharRole.foreign : CharRole.separator)
}

/** A letter, its further readings in `look` after the first. */
function readLetter(look: string): CharReading {
  const first = look[0]!
  const others = look.slice(1) + (ALSO[first] ?? '')
  return {
    role: CharRole.letter,
    symbols: [symbolOf(first)],
    alternates: packAlternates(others),
  }
}

/** By compatibility decomposition: accents, full width, maths, circled, ligatures, half width. */
function readDecomposed(char: string): CharReading | undefined {
  const bare = Array.from(char.normalize('NFKD').toLowerCase().normalize('NFKD'))
    .map((part) => readConjoining(part))
    .filter((part) => !/[\p{M}()\u2044]/u.test(part))
  if (bare.length === 0 || bare.length > 4) return undefined
  if (bare.length === 1) {
    const part = bare[0]!
    const digit = DIGITS[part]
    if (digit !== undefined) {
      return { role: CharRole.digit, symbols: NOTHING, alternates: packAlternates(digit) }
    }
    if (symbolOf(part) > 0) return readLetter(part)
    const look = LETTERS.get(part)
    if (look !== undefined) return readLetter(look)
    const sign = SIGNS.get(part)
    if (sign === undefined) return undefined
    return { role: CharRole.sign, symbols: NOTHING, alternates: packAlternates(sign) }
  }
  const symbols = bare.map((part) => symbolOf(part))
  if (symbols.includes(0)) return undefined
  return { role: CharRole.letter, symbols, alternates: 0 }
}

const INITIALS = 'ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ'
const FINALS = 'ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ'
const CLUSTERS: Readonly<Record<string, string>> = {
  ㄳ: 'ㄱㅅ',
  ㄵ: 'ㄴㅈ',
  ㄶ: 'ㄴㅎ',
  ㄺ: 'ㄹㄱ',
  ㄻ: 'ㄹㅁ',
  ㄼ: 'ㄹㅂ',
  ㄽ: 'ㄹㅅ',
  ㄾ: 'ㄹㅌ',
  ㄿ: 'ㄹㅍ',
  ㅀ: 'ㄹㅎ',
  ㅄ: 'ㅂㅅ',
}

/** A conjoining Korean letter as the one of the keyboard; any other character as it is. */
function readConjoining(char: string): string {
  const code = char.charCodeAt(0)
  if (code >= 0x1100 && code <= 0x1112) return INITIALS[code - 0x1100]!
  if (code >= 0x1161 && code <= 0x1175) return String.fromCharCode(0x314f + code - 0x1161)
  return code >= 0x11a8 && code <= 0x11c2 ? FINALS[code - 0x11a8]! : char
}

/** Symbols of a syllable U+AC00 + `index`: initial, vowel, and up to two of the final. */
export function readSyllable(index: number): readonly number[] {
  return (syllables[index] ??= splitSyllable(index))
}

/** By index, filled as syllables are met: at most 11,172. */
const syllables: (readonly number[])[] = []

function splitSyllable(index: number): number[] {
  const final = index % 28
  const parts = [INITIALS[Math.floor(index / 588)]!, String.fromCharCode(0x314f + vowelOf(index))]
  if (final > 0) parts.push(...splitCluster(FINALS[final - 1]!))
  return parts.map((part) => symbolOf(part))
}

function vowelOf(index: number): number {
  return Math.floor((index % 588) / 28)
}

/** ㅄ is ㅂ and ㅅ. */
export function splitCluster(jamo: string): string[] {
  return Array.from(CLUSTERS[jamo] ?? jamo)
}

/** What else a Korean letter may be meant as: ㅆ for ㅅ, ㅔ for ㅐ. */
export function alternatesOfJamo(symbol: number): number {
  return JAMO_ALTERNATES[symbol] ?? 0
}

const JAMO_ALTERNATES: readonly number[] = Array.from({ length: SYMBOL_COUNT }, (_, symbol) => {
  if (!isJamo(symbol)) return 0
  return packAlternates(ALSO[charOfSymbol(symbol)] ?? '')
})

/** Letters in dark squares and circles have no decomposition. */
function readEnclosed(codePoint: number): string | undefined {
  for (const first of [0x1f150, 0x1f170]) {
    const index = codePoint - first
    if (index >= 0 && index < 26) return String.fromCharCode(97 + index)
  }
  return undefined
}

/** Halves of flags are letters, or flags between letters. */
function readRegional(codePoint: number): CharReading {
  return { role: CharRole.sign, symbols: [codePoint - REGIONAL_A + 1], alternates: 0 }
}

function isRegional(codePoint: number): boolean {
  return codePoint >= REGIONAL_A && codePoint < REGIONAL_A + 26
}

const REGIONAL_A = 0x1f1e6

function packAlternates(letters: string): number {
  let packed = 0
  for (const letter of Array.from(letters).slice(0, 4).toReversed()) {
    packed = (packed << 7) | (letter === '*' ? SYMBOL_VOWEL : symbolOf(letter))
  }
  return packed
}
