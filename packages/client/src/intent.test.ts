/** Intents become commands the server accepts, whatever a program puts in. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Button, type Command } from '@battalion/sim/commands.ts'
import { type Intent, INTENT_AT_REST, intentToward, writeIntent } from './intent.ts'

function write(intent: Partial<Intent>): Command {
  const command = { seq: 9, buttons: 0, moveX: 0, moveZ: 0, yaw: 0, aimDistance: 0, viewTime: 8 }
  writeIntent({ ...INTENT_AT_REST, ...intent }, command)
  return command
}

describe('writeIntent', () => {
  it('[I-12] shortens a move beyond the unit circle and keeps a shorter one', () => {
    const diagonal = write({ moveX: 1, moveZ: 1 })
    assert.deepEqual([diagonal.moveX, diagonal.moveZ], [90, 90])
    assert.deepEqual([write({ moveX: 0.5 }).moveX, write({ moveX: -9 }).moveX], [64, -127])
  })

  it('[I-12] makes numbers that are none harmless', () => {
    const command = write({ moveX: Number.NaN, moveZ: Infinity, yaw: Number.NaN })
    assert.deepEqual([command.moveX, command.moveZ, command.yaw], [0, 0, 0])
    assert.equal(write({ aimDistanceMetres: 1e9 }).aimDistance, 0xffff)
    assert.equal(write({ aimDistanceMetres: -5 }).aimDistance, 0)
  })

  it('[I-13] wraps yaw, masks unknown buttons, leaves seq and view time alone', () => {
    const command = write({ yaw: -1, buttons: 0xff80 | Button.fire })
    assert.equal(command.yaw, 65535)
    assert.equal(command.buttons, Button.fire)
    assert.deepEqual([command.seq, command.viewTime], [9, 8])
  })
})

describe('intentToward', () => {
  it('[BAT-2] walks and looks along a direction', () => {
    const intent = intentToward(0, 10)
    assert.deepEqual([intent.moveX, intent.moveZ, intent.yaw], [0, 1, 16384])
    assert.equal(intent.aimDistanceMetres, 10)
    assert.equal(intentToward(0, 0).moveX, 0)
  })
})
