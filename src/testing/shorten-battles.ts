/**
 * Battles that are over in seconds: only the clocks of the modes differ from the shipped balance,
 * and clients never use those. Tests only.
 */
import type { Balance, Mode } from '@battalion/sim/balance.ts'

import type { RoomPorts } from '../../rooms/ports.ts'

/** Long enough to act in, short enough to wait for (s). */
const SHORT_MODE = { warmupSec: 0.5, roundSec: 6, endedSec: 6, playersMin: 1 }

/** For `arrangeRooms` of an app; `more` overrides what every mode gets. */
export function shortenBattles(more: Partial<Mode> = {}): (ports: RoomPorts) => RoomPorts {
  const shorten = (balance: Balance): Balance => ({
    ...balance,
    modes: balance.modes.map((mode) => ({ ...mode, ...SHORT_MODE, ...more })),
  })
  return (ports) => ({ ...ports, balance: () => shorten(ports.balance()) })
}
