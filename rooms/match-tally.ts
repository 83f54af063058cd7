/**
 * What a battle bent or left out at its limits, and how far back it judged shots: the counters of
 * world and encoder, which only grow, told to the metrics as what came since the last time. A limit
 * that nobody can watch is none.
 */
import { assert } from '@battalion/base/assert.ts'
import { REWIND_MS_MAX, VIEW_TIME_PER_TICK } from '@battalion/sim/limits.ts'
import type { World } from '@battalion/sim/world.ts'
import type { EncoderCounters } from '@battalion/wire/snapshot-world.ts'
import type { DroppedAtLimit, RoomMetrics } from './ports.ts'

type TallyMetrics = Pick<
  RoomMetrics,
  | 'shotsJudged'
  | 'rewindClamped'
  | 'rewindDepth'
  | 'inputRejected'
  | 'hitsBehindCover'
  | 'limitDropped'
>

const LIMITS: readonly DroppedAtLimit[] = [
  'projectiles',
  'events',
  'effects',
  'kills',
  'marks',
  'far',
]

export class MatchTally {
  readonly #world: World
  readonly #encoder: Readonly<EncoderCounters>
  readonly #now: Record<DroppedAtLimit, number> = createCounts()
  readonly #told: Record<DroppedAtLimit, number> = createCounts()
  /** By eighths of a tick; as far as a shot of this mode may be rewound. */
  readonly #depthsTold: Uint32Array
  readonly #eighthMs: number
  #shotsTold = 0
  #hitsTold = 0
  #voidsTold = 0
  #clampedTold = 0
  #futureTold = 0
  #behindCoverTold = 0

  constructor(world: World, encoder: Readonly<EncoderCounters>) {
    this.#world = world
    this.#encoder = encoder
    this.#eighthMs = 1000 / (world.mode.tickRateHz * VIEW_TIME_PER_TICK)
    this.#depthsTold = new Uint32Array(Math.floor(REWIND_MS_MAX / this.#eighthMs) + 1)
    assert(this.#depthsTold.length <= world.scratch.rewindDepths.length, 'every depth is counted')
  }

  /** After every step: the events of the next one start their count anew. */
  noteStep(): void {
    this.#now.events += this.#world.events.droppedCount
  }

  /** Tells `metrics` what came since the last call. */
  tell(metrics: TallyMetrics): void {
    const { counters } = this.#world
    this.#tellShots(metrics)
    const clamped = counters.rewindClamped[0]!
    const future = counters.rewindFuture[0]!
    const behindCover = counters.hitsBehindCover[0]!
    if (clamped > this.#clampedTold) metrics.rewindClamped(clamped - this.#clampedTold)
    if (future > this.#futureTold) metrics.inputRejected('future', future - this.#futureTold)
    if (behindCover > this.#behindCoverTold) {
      metrics.hitsBehindCover(behindCover - this.#behindCoverTold)
    }
    this.#tellDepths(metrics)
    this.#clampedTold = clamped
    this.#futureTold = future
    this.#behindCoverTold = behindCover
    this.#now.projectiles = counters.projectilesRefused[0]!
    this.#now.effects = this.#encoder.effectsDropped
    this.#now.kills = this.#encoder.killsDropped
    this.#now.marks = this.#encoder.marksDropped
    this.#now.far = this.#encoder.farThinned
    for (const limit of LIMITS) this.#tellLimit(limit, metrics)
  }

  /** A loop over depths, 41 at 20 Hz, and none over soldiers or shots. */
  #tellDepths(metrics: TallyMetrics): void {
    const { rewindDepths } = this.#world.scratch
    for (let depth = 0; depth < this.#depthsTold.length; depth++) {
      const count = rewindDepths[depth]! - this.#depthsTold[depth]!
      if (count === 0) continue
      metrics.rewindDepth(depth * this.#eighthMs, count)
      this.#depthsTold[depth] = rewindDepths[depth]!
    }
  }

  #tellShots(metrics: TallyMetrics): void {
    const shots = this.#world.counters.shotsJudged[0]!
    if (shots === this.#shotsTold) return
    const hits = this.#world.counters.hitsJudged[0]!
    const voids = this.#world.counters.hitsVoid[0]!
    metrics.shotsJudged({
      shots: shots - this.#shotsTold,
      hits: hits - this.#hitsTold,
      voids: voids - this.#voidsTold,
    })
    this.#shotsTold = shots
    this.#hitsTold = hits
    this.#voidsTold = voids
  }

  #tellLimit(limit: DroppedAtLimit, metrics: TallyMetrics): void {
    const count = this.#now[limit] - this.#told[limit]
    if (count > 0) metrics.limitDropped(limit, count)
    this.#told[limit] = this.#now[limit]
  }
}

function createCounts(): Record<DroppedAtLimit, number> {
  return { projectiles: 0, events: 0, effects: 0, kills: 0, marks: 0, far: 0 }
}
