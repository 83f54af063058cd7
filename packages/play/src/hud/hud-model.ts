/**
 * What the HUD says, as plain data: pure functions from battle to text, shares and rows. Every rule
 * of wording and ordering is here, where a test can read it; the DOM files only show it.
 */
import type { Ability, Balance, SoldierClass, Weapon } from '@battalion/sim/balance.ts'

import type {
  BattleStateView,
  ObjectiveView,
  OwnStatus,
  PlayerResultView,
  RosterView,
} from '../game/battle-source.ts'
import { teamColour } from '../render/palette.ts'

/** `12:05`. */
export function formatClock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds))
  const minutes = Math.floor(whole / 60)
  return `${minutes}:${String(whole % 60).padStart(2, '0')}`
}

/** `3.4 kB/s`. */
export function formatBytesPerSec(bytes: number): string {
  if (bytes < 1000) return `${Math.round(bytes)} B/s`
  return `${(bytes / 1000).toFixed(1)} kB/s`
}

/** `8.2 s` under ten seconds, `14 s` above, empty when done. */
export function formatWait(ms: number): string {
  if (ms <= 0) return ''
  return ms < 9950 ? `${(ms / 1000).toFixed(1)} s` : `${Math.ceil(ms / 1000)} s`
}

export interface ObjectiveChip {
  readonly letter: string
  readonly name: string
  readonly colour: string
  readonly takerColour: string
  /** 0..1 of the way to change hands. */
  readonly progress: number
  readonly label: string
}

/** One chip per objective for the strip at the top. */
export function objectiveChips(objectives: readonly ObjectiveView[]): ObjectiveChip[] {
  return objectives.map((objective, index) => {
    const owner = teamColour(objective.owner).name
    const isBusy = objective.capturing >= 0 && objective.progress > 0
    const taker = isBusy ? `, ${teamColour(objective.capturing).name} capturing` : ''
    return {
      letter: String.fromCharCode(65 + index),
      name: objective.name,
      colour: teamColour(objective.owner).css,
      takerColour: teamColour(objective.capturing).css,
      progress: isBusy ? objective.progress / 100 : 0,
      label: `${objective.name}: ${owner}${taker}`,
    }
  })
}

export interface Vitals {
  readonly hp: number
  readonly hpShare: number
  readonly armour: number
  readonly armourShare: number
  readonly isLow: boolean
  readonly weaponName: string
  readonly magazine: string
  readonly reserve: string
  readonly isMagazineLow: boolean
  readonly reloadShare: number
  readonly abilityName: string
  readonly abilityShare: number
  readonly abilityWait: string
  readonly className: string
}

/** The bottom row of a living soldier. */
export function vitalsOf(own: OwnStatus, balance: Balance): Vitals {
  const soldierClass = balance.classes[own.classId] ?? balance.classes[0]!
  const weapon = balance.weapons[soldierClass.weapons[own.slot === 1 ? 1 : 0]]
  const ability = balance.abilities[soldierClass.ability]
  const reloadMs = weapon?.reloadMs ?? 1
  return {
    hp: own.hp,
    hpShare: share(own.hp, soldierClass.hp),
    armour: own.armour,
    armourShare: share(own.armour, soldierClass.armour),
    isLow: own.hp * 3 < soldierClass.hp,
    weaponName: weapon?.name ?? '',
    magazine: String(own.magazine),
    reserve: String(own.reserve),
    isMagazineLow: own.magazine * 4 < (weapon?.magazineRounds ?? 0),
    reloadShare: own.reloadLeftMs > 0 ? 1 - share(own.reloadLeftMs, reloadMs) : 0,
    abilityName: ability?.name ?? '',
    abilityShare: 1 - share(own.abilityLeftMs, ability?.cooldownMs ?? 1),
    abilityWait: formatWait(own.abilityLeftMs),
    className: soldierClass.name,
  }
}

function share(value: number, of: number): number {
  return of <= 0 ? 0 : Math.min(1, Math.max(0, value / of))
}

export interface ClassCard {
  readonly id: string
  readonly index: number
  readonly name: string
  readonly weapon: string
  readonly ability: string
  readonly abilityText: string
  /** Bars, each 0..1 of the best class. */
  readonly bars: readonly { readonly name: string; readonly share: number }[]
}

const MEASURES: readonly {
  readonly name: string
  readonly of: (one: SoldierClass, balance: Balance) => number
}[] = [
  { name: 'Toughness', of: (one) => one.hp + one.armour },
  { name: 'Speed', of: (one) => one.walkMetresPerSec * one.sprintRatio },
  { name: 'Firepower', of: (one, balance) => damagePerSec(balance.weapons[one.weapons[0]]) },
  { name: 'Range', of: (one, balance) => balance.weapons[one.weapons[0]]?.rangeMetres ?? 0 },
]

/** Cards of the class choice: what tells the classes apart, in figures of the balance. */
export function classCards(balance: Balance): ClassCard[] {
  return balance.classes.map((one, index) => ({
    id: one.id,
    index,
    name: one.name,
    weapon: balance.weapons[one.weapons[0]]?.name ?? '',
    ability: balance.abilities[one.ability]?.name ?? '',
    abilityText: abilityText(balance.abilities[one.ability], balance),
    bars: MEASURES.map(({ name, of }) => ({
      name,
      share: relative(
        of(one, balance),
        balance.classes.map((other) => of(other, balance)),
      ),
    })),
  }))
}

/** Spread out, so that small differences can be seen: the weakest shows a third. */
function relative(value: number, all: readonly number[]): number {
  const best = Math.max(...all)
  const worst = Math.min(...all)
  return best === worst ? 0.7 : 0.34 + 0.66 * ((value - worst) / (best - worst))
}

function damagePerSec(weapon: Weapon | undefined): number {
  if (weapon === undefined) return 0
  return (weapon.damage * weapon.pellets * weapon.roundsPerMinute) / 60
}

function abilityText(ability: Ability | undefined, balance: Balance): string {
  if (ability === undefined) return ''
  if (ability.form === 'heal') {
    return `Heals ${ability.hp}\u00a0hp within ${ability.radiusMetres}\u00a0m`
  }
  if (ability.form === 'resupply') {
    return `Gives rounds and ${ability.armour} armour within ${ability.radiusMetres}\u00a0m`
  }
  if (ability.form === 'scan') return `Shows enemies within ${ability.radiusMetres}\u00a0m`
  const weapon = balance.weapons[ability.weapon]
  const radius = weapon?.kind === 'projectile' ? weapon.blastRadiusMetres : 0
  return `Throws a charge that bursts over ${radius}\u00a0m`
}

/** Rows shown per team; the own row is added when it is further down. */
export const SCOREBOARD_ROWS_MAX = 40

export interface ScoreboardTeam {
  readonly team: number
  readonly rows: readonly (RosterView & { readonly rank: number })[]
  readonly hiddenCount: number
}

/** Best first, per team, with the own row always among them. */
export function scoreboardTeams(
  roster: Iterable<RosterView>,
  ownId: number,
  teamCount: number,
): ScoreboardTeam[] {
  const byTeam: RosterView[][] = Array.from({ length: teamCount }, () => [])
  for (const entry of roster) byTeam[entry.team]?.push(entry)
  return byTeam.map((entries, team) => {
    entries.sort((a, b) => b.score - a.score || b.kills - a.kills || a.netId - b.netId)
    const ranked = entries.map((entry, index) => Object.assign(pickRow(entry), { rank: index + 1 }))
    const rows = ranked.slice(0, SCOREBOARD_ROWS_MAX)
    const own = ranked.find((row) => row.netId === ownId)
    if (own !== undefined && own.rank > SCOREBOARD_ROWS_MAX) rows[rows.length - 1] = own
    return { team, rows, hiddenCount: ranked.length - rows.length }
  })
}

/** A plain copy: the schema's objects change under the reader. */
function pickRow(entry: RosterView): RosterView {
  const { netId, name, bot, team, squad, classId, kills, deaths, assists, score, connected } = entry
  return { netId, name, bot, team, squad, classId, kills, deaths, assists, score, connected }
}

/** Whether a row of the result is the player's: who left may have had his net id before him. */
export function isOwnRow(row: PlayerResultView, ownId: number): boolean {
  return row.netId === ownId && row.left !== true
}

/** A result on the screen. */
export interface ToldResult {
  readonly matchId: string | undefined
  /** The slow state has said since that the battle is over. */
  wasEnded: boolean
}

/**
 * Whether a result has had its time: the next battle is there. It comes as a message, up to half a
 * second before the slow state knows that the battle ended; a state that still says `running` is
 * that of the same battle then.
 */
export function isResultOver(
  { matchId, wasEnded }: ToldResult,
  state: Pick<BattleStateView, 'phase' | 'matchId'>,
): boolean {
  const isOther = matchId !== undefined && state.matchId !== '' && state.matchId !== matchId
  return isOther || (wasEnded && state.phase !== 'ended')
}

/** Name of a soldier, or `Nobody`. */
export function soldierName(state: BattleStateView, netId: number): string {
  return state.roster.get(String(netId))?.name ?? 'Nobody'
}

/** What the strip says under the clock. */
export function phaseText(phase: string): string {
  if (phase === 'warmup') return 'Warm-up'
  if (phase === 'ended') return 'Next battle in'
  return 'Time left'
}
