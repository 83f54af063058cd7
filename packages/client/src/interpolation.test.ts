/** Interpolation of others: linear between snapshots, no smear over lives, entries and exits. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type FarSoldiers, FarTracks } from './far-tracks.ts'
import { createInterpolatedEntities, Tier } from './interpolated-entities.ts'
import { clearSample, HISTORY_ROWS, type SeenSoldiers, SnapshotHistory } from './interpolation.ts'

const out = createInterpolatedEntities(256)

const COLUMNS = ['x', 'z', 'yaw', 'life', 'team', 'classId', 'weapon', 'hp', 'flags'] as const
type SeenSoldier = Record<(typeof COLUMNS)[number] | 'netId', number>

function soldier(netId: number, x: number, more: Partial<SeenSoldier> = {}): SeenSoldier {
  const rest = { yaw: 0, life: 1, team: 0, classId: 0, weapon: 0, hp: 100, flags: 0 }
  return { netId, x, z: 2 * x, ...rest, ...more }
}

function push(history: SnapshotHistory, tick: number, soldiers: SeenSoldier[]): void {
  const columns: Record<string, unknown> = {
    ids: soldiers.map(({ netId }) => netId),
    count: soldiers.length,
  }
  for (const name of COLUMNS) {
    const column: number[] = []
    for (const one of soldiers) column[one.netId] = one[name]
    columns[name] = column
  }
  history.record(tick, columns as unknown as SeenSoldiers)
}

function sampleAt(history: SnapshotHistory, viewTick: number, skip = -1): Map<number, number> {
  clearSample(out)
  history.sampleInto(out, viewTick, skip)
  return new Map(Array.from({ length: out.count }, (_, row) => [out.netId[row]!, out.x[row]!]))
}

describe('SnapshotHistory', () => {
  it('[NET-3] is linear between two snapshots and exact at each', () => {
    const history = new SnapshotHistory()
    push(history, 10, [soldier(3, 100)])
    push(history, 12, [soldier(3, 104)])
    assert.equal(sampleAt(history, 10).get(3), 100)
    assert.equal(sampleAt(history, 10.5).get(3), 101)
    assert.equal(sampleAt(history, 12).get(3), 104)
    assert.equal(out.z[0], 208)
  })

  it('[NET-3] holds the newest place when nothing newer is known, and the oldest before it', () => {
    const history = new SnapshotHistory()
    push(history, 10, [soldier(3, 100)])
    push(history, 11, [soldier(3, 101)])
    assert.equal(sampleAt(history, 50).get(3), 101)
    assert.equal(sampleAt(history, 1).get(3), 100)
  })

  it('[NET-3] turns the short way round', () => {
    const history = new SnapshotHistory()
    push(history, 1, [soldier(3, 0, { yaw: 65000 })])
    push(history, 2, [soldier(3, 0, { yaw: 1000 })])
    sampleAt(history, 1.5)
    assert.equal(out.yaw[0], 232)
  })

  it('[NET-3] shows who enters only from his own snapshot on', () => {
    const history = new SnapshotHistory()
    push(history, 1, [soldier(3, 0)])
    push(history, 2, [soldier(3, 1), soldier(4, 500)])
    push(history, 3, [soldier(3, 2), soldier(4, 501)])
    assert.equal(sampleAt(history, 1.9).has(4), false)
    assert.equal(sampleAt(history, 2).get(4), 500)
    assert.equal(sampleAt(history, 2.5).get(4), 500.5)
  })

  it('[NET-3] shows who leaves where he was last seen, until the snapshot without him', () => {
    const history = new SnapshotHistory()
    push(history, 1, [soldier(3, 7)])
    push(history, 2, [])
    assert.equal(sampleAt(history, 1.5).get(3), 7)
    assert.equal(sampleAt(history, 2).has(3), false)
  })

  it('[NET-3] never smears a new life across the map', () => {
    const history = new SnapshotHistory()
    push(history, 1, [soldier(3, 10, { life: 1 })])
    push(history, 2, [soldier(3, 900, { life: 2 })])
    for (const viewTick of [1, 1.25, 1.5, 1.99])
      assert.equal(sampleAt(history, viewTick).get(3), 10)
    assert.equal(sampleAt(history, 2).get(3), 900)
  })

  it('[NET-3] keeps the rows it promises and overwrites older ones', () => {
    const history = new SnapshotHistory()
    for (let tick = 0; tick < HISTORY_ROWS * 3; tick++) push(history, tick, [soldier(3, tick)])
    const oldest = HISTORY_ROWS * 2
    assert.equal(sampleAt(history, oldest + 0.5).get(3), oldest + 0.5)
    assert.equal(sampleAt(history, 3).get(3), oldest)
  })

  it('[NET-3] grows with the highest net id and loses nothing by it', () => {
    const history = new SnapshotHistory()
    push(history, 1, [soldier(3, 10), soldier(2000, 5)])
    push(history, 2, [soldier(3, 12), soldier(2000, 6)])
    const seen = sampleAt(history, 1.5)
    assert.deepEqual([seen.get(3), seen.get(2000)], [11, 5.5])
  })

  it('[NET-3] samples a thousand soldiers without allocating for each', () => {
    const thousand = createInterpolatedEntities()
    const history = new SnapshotHistory()
    const all = Array.from({ length: 1000 }, (_, netId) => soldier(netId, netId))
    for (let tick = 0; tick < 4; tick++) push(history, tick, all)
    const run = (rounds: number) => {
      for (let round = 0; round < rounds; round++) {
        clearSample(thousand)
        history.sampleInto(thousand, 1 + (round % 20) / 10, -1)
      }
    }
    run(300)
    const before = process.memoryUsage().heapUsed
    run(500)
    // One number or object per soldier and sample would be 8 MB and more.
    assert.ok(process.memoryUsage().heapUsed - before < 4e6)
    assert.equal(thousand.count, 1000)
  })

  it('[BAT-4] leaves the own soldier out and forgets all on clear', () => {
    const history = new SnapshotHistory()
    push(history, 1, [soldier(3, 10), soldier(4, 5)])
    assert.deepEqual([...sampleAt(history, 1, 3).keys()], [4])
    history.clear()
    assert.equal(sampleAt(history, 1).size, 0)
  })
})

/** A far tier of soldiers at x, by net id. */
function farAt(places: Record<number, number>): FarSoldiers {
  const ids = Object.keys(places).map(Number)
  const x: number[] = []
  const team: number[] = []
  for (const netId of ids) {
    x[netId] = places[netId]!
    team[netId] = 1
  }
  return { ids, count: ids.length, x, z: x.map(() => 0), team }
}

describe('FarTracks', () => {
  it('[H-05] glides as slowly as an overloaded server tells', () => {
    const tracks = new FarTracks(20, 20)
    const sample = createInterpolatedEntities()
    const far = { x: [10], z: [10], team: [0], ids: [0], count: 1 }
    tracks.setPace(2, 0.25)
    tracks.sync(far, 0)
    tracks.sync({ ...far, x: [30] }, 100)
    tracks.sampleInto(sample, 120, -1)
    assert.equal(sample.x[0], 20, 'half way after one of two seconds')
  })

  it('[NET-3] glides over the interval of its slices, looks where it goes, marks the tier', () => {
    const tracks = new FarTracks(20, 20)
    tracks.sync(farAt({ 9: 0 }), 0)
    tracks.sync(farAt({ 9: 10 }), 10)
    clearSample(out)
    tracks.sampleInto(out, 15, -1)
    assert.equal(out.x[out.rowOf[9]!], 5)
    assert.equal(out.yaw[out.rowOf[9]!], 0)
    assert.equal(out.team[out.rowOf[9]!], 1)
    assert.equal(out.tier[out.rowOf[9]!], Tier.far)
  })

  it('[NET-3] gives way to the near tier and drops who is no longer told', () => {
    const tracks = new FarTracks(20, 20)
    tracks.sync(farAt({ 9: 0, 10: 4 }), 0)
    const history = new SnapshotHistory()
    push(history, 1, [soldier(9, 77)])
    clearSample(out)
    history.sampleInto(out, 1, -1)
    tracks.sampleInto(out, 1, -1)
    assert.equal(out.count, 2)
    assert.equal(out.tier[out.rowOf[9]!], Tier.near)
    tracks.sync(farAt({ 9: 0 }), 2)
    clearSample(out)
    tracks.sampleInto(out, 2, -1)
    assert.deepEqual([out.count, out.netId[0]], [1, 9])
  })

  it('[NET-3] jumps instead of gliding when a report is too far away', () => {
    const tracks = new FarTracks(20, 20)
    tracks.sync(farAt({ 9: 0 }), 0)
    tracks.sync(farAt({ 9: 500 }), 10)
    clearSample(out)
    tracks.sampleInto(out, 10, -1)
    assert.equal(out.x[0], 500)
  })
})
