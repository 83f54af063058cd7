/**
 * The crowd of a bench as a program of its own: joins when told, keeps everybody busy, counts.
 * Started by the bench runner on the cores that are not the server's, never by hand.
 */
import '../loadtest/bots/use-ws-sockets.ts'

import { systemClock, systemTimers } from '../src/system-clock.ts'
import { BenchClient } from './clients/bench-client.ts'
import type { SharedCrowd } from './clients/bench-client.ts'
import { CrowdBooks } from './clients/crowd-books.ts'
import type {
  Behaviour,
  CrowdAnswer,
  CrowdOrder,
  CrowdSample,
  CrowdTask,
} from './clients/crowd-talk.ts'
import { SignBoard } from './clients/sign-board.ts'

const CLIENTS_MAX = 4096
const TURN_MS = 4
const SORT_MS = 500
/** Sign-ins under way at the same time. */
const SIGN_INS_UNDER_WAY_MAX = 32
const FAILURES_TOLD_MAX = 5
const RETRY_MS = 1000

const task = JSON.parse(process.argv[2] ?? '{}') as CrowdTask
const shared: SharedCrowd = {
  clock: systemClock,
  timers: systemTimers,
  task,
  books: new CrowdBooks(CLIENTS_MAX, task.sideMetres),
  board: new SignBoard(),
  counts: {
    framesReceived: 0,
    stateFrames: 0,
    inputFrames: 0,
    commands: 0,
    disconnects: 0,
    decodeFailures: 0,
    soldiersSeen: 0,
    shotsSeen: 0,
    hitsSeen: 0,
  },
}
const clients: BenchClient[] = []
const prepared: BenchClient[] = []
const failures: string[] = []
const joinMs: number[] = []
let behaviour: Behaviour = task.behaviour
let cursor = 0
let cycleStartMs = performance.now()
let markMs = performance.now()
let markCpu = process.cpuUsage()
let markBytes = 0

/** Updates everybody once per period, evenly spread over it. */
function turn(): void {
  const nowMs = performance.now()
  const periodMs = 1000 / behaviour.framesPerSec
  const due = Math.min(1, (nowMs - cycleStartMs) / periodMs) * clients.length
  for (; cursor < due; cursor++) clients[cursor]!.update(nowMs, behaviour)
  if (cursor < clients.length || nowMs - cycleStartMs < periodMs) return
  cursor = 0
  // A crowd that is too slow skips, it does not flood.
  cycleStartMs = Math.max(cycleStartMs + periodMs, nowMs - periodMs)
}

async function prepare(count: number): Promise<void> {
  const added = Array.from(
    { length: count },
    (_, index) => new BenchClient(clients.length + index, shared),
  )
  const signingIn = added.values()
  await Promise.all(Array.from({ length: SIGN_INS_UNDER_WAY_MAX }, () => signInAll(signingIn)))
  clients.push(...added)
  prepared.push(...added)
  tell({ type: 'prepared' })
}

/** Those who are prepared, at an even pace, whatever the answers take. */
async function joinPrepared(joinsPerSec: number): Promise<void> {
  const joining = prepared.splice(0)
  const startMs = performance.now()
  for (const [index, client] of joining.entries()) {
    const waitMs = startMs + (index * 1000) / joinsPerSec - performance.now()
    if (waitMs > 1) await new Promise((resolve) => setTimeout(resolve, waitMs))
    void join(client)
  }
}

async function signInAll(waiting: IterableIterator<BenchClient>): Promise<void> {
  for (const client of waiting) await client.signIn()
}

/** Tries until it is in; a refused join counts as failed, and its waiting is part of its time. */
async function join(client: BenchClient): Promise<void> {
  const startedMs = performance.now()
  for (;;) {
    try {
      await client.join()
      joinMs.push(performance.now() - startedMs)
      return
    } catch (error) {
      noteFailure(error)
      client.leave()
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS * (1 + Math.random())))
    }
  }
}

function noteFailure(error: unknown): void {
  failures.push(error instanceof Error ? error.message : String(error))
}

function totalBytes(): number {
  return clients.reduce((sum, client) => sum + client.bytesReceived, 0)
}

function mark(): void {
  for (const name of Object.keys(shared.counts) as (keyof typeof shared.counts)[]) {
    shared.counts[name] = 0
  }
  joinMs.length = 0
  failures.length = 0
  shared.board.clear()
  markMs = performance.now()
  markCpu = process.cpuUsage()
  markBytes = totalBytes()
}

function take(): CrowdSample {
  const { user, system } = process.cpuUsage(markCpu)
  return {
    ...shared.counts,
    elapsedMs: performance.now() - markMs,
    cpuMs: (user + system) / 1000,
    playing: clients.filter(({ isPlaying }) => isPlaying).length,
    bytesReceived: totalBytes() - markBytes,
    joinMs: [...joinMs],
    joinFailures: failures.length,
    effectMs: [...shared.board.effectMs],
  }
}

function tell(answer: CrowdAnswer): void {
  process.send?.(answer)
}

process.on('message', (order: CrowdOrder) => {
  if (order.type === 'prepare') prepare(order.count).catch(noteFailure)
  else if (order.type === 'join') joinPrepared(order.joinsPerSec).catch(noteFailure)
  else if (order.type === 'behave') behaviour = order.behaviour
  else if (order.type === 'mark') mark()
  else if (order.type === 'take') tell({ type: 'sample', sample: take() })
  else {
    const playing = clients.filter(({ isPlaying }) => isPlaying).length
    tell({ type: 'playing', playing, failed: failures.slice(0, FAILURES_TOLD_MAX) })
  }
})
process.on('disconnect', () => process.exit(0))
setInterval(turn, TURN_MS)
setInterval(() => shared.books.sort(), SORT_MS)
tell({ type: 'started' })
