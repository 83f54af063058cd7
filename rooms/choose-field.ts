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
  for (const mode of balance.modes) {
    if (wish.mode !== undefined && wish.mode !== mode.id) continue
    const mapId = wish.map ?? mode.maps[0]
    if (mapId !== undefined && mode.maps.includes(mapId)) return { mode, mapId }
  }
  throw new AppError('invalid_request', 'There is no such mode and map.')
}
