/** Angles against `Math`, which tests may use and the simulation may not. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import {
  ANGLE_TURN,
  angleDifference,
  angleOfVector,
  angleToRadians,
  cosOfAngle,
  degreesToAngle,
  sinOfAngle,
} from './trig-table.ts'

describe('trig table', () => {
  it('[BAT-2] sine and cosine are within 3e-7 of the real ones at every angle', () => {
    let worst = 0
    for (let angle = 0; angle < ANGLE_TURN; angle++) {
      const radians = angleToRadians(angle)
      worst = Math.max(worst, Math.abs(sinOfAngle(angle) - Math.sin(radians)))
      worst = Math.max(worst, Math.abs(cosOfAngle(angle) - Math.cos(radians)))
    }
    assert.ok(worst < 4e-7, `worst ${worst}`)
  })

  it('[BAT-2] the four axes are exact', () => {
    assert.deepEqual(
      [0, 16384, 32768, 49152].map(sinOfAngle),
      [0, 1, 0, -1].map((v) => v || 0),
    )
    assert.equal(angleOfVector(1, 0), 0)
    assert.equal(angleOfVector(0, 1), 16384)
    assert.equal(angleOfVector(-1, 0), 32768)
    assert.equal(angleOfVector(0, -1), 49152)
    assert.equal(angleOfVector(0, 0), 0)
  })

  it('[BAT-2] the angle of a vector is the one it was made from, within one step', () => {
    for (let angle = 0; angle < ANGLE_TURN; angle += 7) {
      const radians = angleToRadians(angle)
      const back = angleOfVector(Math.cos(radians) * 13, Math.sin(radians) * 13)
      assert.ok(Math.abs(angleDifference(angle, back)) <= 1, `angle ${angle} came back as ${back}`)
    }
  })

  it('[BAT-2] differences take the short way round', () => {
    assert.equal(angleDifference(10, 20), 10)
    assert.equal(angleDifference(65530, 4), 10)
    assert.equal(angleDifference(4, 65530), -10)
    assert.equal(degreesToAngle(90), 16384)
  })
})
