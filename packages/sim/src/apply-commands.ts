/**
 * Taking the commands of a step: at most one per soldier, each seq at most once (I-13), and the
 * movement it asks for. Who has no command stands still and holds fire.
 */
import { assert } from '@battalion/base/assert.ts'
import { sequenceDifference } from '@battalion/base/sequence.ts'
import { BUTTONS_MASK, Button } from './commands.ts'
import { SEQ_JUMP_MAX } from './limits.ts'
import { isSprinting, moveSoldier } from './movement.ts'
import type { World } from './world.ts'
import { LifeState, SoldierFlag } from './world.ts'

/** Acknowledges commands and moves everybody who is alive. */
export function carryOutMovement(world: World): void {
  const { soldiers, commands, slotsUsed } = world
  for (let id = 0; id < slotsUsed; id++) {
    if (soldiers.state[id] === LifeState.empty) continue
    if (commands.present[id] !== 0 && !acknowledge(world, id)) commands.present[id] = 0
    const state = soldiers.state[id]
    if (state === LifeState.alive) moveByCommand(world, id)
    else soldiers.flags[id] = state === LifeState.down ? SoldierFlag.down : 0
  }
}

/** Remembers what was held, so that the next step sees what is newly pressed. */
export function rememberButtons(world: World): void {
  const { soldiers, commands, slotsUsed } = world
  for (let id = 0; id < slotsUsed; id++) {
    if (commands.present[id] !== 0) soldiers.lastButtons[id] = commands.buttons[id]!
  }
}

/** False for a command that was carried out before, or jumps too far to be honest. */
function acknowledge(world: World, netId: number): boolean {
  const { soldiers, commands } = world
  const seq = commands.seq[netId]!
  if (soldiers.hasAck[netId] !== 0) {
    const ahead = sequenceDifference(seq, soldiers.ackSeq[netId]!)
    if (ahead <= 0 || ahead > SEQ_JUMP_MAX) return false
  }
  soldiers.hasAck[netId] = 1
  soldiers.ackSeq[netId] = seq
  assert(seq >= 0 && seq <= 0xffff, 'a seq fits u16')
  return true
}

function moveByCommand(world: World, netId: number): void {
  const { soldiers, commands, scratch } = world
  if (commands.present[netId] === 0) {
    // A late packet must not make anybody stand up behind his cover.
    soldiers.flags[netId]! &= SoldierFlag.crouched
    soldiers.vx[netId] = 0
    soldiers.vz[netId] = 0
    return
  }
  const { command, environment } = scratch
  command.buttons = commands.buttons[netId]!
  command.moveX = commands.moveX[netId]!
  command.moveZ = commands.moveZ[netId]!
  command.yaw = commands.yaw[netId]!
  assert((command.buttons & ~BUTTONS_MASK) === 0, 'only known buttons are held')
  environment.class = world.balance.classes[soldiers.classId[netId]!]!
  assert(environment.class !== undefined, 'the class of a soldier is in the balance')
  assert(soldiers.state[netId] === LifeState.alive, 'only the living move')
  moveSoldier(soldiers, netId, command, environment)
  soldiers.flags[netId] = postureFlags(command.buttons, command.moveX !== 0 || command.moveZ !== 0)
}

function postureFlags(buttons: number, isMoving: boolean): number {
  if ((buttons & Button.crouch) !== 0) return SoldierFlag.crouched
  return isMoving && isSprinting(buttons) ? SoldierFlag.sprinting : 0
}
