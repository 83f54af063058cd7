/**
 * The card of a shared battle: one picture, 1200 by 630, that other sites show beside a link
 * (Open Graph). An SVG text; names nobody but the player who shares. Pure.
 */
import type { SharedMatch } from './match-desk.ts'
import type { MatchCourse } from './match-reads.ts'

/** Size that sites expect of a card (pixels). */
export const CARD_WIDTH = 1200
export const CARD_HEIGHT = 630
const NAME_CHARS_MAX = 24
const CHART = { left: 640, top: 300, width: 496, height: 214 }
const TEAM_COLOURS = ['#4aa3ff', '#ff6b57', '#5fd38d', '#ffc857']

const OUTCOMES = {
  won: { word: 'VICTORY', colour: '#ffd166' },
  lost: { word: 'DEFEAT', colour: '#ff8a7a' },
  drawn: { word: 'DRAW', colour: '#c8d3e0' },
} as const

/** What the card says in words, for those who do not see it. */
export function describeCard({ match, player }: SharedMatch): string {
  const { word } = OUTCOMES[player.outcome]
  return (
    `${sentenceCase(word)} in ${titleOf(match.mode)} on ${titleOf(match.map)}: place ` +
    `${player.place} of ${match.playerCount}, ${player.kills} kills, ${player.deaths} deaths, ` +
    `${player.score} points.`
  )
}

/** The card. */
export function drawCard(shared: SharedMatch): string {
  const { match, player, course } = shared
  const { word, colour } = OUTCOMES[player.outcome]
  const team = TEAM_COLOURS[player.team % TEAM_COLOURS.length]!
  const where = `${titleOf(match.mode)} · ${titleOf(match.map)} · ${dayOf(match.endedAt)}`
  const figures = [
    ['PLACE', `${player.place}`, `of ${match.playerCount}`],
    ['KILLS', `${player.kills}`, `${player.deaths} deaths`],
    ['ASSISTS', `${player.assists}`, `${player.revives} revives`],
    ['DAMAGE', shorten(player.damageDone), `${accuracyOf(player)} hit`],
  ] as const
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${CARD_WIDTH}" height="${CARD_HEIGHT}" \
viewBox="0 0 ${CARD_WIDTH} ${CARD_HEIGHT}" font-family="DejaVu Sans, sans-serif">
<defs><linearGradient id="sky" x1="0" y1="0" x2="1" y2="1">
<stop offset="0" stop-color="#0d1622"/><stop offset="1" stop-color="#1b2a3d"/></linearGradient>
</defs>
<rect width="${CARD_WIDTH}" height="${CARD_HEIGHT}" fill="url(#sky)"/>
${drawHills()}
<rect width="14" height="${CARD_HEIGHT}" fill="${team}"/>
<text x="64" y="84" font-size="26" letter-spacing="8" fill="#8fa3b8">BATTALION</text>
<text x="64" y="196" font-size="92" font-weight="bold" letter-spacing="4" \
fill="${colour}">${word}</text>
<text x="64" y="258" font-size="40" font-weight="bold" fill="#f2f6fa">\
${escapeXml(clip(player.name, NAME_CHARS_MAX))}</text>
<text x="1136" y="84" font-size="24" fill="#8fa3b8" text-anchor="end">${escapeXml(where)}</text>
<text x="1136" y="196" font-size="72" font-weight="bold" fill="#f2f6fa" text-anchor="end">\
${player.score}</text>
<text x="1136" y="238" font-size="22" letter-spacing="4" fill="#8fa3b8" text-anchor="end">POINTS\
</text>
${figures.map(drawFigure).join('\n')}
${drawChart(course, match.durationSec)}
${drawTeams(shared)}
</svg>`
}

function drawFigure([label, value, more]: readonly [string, string, string], index: number) {
  const x = 64 + (index % 2) * 270
  const y = 352 + Math.floor(index / 2) * 134
  return `<text x="${x}" y="${y}" font-size="20" letter-spacing="3" fill="#8fa3b8">${label}</text>
<text x="${x}" y="${y + 58}" font-size="56" font-weight="bold" fill="#f2f6fa">${value}</text>
<text x="${x}" y="${y + 88}" font-size="20" fill="#8fa3b8">${more}</text>`
}

/** A line of hills, so that it is a place and not a form. */
function drawHills(): string {
  return `<path d="M0 560 L150 500 L320 548 L520 470 L700 540 L860 486 L1040 552 L1200 500 \
L1200 630 L0 630 Z" fill="#0a111b" opacity="0.55"/>`
}

/** Points of the teams over time, one line each. */
function drawChart({ samples }: MatchCourse, durationSec: number): string {
  const { left, top, width, height } = CHART
  const scores = samples.filter(({ what }) => what === 'score')
  const most = Math.max(1, ...scores.map(({ amount }) => amount))
  const long = Math.max(1, durationSec, ...scores.map(({ sec }) => sec))
  const lines = [...new Set(scores.map(({ team }) => team))].map((team) => {
    const points = scores
      .filter((sample) => sample.team === team)
      .map(({ sec, amount }) => {
        const x = left + (sec / long) * width
        const y = top + height - (Math.max(0, amount) / most) * height
        return `${x.toFixed(1)},${y.toFixed(1)}`
      })
    const colour = TEAM_COLOURS[team % TEAM_COLOURS.length]!
    return `<polyline points="${points.join(' ')}" fill="none" stroke="${colour}" \
stroke-width="5" stroke-linejoin="round" stroke-linecap="round"/>`
  })
  const base = top + height
  return `<line x1="${left}" y1="${base}" x2="${left + width}" y2="${base}" stroke="#3a4d63" \
stroke-width="2"/>\n${lines.join('\n')}`
}

function drawTeams({ match }: SharedMatch): string {
  const { left, top, width, height } = CHART
  const step = width / Math.max(1, match.teams.length)
  return match.teams
    .map(({ team, score }) => {
      const x = left + step * team
      const colour = TEAM_COLOURS[team % TEAM_COLOURS.length]!
      const y = top + height + 44
      return `<circle cx="${x + 9}" cy="${y - 8}" r="9" fill="${colour}"/>
<text x="${x + 30}" y="${y}" font-size="24" fill="#c8d3e0">${score}</text>`
    })
    .join('\n')
}

function accuracyOf({ shotsFired, shotsHit }: SharedMatch['player']): string {
  return shotsFired === 0
    ? '0%'
    : `${Math.round((100 * Math.min(shotsHit, shotsFired)) / shotsFired)}%`
}

function shorten(value: number): string {
  return value < 10_000 ? String(value) : `${(value / 1000).toFixed(1)}k`
}

function titleOf(id: string): string {
  return id.split('-').map(sentenceCase).join(' ')
}

function sentenceCase(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1).toLowerCase()
}

function dayOf(date: Date): string {
  return date.toISOString().slice(0, 10)
}

function clip(text: string, charsMax: number): string {
  const letters = Array.from(text)
  return letters.length <= charsMax ? text : `${letters.slice(0, charsMax - 1).join('')}…`
}

/** Text that is safe in XML and HTML, in elements and attributes. */
export function escapeXml(text: string): string {
  return text
    .replaceAll(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
}
