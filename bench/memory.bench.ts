/**
 * What one idle joined client takes of the server's memory: the slope of its resident set from a
 * first crowd to one a thousand larger, everybody in battle and receiving, nobody sending.
 *
 * The heap keeps up to 64 MB of pages in reserve for objects to come, and grows or touches them
 * when it likes: read as it stands, the slope is anything from −46 to 98 KB a client, and says how
 * far that reserve happened to be filled. So both readings are taken after V8 gave its spare pages
 * back (a `last-resort` collection); the slope as it stands is told beside it, without a limit.
 * The first crowd is large enough that code is compiled and threads have their memory.
 */
import { setTimeout as delay } from 'node:timers/promises'
import type { BenchOptions, BenchRow } from '@battalion/testkit/bench-row.ts'
import { cellsFor } from './bench-field.ts'
import { Contest, ourBattle } from './contest.ts'
import type { ServerMemory } from './contest.ts'
import { atMost, reported } from './figures.ts'

/** Clients in at the first reading, and how many come before the second. */
const CROWD = { first: 500, more: 1000, settleMs: 3000 } as const
const SMALL_CROWD = { first: 100, more: 200, settleMs: 1000 } as const
const KB = 1024

/** Both ways to read, at one moment. */
interface Reading {
  readonly standing: ServerMemory
  readonly held: ServerMemory
}

export async function runBench({ small }: BenchOptions): Promise<BenchRow[]> {
  const { first, more, settleMs } = small ? SMALL_CROWD : CROWD
  const contest = await Contest.start(
    ourBattle(first, cellsFor(first + more), {
      label: 'idle memory',
      behaviour: { play: 'silent', framesPerSec: 1, commandsPerFrame: 1 },
    }),
  )
  try {
    await contest.fill()
    const before = await read(contest, settleMs)
    await contest.add(more, 100)
    await contest.waitFor(first + more)
    const after = await read(contest, settleMs)
    return rowsOf({ before, after, more, small, name: `idle memory, ${first} to ${first + more}` })
  } finally {
    await contest.stop()
  }
}

async function read(contest: Contest, settleMs: number): Promise<Reading> {
  await delay(settleMs)
  const standing = await contest.serverMemory()
  return { standing, held: await contest.serverMemoryHeld() }
}

interface Readings {
  readonly before: Reading
  readonly after: Reading
  readonly more: number
  readonly small: boolean
  readonly name: string
}

function rowsOf({ before, after, more, small, name }: Readings): BenchRow[] {
  const slope = (from: number, to: number) => (to - from) / more / KB
  const perClient = slope(before.held.rssBytes, after.held.rssBytes)
  const heap = slope(before.held.heapBytes, after.held.heapBytes)
  const standing = slope(before.standing.rssBytes, after.standing.rssBytes)
  return [
    // With few clients single pages decide; only the full slope is held to it.
    small
      ? reported(`${name}: per client`, perClient, 'KB')
      : atMost(`${name}: per client`, perClient, 'KB', 60),
    reported(`${name}: of it objects of the heap`, heap, 'KB'),
    ...(small ? [] : [reported(`${name}: per client, as it stands`, standing, 'KB')]),
    reported(`${name}: resident in all`, after.standing.rssBytes / KB / KB, 'MB'),
    reported(`${name}: resident without the reserve`, after.held.rssBytes / KB / KB, 'MB'),
  ]
}
