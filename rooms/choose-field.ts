/**
 * Which mode and map a new battle is played in: what was asked for when the balance has it, else
 * the first that fits. Unknown names are refused, never replaced.
 */
import { AppError } from '@battalion/base/app-error.ts'
import type { Balance, Mode } from '@battalion/sim/balance.ts'

export interface Field {
  readonly mode: Mode
  readonly mapId: string
}

/** The field for `wish`; throws AppError `invalid_request`. */
export function chooseField(
  balance: Balance,
  wish: { readonly mode?: string | undefined; readonly map?: string | undefined },
): Field {
  const modes = balance.modes.filter(({ id }) => wish.mode === undefined || wish.mode === id)
  // Of the modes that may be played on a map, the one whose first map it is was made for it.
  const mode =
    modes.find(({ maps }) => wish.map === undefined || maps[0] === wish.map) ??
    modes.find(({ maps }) => maps.includes(wish.map!))
  const mapId = wish.map ?? mode?.maps[0]
  if (mode !== undefined && mapId !== undefined) return { mode, mapId }
  throw new AppError('invalid_request', 'There is no such mode and map.')
}
