/**
 * What one idle joined client takes of the server's memory: the slope of its resident set from a
 * first crowd to one a thousand larger, everybody in battle and receiving, nobody sending.
 */
import { setTimeout as delay } from 'node:timers/promises'
import type { BenchOptions, BenchRow } from '@battalion/testkit/bench-row.ts'
import { cellsFor } from './bench-field.ts'
import { Contest, ourBattle } from './contest.ts'
import { atMost, reported } from './figures.ts'

const FIRST = 100
const SETTLE_MS = 3000
const KB = 1024

export async function runBench({ small }: BenchOptions): Promise<BenchRow[]> {
  const more = small ? 200 : 1000
  const contest = await Contest.start(
    ourBattle(FIRST, cellsFor(FIRST + more), {
      label: 'idle memory',
      behaviour: { play: 'silent', framesPerSec: 1, commandsPerFrame: 1 },
    }),
  )
  try {
    await contest.fill()
    await delay(small ? SETTLE_MS / 3 : SETTLE_MS)
    const before = await contest.serverRssBytes()
    await contest.add(more, 100)
    await contest.waitFor(FIRST + more)
    await delay(small ? SETTLE_MS / 3 : SETTLE_MS)
    const after = await contest.serverRssBytes()
    const perClient = (after - before) / more / KB
    const name = `idle memory, ${FIRST} to ${FIRST + more} clients`
    return [
      // With few clients the heap's own growth by pages decides; only the full slope is held to it.
      small
        ? reported(`${name}: per client`, perClient, 'KB')
        : atMost(`${name}: per client`, perClient, 'KB', 60),
      reported(`${name}: resident in all`, after / KB / KB, 'MB'),
    ]
  } finally {
    await contest.stop()
  }
}
