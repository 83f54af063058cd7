/** The word filter on its corpus, on tricky texts and on noise (SOC-4, G-02, G-04). */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'

import { createPrng, nextBelow } from '@battalion/base/prng.ts'
import type { PrngState } from '@battalion/base/prng.ts'
import { buildCleanLines } from './corpus/build-clean-lines.ts'
import { buildHiddenLines, buildPlainLines, readHiddenHand } from './corpus/build-hidden-lines.ts'
import type { HiddenLine } from './corpus/build-hidden-lines.ts'
import { createWordFilter } from './word-filter.ts'
import { LISTS_MAX, SHIPPED_WORD_LISTS } from './word-lists.ts'
import type { WordList } from './word-lists.ts'

const CLEAN_LINES = 10_000
const LINES_PER_KIND = 60
const CLEAN_SEED = 11
const HIDDEN_SEED = 12
const MASKED_SHARE_MIN = 0.95
const FALSE_SHARE_MAX = 0.01
/** Of the hidden word, what stars must cover for it to count as masked. */
const COVERED_SHARE_MIN = 0.5

const filter = createWordFilter(SHIPPED_WORD_LISTS)
const EMPTY_LIST: WordList = {
  version: 'test',
  anywhere: [],
  prefix: [],
  whole: [],
  allow: [],
  commonPieces: [],
  endings: [],
}

function isFound({ text, from, to }: HiddenLine): boolean {
  let covered = 0
  for (const hit of filter.mask(text).hits) {
    covered += Math.max(0, Math.min(hit.to, to) - Math.max(hit.from, from))
  }
  return covered >= COVERED_SHARE_MIN * (to - from)
}

/** Found and all, by kind. */
function countByKind(lines: readonly HiddenLine[]): Map<string, [found: number, all: number]> {
  const counts = new Map<string, [number, number]>()
  for (const line of lines) {
    const [found, all] = counts.get(line.kind) ?? [0, 0]
    counts.set(line.kind, [found + (isFound(line) ? 1 : 0), all + 1])
  }
  return counts
}

function shareOf(counts: ReadonlyMap<string, readonly [number, number]>): number {
  const sums = [...counts.values()].reduce(([a, b], [found, all]) => [a + found, b + all], [0, 0])
  return sums[0] / sums[1]
}

function print(title: string, counts: ReadonlyMap<string, readonly [number, number]>): void {
  const rows = [...counts].map(([kind, [found, all]]) => `  ${kind.padEnd(34)} ${found}/${all}`)
  const share = (shareOf(counts) * 100).toFixed(2)
  process.stdout.write(`${[`${title}: ${share} %`, ...rows].join('\n')}\n`)
}

function graphemes(text: string): string[] {
  return Array.from(new Intl.Segmenter().segment(text), ({ segment }) => segment)
}

const NOISE = [
  'fuck',
  'shit',
  '시발',
  'ㅅㅂ',
  '병신',
  ' ',
  '.',
  '*',
  '**',
  '\u200b',
  '\u0301',
  '😀',
  '🇰🇷',
  '한',
  'ㄱ',
  '\u1109',
  '\u1175',
  '\u11af',
  '\ud800',
  '\udc00',
  '\u0000',
  '\n',
  'a',
  'S',
  '5',
  '$',
  'ß',
  'ﬀ',
  '\u202e',
  'я',
  'ﾷ',
  '👨‍👩‍👧',
  '①',
  '﷽',
]

function randomText(dice: PrngState): string {
  const parts = Array.from({ length: 1 + nextBelow(dice, 24) }, () =>
    nextBelow(dice, 3) > 0
      ? NOISE[nextBelow(dice, NOISE.length)]!
      : String.fromCharCode(nextBelow(dice, 0x10000)),
  )
  return parts.join('')
}

describe('word filter on its corpus', () => {
  const hidden = buildHiddenLines(LINES_PER_KIND, HIDDEN_SEED)

  it('G-02 the corpus is the one whose figures the README states', () => {
    const hash = createHash('sha256')
    for (const { text } of buildCleanLines(CLEAN_LINES, CLEAN_SEED)) hash.update(`${text}\n`)
    for (const { text, from, to } of hidden) hash.update(`${from} ${to} ${text}\n`)
    assert.equal(hash.digest('hex').slice(0, 16), '9de01d70d92608b3')
  })

  it('G-02 masks at least 95 % of disguised words, by kind', () => {
    const spelling = countByKind(hidden.filter((line) => !line.isBeyondSpelling))
    print('disguises of spelling masked', spelling)
    print(
      'beyond spelling masked (no promise)',
      countByKind(hidden.filter((l) => l.isBeyondSpelling)),
    )
    assert.ok([...spelling.values()].reduce((sum, [, all]) => sum + all, 0) >= 2000)
    assert.ok(shareOf(spelling) >= MASKED_SHARE_MIN)
    for (const [kind, [found, all]] of spelling) assert.ok(found / all >= 0.75, kind)
  })

  it('G-02 masks at least 95 % of the disguises written by hand', () => {
    const lines = readHiddenHand()
    const spelling = countByKind(lines.filter((line) => !line.isBeyondSpelling))
    print('by hand masked', countByKind(lines))
    assert.ok(shareOf(spelling) >= 0.95)
  })

  it('G-02 masks every word of the corpus undisguised: what is measured is disguise', () => {
    for (const line of buildPlainLines()) assert.ok(isFound(line), line.text)
  })

  it('G-02 hits at most 1 % of 10,000 clean lines, by kind', () => {
    const counts = new Map<string, [number, number]>()
    for (const { kind, text } of buildCleanLines(CLEAN_LINES, CLEAN_SEED)) {
      const [hit, all] = counts.get(kind) ?? [0, 0]
      counts.set(kind, [hit + filter.mask(text).hits.length, all + 1])
    }
    print('false hits', counts)
    assert.ok(shareOf(counts) <= FALSE_SHARE_MAX)
  })

  it('G-02 on lines that it was not made with it is as the README states, or better', () => {
    const counts = countByKind(readHiddenHand('held-out/hidden.txt'))
    print('held out, masked', counts)
    // 147 before words were typed with the other keyboard, said otherwise and turned around.
    assert.ok(shareOf(counts) >= 167 / 185)
    const path = new URL('corpus/held-out/clean.txt', import.meta.url)
    const clean = readFileSync(path, 'utf8')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('# '))
    const hit = clean.filter((line) => filter.mask(line).hits.length > 0)
    process.stdout.write(`held out, clean lines hit: ${hit.length} of ${clean.length}\n`)
    assert.ok(hit.length <= 9, hit.join('\n'))
  })

  it('SOC-4 a filter without words finds nothing of it: the measure can fail', () => {
    const blind = createWordFilter([EMPTY_LIST])
    assert.ok(hidden.every(({ text }) => blind.mask(text).hits.length === 0))
  })
})

describe('word filter, text by text', () => {
  const masked: readonly (readonly [string, string])[] = [
    ['you fuck', 'you ****'],
    ['f u c k you', '******* you'],
    ['ｓｈｉｔ', '****'],
    ['f\u200du\u200dck!', '****!'],
    ['시1발놈아', '****아'],
    ['ㅅㅣㅂㅏㄹ', '*****'],
    ['f😀u😀c😀k', '*******'],
    ['sh1t', '****'],
    ['개 새 끼', '*****'],
    ['fu\u0301\u0301\u0301ck', '****'],
    ['f|_|ck', '******'],
    ['kcuf you', '**** you'],
    ['fcuk', '****'],
    ['shpx', '****'],
    ['bstrd', '*****'],
    ['alclssha', '********'],
    ['려차', '**'],
    ['노ㅑㅅ', '***'],
    ['십알', '**'],
    ['병시나', '***'],
    ['싀발', '**'],
    ['C발', '**'],
  ]
  for (const [text, expected] of masked) {
    it(`SOC-4 masks ${JSON.stringify(text)} in the original, character for character`, () => {
      assert.equal(filter.mask(text).text, expected)
    })
  }

  const clean = [
    'push it',
    'pass it',
    'as shown',
    'class',
    'assassin',
    'Scunthorpe',
    "let's hit them",
    'the pen is here',
    'c l a s s',
    'A55',
    'A5 S5',
    'B5 A5 S5, hold',
    'sector F4 G7, two tanks',
    'Bush17',
    '시발점',
    '다시 발사',
    '5시 발 기차',
    '개새로',
    '보지 마',
    '존경',
    'x=455 y=5',
    'http://a.example/classes/5',
    '(until ten)',
    'magna cum laude',
    'Captain Cook needs a disk',
    'shelter in Shelton, a blotch',
    'Fukagawa and Roshan',
    'f(x) = [] || ()',
    '두 시 발 버스',
    '5 개년 계획',
    '또 라이플 들었네',
    '감쪽같이',
    '낮은 언덕',
    '시바라보다',
    'c발음',
    'NYC발 비행기',
    '신병',
    'ㄱㅅㅋㅋ',
  ]
  for (const text of clean) {
    it(`G-02 leaves ${JSON.stringify(text)} alone`, () => {
      assert.deepEqual(filter.mask(text), { text, hits: [] })
    })
  }

  it('SOC-4 names: capitals and underscores are borders', () => {
    for (const name of ['BigDick', 'xX_Fuck_Xx', 'Sh1tLord', '병신왕', 'f_u_c_k', 'ass99']) {
      assert.equal(filter.isClean(name), false, name)
    }
    for (const name of [
      'ClassicBob',
      'Scunthorpe_Fan',
      'TheAssassin',
      'N1ghtH4wk',
      '시발점',
      'Ada',
    ]) {
      assert.equal(filter.isClean(name), true, name)
    }
  })
})

describe('word filter on noise', () => {
  it('G-04 never throws, keeps what it does not mask, and masks once and for all', () => {
    const dice = createPrng(20)
    let hits = 0
    for (let round = 0; round < 20_000; round++) {
      const text = randomText(dice)
      const result = filter.mask(text)
      hits += result.hits.length
      if (result.hits.length === 0) assert.equal(result.text, text)
      const again = filter.mask(result.text)
      assert.equal(again.text, result.text, JSON.stringify(text))
      filter.isClean(text)
    }
    assert.ok(hits > 1000, 'the noise holds words')
  })

  it('G-04 a mask has as many characters as what it hides, and the rest stays', () => {
    const dice = createPrng(21)
    for (let round = 0; round < 5000; round++) {
      const text = randomText(dice)
      const { text: result, hits } = filter.mask(text)
      // Only the first pass: a second, after a mask of one star, hides more.
      const parts: string[] = []
      let at = 0
      for (const { from, to } of hits) {
        parts.push(text.slice(at, from), '*'.repeat(graphemes(text.slice(from, to)).length))
        at = to
      }
      const once = parts.join('') + text.slice(at)
      assert.equal(graphemes(result).length, graphemes(once).length, JSON.stringify(text))
      if (filter.mask(once).hits.length === 0) assert.equal(result, once)
    }
  })

  it('G-04 time stays linear on the worst texts of 500 characters', () => {
    const worst = [
      'f'.repeat(500),
      'f '.repeat(250),
      '!'.repeat(500),
      'f!'.repeat(250),
      'a1'.repeat(250),
    ]
    const floods = [
      'u\u0301'.repeat(250),
      '*'.repeat(500),
      'ㅅㅂ'.repeat(250),
      '시이'.repeat(250),
      's$'.repeat(250),
    ]
    for (const text of [...worst, ...floods]) {
      filter.mask(text)
      const before = process.cpuUsage()
      for (let round = 0; round < 10; round++) filter.mask(text)
      const { user } = process.cpuUsage(before)
      assert.ok(user / 10 < 20_000, `${user / 10} µs for ${JSON.stringify(text.slice(0, 8))}`)
    }
  })
})

describe('word lists', () => {
  it('SOC-4 operators replace lists while the filter runs; bad ones change nothing', () => {
    const live = createWordFilter([EMPTY_LIST])
    assert.equal(live.mask('zorp').hits.length, 0)
    const next = { ...EMPTY_LIST, version: 'two', anywhere: ['zorp'], allow: ['zorpify'] }
    assert.deepEqual(live.replace([next]), { ok: true })
    assert.equal(live.version, 'two')
    assert.equal(live.mask('z 0 r p zorpify').text, '******* zorpify')
    const bad: readonly (readonly [string, unknown[]])[] = [
      ['no object', ['x']],
      ['an unknown part', [{ ...EMPTY_LIST, more: [] }]],
      ['one letter', [{ ...EMPTY_LIST, whole: ['a'] }]],
      ['capitals', [{ ...EMPTY_LIST, whole: ['Abc'] }]],
      ['spaces', [{ ...EMPTY_LIST, whole: ['a b c'] }]],
      ['33 characters', [{ ...EMPTY_LIST, whole: ['a'.repeat(33)] }]],
      ['2,001 entries', [{ ...EMPTY_LIST, whole: Array.from({ length: 2001 }, () => 'abc') }]],
      ['too many lists', Array.from({ length: LISTS_MAX + 1 }, () => EMPTY_LIST)],
    ]
    for (const [why, lists] of bad) {
      const outcome = live.replace(lists)
      assert.equal(outcome.ok, false, why)
      assert.equal(live.version, 'two')
    }
  })

  it('SOC-4 lists that need too many nodes are refused', () => {
    const dice = createPrng(22)
    const word = () => Array.from({ length: 32 }, () => 'abcdefghij'[nextBelow(dice, 10)]!).join('')
    const list = () => ({ ...EMPTY_LIST, whole: Array.from({ length: 2000 }, word) })
    const outcome = createWordFilter([EMPTY_LIST]).replace([list(), list(), list()])
    assert.ok(!outcome.ok && outcome.reason.includes('nodes'))
  })
})
