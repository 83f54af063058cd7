/**
 * Puts the figures of a run into `docs/performance.md`, between two marks, and draws two pictures
 * beside it: every figure against its limit, and where the tick of the large battle goes. The prose
 * around the marks is written by hand and stays.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { BenchRow } from '@battalion/testkit/bench-row.ts'

const DOCS = join(import.meta.dirname, '..', 'docs')
const PAGE = join(DOCS, 'performance.md')
const BEGIN = '<!-- figures: npm run bench -- --docs -->'
const END = '<!-- end of figures -->'
const PHASE = /^battle of \d+: tick cpu p50, (.+)$/
const FLOOR = /^battle of \d+: raw floor, framed write/

const WIDTH = 900
const NAME_WIDTH = 430
const BAR_HEIGHT = 22
/** The limit stands at this share of a bar's room; what is beyond the room is cut. */
const LIMIT_SHARE = 0.6
const COLOURS = { pass: '#2f9e6e', miss: '#d1495b', text: '#7a8288', line: '#7a8288' }
const PHASE_COLOURS = ['#3d7ea6', '#e0a030', '#8a6fb0', '#2f9e6e', '#d1495b']

/** What a run says about itself. */
export interface RunNotes {
  readonly machine: string
  readonly seconds: string
  /** Load average before and after. */
  readonly load: string
}

/** Writes table and pictures. */
export function writePerformancePage(rows: readonly BenchRow[], notes: RunNotes): void {
  const limited = rows.filter(({ budget }) => budget !== null)
  const others = rows.filter(({ budget }) => budget === null)
  writeFileSync(
    join(DOCS, 'performance-limits.svg'),
    limitsPicture(limited.filter(({ budget }) => budget !== 0)),
  )
  writeFileSync(join(DOCS, 'performance-tick.svg'), tickPicture(rows))
  const page = readFileSync(PAGE, 'utf8')
  const before = page.slice(0, page.indexOf(BEGIN) + BEGIN.length)
  const after = page.slice(page.indexOf(END))
  const middle = [
    `${notes.machine}; commit ${commitName()}; windows of ${notes.seconds} s; load ${notes.load}.`,
    '![figures against their limits](performance-limits.svg)',
    '![where the tick goes](performance-tick.svg)',
    ['| figure | value | limit | |', '|---|---:|---:|---|', ...limited.map(limitedLine)].join('\n'),
    'Without a limit:',
    ['| figure | value |', '|---|---:|', ...others.map(otherLine)].join('\n'),
  ]
  writeFileSync(PAGE, `${before}\n\n${middle.join('\n\n')}\n\n${after}`)
}

function commitName(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim()
  } catch {
    return 'unknown'
  }
}

function limitedLine({ name, value, unit, budget, better, pass }: BenchRow): string {
  const sign = better === 'lower' ? '≤' : '≥'
  return `| ${name} | ${short(value)} ${unit} | ${sign} ${budget} | ${pass ? '' : '**missed**'} |`
}

function otherLine({ name, value, unit }: BenchRow): string {
  return `| ${name} | ${short(value)} ${unit} |`
}

function short(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(4))) : 'none'
}

/** A bar per figure: its share of the limit, the shorter the better. */
function limitsPicture(rows: readonly BenchRow[]): string {
  const room = WIDTH - NAME_WIDTH - 10
  const limitX = NAME_WIDTH + room * LIMIT_SHARE
  const height = rows.length * BAR_HEIGHT + 30
  const bars = rows.map((row, index) => {
    const { name, value, budget, better, pass } = row
    const share = better === 'lower' ? value / (budget ?? 1) : (budget ?? 1) / value
    const width = Math.min(1, (Number.isFinite(share) ? share : 2) * LIMIT_SHARE) * room
    const y = index * BAR_HEIGHT + 4
    const colour = pass ? COLOURS.pass : COLOURS.miss
    return label(NAME_WIDTH - 8, y + 14, name, 'end') + bar(y, width, colour)
  })
  const ends = `x1="${limitX}" x2="${limitX}" y1="0" y2="${height - 22}"`
  const line = `<line ${ends} stroke="${COLOURS.line}" stroke-dasharray="4 3"/>`
  return picture(height, [...bars, line, label(limitX, height - 8, 'limit', 'middle')])
}

/** The median tick of the battle, by phase, and what its writes cost at the floor. */
function tickPicture(rows: readonly BenchRow[]): string {
  const phases = rows.flatMap((row) => {
    const name = PHASE.exec(row.name)?.[1]
    return name === undefined ? [] : [{ name, ms: row.value }]
  })
  const floor = rows.find(({ name }) => FLOOR.test(name))
  const players = Number(/\d+/.exec(floor?.name ?? '')?.[0] ?? 0)
  const bars = [
    ...phases,
    { name: 'its writes at the raw floor', ms: ((floor?.value ?? 0) * players) / 1000 },
  ]
  const longest = Math.max(1e-6, ...bars.map(({ ms }) => ms))
  const room = WIDTH - NAME_WIDTH - 100
  const drawn = bars.map(({ name, ms }, index) => {
    const y = index * BAR_HEIGHT + 4
    const width = (ms / longest) * room
    const colour = PHASE_COLOURS[index % PHASE_COLOURS.length]!
    const value = label(NAME_WIDTH + width + 6, y + 14, `${short(ms)} ms`, 'start')
    return label(NAME_WIDTH - 8, y + 14, name, 'end') + bar(y, width, colour) + value
  })
  return picture(bars.length * BAR_HEIGHT + 8, drawn)
}

function bar(y: number, width: number, fill: string): string {
  const shown = Math.max(1, width).toFixed(1)
  const size = `width="${shown}" height="${BAR_HEIGHT - 6}"`
  return `<rect x="${NAME_WIDTH}" y="${y}" ${size} fill="${fill}"/>`
}

function label(x: number, y: number, text: string, anchor: string): string {
  const safe = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
  const place = `x="${x.toFixed(1)}" y="${y}" text-anchor="${anchor}"`
  return `<text ${place} fill="${COLOURS.text}">${safe}</text>`
}

function picture(height: number, parts: readonly string[]): string {
  const open = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}"`
  const lines = [`${open} font-family="sans-serif" font-size="12">`, ...parts, '</svg>', '']
  return lines.join('\n')
}
