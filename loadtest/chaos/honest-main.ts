/**
 * The honest crowd of a fault run, a process of its own: joins when told, plays, answers with what
 * it saw since last asked. Never started by hand.
 */
import { AppError } from '@battalion/base/app-error.ts'

import { endWithParent } from '../child-life.ts'
import { addressOf, type JoinSetup } from './battle-user.ts'
import { HonestClient, INPUT_MS, type HonestCounts } from './honest-client.ts'
import { OverloadWitness, type Announced } from './overload-witness.ts'
import type { Target } from './raw-link.ts'
import { pause, whenThereIsRoom } from './rogue.ts'

/** First message: who to be. Later ones: `report`, or more who would like to come in. */
export interface HonestTask {
  readonly target: Target
  readonly count: number
  readonly seed: number
  readonly setup?: JoinSetup
  /** One more player who reads announcements. */
  readonly hasWitness?: boolean
}

/** Further players who ask once each and take no for an answer. */
export interface GrowthTask {
  readonly more: number
  /** Between two of them (ms). */
  readonly gapMs: number
}

export interface Growth {
  readonly joined: number
  /** Answered 503 with a time to come back. */
  readonly refused: number
  /** Anything else. */
  readonly broken: number
}

/** What the crowd saw since it was last asked. */
export interface HonestSample {
  readonly snapshots: number
  readonly bytes: number
  readonly disconnects: number
  readonly roundTripMs: readonly number[]
  readonly playing: number
  readonly elapsedMs: number
  /** Snapshots of each client, oldest member first. */
  readonly snapshotsOf: readonly number[]
  readonly announced?: Announced
  readonly failed?: string
}

/** Block of addresses of honest clients. */
const ADDRESS_BLOCK = 10
/** Joins under way at once. */
const JOINS_AT_ONCE = 8
const WITNESS_MS = 20

const counts: HonestCounts = { snapshots: 0, bytes: 0, disconnects: 0, roundTripMs: [] }
const clients: HonestClient[] = []
const witness = new OverloadWitness()
let task: HonestTask | undefined
let asked = 0
let askedAtMs = performance.now()

async function begin(first: HonestTask): Promise<void> {
  task = first
  const { count, target, setup = {}, hasWitness } = first
  for (let joined = 0; joined < count; joined += JOINS_AT_ONCE) {
    const size = Math.min(JOINS_AT_ONCE, count - joined)
    await Promise.all(Array.from({ length: size }, () => whenThereIsRoom(() => addOne(first))))
  }
  if (hasWitness === true) {
    await witness.join(target, setup.options ?? {})
    setInterval(() => witness.update(), WITNESS_MS)
  }
  let next = 0
  setInterval(() => {
    // A tenth of them each time, so that frames do not come in one burst.
    for (let index = next; index < clients.length; index += 10) clients[index]!.update()
    next = (next + 1) % 10
  }, INPUT_MS / 10)
}

async function addOne({ target, seed, setup }: HonestTask): Promise<void> {
  const number = asked++
  const client = new HonestClient(seed + number, counts)
  await client.join(target, addressOf(ADDRESS_BLOCK, number), setup)
  clients.push(client)
}

async function grow(who: HonestTask, { more, gapMs }: GrowthTask): Promise<Growth> {
  const growth = { joined: 0, refused: 0, broken: 0 }
  const one = async () => {
    try {
      await addOne(who)
      growth.joined++
    } catch (error) {
      const isTimed = error instanceof AppError && (error.retryAfterSec ?? 0) > 0
      if (isTimed && error.message.startsWith('No seat: 503')) growth.refused++
      else growth.broken++
    }
  }
  const all: Promise<void>[] = []
  for (let index = 0; index < more; index++) {
    all.push(one())
    await pause(gapMs)
  }
  await Promise.all(all)
  return growth
}

function report(failed?: string): void {
  const nowMs = performance.now()
  const sample: HonestSample = {
    ...counts,
    playing: clients.filter(({ isPlaying }) => isPlaying).length,
    elapsedMs: nowMs - askedAtMs,
    snapshotsOf: clients.map((client) => client.takeSnapshots()),
    ...(task?.hasWitness === true ? { announced: witness.take() } : {}),
    ...(failed === undefined ? {} : { failed }),
  }
  process.send?.(sample)
  Object.assign(counts, { snapshots: 0, bytes: 0, disconnects: 0, roundTripMs: [] })
  askedAtMs = nowMs
}

process.once('message', (message) => {
  const first = message as HonestTask
  begin(first).then(
    () => report(),
    (error: unknown) => report(error instanceof Error ? error.message : 'unknown'),
  )
  process.on('message', (next) => {
    if (next === 'report') return report()
    void grow(first, next as GrowthTask).then((growth) => process.send?.(growth))
  })
})
endWithParent(async () => {
  for (const client of clients) client.leave()
  await witness.leave()
  await new Promise((resolve) => setTimeout(resolve, 100))
})
