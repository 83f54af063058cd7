/**
 * What the player wants right now, in units of the screen: sampled into one Command per tick. Bad
 * values (NaN, too long) are made harmless here, so no program can send what the server rejects.
 */
import { angleOfVector } from '@battalion/base/trig-table.ts'
import { BUTTONS_MASK, type Command } from '@battalion/sim/commands.ts'

/** Wire form of full deflection. */
const MOVE_FULL = 127
const AIM_STEPS_PER_METRE = 16
const U16_MAX = 0xffff

export interface Intent {
  /** −1..1 along +x and +z in world axes; together at most 1 long, longer is shortened. */
  readonly moveX: number
  readonly moveZ: number
  /** Binary angle, 0..65535. */
  readonly yaw: number
  /** Distance to the point aimed at (m): where lobbed things land. */
  readonly aimDistanceMetres: number
  /** Bits of Button. */
  readonly buttons: number
}

/** Standing still, looking along +x. */
export const INTENT_AT_REST: Intent = {
  moveX: 0,
  moveZ: 0,
  yaw: 0,
  aimDistanceMetres: 0,
  buttons: 0,
}

/** Writes `intent` into `command`, leaving `seq` and `viewTime` alone. */
export function writeIntent(intent: Intent, command: Command): void {
  const x = finiteOr0(intent.moveX)
  const z = finiteOr0(intent.moveZ)
  const length = Math.max(1, Math.sqrt(x * x + z * z))
  command.moveX = Math.round((x / length) * MOVE_FULL)
  command.moveZ = Math.round((z / length) * MOVE_FULL)
  command.yaw = Math.round(finiteOr0(intent.yaw)) & U16_MAX
  const steps = Math.round(finiteOr0(intent.aimDistanceMetres) * AIM_STEPS_PER_METRE)
  command.aimDistance = Math.min(U16_MAX, Math.max(0, steps))
  command.buttons = intent.buttons & BUTTONS_MASK
}

/** An intent that walks along and looks along a direction (m, any length). */
export function intentToward(dx: number, dz: number, buttons = 0): Intent {
  const distance = Math.sqrt(dx * dx + dz * dz)
  const scale = distance > 0 ? 1 / distance : 0
  return {
    moveX: dx * scale,
    moveZ: dz * scale,
    yaw: angleOfVector(dx, dz),
    aimDistanceMetres: distance,
    buttons,
  }
}

function finiteOr0(value: number): number {
  return Number.isFinite(value) ? value : 0
}
