/** Camera maths: screen and world, zoom about a point, following, edges. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import {
  clampToMap,
  createCamera,
  follow,
  isInView,
  lookAhead,
  playerZoom,
  toScreen,
  toWorld,
  ZOOM_MAX,
  zoomAt,
} from './camera.ts'

function cameraAt(x: number, z: number, zoom: number) {
  return { ...createCamera({ width: 384, depth: 384 }), x, z, zoom, width: 1000, height: 600 }
}

describe('camera', () => {
  it('turns screen points into world points and back', () => {
    const camera = cameraAt(100, 50, 20)
    assert.deepEqual(toWorld(camera, 500, 300), { x: 100, z: 50 })
    const { sx, sy } = toScreen(camera, 110, 40)
    assert.deepEqual({ sx, sy }, { sx: 700, sy: 100 })
    assert.deepEqual(toWorld(camera, sx, sy), { x: 110, z: 40 })
  })

  it('keeps the point under the pointer while zooming, within the limits', () => {
    const camera = cameraAt(100, 50, 10)
    const before = toWorld(camera, 900, 80)
    zoomAt(camera, 2, { sx: 900, sy: 80 })
    const after = toWorld(camera, 900, 80)
    assert.ok(Math.hypot(before.x - after.x, before.z - after.z) < 1e-9)
    zoomAt(camera, 1000, { sx: 0, sy: 0 })
    assert.equal(camera.zoom, ZOOM_MAX)
  })

  it('follows at the same pace whatever the frame rate', () => {
    const slow = cameraAt(0, 0, 10)
    const quick = cameraAt(0, 0, 10)
    follow(slow, { x: 10, z: 0 }, 0.1)
    for (let step = 0; step < 10; step++) follow(quick, { x: 10, z: 0 }, 0.01)
    assert.ok(Math.abs(slow.x - quick.x) < 1e-9)
  })

  it('leans towards the aim, but never further than nine metres', () => {
    const near = lookAhead({ x: 0, z: 0 }, { x: 10, z: 0 })
    assert.ok(near.x > 1 && near.x < 4)
    const far = lookAhead({ x: 0, z: 0 }, { x: 0, z: 400 })
    assert.ok(Math.abs(Math.hypot(far.x, far.z) - 9) < 1e-9)
  })

  it('stays over the map and centres a map smaller than the picture', () => {
    const camera = cameraAt(-50, 999, 10)
    clampToMap(camera, { width: 384, depth: 384 }, 0)
    assert.deepEqual([camera.x, camera.z], [50, 354])
    clampToMap(camera, { width: 40, depth: 40 }, 0)
    assert.deepEqual([camera.x, camera.z], [20, 20])
  })

  it('shows a player about a block whatever the screen', () => {
    for (const width of [390, 844, 1440, 2560]) {
      const metres = width / playerZoom(width, width * 0.6)
      assert.ok(metres < 90, `${width} px show ${metres} m`)
    }
  })

  it('knows what may be in the picture', () => {
    const camera = cameraAt(100, 100, 10)
    assert.equal(isInView(camera, { x: 149, z: 100 }, 0), true)
    assert.equal(isInView(camera, { x: 152, z: 100 }, 1), false)
    assert.equal(isInView(camera, { x: 152, z: 100 }, 3), true)
  })
})
