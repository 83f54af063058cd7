/** How a finished battle is said: teams, durations, rows of its log. Pure. */
import type { MatchEvent } from '@battalion/client/api-types.ts'

/** Team of a capture or of an end that is nobody's. */
const TEAM_NONE = 0xff

/** What things of a balance are called, by their numbers in the log. */
export interface LogNames {
  readonly weapons: readonly string[]
  readonly abilities: readonly string[]
  readonly classes: readonly string[]
}

/** For a balance that is not there: numbers stay numbers. */
export const NO_NAMES: LogNames = { weapons: [], abilities: [], classes: [] }

/** The names of a version, from its files. */
export function namesOf(files: Readonly<Record<string, unknown>>): LogNames {
  return {
    weapons: idsOf(files['weapons.json'], 'weapons'),
    abilities: idsOf(files['abilities.json'], 'abilities'),
    classes: idsOf(files['classes.json'], 'classes'),
  }
}

function idsOf(file: unknown, list: string): string[] {
  const rows = (file as Readonly<Record<string, unknown>> | undefined)?.[list]
  if (!Array.isArray(rows)) return []
  return rows.map((row) => String((row as { readonly id?: unknown }).id))
}

/** Teams count from 0, as everywhere in the console. */
export function teamText(team: number | null): string {
  return team === null || team === TEAM_NONE ? 'nobody' : `team ${team}`
}

/** `4:05`, or `1:04:05`. */
export function durationText(sec: number): string {
  const whole = Math.floor(sec)
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60]
  const rest = `${hours === 0 ? minutes : two(minutes)}:${two(whole % 60)}`
  return hours === 0 ? rest : `${hours}:${rest}`
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}

/** Kinds of rows, as they are chosen from. */
export const KIND_TEXTS = {
  join: 'joined',
  leave: 'left',
  kill: 'killed',
  assist: 'helped to kill',
  revive: 'revived',
  capture: 'objective changed hands',
  capturer: 'took part in a capture',
  ability: 'used an ability',
  end: 'the end',
  teamScore: 'points of a team',
  teamTickets: 'tickets of a team',
  sum: 'sum of a figure',
  unknown: 'unknown',
} as const satisfies Readonly<Record<MatchEvent['kind'], string>>

/** What happened, without who did it. */
export function eventText(event: MatchEvent, names: LogNames): string {
  const { kind, detail, amount, figure } = event
  const target = event.target?.name ?? 'nobody'
  switch (kind) {
    case 'join':
      return `joined ${teamText(amount)} as ${names.classes[detail] ?? `class ${detail}`}`
    case 'leave':
      return 'left'
    case 'kill': {
      const weapon = names.weapons[detail] ?? `weapon ${detail}`
      return `killed ${target} with ${weapon}${amount === 1 ? '' : ' (does not count)'}`
    }
    case 'assist':
      return `helped to kill ${target}`
    case 'revive':
      return `revived ${target}`
    case 'capture':
      return `objective ${detail} went to ${teamText(amount)}`
    case 'capturer':
      return `took part in taking objective ${detail}`
    case 'ability':
      return `used ${names.abilities[detail] ?? `ability ${detail}`}`
    case 'end':
      return amount === TEAM_NONE ? 'a draw' : `${teamText(amount)} won`
    case 'teamScore':
      return `${teamText(detail)} has ${amount} points`
    case 'teamTickets':
      return `${teamText(detail)} has ${amount} tickets left`
    case 'sum':
      return `${figure ?? 'a figure'}: ${amount} more`
    default:
      return `something with ${detail} and ${amount}`
  }
}
