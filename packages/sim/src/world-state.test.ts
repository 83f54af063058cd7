/** Determinism: the same seed and commands, the same state, whatever happens in between. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { describe, it } from 'node:test'
import { createPrng } from '@battalion/base/prng.ts'
import { GOLDEN_HASHES, createGoldenBattle, goldenHashes, playGoldenTick } from './golden-battle.ts'
import { sampleBalance, sampleWorld, stepMany } from './sample-battle.ts'
import { addSoldier } from './soldiers.ts'
import { hashWorld, restoreWorld, saveWorld } from './world-state.ts'
import { LifeState, Phase } from './world.ts'

describe('world state', () => {
  it('[W2] [BAT-2] the same seed and commands give the same hash at every tick', () => {
    assert.deepEqual(goldenHashes(7, 300, 1), goldenHashes(7, 300, 1))
    assert.notDeepEqual(goldenHashes(7, 50, 50), goldenHashes(8, 50, 50))
  })

  it('[W2] [BAT-2] the golden battle has the hashes it always had', () => {
    assert.deepEqual(goldenHashes(1, 1200, 300), [...GOLDEN_HASHES])
  })

  it('[W2] [E-12] another process computes the same hashes', () => {
    const file = new URL('./golden-battle.ts', import.meta.url).href
    const script = `import { goldenHashes } from ${JSON.stringify(file)}
      process.stdout.write(goldenHashes(1, 600, 300).join(' '))`
    const options = { encoding: 'utf8' } as const
    const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], options)
    assert.deepEqual(output.split(' '), GOLDEN_HASHES.slice(0, 2))
  })

  it('[W2] [I-15] goes on exactly the same after save and restore at any tick', () => {
    for (const saveTick of [0, 1, 33, 150, 299]) {
      const world = createGoldenBattle(3)
      const dice = createPrng(5)
      for (let tick = 0; tick < saveTick; tick++) playGoldenTick(world, dice)
      const restored = restoreWorld(world.balance, saveWorld(world))
      const diceCopy = dice.slice()
      assert.equal(hashWorld(restored), hashWorld(world))
      for (let tick = 0; tick < 120; tick++) {
        playGoldenTick(world, dice)
        playGoldenTick(restored, diceCopy)
        assert.equal(hashWorld(restored), hashWorld(world), `tick ${tick} after ${saveTick}`)
      }
    }
  })

  it('the golden battle uses what it is there to test', () => {
    const world = createGoldenBattle(1)
    const dice = createPrng(1 ^ 0x5eed)
    const seen = new Set<number>()
    for (let tick = 0; tick < 1200; tick++) {
      playGoldenTick(world, dice)
      for (let row = 0; row < world.events.count; row++) seen.add(world.events.type[row]!)
    }
    const missing = Array.from({ length: 16 }, (_, index) => index + 1).filter((t) => !seen.has(t))
    assert.deepEqual(missing, [])
    assert.equal(world.phase, Phase.ended)
    assert.ok(world.counters.rewindClamped[0]! > 0)
  })

  it('changes the hash with every part of the state', () => {
    const world = sampleWorld()
    const netId = addSoldier(world)!
    stepMany(world, 3)
    const before = hashWorld(world)
    world.soldiers.magazine[netId]!--
    assert.notEqual(hashWorld(world), before)
    world.soldiers.magazine[netId]!++
    assert.equal(hashWorld(world), before)
    world.prng[3]! ^= 1
    assert.notEqual(hashWorld(world), before)
  })

  it('changes the hash with every word of the arena', () => {
    const world = createGoldenBattle(2)
    const words = new Uint32Array(world.arena)
    const before = hashWorld(world)
    for (let index = 0; index < words.length; index += 1 + (index % 911)) {
      words[index]! ^= 1
      assert.notEqual(hashWorld(world), before, `word ${index}`)
      words[index]! ^= 1
    }
    assert.equal(hashWorld(world), before)
  })

  it('refuses bytes that are not a world of this balance', () => {
    const world = sampleWorld()
    const bytes = saveWorld(world)
    assert.throws(() => restoreWorld({ ...sampleBalance(), version: 'other' }, bytes))
    assert.throws(() => restoreWorld(sampleBalance(), bytes.subarray(0, bytes.length - 1)))
    assert.throws(() => restoreWorld(sampleBalance(), bytes.subarray(0, 8)))
    assert.equal(restoreWorld(sampleBalance(), bytes).soldiers.state[0], LifeState.empty)
  })
})
