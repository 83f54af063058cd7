/**
 * Names that other players will see: printable characters only, one line, 1 to 20 of them. Cleaning
 * never fails; what is left empty becomes the fallback (G-04).
 */

/** Longest shown name (characters as people count them, roughly). */
export const NAME_CHARACTERS_MAX = 20
/** Marks stacked on one letter beyond this are dropped. */
const MARKS_IN_A_ROW_MAX = 2

/** Controls, line and paragraph separators, direction overrides, lone surrogates, private use. */
const UNWANTED = /[\p{C}\p{Zl}\p{Zp}]/gu
const SPACES = /\p{Zs}+/gu
const MARK = /\p{M}/u

/** `wish` as it may be shown, else `fallback` cleaned the same way. */
export function cleanName(wish: string | undefined, fallback: string): string {
  const name = clean(wish ?? '')
  if (name !== '') return name
  const other = clean(fallback)
  return other === '' ? 'Guest' : other
}

function clean(text: string): string {
  const line = text.replace(UNWANTED, '').normalize('NFC').replace(SPACES, ' ')
  let name = ''
  let characters = 0
  let marks = 0
  for (const character of line.trim()) {
    marks = MARK.test(character) ? marks + 1 : 0
    if (marks > MARKS_IN_A_ROW_MAX || (marks > 0 && name === '')) continue
    if (marks === 0 && ++characters > NAME_CHARACTERS_MAX) break
    name += character
  }
  return name.trim()
}
