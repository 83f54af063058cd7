/**
 * What the word filter costs per line: clean and dirty chat of 60 characters, clean text of 500,
 * and the slowest text known (every letter begins a word and may be leapt over).
 */
import type { BenchRow, RunBench } from '@battalion/testkit/bench-row.ts'
import { benchRow, measureCpuMs } from '@battalion/testkit/bench-row.ts'
import { machineFactor } from '@battalion/testkit/machine-factor.ts'
import { buildCleanLines } from './corpus/build-clean-lines.ts'
import { buildHiddenLines } from './corpus/build-hidden-lines.ts'
import { createWordFilter } from './word-filter.ts'
import { SHIPPED_WORD_LISTS } from './word-lists.ts'

const LINES = 200
/** µs a line, on the machine of docs/performance.md; others stretch them. */
const SHORT_BUDGET = 12
const DIRTY_BUDGET = 20
/** 90 with half the words in the lists; a walk has more ways to go. */
const LONG_BUDGET = 110
const WORST_BUDGET = 120

export const runBench: RunBench = ({ small }) => {
  const filter = createWordFilter(SHIPPED_WORD_LISTS)
  const clean = buildCleanLines(4000, 1).map(({ text }) => text)
  const hidden = buildHiddenLines(LINES, 1).map(({ text }) => text)
  const rounds = small ? 15 : 101
  let hash = 0
  const perLineUs = (texts: readonly string[], one: (text: string) => number): number => {
    const work = (): void => {
      for (const text of texts) hash = (Math.imul(hash, 31) + one(text)) >>> 0
    }
    for (let warm = 0; warm < 20; warm++) work()
    return (measureCpuMs(work, { rounds, batch: 2 }) * 1000) / texts.length
  }
  const cost = (name: string, texts: readonly string[], budget: number): BenchRow[] => {
    const floorUs = perLineUs(texts, foldOnly)
    const us = perLineUs(texts, (text) => filter.mask(text).hits.length)
    return [
      benchRow({
        name,
        value: us,
        unit: 'µs/line',
        budget: budget * machineFactor(),
        better: 'lower',
      }),
      benchRow({
        name: `${name}, over folding alone`,
        value: us / floorUs,
        unit: 'times',
        budget: null,
        better: 'lower',
      }),
    ]
  }
  const english = joinLines(
    clean.filter((_line, index) => index % 2 === 0),
    60,
  )
  const korean = joinLines(
    clean.filter((_line, index) => index % 2 === 1),
    60,
  )
  const dirty = hidden.filter((_line, index) => index % 40 === 0).slice(0, LINES)
  return [
    ...cost('word filter: English, 60 characters', english, SHORT_BUDGET),
    ...cost('word filter: Korean, 60 characters', korean, SHORT_BUDGET),
    ...cost('word filter: disguised words', dirty, DIRTY_BUDGET),
    ...cost(
      'word filter: both languages, 500 characters',
      joinLines(clean.slice(0, 2000), 500),
      LONG_BUDGET,
    ),
    ...cost('word filter: worst, 500 characters', WORST, WORST_BUDGET),
    benchRow({
      name: 'word filter: hash of the work',
      value: hash,
      unit: 'u32',
      budget: null,
      better: 'lower',
    }),
  ]
}

const WORST = ['f!'.repeat(250), 's$ '.repeat(166), 'a1'.repeat(250), 'ㅅㅣ'.repeat(250)]

const LETTERS = new Map(Array.from('abcdefghijklmnopqrstuvwxyz', (letter, at) => [letter, at]))

/** The least that any filter does with a line. */
function foldOnly(text: string): number {
  let sum = 0
  for (const letter of text.normalize('NFKD').toLowerCase().normalize('NFC')) {
    sum += LETTERS.get(letter) ?? 1
  }
  return sum
}

/** Lines joined and cut to `chars` each. */
function joinLines(lines: readonly string[], chars: number): string[] {
  const text = lines.join(' ')
  const count = Math.min(LINES, Math.floor(text.length / chars))
  return Array.from({ length: count }, (_, index) => text.slice(index * chars, (index + 1) * chars))
}
