/**
 * Disguised bad words in clean carrier lines, by a seeded program from publicly known habits of
 * evasion (`disguises.json`). Knows nothing of the word filter and must never import it or read its
 * lists: look-alikes, separators and words here are its own (README.md here).
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { createPrng } from '@battalion/base/prng.ts'
import type { PrngState } from '@battalion/base/prng.ts'
import { englishHabits, koreanHabits, pick, unknownHabits } from './disguise-habits.ts'
import type { DisguiseTables, Habit } from './disguise-habits.ts'

/** One line with one hidden word, at code units [from, to) of the text. */
export interface HiddenLine {
  readonly kind: string
  /** What is hidden; empty where the line was written by hand. */
  readonly word: string
  readonly text: string
  readonly from: number
  readonly to: number
  /** True for tricks outside what G-02 calls spelling: reversed, other alphabets of sound. */
  readonly isBeyondSpelling: boolean
}

/** `perKind` lines of every kind of disguise. */
export function buildHiddenLines(perKind: number, seed: number): HiddenLine[] {
  const dice = createPrng(seed)
  const tables = readTables()
  const lines: HiddenLine[] = []
  const add = (habits: Readonly<Record<string, Habit>>, isBeyondSpelling: boolean) => {
    for (const [kind, habit] of Object.entries(habits)) {
      for (let index = 0; index < perKind; index++) {
        lines.push(hideOne(dice, tables, { kind, habit, isBeyondSpelling }))
      }
    }
  }
  add(englishHabits(tables), false)
  add(koreanHabits(tables), false)
  add(unknownHabits(tables), true)
  return lines
}

/** The undisguised words, in the same carriers: what a filter without any cunning finds. */
export function buildPlainLines(): HiddenLine[] {
  const tables = readTables()
  return (['en', 'ko'] as const).flatMap((language) =>
    tables.words[language].flatMap((word) =>
      tables.carriers[language].map((carrier) => placeWord(carrier, word, { kind: 'plain', word })),
    ),
  )
}

/** Lines written by hand: the hidden word stands between ⟦ and ⟧, `# kind` heads a group. */
export function readHiddenHand(file = 'hidden-hand.txt'): HiddenLine[] {
  const path = join(import.meta.dirname, file)
  const lines: HiddenLine[] = []
  let kind = 'hand'
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    if (line.startsWith('# ')) kind = `hand: ${line.slice(2)}`
    else if (line !== '') {
      const from = line.indexOf('⟦')
      const word = line.slice(from + 1, line.indexOf('⟧'))
      const carrier = line.replace(/⟦[^⟧]*⟧/, '{w}')
      const isBeyondSpelling = kind.startsWith('hand: beyond')
      lines.push({ ...placeWord(carrier, word, { kind, word: '' }), isBeyondSpelling })
    }
  }
  return lines
}

function readTables(): DisguiseTables {
  const path = join(import.meta.dirname, 'disguises.json')
  return JSON.parse(readFileSync(path, 'utf8')) as DisguiseTables
}

/** Words that a habit cannot change (no letter of theirs is in its table) are drawn again. */
function hideOne(
  dice: PrngState,
  tables: DisguiseTables,
  { kind, habit, isBeyondSpelling }: { kind: string; habit: Habit; isBeyondSpelling: boolean },
): HiddenLine {
  const language = kind.startsWith('ko') ? 'ko' : 'en'
  for (;;) {
    const word = pick(dice, tables.words[language])
    const disguised = habit(dice, word)
    if (disguised === word || disguised === '') continue
    const carrier = pick(dice, tables.carriers[language])
    return { ...placeWord(carrier, disguised, { kind, word }), isBeyondSpelling }
  }
}

function placeWord(
  carrier: string,
  disguised: string,
  about: { kind: string; word: string },
): HiddenLine {
  const marked = disguised.includes('⟦') ? disguised : `⟦${disguised}⟧`
  const text = carrier.replace('{w}', () => marked)
  const [from, to] = [text.indexOf('⟦'), text.indexOf('⟧') - 1]
  return { ...about, text: text.replace(/[⟦⟧]/g, ''), from, to, isBeyondSpelling: false }
}
