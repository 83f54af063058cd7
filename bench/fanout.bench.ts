/**
 * A channel that a thousand clients hear, a hundred lines a second, through the home room over real
 * sockets, on PostgreSQL: from saying a line to hearing it, and what hearing costs. What saying
 * costs (HTTP aside, the same statements) is measured in windows between, in which every speaker
 * talks to a channel of his own, and taken off; the floor is a raw framed write.
 */
import type { BenchOptions, BenchRow } from '@battalion/testkit/bench-row.ts'

import { withCluster } from './bench-cluster.ts'
import type { BenchCluster } from './bench-cluster.ts'
import { tellProgress } from './bench-voice.ts'
import type { ChatAnswer, ChatSample, ChatTask } from './clients/chat-talk.ts'
import { atMost, median, percentile, reported } from './figures.ts'
import { betweenFloors, floorRows } from './floor.ts'
import type { Floor } from './floor.ts'
import { Program } from './pinned-process.ts'
import type { ServerAnswer } from './servers/bench-talk.ts'
import { randomSecret } from '../src/testing/test-keys.ts'

const LINES_PER_SEC = 100
/** Each speaks less than once a second: five lines in five seconds are the limit. */
const SPEAKERS = 150
const LISTENERS = 100
/** From saying to hearing; a third of it is the wait for a shared write. */
const HEARD_P99_MS_MAX = 150
/** Messages of 50 ms share one write. */
const WRITES_PER_SEC_MAX = 20
const ROUNDS = 7
/** CPU of a client's message over one raw write of a finished frame. */
const WRITE_RATIO_MAX = 2.5

/** One window of each kind. */
interface Pair {
  readonly all: ChatSample
  readonly allCpuMs: number
  readonly own: ChatSample
  readonly ownCpuMs: number
}

export async function runBench({ small }: BenchOptions): Promise<BenchRow[]> {
  const members = small ? 150 : 1000
  const rows = await withCluster('fan-out', async (cluster) => {
    const { floor, result } = await betweenFloors(small, () => measure(cluster, members, small))
    return rowsOf(members, { pairs: result, floor, small })
  })
  return rows ?? []
}

async function measure(cluster: BenchCluster, members: number, small: boolean): Promise<Pair[]> {
  const server = new Program({
    program: 'bench/servers/battle-server.ts',
    role: 'server',
    options: { cells: 2, tickRateHz: 20, players: 2 },
    env: {
      DATA_DIR: cluster.folder,
      DATABASE_URL: await cluster.create('fanout', 'empty'),
      SERVER_SECRET: randomSecret(),
      TRUSTED_PROXIES: '127.0.0.1',
    },
  })
  try {
    const { url } = await server.ask<ServerAnswer & { type: 'ready' }>('ready')
    const task: ChatTask = { url, members, speakers: SPEAKERS, listeners: LISTENERS }
    const program = 'bench/chat-crowd-program.ts'
    const crowd = new Program({ program, role: 'clients', options: task })
    try {
      return await measureCrowd(server, crowd, small)
    } finally {
      await crowd.stop()
    }
  } finally {
    await server.stop()
  }
}

async function measureCrowd(server: Program, crowd: Program, small: boolean): Promise<Pair[]> {
  await crowd.ask('started')
  tellProgress('fan-out: joining')
  const joined = await crowd.ask<ChatAnswer & { type: 'joined' }>('joined', { type: 'join' })
  if (joined.count === 0) throw new RangeError(`nobody joined: ${joined.why}`)
  const talk = async (where: 'all' | 'own', seconds: number) => {
    server.tell({ type: 'mark' })
    const order = { type: 'talk', where, linesPerSec: LINES_PER_SEC, seconds }
    const { sample } = await crowd.ask<ChatAnswer & { type: 'sample' }>('sample', order)
    const took = await server.ask<ServerAnswer & { type: 'sample' }>('sample', { type: 'take' })
    return { sample, cpuMs: took.sample.cpuMs }
  }
  const seconds = small ? 1 : 8
  await talk('all', seconds)
  await talk('own', seconds)
  const pairs: Pair[] = []
  for (let round = 0; round < (small ? 2 : ROUNDS); round++) {
    tellProgress(`fan-out: round ${round + 1}`)
    const all = await talk('all', seconds)
    const own = await talk('own', seconds)
    pairs.push({
      all: all.sample,
      allCpuMs: all.cpuMs,
      own: own.sample,
      ownCpuMs: own.cpuMs,
    })
  }
  return pairs
}

interface Outcome {
  readonly pairs: readonly Pair[]
  readonly floor: Floor
  readonly small: boolean
}

/** CPU of hearing: what saying alone costs is taken off, by the line. */
function hearingCpuMs({ all, allCpuMs, own, ownCpuMs }: Pair): number {
  return allCpuMs - (ownCpuMs * all.said) / own.said
}

/** Messages to clients that only hear. */
function hearingWrites({ all, own }: Pair): number {
  return all.frames - (own.frames * all.said) / own.said
}

function rowsOf(members: number, { pairs, floor, small }: Outcome): BenchRow[] {
  const name = `chat to ${members}`
  const heardMs = pairs.flatMap(({ all }) => all.heardMs)
  const sum = (read: (pair: Pair) => number) => pairs.reduce((so, pair) => so + read(pair), 0)
  // What else the machine does falls on some rounds: the limit is for the middle one.
  const p99 = median(pairs.map(({ all }) => percentile(all.heardMs, 0.99)))
  const said = `${name}: from said to heard`
  return [
    ...floorRows(name, floor),
    reported(`${said}, p50`, percentile(heardMs, 0.5), 'ms'),
    // In CI others use the cores too: how long it took is told, what it cost has a limit.
    small
      ? reported(`${said}, p99`, p99, 'ms')
      : atMost(`${said}, p99`, p99, 'ms', HEARD_P99_MS_MAX),
    reported(`${said}, p99 of all rounds together`, percentile(heardMs, 0.99), 'ms'),
    atMost(
      `${name}: lines not heard`,
      sum(({ all }) => all.said) * LISTENERS - heardMs.length,
      'lines',
      0,
    ),
    atMost(
      `${name}: lines refused`,
      sum(({ all, own }) => all.refused + own.refused),
      'lines',
      0,
    ),
    atMost(`${name}: clients closed`, pairs.at(-1)!.own.closed, 'clients', 0),
    ...costRows(name, members, { pairs, floor, small }),
  ]
}

function costRows(name: string, members: number, { pairs, floor, small }: Outcome): BenchRow[] {
  const of = (read: (pair: Pair) => number) => median(pairs.map(read))
  const writeMicrosec = of((pair) => (hearingCpuMs(pair) * 1000) / hearingWrites(pair))
  const ratio = writeMicrosec / floor.framedMicrosec
  const heard = ({ all }: Pair) => all.said * members
  const perSec = ({ all }: Pair) => (all.frames * 1000) / all.elapsedMs / members
  return [
    atMost(`${name}: messages to a client`, of(perSec), '1/s', WRITES_PER_SEC_MAX),
    reported(`${name}: cpu of a message to a client`, writeMicrosec, 'µs'),
    // In CI so few hear that hearing is small beside saying, and their difference is noise.
    small
      ? reported(`${name}: the same over a raw write`, ratio, 'times')
      : atMost(`${name}: the same over a raw write`, ratio, 'times', WRITE_RATIO_MAX),
    reported(
      `${name}: cpu of a line heard`,
      of((pair) => (hearingCpuMs(pair) * 1000) / heard(pair)),
      'µs',
    ),
    reported(
      `${name}: bytes of a line heard`,
      of((pair) => pair.all.bytes / heard(pair)),
      'bytes',
    ),
    reported(
      `${name}: core, hearing`,
      of((pair) => hearingCpuMs(pair) / pair.all.elapsedMs),
      'core',
    ),
    reported(
      `${name}: core, saying`,
      of((pair) => pair.ownCpuMs / pair.own.elapsedMs),
      'core',
    ),
    reported(
      `${name}: cpu of a line said`,
      of((pair) => pair.ownCpuMs / pair.own.said),
      'ms',
    ),
    reported(
      `${name}: clients' own core`,
      of(({ all }) => all.cpuMs / all.elapsedMs),
      'core',
    ),
  ]
}
