/**
 * What a chat line may be (G-04): one line of printable text, at most 500 characters and 1,500
 * bytes. Control characters and broken surrogates go, line ends become a space, a pile of combining
 * marks is cut; what is still too long is refused, never cut in the middle of a meaning. Pure and
 * linear; the answer always is well-formed Unicode on one line, so a log line stays one line too.
 */

/** Longest line (code points). */
export const LINE_CHARS_MAX = 500
/** Longest line as UTF-8 (bytes); Korean takes three a character. */
export const LINE_BYTES_MAX = 1500
/** Longer than this nothing is even looked at (UTF-16 units): piles of marks are cut below it. */
export const RAW_UNITS_MAX = 16_384
/** Marks on one letter; Thai, Hebrew and Vietnamese need three at most. */
export const MARKS_MAX = 4

export type LineRejection = 'empty' | 'too_long'
export type LineOutcome =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly reason: LineRejection }

/** The line as it may be stored and shown, or why not. */
export function cleanLine(raw: string): LineOutcome {
  if (raw.length > RAW_UNITS_MAX) return { ok: false, reason: 'too_long' }
  const text = raw
    .replace(LONE_SURROGATES, '')
    .replace(INVISIBLE, '')
    // After what stood between letter and mark is gone, so that cleaning twice changes nothing.
    .normalize('NFC')
    .replace(MARK_PILE, '$1')
    .replace(/\s+/gu, ' ')
    .trim()
  if (text.replace(BLANK, '') === '') return { ok: false, reason: 'empty' }
  if (text.length > 2 * LINE_CHARS_MAX || countChars(text) > LINE_CHARS_MAX) {
    return { ok: false, reason: 'too_long' }
  }
  if (encoder.encode(text).byteLength > LINE_BYTES_MAX) return { ok: false, reason: 'too_long' }
  return { ok: true, text }
}

const encoder = new TextEncoder()

const LONE_SURROGATES = /\p{Cs}/gu
/**
 * Controls but white space, private and unassigned characters, and format characters (direction
 * overrides among them) but the two joiners, which emoji and Indic letters are made with.
 */
const INVISIBLE = /(?!\s|\u200c|\u200d)[\p{Cc}\p{Cf}\p{Co}\p{Cn}]/gu
const MARK_PILE = new RegExp(`(\\p{M}{${MARKS_MAX}})\\p{M}+`, 'gu')
/** What shows nothing: alone it is no line. */
const BLANK = /[\s\u2800\u115f\u1160\u3164\uffa0]|\u200c|\u200d|\p{M}/gu

function countChars(text: string): number {
  let count = 0
  for (const _char of text) count++
  return count
}
