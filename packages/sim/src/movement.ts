/**
 * How a soldier moves in one step. THE file that clients predict with: no inertia and no hidden
 * state, so that the place after a command is a pure function of the place before it, the command,
 * the class and the map. It must never read the world.
 */
import { assert } from '@battalion/base/assert.ts'
import type { SoldierClass } from './balance.ts'
import { Motion, moveWithin } from './collision.ts'
import { Button, MOVE_AXIS_MAX } from './commands.ts'
import type { CompiledMap } from './compiled-map.ts'
import { SOLDIER_RADIUS_METRES, SOLDIER_SPEED_MPS_MAX } from './limits.ts'

/** Columns a movement reads and writes; the world's, or a client's of length 1. */
export interface MovementBody {
  readonly px: Float32Array
  readonly pz: Float32Array
  readonly vx: Float32Array
  readonly vz: Float32Array
  readonly yaw: Uint16Array
}

/** The part of a command that moves; -127..127 along each axis. */
export interface MoveCommand {
  readonly buttons: number
  readonly moveX: number
  readonly moveZ: number
  readonly yaw: number
}

export interface MovementEnvironment {
  readonly map: CompiledMap
  readonly class: SoldierClass
  readonly dtSec: number
}

/** What rounding may add to a speed (m/s). */
const SPEED_SLACK_MPS = 0.001

const motion = new Motion()

/** Moves body `index` by one step of `command`, sliding along what stands in the way. */
export function moveSoldier(
  body: MovementBody,
  index: number,
  command: MoveCommand,
  environment: MovementEnvironment,
): void {
  const { map, dtSec } = environment
  const length = Math.sqrt(command.moveX * command.moveX + command.moveZ * command.moveZ)
  body.yaw[index] = command.yaw
  assert(length >= 0, 'a move has a length')
  if (length === 0) {
    body.vx[index] = 0
    body.vz[index] = 0
    return
  }
  const speed = speedOf(environment.class, command.buttons)
  const scale = speed / Math.max(length, MOVE_AXIS_MAX)
  assert(
    scale * length <= SOLDIER_SPEED_MPS_MAX + SPEED_SLACK_MPS,
    'nobody is faster than the limit',
  )
  assert(dtSec > 0, 'a step takes time')
  const fromX = body.px[index]!
  const fromZ = body.pz[index]!
  motion.x = fromX
  motion.z = fromZ
  motion.dx = command.moveX * scale * dtSec
  motion.dz = command.moveZ * scale * dtSec
  moveWithin(map, motion, SOLDIER_RADIUS_METRES)
  body.px[index] = motion.x
  body.pz[index] = motion.z
  body.vx[index] = (motion.x - fromX) / dtSec
  body.vz[index] = (motion.z - fromZ) / dtSec
  assert(motion.x >= 0 && motion.x <= map.map.widthMetres, 'a soldier stays on the map in x')
  assert(motion.z >= 0 && motion.z <= map.map.depthMetres, 'a soldier stays on the map in z')
}

/** Metres per second that class and buttons allow; crouching beats sprinting, firing ends it. */
export function speedOf(soldierClass: SoldierClass, buttons: number): number {
  let speed = soldierClass.walkMetresPerSec
  if ((buttons & Button.crouch) !== 0) speed *= soldierClass.crouchRatio
  else if (isSprinting(buttons)) speed *= soldierClass.sprintRatio
  return Math.min(speed, SOLDIER_SPEED_MPS_MAX)
}

/** Whether these buttons ask for a sprint that is granted. */
export function isSprinting(buttons: number): boolean {
  const held = buttons & (Button.sprint | Button.crouch | Button.fire)
  return held === Button.sprint
}
