/**
 * The word filter of chat and names (SOC-4, G-02): sees words of the lists through spacing,
 * look-alike letters, invisible characters, digits for letters, repeats and Korean letters taken
 * apart, and masks them in the original text. Pure: no clock, no database. Work is linear in the
 * text; callers bound its length (500 characters, 1,500 bytes). Never throws on any text.
 */
import { AppError } from '@battalion/base/app-error.ts'

import { findWords } from './find-words.ts'
import type { WordHit } from './find-words.ts'
import { foldText } from './fold-text.ts'
import { compileWordLists } from './word-lists.ts'
import type { CompiledLists } from './word-lists.ts'

/** Passes of one masking. A mask of one star may open a new word; a second pass closes it. */
const PASSES_MAX = 4

/** A text with its words masked. */
export interface MaskedText {
  readonly text: string
  /** What was masked, as code units of the given text; in order, never overlapping. */
  readonly hits: readonly WordHit[]
}

export type ReplaceOutcome = { readonly ok: true } | { readonly ok: false; readonly reason: string }

/** A filter with lists that can be replaced while it runs. */
export interface WordFilter {
  /** Versions of the lists in use. */
  readonly version: string
  /** Stars in place of words, as many as they have visible characters. */
  mask(text: string): MaskedText
  /** True when a name holds no word; capitals inside it count as borders. */
  isClean(name: string): boolean
  /** Takes new lists, or says why not and keeps the old ones. */
  replace(lists: readonly unknown[]): ReplaceOutcome
}

/** A filter over these lists; lists that cannot be used are an error at the start. */
export function createWordFilter(lists: readonly unknown[]): WordFilter {
  const outcome = compileWordLists(lists)
  if (!outcome.ok) {
    throw new AppError('internal', 'The word lists cannot be used.', { internal: outcome.reason })
  }
  let compiled = outcome.lists
  return {
    get version() {
      return compiled.version
    },
    mask: (text) => maskText(text, compiled),
    isClean: (name) => findHits(name, compiled, true).length === 0,
    replace: (values) => {
      const next = compileWordLists(values)
      if (!next.ok) return next
      compiled = next.lists
      return { ok: true }
    },
  }
}

const segmenter = new Intl.Segmenter('und', { granularity: 'grapheme' })

function maskText(text: string, lists: CompiledLists): MaskedText {
  let hits = findHits(text, lists, false)
  if (hits.length === 0) return { text, hits }
  hits = hits.map((hit) => toGraphemes(text, hit))
  let masked = replaceHits(text, hits)
  for (let pass = 1; pass < PASSES_MAX; pass++) {
    const more = findHits(masked, lists, false)
    if (more.length === 0) break
    masked = replaceHits(
      masked,
      more.map((hit) => toGraphemes(masked, hit)),
    )
  }
  return { text: masked, hits }
}

function findHits(text: string, lists: CompiledLists, isName: boolean): WordHit[] {
  const hits = findWords(foldText(text), lists, { text, isName })
  return hits.length < 2 ? hits : mergeHits(hits)
}

function mergeHits(hits: WordHit[]): WordHit[] {
  const sorted = hits.sort((a, b) => a.from - b.from)
  const merged: WordHit[] = []
  for (const hit of sorted) {
    const last = merged.at(-1)
    if (last === undefined || hit.from >= last.to) merged.push(hit)
    else merged[merged.length - 1] = { from: last.from, to: Math.max(last.to, hit.to) }
  }
  return merged
}

/** A hit widened to whole visible characters. */
function toGraphemes(text: string, { from, to }: WordHit): WordHit {
  const segments = segmenter.segment(text)
  const first = segments.containing(from)!
  const last = segments.containing(to - 1)!
  return { from: first.index, to: last.index + last.segment.length }
}

function replaceHits(text: string, hits: readonly WordHit[]): string {
  let masked = ''
  let at = 0
  for (const { from, to } of hits) {
    const start = Math.max(at, from)
    masked += text.slice(at, start)
    for (const _segment of segmenter.segment(text.slice(start, to))) masked += '*'
    at = Math.max(at, to)
  }
  return masked + text.slice(at)
}
