/**
 * What a battle bent or left out at its limits: the counters of world and encoder, which only grow,
 * told to the metrics as what came since the last time. A limit that nobody can watch is none.
 */
import type { World } from '@battalion/sim/world.ts'
import type { EncoderCounters } from '@battalion/wire/snapshot-world.ts'
import type { DroppedAtLimit, RoomMetrics } from './ports.ts'

type TallyMetrics = Pick<RoomMetrics, 'rewindClamped' | 'hitsBehindCover' | 'limitDropped'>

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
  #clampedTold = 0
  #behindCoverTold = 0

  constructor(world: World, encoder: Readonly<EncoderCounters>) {
    this.#world = world
    this.#encoder = encoder
  }

  /** After every step: the events of the next one start their count anew. */
  noteStep(): void {
    this.#now.events += this.#world.events.droppedCount
  }

  /** Tells `metrics` what came since the last call. */
  tell(metrics: TallyMetrics): void {
    const { counters } = this.#world
    const clamped = counters.rewindClamped[0]!
    const behindCover = counters.hitsBehindCover[0]!
    if (clamped > this.#clampedTold) metrics.rewindClamped(clamped - this.#clampedTold)
    if (behindCover > this.#behindCoverTold) {
      metrics.hitsBehindCover(behindCover - this.#behindCoverTold)
    }
    this.#clampedTold = clamped
    this.#behindCoverTold = behindCover
    this.#now.projectiles = counters.projectilesRefused[0]!
    this.#now.effects = this.#encoder.effectsDropped
    this.#now.kills = this.#encoder.killsDropped
    this.#now.marks = this.#encoder.marksDropped
    this.#now.far = this.#encoder.farThinned
    for (const limit of LIMITS) this.#tellLimit(limit, metrics)
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
