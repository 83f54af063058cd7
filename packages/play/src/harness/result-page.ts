/**
 * Result screen and one battle in full over made-up answers, on an empty ground: for designing,
 * screenshots and what axe says. `#battle` and `#history` open the dialog.
 */
import '../style/style.css'
import '../style/history.css'
import { assertDefined } from '@battalion/base/assert.ts'

import type { HistoryApi, Match, MatchPlayer } from '../history/history-api.ts'
import { HistoryDialog } from '../history/history-dialog.ts'
import { ResultScreen } from '../hud/result-screen.ts'

const NAMES = ['Ada', 'Grace', 'Edsger', 'Barbara', 'Alan', 'Katherine', 'Linus', 'Radia', 'Tim']
const DURATION_SEC = 754
const ME_PLACE = 3

const players: MatchPlayer[] = NAMES.map((name, index) => ({
  slot: index,
  userId: `user-${index}`,
  name: index === 6 ? null : name,
  isBot: false,
  hasLeft: index === 7,
  team: index % 2,
  squad: 0,
  classId: 'assault',
  place: index + 1,
  outcome: index % 2 === 0 ? 'won' : 'lost',
  score: 2140 - index * 210,
  kills: 24 - index * 2,
  deaths: 6 + index,
  assists: 9 - index,
  revives: index,
  captures: Math.max(0, 5 - index),
  damageDone: 12_480 - index * 900,
  damageTaken: 4000,
  healed: 300,
  shotsFired: 412,
  shotsHit: 120,
  playedSec: DURATION_SEC,
}))
const me = players[ME_PLACE - 1]!
const teams = [
  { team: 0, score: 5210, tickets: 84 },
  { team: 1, score: 4130, tickets: 0 },
]
const match: Match = {
  matchId: 'made-up',
  mode: 'conquest',
  map: 'skirmish',
  region: 'local',
  balanceVersion: '1',
  startedAt: new Date(Date.now() - 3_600_000).toISOString(),
  endedAt: new Date(Date.now() - 2_600_000).toISOString(),
  durationSec: DURATION_SEC,
  winner: 0,
  teams,
  players: players.length,
  people: players.length,
  me,
}
const rating = {
  matchId: match.matchId,
  mode: match.mode,
  endedAt: match.endedAt,
  isRated: true,
  before: 1512,
  after: 1526,
  summary: 'Your rating rose by 14: 1512 → 1526.',
  parts: [
    {
      kind: 'performance' as const,
      points: 17,
      text: 'You made 124 % of what class assault makes on average, better than about 71 % of 4 opponents; they were rated 38 points above you on average.',
    },
    {
      kind: 'team' as const,
      points: 2,
      text: 'Your team won. The larger a battle, the less this says about one player.',
    },
    { kind: 'certainty' as const, points: -5, text: 'How sure we are of you: 41 % → 44 %.' },
  ],
  inputs: {},
}
const stats = {
  matches: 41,
  won: 23,
  lost: 17,
  drawn: 1,
  kills: 612,
  deaths: 402,
  assists: 200,
  revives: 12,
  captures: 60,
  damageDone: 301_220,
  damageTaken: 250_000,
  healed: 9000,
  shotsFired: 9800,
  shotsHit: 2700,
  score: 61_000,
  scoreBest: 4120,
  playedSec: 51_200,
}
const samples = Array.from({ length: 26 }, (_, index) => [
  { sec: index * 30, team: 0, what: 'tickets' as const, amount: 300 - index * 8 },
  { sec: index * 30, team: 1, what: 'tickets' as const, amount: 300 - Math.round(index * 11.9) },
]).flat()
const captures = [60, 190, 333, 520, 640].map((sec, index) => ({
  sec,
  team: index % 2,
  objective: index % 3,
  slots: [index],
}))
const api = {
  history: async () => ({ items: players.map((player) => ({ match, player })), cursor: null }),
  stats: async () => stats,
  match: async () => match,
  players: async () => ({ players, cursor: null }),
  course: async () => ({ samples, captures }),
  share: async () => ({ code: 'x', url: 'https://example.org/m/x' }),
  rating: async () => rating,
  freshRating: async () => rating,
} as unknown as HistoryApi

const isDark = matchMedia('(prefers-color-scheme: dark)')
const follow = () => {
  document.documentElement.dataset['theme'] = isDark.matches ? 'dark' : 'light'
}
isDark.addEventListener('change', follow)
follow()

const root = assertDefined(document.querySelector('#hud'), 'the page has a place for the HUD')
const dialog = new HistoryDialog(api)
root.append(dialog.root)
if (location.hash === '#battle') await dialog.openMatch(match.matchId)
else if (location.hash === '#history') await dialog.openList()
else {
  const screen = new ResultScreen()
  screen.onDetails = () => undefined
  screen.findRating = async () => rating
  root.append(screen.root)
  const rows = players.map((player) => ({ ...player, name: player.name ?? 'Hidden player' }))
  const result = { matchId: match.matchId, winner: 0, durationSec: DURATION_SEC, teams }
  screen.show(
    { ...result, players: rows.map((row) => ({ ...row, netId: row.slot, bot: false })) },
    me.slot,
  )
}
document.documentElement.dataset['ready'] = 'result'
