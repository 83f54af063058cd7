/**
 * `npm run ratings:draw`: runs the made seasons of docs/ratings.md and draws what came of them into
 * three pictures and a table beside it. Everything is seeded: the same code draws the same page.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { LEAVERS, runLeavers, runSeason, runSmurfs } from '@battalion/testkit/rating-season.ts'
import { SEASONS } from '@battalion/testkit/rating-season.ts'
import type { Season } from '@battalion/testkit/rating-season.ts'

const DOCS = join(import.meta.dirname, '..', 'docs')
const PAGE = join(DOCS, 'ratings.md')
const BEGIN = '<!-- figures: npm run ratings:draw -->'
const END = '<!-- end of figures -->'
const ROUNDS_DRAWN = 20
const BOX = { width: 640, height: 360, left: 56, right: 150, top: 16, bottom: 44 }
const COLOURS = ['#2f9e6e', '#d1495b', '#3d7ea6', '#7a8288'] as const
const TEXT = '#7a8288'

interface Axis {
  readonly label: string
  readonly min: number
  readonly max: number
  readonly step: number
}

interface Line {
  readonly name: string
  readonly colour: string
  readonly points: readonly (readonly [number, number])[]
}

const X_OF = ({ min, max }: Axis, value: number) =>
  BOX.left + ((value - min) / (max - min)) * (BOX.width - BOX.left - BOX.right)
const Y_OF = ({ min, max }: Axis, value: number) =>
  BOX.height - BOX.bottom - ((value - min) / (max - min)) * (BOX.height - BOX.top - BOX.bottom)

function text(
  [x, y]: readonly [number, number],
  words: string,
  anchor = 'middle',
  fill: string = TEXT,
): string {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}" fill="${fill}">${words}</text>`
}

function ticks({ min, max, step }: Axis): number[] {
  const count = Math.round((max - min) / step)
  return Array.from({ length: count + 1 }, (_, index) => Number((min + index * step).toFixed(4)))
}

function frame(x: Axis, y: Axis): string[] {
  const bottom = BOX.height - BOX.bottom
  const right = BOX.width - BOX.right
  const grid = ticks(y).map((value) => {
    const at = Y_OF(y, value).toFixed(1)
    const line = `<line x1="${BOX.left}" x2="${right}" y1="${at}" y2="${at}" stroke="${TEXT}" stroke-opacity="0.25"/>`
    return line + text([BOX.left - 8, Number(at) + 4], String(value), 'end')
  })
  const marks = ticks(x).map((value) => text([X_OF(x, value), bottom + 18], String(value)))
  const middle = (BOX.top + bottom) / 2
  const turned = `<text transform="translate(14 ${middle}) rotate(-90)" text-anchor="middle" fill="${TEXT}">${y.label}</text>`
  return [...grid, ...marks, text([(BOX.left + right) / 2, bottom + 36], x.label), turned]
}

function picture(parts: readonly string[]): string {
  const open = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${BOX.width} ${BOX.height}"`
  return [`${open} font-family="sans-serif" font-size="12">`, ...parts, '</svg>', ''].join('\n')
}

function linesPicture(x: Axis, y: Axis, lines: readonly Line[]): string {
  const drawn = lines.map(({ name, colour, points }) => {
    const path = points.map(([px, py]) => `${X_OF(x, px).toFixed(1)},${Y_OF(y, py).toFixed(1)}`)
    const [lastX, lastY] = points.at(-1)!
    const line = `<polyline points="${path.join(' ')}" fill="none" stroke="${colour}" stroke-width="2"/>`
    return line + text([X_OF(x, lastX) + 8, Y_OF(y, lastY) + 4], name, 'start', colour)
  })
  return picture([...frame(x, y), ...drawn])
}

function learningPicture(season: Season): string {
  const x = { label: 'battles played', min: 0, max: ROUNDS_DRAWN, step: 5 }
  const y = { label: 'correlation with true skill', min: 0, max: 1, step: 0.2 }
  const line = (
    name: string,
    index: number,
    pick: (round: Season['rounds'][number]) => number,
  ) => ({
    name,
    colour: COLOURS[index]!,
    points: season.rounds.map((round, at) => [at + 1, pick(round)] as const),
  })
  return linesPicture(x, y, [
    line('ours', 0, ({ ours }) => ours),
    line("team's result alone", 1, ({ teamAlone }) => teamAlone),
    line('bound', 3, ({ bound }) => bound),
  ])
}

function scatterPicture(season: Season): string {
  const x = { label: 'true skill', min: -4, max: 4, step: 2 }
  const y = { label: 'rating (mu) after 10 battles', min: 0, max: 50, step: 10 }
  const dots = season.people.map(({ userId, skill }) => {
    const rating = season.ratings.get(userId)?.mu ?? 25
    const at = `cx="${X_OF(x, skill).toFixed(1)}" cy="${Y_OF(y, rating).toFixed(1)}"`
    return `<circle ${at} r="1.6" fill="${COLOURS[0]}" fill-opacity="0.5"/>`
  })
  return picture([...frame(x, y), ...dots])
}

function smurfPicture(shares: readonly number[]): string {
  const x = { label: 'battles of a strong player with a new account', min: 0, max: 20, step: 5 }
  const y = { label: 'share rated above 90 % of all others', min: 0, max: 1, step: 0.2 }
  const points = shares.map((share, index) => [index + 1, share] as const)
  return linesPicture(x, y, [{ name: 'found', colour: COLOURS[0], points }])
}

function tableOf(seasons: readonly { name: string; season: Season }[]): string {
  const rows = seasons.map(({ name, season }) => {
    const { ours, teamAlone, meanScore, bound } = season.rounds[9]!
    const figures = [ours, teamAlone, meanScore, bound].map((value) => value.toFixed(3))
    return `| ${name} | **${figures[0]}** | ${figures.slice(1).join(' | ')} |`
  })
  const head =
    "| after 10 battles | ours | team's result alone | mean of scores, of this sample | bound |"
  return [head, '|---|---:|---:|---:|---:|', ...rows].join('\n')
}

function main(): void {
  const seasons = SEASONS.map(({ name, plan }) => ({ name, season: runSeason(plan) }))
  const long = runSeason({ ...SEASONS[0]!.plan, rounds: ROUNDS_DRAWN })
  const smurfs = runSmurfs()
  const leavers = runLeavers(LEAVERS)
  writeFileSync(join(DOCS, 'ratings-learning.svg'), learningPicture(long))
  writeFileSync(join(DOCS, 'ratings-scatter.svg'), scatterPicture(seasons[0]!.season))
  writeFileSync(join(DOCS, 'ratings-smurfs.svg'), smurfPicture(smurfs.shareByBattle))
  const notes = [
    `Smurfs (50 of skill +2.5 with new accounts among 966 rated people): half of them stand above 90 % of all others after **${smurfs.battles}** battles.`,
    `Leavers (half of the people leave 30 % of the battles they do badly in): correlation **${leavers.correlation.toFixed(3)}**, and leaving gains them **${leavers.gain.toFixed(0)}** shown points on average.`,
  ]
  const middle = [
    '![correlation by battles](ratings-learning.svg)',
    '![rating against true skill](ratings-scatter.svg)',
    '![smurfs](ratings-smurfs.svg)',
    tableOf(seasons),
    ...notes,
  ]
  const page = readFileSync(PAGE, 'utf8')
  const before = page.slice(0, page.indexOf(BEGIN) + BEGIN.length)
  const after = page.slice(page.indexOf(END))
  writeFileSync(PAGE, `${before}\n\n${middle.join('\n\n')}\n\n${after}`)
}

main()
