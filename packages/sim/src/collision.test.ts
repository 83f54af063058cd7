/** Property tests of bodies and rays on random small maps and on the shipped ones; seeded. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createPrng, nextBelow, nextBetween } from '@battalion/base/prng.ts'
import type { PrngState } from '@battalion/base/prng.ts'
import { cosOfAngle, sinOfAngle } from '@battalion/base/trig-table.ts'
import type { BattleMap, MapBox } from './balance.ts'
import {
  Motion,
  findFreeSpot,
  hasLineOfSight,
  isFree,
  moveWithin,
  raycastWalls,
} from './collision.ts'
import { raycastCover } from './collision.ts'
import type { MutablePosition } from './collision.ts'
import type { CompiledMap } from './compiled-map.ts'
import { compileMap } from './compiled-map.ts'
import { SOLDIER_RADIUS_METRES } from './limits.ts'

const SEEDS_COUNT = 40
const RADIUS = SOLDIER_RADIUS_METRES

function makeMap(boxes: MapBox[], side = 64): CompiledMap {
  const map: BattleMap = {
    id: 'test',
    name: 'Test',
    widthMetres: side,
    depthMetres: side,
    boxes,
    spawns: [],
    objectives: [],
  }
  return compileMap(map)
}

function makeRandomMap(prng: PrngState): CompiledMap {
  const boxes = Array.from({ length: 60 }, () => {
    const x = nextBetween(prng, 0, 58)
    const z = nextBetween(prng, 0, 58)
    const kind = nextBelow(prng, 2) === 0 ? ('wall' as const) : ('cover' as const)
    return { kind, x, z, width: nextBetween(prng, 0.1, 6), depth: nextBetween(prng, 0.1, 6) }
  })
  return makeMap(boxes)
}

/** Distance from a place to the nearest box by plain search, 0 inside one. */
function distanceToBoxes(map: CompiledMap, x: number, z: number, kind?: MapBox['kind']): number {
  let nearest = Infinity
  for (const box of map.map.boxes) {
    if (kind !== undefined && box.kind !== kind) continue
    const dx = Math.max(box.x - x, 0, x - box.x - box.width)
    const dz = Math.max(box.z - z, 0, z - box.z - box.depth)
    nearest = Math.min(nearest, Math.hypot(dx, dz))
  }
  return nearest
}

function findStart(map: CompiledMap, prng: PrngState): { x: number; z: number } {
  for (;;) {
    const spot = { x: nextBetween(prng, 1, 63), z: nextBetween(prng, 1, 63) }
    if (findFreeSpot(map, spot, RADIUS)) return spot
  }
}

function slide(map: CompiledMap, at: MutablePosition, dx: number, dz: number): void {
  const motion = Object.assign(new Motion(), at, { dx, dz })
  moveWithin(map, motion, RADIUS)
  at.x = motion.x
  at.z = motion.z
}

describe('moveWithin', () => {
  it('never ends in a box or off the map, and never goes further than asked', () => {
    for (let seed = 0; seed < SEEDS_COUNT; seed++) {
      const prng = createPrng(seed)
      const map = makeRandomMap(prng)
      const at = findStart(map, prng)
      for (let move = 0; move < 200; move++) {
        const before = { ...at }
        const length = nextBetween(prng, 0, move % 10 === 0 ? 12 : 0.6)
        const angle = nextBelow(prng, 65536)
        slide(map, at, cosOfAngle(angle) * length, sinOfAngle(angle) * length)
        // Stored as the world stores it: rounding must not push a body into a wall either.
        at.x = Math.fround(at.x)
        at.z = Math.fround(at.z)
        const went = Math.hypot(at.x - before.x, at.z - before.z)
        assert.ok(went <= length + 0.002, `seed ${seed} move ${move}: went ${went} of ${length}`)
        const gap = distanceToBoxes(map, at.x, at.z)
        assert.ok(gap >= RADIUS, `seed ${seed} move ${move}: ${gap} from a box`)
        assert.ok(isFree(map, at.x, at.z, RADIUS), `seed ${seed} move ${move}: not free`)
      }
    }
  })

  it('does not tunnel through the thinnest wall in one step of a second at top speed', () => {
    const map = makeMap([{ kind: 'wall', x: 32, z: 0, width: 0.1, depth: 64 }])
    for (let z = 2; z < 60; z += 0.37) {
      const at = { x: 30, z }
      slide(map, at, 12, z % 3)
      assert.ok(at.x < 32 - RADIUS, `passed the wall to ${at.x}`)
    }
  })

  it('slides along a wall with the part of the move that is left', () => {
    const map = makeMap([{ kind: 'wall', x: 30, z: 0, width: 1, depth: 64 }])
    const at = { x: 29.5, z: 10 }
    for (let step = 0; step < 20; step++) slide(map, at, 0.2, 0.2)
    assert.ok(Math.abs(at.z - 14) < 1e-6, `slid to ${at.z}`)
    assert.ok(Math.abs(at.x - (30 - RADIUS)) < 0.01)
  })

  it('walks round the corner of a house and through a two metre door', () => {
    const map = makeMap([
      { kind: 'wall', x: 20, z: 20, width: 10, depth: 0.5 },
      { kind: 'wall', x: 32, z: 20, width: 10, depth: 0.5 },
    ])
    const at = { x: 30.8, z: 15 }
    for (let step = 0; step < 40; step++) slide(map, at, 0, 0.25)
    assert.ok(Math.abs(at.z - 25) < 0.01, `stopped at ${at.z}`)
  })

  it('lets a body that was put into a box out of it', () => {
    const map = makeMap([{ kind: 'wall', x: 30, z: 30, width: 4, depth: 4 }])
    const at = { x: 30.5, z: 32 }
    slide(map, at, 0.1, 0)
    assert.ok(isFree(map, at.x, at.z, RADIUS))
  })
})

describe('rays', () => {
  it('[E-04] stop at the wall that a fine walk along them meets', () => {
    for (let seed = 0; seed < SEEDS_COUNT; seed++) {
      const prng = createPrng(1000 + seed)
      const map = makeRandomMap(prng)
      for (let index = 0; index < 30; index++) {
        const from = findStart(map, prng)
        const angle = nextBelow(prng, 65536)
        const dirX = cosOfAngle(angle)
        const dirZ = sinOfAngle(angle)
        const walls = raycastWalls(map, from.x, from.z, dirX, dirZ, 40)
        const covers = raycastCover(map, from.x, from.z, dirX, dirZ, 40)
        assertSameAsWalk(map, { ...from, dirX, dirZ }, walls, 'wall')
        assertSameAsWalk(map, { ...from, dirX, dirZ }, covers, 'cover')
      }
    }
  })

  it('see the same both ways', () => {
    const prng = createPrng(77)
    const map = makeRandomMap(prng)
    for (let index = 0; index < 500; index++) {
      const a = findStart(map, prng)
      const b = findStart(map, prng)
      assert.equal(hasLineOfSight(map, a.x, a.z, b.x, b.z), hasLineOfSight(map, b.x, b.z, a.x, a.z))
    }
  })

  it('along the axes hit what stands there, and nothing beyond their range', () => {
    const map = makeMap([{ kind: 'wall', x: 40, z: 8, width: 4, depth: 4 }])
    assert.equal(raycastWalls(map, 10, 10, 1, 0, 60), 30)
    assert.equal(raycastWalls(map, 10, 10, 1, 0, 29), 29)
    assert.equal(raycastWalls(map, 42, 50, 0, -1, 60), 38)
    assert.equal(raycastWalls(map, 41, 9, 0, -1, 60), 0)
    assert.equal(raycastWalls(map, 10, 10, -1, 0, 60), 60)
  })
})

interface TestRay {
  readonly x: number
  readonly z: number
  readonly dirX: number
  readonly dirZ: number
}

function assertSameAsWalk(
  map: CompiledMap,
  ray: TestRay,
  distance: number,
  kind: MapBox['kind'],
): void {
  for (let at = 0; at < distance - 0.01; at += 0.02) {
    const gap = distanceToBoxes(map, ray.x + ray.dirX * at, ray.z + ray.dirZ * at, kind)
    assert.ok(gap > 0, `a ${kind} at ${at}, before the hit at ${distance}`)
    // Nothing can be met before the nearest box is reached.
    at += Math.max(0, gap - 0.03)
  }
  if (distance >= 40) return
  const reached = distanceToBoxes(
    map,
    ray.x + ray.dirX * distance,
    ray.z + ray.dirZ * distance,
    kind,
  )
  assert.ok(reached < 1e-6, `no ${kind} where the ray ended`)
}
