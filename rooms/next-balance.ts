/**
 * Which balance the next battle of a running room is played with: the newest, where the room can
 * take it as it is. What a room was opened for does not change under who is in it: its mode, map,
 * pace and places, and the classes that players have chosen by index. Pure.
 */
import type { Balance, Mode } from '@battalion/sim/balance.ts'

/** What a room was opened for. */
export interface RoomField {
  readonly mode: Mode
  readonly mapId: string
}

/** `newest` when the room can go on with it, else `current`. */
export function nextBalance(current: Balance, newest: Balance, field: RoomField): Balance {
  if (newest === current) return current
  const mode = newest.modes.find(({ id }) => id === field.mode.id)
  const hasMap = newest.maps.some(({ id }) => id === field.mapId)
  const isSame =
    mode !== undefined &&
    hasMap &&
    mode.maps.includes(field.mapId) &&
    mode.tickRateHz === field.mode.tickRateHz &&
    mode.playersMax === field.mode.playersMax &&
    mode.teamCount === field.mode.teamCount &&
    mode.squadSize === field.mode.squadSize &&
    classesOf(newest) === classesOf(current)
  return isSame ? newest : current
}

function classesOf({ classes }: Balance): string {
  return classes.map(({ id }) => id).join(' ')
}
