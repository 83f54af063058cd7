/**
 * What a crowd costs on the wire: bytes per player and second, CPU of encoding, composing and
 * decoding, allocations. The figures of `engine.md` 2: 1,000 players, 20 Hz, everybody moves and
 * turns every tick, 3 % lose hp per tick, 37 visible; then with combat on top (each fires 2.5 times
 * a second), then everybody in one 3×3 block.
 */
import { createPrng, nextBelow, nextFloat } from '@battalion/base/prng.ts'
import type { NetId } from '@battalion/base/ids.ts'
import { cosOfAngle, sinOfAngle } from '@battalion/base/trig-table.ts'
import { addEvent } from '@battalion/sim/event-table.ts'
import { EventType } from '@battalion/sim/events.ts'
import type { World } from '@battalion/sim/world.ts'
import { rebinSoldiers } from '@battalion/sim/spatial-grid.ts'
import type { BenchRow, RunBench } from '@battalion/testkit/bench-row.ts'
import { benchRow, measureCpuMs } from '@battalion/testkit/bench-row.ts'
import { machineFactor } from '@battalion/testkit/machine-factor.ts'
import { createCrowdWorld } from './crowd-world.ts'
import { SnapshotDecoder } from './snapshot-decoder.ts'
import { SnapshotEncoder } from './snapshot-encoder.ts'
import type { SnapshotViewer } from './snapshot-viewer.ts'
import { createViewer } from './snapshot-viewer.ts'
import { SNAPSHOT_BYTES_MAX } from './wire-limits.ts'

const PLAYERS = 1000
const RATE_HZ = 20
const SPEED_MPS = 5
/** Of all, per tick. */
const HURT_RATIO = 0.03
const SHOTS_RATIO = 1 / 8
/** Half of the players on half of the field: the same density. */
const CELLS_OF_ALL = 15
const CELLS_OF_HALF = 11
/** Envelope and WebSocket header. */
const OVERHEAD_BYTES = 6
/** Bytes per player and second that a bench may cost. */
const BUDGETS: Readonly<Record<string, number>> = { spread: 3300, combat: 4000, clump: 8000 }
/** For the one who receives most of the crowd; one change of cell is 8 KB in windows of 3 s. */
const BUSIEST_BUDGET = 14_000

/** A crowd that walks about, with its encoder and one viewer per soldier. */
class CrowdBench {
  readonly world: World
  readonly encoder: SnapshotEncoder
  readonly viewers: SnapshotViewer[] = []
  readonly buffer = new Uint8Array(PLAYERS * 4096 + SNAPSHOT_BYTES_MAX)
  readonly hasCombat: boolean
  /** Bytes composed for each viewer, by net id. */
  readonly received: Float64Array
  readonly #players: number
  readonly #prng = createPrng(4)
  readonly #heading: Uint16Array
  #hash = 0

  /** `cells`: side of the square field in cells. */
  constructor(cells: number, hasCombat: boolean, players = PLAYERS) {
    this.hasCombat = hasCombat
    this.#players = players
    this.received = new Float64Array(players)
    this.#heading = new Uint16Array(players)
    this.world = createCrowdWorld(players, cells * 64)
    this.encoder = new SnapshotEncoder(this.world)
    for (let id = 0; id < players; id++) {
      this.#heading[id] = nextBelow(this.#prng, 65536)
      const team = this.world.soldiers.team[id]!
      this.viewers.push(createViewer({ netId: id as NetId, team }))
    }
  }

  /** One tick of walking, outside what is measured. */
  move(): void {
    const { soldiers, map } = this.world
    const side = map.map.widthMetres
    const step = SPEED_MPS / RATE_HZ
    this.world.tick = (this.world.tick + 1) as World['tick']
    for (let id = 0; id < this.#players; id++) {
      this.#heading[id]! += nextBelow(this.#prng, 2400) - 1200
      const x = soldiers.px[id]! + cosOfAngle(this.#heading[id]!) * step
      const z = soldiers.pz[id]! + sinOfAngle(this.#heading[id]!) * step
      if (x < 1 || z < 1 || x > side - 1 || z > side - 1) this.#heading[id]! += 32768
      soldiers.px[id] = Math.min(Math.max(x, 1), side - 1)
      soldiers.pz[id] = Math.min(Math.max(z, 1), side - 1)
      soldiers.yaw[id] = this.#heading[id]!
      soldiers.hasAck[id] = 1
      soldiers.ackSeq[id]!++
    }
    for (let index = 0; index < this.#players * HURT_RATIO; index++) {
      soldiers.hp[nextBelow(this.#prng, this.#players)] = 1 + nextBelow(this.#prng, 100)
    }
    this.world.events.count = 0
    if (this.hasCombat) this.#fight()
    rebinSoldiers(this.world)
  }

  /** Of a thousand 125 shots a tick, a quarter of them hits; one kill. */
  #fight(): void {
    const { events, soldiers } = this.world
    for (let shot = 0; shot < this.#players * SHOTS_RATIO; shot++) {
      const actor = nextBelow(this.#prng, this.#players)
      soldiers.magazine[actor * 2]!--
      const row = addEvent(events, EventType.shot)
      events.actor[row] = actor
      events.kind[row] = 1
      events.x[row] = soldiers.px[actor]!
      events.z[row] = soldiers.pz[actor]!
      events.x2[row] = soldiers.px[actor]! + 20 * nextFloat(this.#prng)
      events.z2[row] = soldiers.pz[actor]! + 20 * nextFloat(this.#prng)
      if (shot % 4 === 0) this.#hit(actor)
    }
    const row = addEvent(events, EventType.kill)
    events.actor[row] = nextBelow(this.#prng, this.#players)
    events.target[row] = nextBelow(this.#prng, this.#players)
  }

  #hit(actor: number): void {
    const { events } = this.world
    const row = addEvent(events, EventType.hit)
    events.actor[row] = actor
    events.target[row] = nextBelow(this.#prng, this.#players)
    events.value[row] = 20
  }

  encode(): void {
    this.encoder.collectEvents()
    this.encoder.encode()
  }

  /** Composes all frames, one after the other while there is room; bytes of all. */
  compose(): number {
    let bytes = 0
    let at = 0
    for (let id = 0; id < this.#players; id++) {
      const end = this.encoder.compose(this.viewers[id]!, this.buffer, at)
      this.received[id]! += end - at
      bytes += end - at
      at = end > this.buffer.length - SNAPSHOT_BYTES_MAX ? 0 : end
    }
    return bytes
  }

  tick(): number {
    this.move()
    this.encode()
    const bytes = this.compose()
    this.#hash = (Math.imul(this.#hash, 31) + bytes) >>> 0
    return bytes
  }

  get hash(): number {
    return this.#hash
  }
}

function crowdRows(name: string, bench: CrowdBench, ticks: number): BenchRow[] {
  for (let tick = 0; tick < 60; tick++) bench.tick()
  bench.received.fill(0)
  let bytes = 0
  let encodeMs = 0
  let composeMs = 0
  let visible = 0
  for (let tick = 0; tick < ticks; tick++) {
    bench.move()
    encodeMs += measureCpuMs(() => bench.encode(), { rounds: 1, batch: 1 })
    composeMs += measureCpuMs(() => (bytes += bench.compose()), { rounds: 1, batch: 1 })
    for (const viewer of bench.viewers) visible += viewer.visibleCount
  }
  const frames = ticks * PLAYERS
  const perSec = (bytes / frames + OVERHEAD_BYTES) * RATE_HZ
  return [
    costRow(`${name}: visible soldiers`, visible / frames, 'count', null),
    costRow(`${name}: bytes per player`, perSec, 'B/s', BUDGETS[name] ?? null),
    costRow(`${name}: encode`, encodeMs / ticks, 'ms/tick', 1.5 * machineFactor()),
    costRow(`${name}: compose`, (composeMs * 1000) / frames, 'µs/client', 1.5 * machineFactor()),
    costRow(`${name}: hash of sizes`, bench.hash, 'u32', null),
  ]
}

/** What the crowd costs its busiest viewer, and how wrong what it is told is. */
function clumpRows(bench: CrowdBench, ticks: number): BenchRow[] {
  const busiest = (Math.max(...bench.received) / ticks + OVERHEAD_BYTES) * RATE_HZ
  const { world, encoder, buffer } = bench
  const middle = world.map.map.widthMetres / 2
  const viewer = createViewer({ centreX: middle, centreZ: middle })
  const decoder = new SnapshotDecoder(world.map.map, world.tick)
  const { entities } = decoder
  let errorMetres = 0
  let checked = 0
  for (let tick = 0; tick < 40; tick++) {
    bench.tick()
    decoder.apply(buffer.subarray(0, encoder.compose(viewer, buffer, 0)))
    for (const id of entities.ids.subarray(0, entities.count)) {
      const dx = entities.x[id]! - world.soldiers.px[id]!
      const dz = entities.z[id]! - world.soldiers.pz[id]!
      errorMetres += Math.sqrt(dx * dx + dz * dz)
      checked++
    }
  }
  return [
    costRow('clump: bytes of the busiest player', busiest, 'B/s', BUSIEST_BUDGET),
    costRow('clump: a place told is out of date by, mean', errorMetres / checked, 'm', 2),
  ]
}

/** Heap of one more player: the slope between half of them and all. */
function heapRow(name: string, cells: readonly [half: number, all: number]): BenchRow {
  const many = heapPerSend(new CrowdBench(cells[1], true))
  const few = heapPerSend(new CrowdBench(cells[0], true, PLAYERS / 2))
  const slope = (many - few) / (PLAYERS / 2)
  return costRow(`${name}: heap per player and send`, slope, 'B', 1)
}

/**
 * Until V8 has compiled the path for good, numbers it does not know yet are boxed: after 400 ticks
 * a send still left 0.5 B a player more than after a full run.
 */
const HEAP_WARM_UP_TICKS = 1500

/** Median bytes that encoding and composing leave to the collector. */
function heapPerSend(bench: CrowdBench): number {
  for (let tick = 0; tick < HEAP_WARM_UP_TICKS; tick++) bench.tick()
  const samples = new Float64Array(101)
  for (let tick = 0; tick < samples.length; tick++) {
    bench.move()
    const before = process.memoryUsage().heapUsed
    bench.encode()
    bench.compose()
    // A collection in between makes it negative; most sends have none.
    samples[tick] = process.memoryUsage().heapUsed - before
  }
  return samples.sort()[samples.length >> 1]!
}

/** CPU of one decoder that takes every frame of one viewer, over and over. */
function decodeRow(bench: CrowdBench, ticks: number): BenchRow {
  const { world, encoder } = bench
  const startTick = world.tick
  const viewer = createViewer({ netId: 7 as NetId, team: world.soldiers.team[7]! })
  const frames: Uint8Array[] = []
  for (let tick = 0; tick < ticks; tick++) {
    bench.move()
    bench.encode()
    frames.push(bench.buffer.slice(0, encoder.compose(viewer, bench.buffer, 0)))
  }
  const decoder = new SnapshotDecoder(world.map.map, startTick)
  let refused = 0
  const work = (): void => {
    decoder.reset(world.map.map, startTick)
    for (const frame of frames) if (!decoder.apply(frame).ok) refused++
  }
  const costMs = measureCpuMs(work, { rounds: 5, batch: 40 })
  if (refused > 0) throw new BenchError('the decoder refuses no frame of the encoder')
  return costRow('spread: decode', (costMs * 1000) / ticks, 'µs/frame', 15)
}

class BenchError extends Error {
  override readonly name = 'BenchError'
}

function costRow(name: string, value: number, unit: string, budget: number | null): BenchRow {
  return benchRow({ name, value, unit, budget, better: 'lower' })
}

export const runBench: RunBench = ({ small }) => {
  const ticks = small ? 60 : 600
  const spread = new CrowdBench(CELLS_OF_ALL, false)
  const rows = crowdRows('spread', spread, ticks)
  rows.push(decodeRow(spread, Math.min(ticks, 100)))
  rows.push(...crowdRows('combat', new CrowdBench(CELLS_OF_ALL, true), ticks))
  const clump = new CrowdBench(3, true)
  rows.push(...crowdRows('clump', clump, ticks), ...clumpRows(clump, ticks))
  rows.push(heapRow('combat', [CELLS_OF_HALF, CELLS_OF_ALL]), heapRow('clump', [3, 3]))
  return rows
}
