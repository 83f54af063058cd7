/**
 * Spellings that follow from an entry of the lists by habit, not by eye: backwards, two letters
 * swapped, without vowels, by rot13, typed with the keyboard in the other language. They are made
 * once, with the trie, so that reading a text costs no more. Pure; knows neither trie nor rules.
 *
 * `close` ones hit only as a whole word that was typed so: with look-alikes and gaps allowed as
 * well, too much of ordinary text would come near one of them.
 */
import { charOfSymbol, readSyllable, splitCluster } from './fold-tables.ts'

/** Spellings of one entry. */
export interface Disguises {
  /** A whole word, typed in one piece, letter for letter. */
  readonly close: readonly string[]
  /** Hit where a word begins, as entries of the part `prefix`. */
  readonly prefix: readonly string[]
}

/** Letters below which a changed word may be any other word. */
const LETTERS_MIN = 4
/** Longer words have more swaps than they are worth nodes of the trie. */
const SWAPPED_LETTERS_MAX = 8
/** Keys of a Korean word below which Latin words come near. */
const KEYS_MIN = 5
/** Consonants in a row that no name has: `tlqkf` has five, `Roshan` two. */
const STRANGE_KEYS = /[^aeiou]{4}|q(?!u)/
const NOTHING: Disguises = { close: [], prefix: [] }

/** What an entry becomes. */
export function deriveDisguises(entry: string): Disguises {
  if (/^[a-z]+$/.test(entry)) return deriveLatin(entry)
  const text = entry.normalize('NFC')
  return /^[\uac00-\ud7a3]+$/.test(text) ? deriveKorean(text) : NOTHING
}

function deriveLatin(entry: string): Disguises {
  if (entry.length < LETTERS_MIN) return NOTHING
  const close = [Array.from(entry).toReversed().join(''), ...swapNeighbours(entry)]
  const bare = entry[0]! + entry.slice(1).replace(/[aeiou]/g, '')
  if (bare.length >= LETTERS_MIN) close.push(bare)
  close.push(turnBy13(entry), typeInKorean(entry))
  return { close: close.filter((one) => one !== entry), prefix: [] }
}

function deriveKorean(entry: string): Disguises {
  const close = entry.length > 1 ? [Array.from(entry).toReversed().join('')] : []
  const keys = typeInLatin(entry)
  const isStrange = keys.length >= KEYS_MIN && STRANGE_KEYS.test(keys)
  return { close: close.filter((one) => one !== entry), prefix: isStrange ? [keys] : [] }
}

/** `fcuk`: two neighbours swapped, the first letter stays. */
function swapNeighbours(word: string): string[] {
  if (word.length > SWAPPED_LETTERS_MAX) return []
  const swapped: string[] = []
  for (let at = 1; at < word.length - 1; at++) {
    swapped.push(word.slice(0, at) + word[at + 1]! + word[at]! + word.slice(at + 2))
  }
  return swapped
}

function turnBy13(word: string): string {
  return word.replace(/[a-z]/g, (letter) =>
    String.fromCharCode(((letter.charCodeAt(0) - 97 + 13) % 26) + 97),
  )
}

/** The keyboard of both languages: what stands on one key. */
const KEYS = 'qwertyuiopasdfghjklzxcvbnm'
const JAMO = 'ㅂㅈㄷㄱㅅㅛㅕㅑㅐㅔㅁㄴㅇㄹㅎㅗㅓㅏㅣㅋㅌㅊㅍㅠㅜㅡ'
/** Vowels that two keys make, and letters of the upper row, as they are without shift. */
const JOINED_VOWELS: Readonly<Record<string, string>> = {
  ㅗㅏ: 'ㅘ',
  ㅗㅐ: 'ㅙ',
  ㅗㅣ: 'ㅚ',
  ㅜㅓ: 'ㅝ',
  ㅜㅔ: 'ㅞ',
  ㅜㅣ: 'ㅟ',
  ㅡㅣ: 'ㅢ',
}
const SPLIT_VOWELS = new Map(Object.entries(JOINED_VOWELS).map(([two, one]) => [one, two]))
const WITHOUT_SHIFT: Readonly<Record<string, string>> = {
  ㅃ: 'ㅂ',
  ㅉ: 'ㅈ',
  ㄸ: 'ㄷ',
  ㄲ: 'ㄱ',
  ㅆ: 'ㅅ',
  ㅒ: 'ㅐ',
  ㅖ: 'ㅔ',
}

/** What a Latin word leaves when the keyboard is Korean; vowels join as they do while typing. */
function typeInKorean(word: string): string {
  const jamo = word.replace(/[a-z]/g, (letter) => JAMO[KEYS.indexOf(letter)]!)
  return jamo.replace(/ㅗ[ㅏㅐㅣ]|ㅜ[ㅓㅔㅣ]|ㅡㅣ/g, (two) => JOINED_VOWELS[two]!)
}

/** What Korean syllables leave when the keyboard is Latin. */
function typeInLatin(syllables: string): string {
  return Array.from(syllables)
    .flatMap((one) => readSyllable(one.charCodeAt(0) - 0xac00))
    .flatMap((symbol) => splitCluster(charOfSymbol(symbol)))
    .flatMap((jamo) => Array.from(SPLIT_VOWELS.get(jamo) ?? WITHOUT_SHIFT[jamo] ?? jamo))
    .map((jamo) => KEYS[JAMO.indexOf(jamo)] ?? '')
    .join('')
}
