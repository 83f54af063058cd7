/** The tables: nothing forgotten, neither in the world nor on the way. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { NetId, Tick } from '@battalion/base/ids.ts'
import type { Soldiers } from '@battalion/sim/world.ts'
import { createCrowdWorld } from './crowd-world.ts'
import type { EntityField } from './fields.ts'
import {
  createColumns,
  EFFECT_FIELDS,
  EFFECT_FORMS,
  EffectType,
  ENTITY_CHANGES,
  ENTITY_FIELDS,
  PROJECTILE_FIELDS,
  recordBytes,
} from './fields.ts'
import type { OwnFieldName } from './own-fields.ts'
import { OWN_FIELDS } from './own-fields.ts'
import { SnapshotDecoder } from './snapshot-decoder.ts'
import { SnapshotEncoder } from './snapshot-encoder.ts'
import { createViewer } from './snapshot-viewer.ts'
import { SNAPSHOT_BYTES_MAX } from './wire-limits.ts'

/**
 * Where each column of the simulation goes: fields all see, fields the owner sees, the exact
 * position or ack of the head, or nowhere. A new column fails the test below until it is decided
 * here.
 */
const COLUMN_USE: Readonly<Record<keyof Soldiers, string>> = {
  state: 'all own',
  life: 'all own',
  team: 'all own',
  squad: 'all own',
  classId: 'all own',
  px: 'all head',
  pz: 'all head',
  yaw: 'all',
  hp: 'all own',
  flags: 'all',
  slot: 'all own',
  armour: 'own',
  magazine: 'own',
  reserve: 'own',
  reloadEndTick: 'own',
  abilityReadyTick: 'own',
  respawnTick: 'own',
  protectedUntilTick: 'own',
  downEndTick: 'own',
  ackSeq: 'head',
  hasAck: 'head',
  cell: 'block',
  // Velocity follows from the command; the rest is the server's own or goes by schema and result.
  vx: 'hidden',
  vz: 'hidden',
  classWish: 'hidden',
  recoil: 'hidden',
  nextFireTick: 'hidden',
  fireCarry: 'hidden',
  spottedUntilTick: 'hidden',
  reviveTicks: 'hidden',
  reviveWorkTick: 'hidden',
  lastButtons: 'hidden',
  kills: 'schema',
  deaths: 'schema',
  assists: 'schema',
  score: 'schema',
  revives: 'result',
  captures: 'result',
  damageDone: 'result',
  damageTaken: 'result',
  healed: 'result',
  shotsFired: 'result',
  shotsHit: 'result',
  assistActor: 'hidden',
  assistDamage: 'hidden',
  joinTick: 'hidden',
  freedTick: 'hidden',
  wasUsed: 'hidden',
}

/** A world of one soldier with its encoder, a viewer and a decoder. */
function createPair() {
  const world = createCrowdWorld(3, 192)
  const encoder = new SnapshotEncoder(world)
  const viewer = createViewer({ netId: 0 as NetId, team: world.soldiers.team[0]! })
  const decoder = new SnapshotDecoder(world.map.map)
  const bytes = new Uint8Array(SNAPSHOT_BYTES_MAX)
  const send = (): number => {
    world.tick = (world.tick + 1) as Tick
    world.events.count = 0
    encoder.collectEvents()
    encoder.encode()
    const end = encoder.compose(viewer, bytes, 0)
    assert.deepEqual(decoder.apply(bytes.subarray(0, end)), { ok: true })
    return end
  }
  return { world, decoder, send }
}

describe('fields', () => {
  it('[WF19] every column of the simulation is on the wire or left out on purpose', () => {
    const { world } = createPair()
    assert.deepEqual(Object.keys(COLUMN_USE).sort(), Object.keys(world.soldiers).sort())
  })

  it('[WF12] a change of any field all see arrives, and only that', () => {
    const changes: Readonly<Record<EntityField, (s: Soldiers) => void>> = {
      x: (s) => (s.px[1]! += 1),
      z: (s) => (s.pz[1]! -= 1),
      yaw: (s) => (s.yaw[1]! += 1024),
      hp: (s) => (s.hp[1] = 17),
      flags: (s) => (s.flags[1] = 1),
      weapon: (s) => (s.slot[1] = 1),
      life: (s) => s.life[1]!++,
      team: (s) => (s.team[1] = 3),
      squad: (s) => (s.squad[1] = 9),
      classId: (s) => (s.classId[1] = 0),
    }
    assert.deepEqual(Object.keys(changes), Object.keys(ENTITY_FIELDS))
    assert.deepEqual(Object.keys(ENTITY_CHANGES), Object.keys(ENTITY_FIELDS))
    for (const [name, change] of Object.entries(changes)) {
      const { world, decoder, send } = createPair()
      send()
      const before = rowOf(decoder, 1)
      change(world.soldiers)
      send()
      const after = rowOf(decoder, 1)
      const changed = Object.keys(before).filter((field) => before[field] !== after[field])
      // A class brings its weapons.
      assert.deepEqual(changed, name === 'classId' ? ['weapon', 'classId'] : [name])
      assert.deepEqual(
        [...decoder.entities.ids.subarray(0, 3)].sort((a, b) => a - b),
        [0, 1, 2],
      )
    }
  })

  it('[WF8] a change of any own figure arrives, and only that', () => {
    const changes: Readonly<Record<OwnFieldName, (s: Soldiers, tick: number) => number>> = {
      state: (s) => (s.state[0] = 2),
      life: (s) => (s.life[0] = 99),
      hp: (s) => (s.hp[0] = 1),
      armour: (s) => (s.armour[0] = 2),
      slot: (s) => (s.slot[0] = 1),
      magazine: (s) => (s.magazine[0] = 999),
      reserve: (s) => (s.reserve[0] = 40_000),
      reloadEndTick: (s, tick) => (s.reloadEndTick[0] = tick + 50),
      abilityReadyTick: (s, tick) => (s.abilityReadyTick[0] = tick + 51),
      respawnTick: (s, tick) => (s.respawnTick[0] = tick + 52),
      protectedUntilTick: (s, tick) => (s.protectedUntilTick[0] = tick + 53),
      downEndTick: (s, tick) => (s.downEndTick[0] = tick + 54),
      team: (s) => (s.team[0] = 1),
      squad: (s) => (s.squad[0] = 7),
      classId: (s) => (s.classId[0] = 1),
    }
    const names = OWN_FIELDS.map((field) => field.name)
    assert.deepEqual(Object.keys(changes), [...names])
    for (const name of names) {
      const { world, decoder, send } = createPair()
      // Both weapons of both classes have equal rounds, so that a change of hands changes no other.
      world.soldiers.magazine.fill(5)
      world.soldiers.reserve.fill(50)
      send()
      const before = { ...decoder.own }
      const value = changes[name](world.soldiers, world.tick)
      send()
      const changed = names.filter((field) => before[field] !== decoder.own[field])
      assert.deepEqual(changed, [name])
      assert.equal(decoder.own[name], value)
    }
  })

  it('[WF8] a moment that has passed is told as over', () => {
    const { world, decoder, send } = createPair()
    world.soldiers.reloadEndTick[0] = world.tick + 3
    send()
    assert.equal(decoder.own.reloadEndTick, 3)
    send()
    assert.equal(decoder.own.reloadEndTick, 3)
    send()
    assert.equal(decoder.own.reloadEndTick, 0)
  })

  it('[WF12] [WF14] [WF15] records have the sizes of the page', () => {
    assert.equal(2 + recordBytes(ENTITY_FIELDS), 14)
    assert.equal(2 + recordBytes(PROJECTILE_FIELDS), 15)
    const sizes = EFFECT_FORMS.map((form) => recordBytes(EFFECT_FIELDS, [...form]))
    assert.deepEqual(sizes, [0, 6, 4, 5, 3, 3, 2, 2])
    assert.equal(EFFECT_FORMS.length, 1 + Object.keys(EffectType).length)
    assert.ok(createColumns(PROJECTILE_FIELDS, 1).vx instanceof Int16Array)
  })
})

function rowOf(decoder: SnapshotDecoder, id: number): Record<string, number> {
  const { wire } = decoder.entities
  return Object.fromEntries(Object.entries(wire).map(([name, column]) => [name, column[id]!]))
}
