/** Keys, mouse buttons and thumbs: what they mean. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Button } from '@battalion/sim/commands.ts'

import { buttonsOfKeys, isGameKey, moveOfKeys, slotOfKey } from './key-bindings.ts'
import { readStick, STICK_FIRE_SHARE, STICK_RADIUS_PX } from './stick.ts'

describe('keys', () => {
  it('moves along the axes and no faster diagonally', () => {
    assert.deepEqual(moveOfKeys(new Set(['KeyD'])), { x: 1, z: 0 })
    assert.deepEqual(moveOfKeys(new Set(['KeyW'])), { x: 0, z: -1 })
    assert.deepEqual(moveOfKeys(new Set(['KeyA', 'KeyD'])), { x: 0, z: 0 })
    const { x, z } = moveOfKeys(new Set(['ArrowRight', 'ArrowDown']))
    assert.ok(Math.abs(Math.hypot(x, z) - 1) < 1e-9)
  })

  it('maps every button of the game', () => {
    const table: [string, number][] = [
      ['Mouse0', Button.fire],
      ['KeyR', Button.reload],
      ['KeyC', Button.crouch],
      ['ControlLeft', Button.crouch],
      ['ShiftLeft', Button.sprint],
      ['KeyE', Button.revive],
      ['KeyQ', Button.ability],
      ['Mouse2', Button.ability],
    ]
    for (const [key, bit] of table) assert.equal(buttonsOfKeys(new Set([key]), false), bit, key)
    assert.equal(buttonsOfKeys(new Set(), true), Button.sidearm)
    assert.equal(slotOfKey('Digit2'), 1)
    assert.equal(slotOfKey('KeyX'), undefined)
  })

  it('takes only its own keys from the browser', () => {
    assert.equal(isGameKey('Tab'), true)
    assert.equal(isGameKey('F5'), false)
    assert.equal(isGameKey('KeyL'), false)
  })
})

describe('thumb sticks', () => {
  it('rests inside the dead zone', () => {
    assert.deepEqual(readStick(3, -4), { x: 0, z: 0, strength: 0 })
  })

  it('reaches full deflection at its rim and no more beyond it', () => {
    const rim = readStick(STICK_RADIUS_PX, 0)
    const beyond = readStick(STICK_RADIUS_PX * 3, 0)
    assert.equal(rim.x, 1)
    assert.deepEqual(rim, beyond)
    assert.ok(rim.strength > STICK_FIRE_SHARE)
  })
})
