/**
 * For tests: holds the decoder and the checker written from SPEC.md side by side, after a frame
 * both have taken. Throws at the first difference.
 */
import type { SnapshotDecoder } from './snapshot-decoder.ts'
import type { SpecChecker } from './spec-checker.ts'

/** What of {@link compareClients} differs is in the message. */
export class ClientsDiffer extends Error {
  override readonly name = 'ClientsDiffer'
}

function expectSame(what: string, told: unknown, expected: unknown): void {
  if (told !== expected) {
    throw new ClientsDiffer(`${what}: decoder ${String(told)}, by the page ${String(expected)}`)
  }
}

/** Every value of both, to the last bit. */
export function compareClients(decoder: SnapshotDecoder, checker: SpecChecker): void {
  expectSame('tick', decoder.tick, checker.tick)
  expectSame('centre', decoder.centreCell, checker.centre)
  expectSame('radius', decoder.blockRadius, checker.radius)
  for (const [name, value] of Object.entries(checker.own)) {
    expectSame(`own ${name}`, decoder.own[name as 'hp'], value)
  }
  compareSoldiers(decoder, checker)
  compareProjectiles(decoder, checker)
  compareFar(decoder, checker)
  compareHappenings(decoder, checker)
}

function compareSoldiers({ entities }: SnapshotDecoder, checker: SpecChecker): void {
  expectSame('soldiers', entities.count, checker.soldiers.size)
  for (const [id, soldier] of checker.soldiers) {
    const { cell, ...fields } = soldier
    expectSame(`soldier ${id} cell`, entities.cell[id], cell)
    for (const [name, value] of Object.entries(fields)) {
      expectSame(`soldier ${id} ${name}`, entities.wire[name as 'hp'][id], value)
    }
    expectSame(`soldier ${id} x`, entities.x[id], soldier.x! / 16)
    expectSame(`soldier ${id} z`, entities.z[id], soldier.z! / 16)
    expectSame(`soldier ${id} yaw`, entities.yaw[id], soldier.yaw! * 256)
    expectSame(`soldier ${id} state`, entities.state[id], (soldier.flags! & 128) === 0 ? 1 : 2)
  }
}

function compareProjectiles({ projectiles }: SnapshotDecoder, checker: SpecChecker): void {
  expectSame('projectiles', projectiles.count, checker.projectiles.size)
  for (const [index, thing] of checker.projectiles) {
    const { cell, endTick, ...fields } = thing
    expectSame(`projectile ${index} cell`, projectiles.cell[index], cell)
    expectSame(`projectile ${index} end`, projectiles.endTick[index], endTick)
    for (const [name, value] of Object.entries(fields)) {
      expectSame(`projectile ${index} ${name}`, projectiles.wire[name as 'vx'][index], value)
    }
    expectSame(`projectile ${index} vx`, projectiles.vx[index], thing.vx! / 32)
  }
}

function compareFar({ far }: SnapshotDecoder, checker: SpecChecker): void {
  expectSame('far', far.count, checker.far.size)
  for (const [id, place] of checker.far) {
    expectSame(`far ${id} team`, far.team[id], place.team)
    expectSame(`far ${id} x`, far.x[id], Math.fround(place.x))
    expectSame(`far ${id} z`, far.z[id], Math.fround(place.z))
  }
}

function compareHappenings(decoder: SnapshotDecoder, checker: SpecChecker): void {
  const { effects, kills, marks } = decoder
  expectSame('kills', kills.count, checker.kills.length)
  checker.kills.forEach(([actor, target, weapon], row) => {
    expectSame(`kill ${row}`, kills.actor[row], actor)
    expectSame(`kill ${row}`, kills.target[row], target)
    expectSame(`kill ${row}`, kills.weapon[row], weapon)
  })
  expectSame('marks', marks.count, checker.marks.length)
  checker.marks.forEach((mark, row) => {
    for (const [name, value] of Object.entries(mark)) {
      expectSame(`mark ${row} ${name}`, marks[name as 'value'][row], value)
    }
  })
  expectSame('effects', effects.count, checker.effects.length)
  checker.effects.forEach((effect, row) => {
    const { x, z, type, ...fields } = effect
    expectSame(`effect ${row} type`, effects.type[row], type)
    expectSame(`effect ${row} x`, effects.x[row], x! / 16)
    expectSame(`effect ${row} z`, effects.z[row], z! / 16)
    for (const [name, value] of Object.entries(fields)) {
      expectSame(`effect ${row} ${name}`, effects.wire[name as 'kind'][row], value)
    }
  })
}
