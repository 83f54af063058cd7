/**
 * The course of a battle as a small plot: a line a team with what it came to, the time below, and a
 * flag for each objective that changed hands.
 */
import { el } from '../hud/dom.ts'
import { formatClock } from '../hud/hud-model.ts'
import { teamColour } from '../render/palette.ts'
import type { Chart, ChartLine } from './history-model.ts'

const WIDTH = 640
const HEIGHT = 190
/** Room for numbers at the left, flags above and times below. */
const BOX = { left: 40, right: WIDTH - 10, top: 20, bottom: HEIGHT - 24 }
const TIMES = [0, 0.25, 0.5, 0.75, 1] as const
const SVG = 'http://www.w3.org/2000/svg'

/** The plot, with a sentence for who does not see it. */
export function createChart(chart: Chart, durationSec: number): HTMLElement {
  const svg = make('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img' })
  const word = chart.what === 'score' ? 'Points' : 'Tickets'
  const ends = chart.lines.map(({ team, last }) => `${teamColour(team).name} ${last}`).join(', ')
  svg.setAttribute('aria-label', `${word} of the teams over the battle; at the end: ${ends}`)
  svg.append(...createAxes(chart.most, durationSec))
  for (const { x, team } of chart.captures) svg.append(createFlag(x, team))
  for (const line of chart.lines) svg.append(...createLine(line))
  const legend = chart.lines.map(({ team, last }) => {
    const key = el('span', { class: 'chart-key' }, el('b', { text: String(last) }))
    key.prepend(`${teamColour(team).name} `)
    key.style.setProperty('--colour', teamColour(team).css)
    return key
  })
  const flags = chart.captures.length === 0 ? '' : ' \u00b7 flags: objectives that changed hands'
  const note = el('span', { text: `${word} over time${flags}` })
  return el('figure', { class: 'match-chart' }, svg, el('figcaption', {}, ...legend, note))
}

function createAxes(most: number, durationSec: number): SVGElement[] {
  const levels = [0, most / 2, most].map((amount) => {
    const { y } = place(0, 1 - amount / most)
    const rule = make('line', { x1: BOX.left, x2: BOX.right, y1: y, y2: y, class: 'chart-rule' })
    const text = Math.round(amount)
    return [rule, write(text, { x: BOX.left - 6, y: y + 4, 'text-anchor': 'end' })]
  })
  const times = TIMES.map((share) => {
    const { x } = place(share, 1)
    const anchor = share === 0 ? 'start' : share === 1 ? 'end' : 'middle'
    return write(formatClock(share * durationSec), { x, y: HEIGHT - 6, 'text-anchor': anchor })
  })
  return [...levels.flat(), ...times]
}

function createFlag(x: number, team: number): SVGElement {
  const at = place(x, 0)
  const { top, bottom } = BOX
  const path = `M${at.x} ${bottom}V${top - 12}l9 4l-9 4`
  const flag = make('path', { d: path, class: 'chart-flag' })
  flag.style.setProperty('--colour', teamColour(team).css)
  return flag
}

function createLine({ team, points }: ChartLine): SVGElement[] {
  const text = points.map(({ x, y }) => {
    const at = place(x, y)
    return `${at.x.toFixed(1)},${at.y.toFixed(1)}`
  })
  const line = make('polyline', { points: text.join(' '), class: 'chart-line' })
  line.style.setProperty('--colour', teamColour(team).css)
  const end = points.at(-1)
  if (end === undefined) return [line]
  const at = place(end.x, end.y)
  const dot = make('circle', { cx: at.x, cy: at.y, r: 4.5, class: 'chart-end' })
  dot.style.setProperty('--colour', teamColour(team).css)
  return [line, dot]
}

function place(x: number, y: number): { x: number; y: number } {
  const { left, right, top, bottom } = BOX
  return { x: left + x * (right - left), y: top + y * (bottom - top) }
}

function write(text: string | number, at: Readonly<Record<string, string | number>>): SVGElement {
  const made = make('text', { ...at, class: 'chart-text' })
  made.textContent = String(text)
  return made
}

function make(name: string, attributes: Readonly<Record<string, string | number>>): SVGElement {
  const element = document.createElementNS(SVG, name)
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value))
  return element
}
