/**
 * Clean chat of battles, made by a seeded grammar (`clean-templates.json`) and read from
 * `clean-hand.txt`. Knows nothing of the word filter and must never import it: it is what the
 * filter is measured on (README.md here).
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { createPrng, nextBelow } from '@battalion/base/prng.ts'
import type { PrngState } from '@battalion/base/prng.ts'

/** One line that the filter must leave alone. */
export interface CleanLine {
  readonly kind: string
  readonly text: string
}

interface Grammar {
  readonly templates: readonly string[]
  readonly slots: Readonly<Record<string, readonly string[]>>
}

const LETTERS = 'ABCDEFGHJK'

/** `count` different lines of the grammar, half in each language, then the hand-written ones. */
export function buildCleanLines(count: number, seed: number): CleanLine[] {
  const dice = createPrng(seed)
  const grammars = readGrammars()
  const seen = new Set<string>()
  const lines: CleanLine[] = []
  while (lines.length < count) {
    const language = lines.length % 2 === 0 ? 'en' : 'ko'
    const text = fillTemplate(dice, grammars[language])
    if (seen.has(text)) continue
    seen.add(text)
    lines.push({ kind: `${language} grammar`, text })
  }
  return [...lines, ...readHandWritten()]
}

/** The lines written by hand: real chat, tricky words, places, names, numbers. */
export function readHandWritten(): CleanLine[] {
  let kind = 'hand'
  const lines: CleanLine[] = []
  for (const text of readFileSync(join(import.meta.dirname, 'clean-hand.txt'), 'utf8').split(
    '\n',
  )) {
    if (text.startsWith('# ')) kind = `hand: ${text.slice(2)}`
    else if (text !== '') lines.push({ kind, text })
  }
  return lines
}

function readGrammars(): Record<'en' | 'ko', Grammar> {
  const path = join(import.meta.dirname, 'clean-templates.json')
  return JSON.parse(readFileSync(path, 'utf8')) as Record<'en' | 'ko', Grammar>
}

function fillTemplate(dice: PrngState, grammar: Grammar): string {
  const template = pick(dice, grammar.templates)
  return template.replace(/\{(\w+)\}/g, (_all, slot: string) => fillSlot(dice, grammar, slot))
}

function fillSlot(dice: PrngState, grammar: Grammar, slot: string): string {
  if (slot === 'num') return String(nextBelow(dice, 1000))
  if (slot === 'num2') return String(1 + nextBelow(dice, 20))
  if (slot.startsWith('coord')) {
    return `${LETTERS[nextBelow(dice, LETTERS.length)]!}${1 + nextBelow(dice, 60)}`
  }
  return pick(dice, grammar.slots[slot]!)
}

function pick<T>(dice: PrngState, values: readonly T[]): T {
  return values[nextBelow(dice, values.length)]!
}
