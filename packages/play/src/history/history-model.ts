/** What history and result screen say: names, figures, awards, lines of the chart. Pure. */
import type { PlayerResultView } from '../game/battle-source.ts'
import type { MatchCourse, PlayerStats } from './history-api.ts'

/** `Four corners` of `four-corners`. */
export function titleOf(id: string): string {
  const text = id.replaceAll('-', ' ')
  return text.slice(0, 1).toUpperCase() + text.slice(1)
}

/** Kills a death, one digit; kills alone for who never fell. */
export function ratioOf(kills: number, deaths: number): string {
  return deaths === 0 ? String(kills) : (kills / deaths).toFixed(1)
}

/** Share of a whole in percent; 0 of nothing. */
export function percentOf(part: number, whole: number): string {
  return whole <= 0 ? '0%' : `${Math.round((100 * Math.min(part, whole)) / whole)}%`
}

/** `12.4k` from ten thousand on. */
export function shortNumber(value: number): string {
  if (value < 10_000) return String(value)
  return value < 1e6 ? `${(value / 1000).toFixed(1)}k` : `${(value / 1e6).toFixed(1)}M`
}

/** `20 min`, `3 h 20 min`, and from ten hours on `14 h`: its tile has one line. */
export function playTime(seconds: number): string {
  const minutes = Math.round(seconds / 60)
  const hours = Math.floor(minutes / 60)
  if (hours === 0) return `${minutes} min`
  return hours < 10 ? `${hours} h ${minutes % 60} min` : `${hours} h`
}

/** `1st`, `2nd`, `3rd`, `11th`. */
export function ordinal(place: number): string {
  const ending = place % 100 >= 11 && place % 100 <= 13 ? 'th' : ENDINGS[place % 10]
  return `${place}${ending ?? 'th'}`
}

const ENDINGS: Readonly<Record<number, string>> = { 1: 'st', 2: 'nd', 3: 'rd' }

/** `today 14:05`, `yesterday 9:30`, or the day. */
export function whenText(iso: string, now: Date): string {
  const date = new Date(iso)
  const clock = date.toLocaleTimeString([], { hour: 'numeric', minute: '2-digit' })
  const days = dayNumber(now) - dayNumber(date)
  if (days === 0) return `today ${clock}`
  if (days === 1) return `yesterday ${clock}`
  return date.toLocaleDateString([], { year: 'numeric', month: 'short', day: 'numeric' })
}

function dayNumber(date: Date): number {
  return Math.round(new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime() / 864e5)
}

/** How a battle went for a player. */
export type Outcome = 'won' | 'lost' | 'drawn'
export const OUTCOME_WORDS: Readonly<Record<Outcome, string>> = {
  won: 'Victory',
  lost: 'Defeat',
  drawn: 'Draw',
}

/** The outcome for a team. */
export function outcomeOf(winner: number | null, team: number): Outcome {
  if (winner === null) return 'drawn'
  return winner === team ? 'won' : 'lost'
}

/** Who did most of something. */
export interface Award {
  readonly title: string
  readonly name: string
  readonly team: number
  readonly figure: string
}

/** What awards read of a player. */
export type AwardedPlayer = Pick<
  PlayerResultView,
  'name' | 'team' | 'score' | 'kills' | 'assists' | 'captures' | 'damageDone'
>

const AWARDS: readonly {
  readonly title: string
  readonly unit: string
  readonly read: (player: AwardedPlayer) => number
}[] = [
  { title: 'Most points', unit: 'points', read: ({ score }) => score },
  { title: 'Most kills', unit: 'kills', read: ({ kills }) => kills },
  { title: 'Best helper', unit: 'assists', read: ({ assists }) => assists },
  { title: 'Taker of ground', unit: 'captures', read: ({ captures }) => captures },
  { title: 'Heaviest hitter', unit: 'damage', read: ({ damageDone }) => damageDone },
]

/** The awards of a battle; what nobody did is not awarded. */
export function awardsOf(players: readonly AwardedPlayer[]): Award[] {
  return AWARDS.flatMap(({ title, unit, read }) => {
    const best = players.reduce<AwardedPlayer | undefined>(
      (top, player) => (top === undefined || read(player) > read(top) ? player : top),
      undefined,
    )
    if (best === undefined || read(best) <= 0) return []
    const value = read(best)
    const isOne = value === 1 && unit.endsWith('s')
    const figure = `${shortNumber(value)} ${isOne ? unit.slice(0, -1) : unit}`
    return [{ title, name: best.name, team: best.team, figure }]
  })
}

/** `+14`, `−3`, `0`. */
export function signed(points: number): string {
  return points > 0 ? `+${points}` : points < 0 ? `\u2212${-points}` : '0'
}

/** Which way a rating went, as class name, mark and text. */
export function ratingWay(
  before: number,
  after: number,
): { readonly name: 'up' | 'down' | 'same'; readonly mark: string; readonly text: string } {
  const change = after - before
  if (change === 0) return { name: 'same', mark: '=', text: 'unchanged' }
  const name = change > 0 ? 'up' : 'down'
  return { name, mark: change > 0 ? '▲' : '▼', text: String(Math.abs(change)) }
}

/** Reasons with their bars: left end and width in percent of a row whose middle is 0 points. */
export function ratingBars<Part extends { readonly points: number }>(
  parts: readonly Part[],
): (Part & { readonly from: number; readonly width: number })[] {
  const most = Math.max(1, ...parts.map(({ points }) => Math.abs(points)))
  return parts.map((part) => {
    const width = (50 * Math.abs(part.points)) / most
    return { ...part, from: part.points < 0 ? 50 - width : 50, width }
  })
}

/** One line of the chart: a team's points (0..1 of width and height, y down). */
export interface ChartLine {
  readonly team: number
  readonly points: readonly { readonly x: number; readonly y: number }[]
  /** What it came to. */
  readonly last: number
}

/** The chart of a battle: tickets where it has some, else points; and its captures. */
export interface Chart {
  readonly what: 'score' | 'tickets'
  readonly most: number
  readonly lines: readonly ChartLine[]
  readonly captures: readonly { readonly x: number; readonly team: number }[]
}

/** Lines to draw of a course. */
export function chartOf(course: MatchCourse, durationSec: number, what: Chart['what']): Chart {
  const samples = course.samples.filter((sample) => sample.what === what)
  const long = Math.max(1, durationSec, ...samples.map(({ sec }) => sec))
  const most = Math.max(1, ...samples.map(({ amount }) => amount))
  const teams = [...new Set(samples.map(({ team }) => team))].toSorted((a, b) => a - b)
  const lines = teams.map((team) => {
    const own = samples.filter((sample) => sample.team === team)
    const points = own.map(({ sec, amount }) => {
      return { x: sec / long, y: 1 - Math.max(0, amount) / most }
    })
    return { team, points, last: Math.max(0, own.at(-1)?.amount ?? 0) }
  })
  const captures = course.captures.map(({ sec, team }) => ({ x: Math.min(1, sec / long), team }))
  return { what, most, lines, captures }
}

/** The figures above the history, as label and value. */
export function statFigures(stats: PlayerStats): readonly (readonly [string, string])[] {
  return [
    ['Battles', String(stats.matches)],
    ['Won', percentOf(stats.won, stats.matches)],
    ['Kills a death', ratioOf(stats.kills, stats.deaths)],
    ['Shots that hit', percentOf(stats.shotsHit, stats.shotsFired)],
    ['Best score', shortNumber(stats.scoreBest)],
    ['Played', playTime(stats.playedSec)],
  ]
}
