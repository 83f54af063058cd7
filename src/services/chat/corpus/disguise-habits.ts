/**
 * The habits themselves: each turns a word into one disguise of it. Written from what people are
 * known to do in chats, not from what any filter undoes.
 */
import { nextBelow } from '@battalion/base/prng.ts'
import type { PrngState } from '@battalion/base/prng.ts'

type Looks = Readonly<Record<string, string>>
type Language = 'en' | 'ko'

/** `disguises.json`. */
export interface DisguiseTables {
  readonly words: Readonly<Record<Language, readonly string[]>>
  readonly shorts: readonly string[]
  readonly carriers: Readonly<Record<Language, readonly string[]>>
  readonly lookAlikes: Readonly<Record<string, Looks>>
  readonly multiLeet: Readonly<Record<string, readonly string[]>>
  readonly zeroWidth: readonly string[]
  readonly invisible: readonly string[]
  readonly marks: readonly string[]
  readonly separators: readonly string[]
  readonly spaces: readonly string[]
  readonly emoji: readonly string[]
  readonly jamoLooks: Readonly<Record<string, readonly string[]>>
  readonly soundAlikes: Readonly<Record<Language, Readonly<Record<string, readonly string[]>>>>
}

/**
 * Disguises a word; '' or the word itself where the habit has no hold on it. ⟦ and ⟧ mark the word
 * where the habit adds to it.
 */
export type Habit = (dice: PrngState, word: string) => string

/** One of `values`. */
export function pick<T>(dice: PrngState, values: ArrayLike<T>): T {
  return values[nextBelow(dice, values.length)]!
}

/** English habits of spelling, by kind. */
export function englishHabits(tables: DisguiseTables): Record<string, Habit> {
  const looks: Record<string, Habit> = {}
  for (const [name, table] of Object.entries(tables.lookAlikes)) {
    const share = name.startsWith('leet') ? 0.6 : 0.7
    looks[`en ${name}`] = (dice, word) => swapLetters(dice, word, { table, share })
  }
  const accents = tables.lookAlikes['accents']!
  const cyrillic = tables.lookAlikes['cyrillic']!
  return {
    ...looks,
    'en full width': (_dice, word) => shiftLetters(word, 0xff41),
    'en maths letters': (dice, word) => shiftLetters(word, pick(dice, MATHS_BASES)),
    'en circled or squared': (dice, word) => shiftLetters(word, pick(dice, CIRCLED_BASES)),
    'en mixed case': (dice, word) =>
      mapChars(word, (char) => (nextBelow(dice, 2) === 0 ? char.toUpperCase() : char)),
    ...separatorHabits(tables, 'en'),
    'en repeated letters': repeatLetters,
    'en repeated and spaced': (dice, word) => Array.from(repeatLetters(dice, word)).join(' '),
    'en star for a vowel': (dice, word) => starVowel(dice, word),
    'en look-alike and separator': (dice, word) =>
      joinWith(swapLetters(dice, word, { table: cyrillic, share: 0.5 }), () => pick(dice, '.-_ ')),
    'en accent and repeat': (dice, word) =>
      repeatLetters(dice, swapLetters(dice, word, { table: accents, share: 0.5 })),
    'en glued to words': (dice, word) => `${pick(dice, GLUE)}⟦${word}⟧${pick(dice, GLUE)}`,
  }
}

/** Korean habits of spelling, by kind. */
export function koreanHabits(tables: DisguiseTables): Record<string, Habit> {
  return {
    ...separatorHabits(tables, 'ko'),
    'ko digit between': (dice, word) => joinWith(word, () => String(nextBelow(dice, 10))),
    'ko letter between': (dice, word) => joinWith(word, () => pick(dice, 'abxzvt')),
    'ko jamo split': (_dice, word) => splitJamo(word).join(''),
    'ko jamo partly split': (dice, word) =>
      mapChars(word, (char) => (nextBelow(dice, 2) === 0 ? splitJamo(char).join('') : char)),
    'ko jamo split and spaced': (_dice, word) => splitJamo(word).join(' '),
    'ko conjoining jamo': (_dice, word) => word.normalize('NFD'),
    'ko half width': (_dice, word) => splitJamo(word).map(toHalfWidth).join(''),
    'ko stretched vowel': (_dice, word) => stretchVowel(word),
    'ko look-alike jamo': (dice, word) => swapJamo(dice, word, tables),
    'ko tense sounds': (_dice, word) => tenseFirst(word),
    'ko abbreviation': (dice) => pick(dice, tables.shorts),
    'ko abbreviation spaced': (dice) =>
      Array.from(pick(dice, tables.shorts)).join(pick(dice, ' .1')),
    'ko with endings': (dice, word) => `⟦${word}⟧${pick(dice, KOREAN_ENDINGS)}`,
    'ko drawn out': (dice, word) => `${word[0]!}${pick(dice, '~.-ㅡ').repeat(3)}${word.slice(1)}`,
  }
}

/** Tricks that are not spelling: a filter of words has no promise about them. */
export function unknownHabits(tables: DisguiseTables): Record<string, Habit> {
  return {
    'en reversed': (_dice, word) => Array.from(word).toReversed().join(''),
    'en letters swapped': (_dice, word) => `${word[0]!}${word[2]!}${word[1]!}${word.slice(3)}`,
    'en rot13': (_dice, word) => mapChars(word, rot13),
    'en two stars': (_dice, word) => `${word[0]!}**${word.slice(3)}`,
    'en vowels left out': (_dice, word) => word.replace(/[aeiou]/g, ''),
    'en built from symbols': (dice, word) =>
      mapChars(word, (char) => pick(dice, tables.multiLeet[char] ?? [char])),
    'en spelled by sound': (dice, word) => pick(dice, tables.soundAlikes.en[word] ?? ['']),
    'ko spelled by sound': (dice, word) => pick(dice, tables.soundAlikes.ko[word] ?? ['']),
    'ko first and last only': (_dice, word) =>
      word.length < 3 ? '' : `${word[0]!}ㅇ${word.at(-1)!}`,
    'ko typed in the Latin layout': (_dice, word) => splitJamo(word).map(toKey).join(''),
    'ko reversed': (_dice, word) => Array.from(word).toReversed().join(''),
  }
}

function separatorHabits(tables: DisguiseTables, language: Language): Record<string, Habit> {
  return {
    [`${language} spaces`]: between(' '),
    [`${language} other spaces`]: between(tables.spaces),
    [`${language} dots`]: between('.'),
    [`${language} dashes`]: between('-_'),
    [`${language} other separators`]: between(tables.separators),
    [`${language} wide gaps`]: (dice, word) =>
      joinWith(word, () => pick(dice, [' . ', '  ', ' - ', '...', ' / '])),
    [`${language} emoji between`]: between(tables.emoji),
    [`${language} one split`]: (dice, word) => splitOnce(dice, word, pick(dice, [' ', '.', '-'])),
    [`${language} zero width`]: between(tables.zeroWidth),
    [`${language} invisible`]: between(tables.invisible),
    [`${language} combining marks`]: (dice, word) =>
      mapChars(word, (char) => char + pick(dice, tables.marks).repeat(1 + nextBelow(dice, 9))),
  }
}

function between(separators: ArrayLike<string>): Habit {
  return (dice, word) => joinWith(word, () => pick(dice, separators))
}

/** First code points of alphabets that stand in for a to z (capitals, where no small ones are). */
const MATHS_BASES = [
  0x1d41a, 0x1d44e, 0x1d482, 0x1d4ea, 0x1d51e, 0x1d552, 0x1d586, 0x1d5ba, 0x1d68a,
]
const CIRCLED_BASES = [0x24d0, 0x1f130, 0x1f150, 0x1f170, 0x249c, 0x1f1e6]
const GLUE = ['you', 'lol', 'xx', 'wtf', '', 'gg']
const KOREAN_ENDINGS = ['아', '들', '이네', '같은', 'ㅋㅋ', '임', '아ㅋㅋ', '이야', '!!', '들아']

function mapChars(word: string, change: (char: string) => string): string {
  return Array.from(word, change).join('')
}

function joinWith(word: string, separator: () => string): string {
  return Array.from(word).reduce((text, char) => `${text}${separator()}${char}`)
}

function splitOnce(dice: PrngState, word: string, separator: string): string {
  const at = 1 + nextBelow(dice, word.length - 1)
  return `${word.slice(0, at)}${separator}${word.slice(at)}`
}

/** Swaps about `share` of the letters that the table knows, at least one. */
function swapLetters(
  dice: PrngState,
  word: string,
  { table, share }: { table: Looks; share: number },
): string {
  const known = Array.from(word, (char, index) => (char in table ? index : -1)).filter(
    (i) => i >= 0,
  )
  if (known.length === 0) return ''
  const sure = pick(dice, known)
  return Array.from(word, (char, index) => {
    const isSwapped = index === sure || nextBelow(dice, 100) < share * 100
    return isSwapped && char in table ? pick(dice, Array.from(table[char]!)) : char
  }).join('')
}

function shiftLetters(word: string, base: number): string {
  return mapChars(word, (char) => {
    // Unicode has this one elsewhere, as Planck's constant.
    if (base === 0x1d44e && char === 'h') return 'ℎ'
    return String.fromCodePoint(base + char.charCodeAt(0) - 97)
  })
}

function repeatLetters(dice: PrngState, word: string): string {
  return mapChars(word, (char) => char.repeat(1 + nextBelow(dice, 4)))
}

function starVowel(dice: PrngState, word: string): string {
  return word.replace(/[aeiou]/, () => pick(dice, '*#'))
}

function rot13(char: string): string {
  return String.fromCharCode(((char.charCodeAt(0) - 97 + 13) % 26) + 97)
}

const INITIALS = 'ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ'
const VOWELS = 'ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ'
const FINALS = ' ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ'
const KEYS: Readonly<Record<string, string>> = Object.fromEntries(
  Array.from('ㅂㅈㄷㄱㅅㅛㅕㅑㅐㅔㅁㄴㅇㄹㅎㅗㅓㅏㅣㅋㅌㅊㅍㅠㅜㅡㅃㅉㄸㄲㅆ', (jamo, index) => [
    jamo,
    'qwertyuiopasdfghjklzxcvbnmQWERT'[index]!,
  ]),
)
const HALF_WIDTH: Readonly<Record<string, string>> = Object.fromEntries(
  Array.from('ㄱㄲㄳㄴㄵㄶㄷㄸㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅃㅄㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ', (jamo, index) => [
    jamo,
    String.fromCharCode(0xffa1 + index),
  ]).concat(
    Array.from('ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ', (jamo, index) => [
      jamo,
      String.fromCharCode(0xffc2 + Math.floor(index / 6) * 8 + (index % 6)),
    ]),
  ),
)

function splitJamo(word: string): string[] {
  return Array.from(word).flatMap((char) => {
    const code = char.charCodeAt(0) - 0xac00
    if (code < 0 || code >= 11172) return [char]
    const parts = [INITIALS[Math.floor(code / 588)]!, VOWELS[Math.floor((code % 588) / 28)]!]
    return code % 28 === 0 ? parts : [...parts, FINALS[code % 28]!]
  })
}

function joinJamo(initial: string, vowel: string, final = ' '): string {
  const index = (INITIALS.indexOf(initial) * 21 + VOWELS.indexOf(vowel)) * 28
  return String.fromCharCode(0xac00 + index + FINALS.indexOf(final))
}

function toHalfWidth(jamo: string): string {
  return HALF_WIDTH[jamo] ?? jamo
}

function toKey(jamo: string): string {
  const parts: Readonly<Record<string, string>> = {
    ㅝ: 'nj',
    ㅘ: 'hk',
    ㅚ: 'hl',
    ㅄ: 'qt',
    ㅟ: 'nl',
  }
  return KEYS[jamo] ?? parts[jamo] ?? jamo
}

/** 시발 becomes 시이발. */
function stretchVowel(word: string): string {
  const [initial, vowel, final] = splitJamo(word[0]!)
  return joinJamo(initial!, vowel!) + joinJamo('ㅇ', vowel!, final) + word.slice(1)
}

/** 시발 becomes 씨발, 병신 becomes 뼝신. */
function tenseFirst(word: string): string {
  const tense: Readonly<Record<string, string>> = {
    ㄱ: 'ㄲ',
    ㄷ: 'ㄸ',
    ㅂ: 'ㅃ',
    ㅅ: 'ㅆ',
    ㅈ: 'ㅉ',
  }
  return mapChars(word, (char) => {
    const [initial, vowel, final] = splitJamo(char)
    return joinJamo(tense[initial!] ?? initial!, vowel!, final)
  })
}

/** One syllable is taken apart and the jamo that have a double elsewhere are swapped. */
function swapJamo(dice: PrngState, word: string, tables: DisguiseTables): string {
  const at = nextBelow(dice, word.length)
  const parts = splitJamo(word[at]!).map((jamo) => {
    const doubles = tables.jamoLooks[jamo]
    return doubles === undefined ? jamo : pick(dice, doubles)
  })
  return word.slice(0, at) + parts.join('') + word.slice(at + 1)
}
