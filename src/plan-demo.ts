/**
 * Which battle the bots of `npm start` stand in, and how many more the page's button may call: a
 * demo is for people, so its bots leave them seats. Pure.
 */
import type { Balance } from '@battalion/sim/balance.ts'

import { chooseField } from '../rooms/choose-field.ts'

/** Seats of a battle that bots of a demo leave to people (share). */
const PEOPLE_SEATS_SHARE = 0.1
/** Bots the page's button may add beyond the first ones. */
const EXTRA_BOTS_MAX = 200

export interface DemoPlan {
  /** Mode the bots ask for; undefined = the server chooses. */
  readonly mode: string | undefined
  readonly extraBotsMax: number
}

/** What was asked for stands; else the first mode, or the smallest that holds so many bots. */
export function planDemo(
  wish: {
    readonly bots: number
    readonly mode?: string | undefined
    readonly map?: string | undefined
  },
  balance: Balance,
): DemoPlan {
  const asked = chooseField(balance, wish).mode
  const isFree = wish.mode === undefined && wish.map === undefined && wish.bots > botSeats(asked)
  const bySize = balance.modes.toSorted((a, b) => a.playersMax - b.playersMax)
  const roomy = bySize.find((mode) => botSeats(mode) >= wish.bots) ?? bySize.at(-1)!
  const mode = isFree ? roomy : asked
  const extraBotsMax = Math.min(EXTRA_BOTS_MAX, Math.max(0, botSeats(mode) - wish.bots))
  return { mode: isFree ? mode.id : wish.mode, extraBotsMax }
}

function botSeats({ playersMax }: { readonly playersMax: number }): number {
  return Math.floor(playersMax * (1 - PEOPLE_SEATS_SHARE))
}
