/**
 * What the kills of an arm say: the gain of the marked players and how sure it is. Kills within a
 * battle are not independent (one fight leads to the next), so whole seeds, each played on both
 * sides, are resampled: a cluster bootstrap. Dice are seeded; the same tallies give the same words.
 */
import { assert } from '@battalion/base/assert.ts'
import type { PrngState } from '@battalion/base/prng.ts'
import { createPrng, nextBelow } from '@battalion/base/prng.ts'

/** Kills by and of the marked in both battles of one seed. */
export interface FairnessCluster {
  readonly kills: number
  readonly deaths: number
}

/** Gain of the marked in kills per death against no cheat (0 = none), with its 95 % interval. */
export interface FairnessGain {
  readonly gain: number
  readonly low: number
  readonly high: number
}

const RESAMPLES = 4000
const TAIL_SHARE = 0.025

/**
 * The gain over an honest marked team. That one has exactly as many kills as deaths: the battle is
 * the same whichever side is marked, and each seed counts both, so the control adds no noise.
 */
export function measureGain(clusters: readonly FairnessCluster[]): FairnessGain {
  assert(clusters.length >= 2, 'an interval needs several seeds')
  const prng = createPrng(clusters.length)
  const gains = Float64Array.from({ length: RESAMPLES }, () => resample(clusters, prng)).sort()
  return {
    gain: gainOf(clusters),
    low: gains[Math.floor(RESAMPLES * TAIL_SHARE)]!,
    high: gains[Math.ceil(RESAMPLES * (1 - TAIL_SHARE)) - 1]!,
  }
}

function gainOf(clusters: readonly FairnessCluster[]): number {
  let kills = 0
  let deaths = 0
  for (const cluster of clusters) {
    kills += cluster.kills
    deaths += cluster.deaths
  }
  return kills / deaths - 1
}

function resample(clusters: readonly FairnessCluster[], prng: PrngState): number {
  let kills = 0
  let deaths = 0
  for (let count = 0; count < clusters.length; count++) {
    const cluster = clusters[nextBelow(prng, clusters.length)]!
    kills += cluster.kills
    deaths += cluster.deaths
  }
  return kills / deaths - 1
}
