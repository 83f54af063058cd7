/**
 * What requests of accounts and chat cost the server on PostgreSQL, against the floor: the very
 * statements of the same window said again by `pg` alone, in the same process, to a database that
 * stands as the first one stood. Kinds take turns, so that drift of the machine falls on all alike;
 * figures are medians over the rounds. argon2 runs in its own process and is told apart. Rates are
 * those of eight lanes and reported only: they depend on who else uses the machine.
 */
import type { BenchOptions, BenchRow } from '@battalion/testkit/bench-row.ts'

import { withCluster } from './bench-cluster.ts'
import type { BenchCluster } from './bench-cluster.ts'
import { tellProgress } from './bench-voice.ts'
import { HttpLanes } from './clients/http-lanes.ts'
import { atMost, median, percentile, reported } from './figures.ts'
import { findChildren, pinToClients, Program, readCpuMs } from './pinned-process.ts'
import type { ServiceAnswer } from './servers/service-talk.ts'
import { ServiceUsers } from './service-users.ts'

const LANES = 8
const MS_PER_SEC = 1000

/** One kind of request, and what it may cost. */
/** Of jobs and relays that fall into a window, by the request: the shorter it is, the more. */
const BACKGROUND_STATEMENTS = 0.5

interface Kind {
  readonly name: string
  readonly count: number
  /** CPU of the server over that of `pg` alone. In CI less of it is compiled: more is let pass. */
  readonly ratioMax: number
  /**
   * Round trips to the database, what comes of the request later included. Reads have a little
   * more than they take: whether a session still counts is asked once a minute.
   */
  readonly statementsMax: number
  readonly run: (users: ServiceUsers, index: number) => Promise<unknown>
}

/** One window of one kind. */
interface Turn {
  readonly serverMicrosec: number
  readonly floorMicrosec: number
  readonly statements: number
  readonly failures: number
  readonly perSec: number
  readonly p99Ms: number
  /** Of the password process, per request. */
  readonly argonMs: number
}

function kindsFor(small: boolean): Kind[] {
  const count = small ? 60 : 200
  return [
    {
      name: 'guest sign-up',
      count,
      ratioMax: small ? 12 : 9,
      statementsMax: 1,
      run: (users, index) => users.signInGuest(index),
    },
    {
      name: 'log-in, argon2 apart',
      count: small ? 10 : 40,
      ratioMax: small ? 8 : 6,
      statementsMax: 14,
      run: (users, index) => users.logIn(index),
    },
    {
      name: 'refresh',
      count,
      ratioMax: small ? 9 : 7,
      statementsMax: 2,
      run: (users, index) => users.refresh(index),
    },
    {
      name: 'GET /v1/me',
      count: count * 2,
      ratioMax: small ? 13 : 10,
      statementsMax: 1.2,
      run: (users, index) => users.readMe(index),
    },
    {
      name: 'GET /v1/me/state, nothing new',
      count: count * 2,
      ratioMax: small ? 10 : 8,
      statementsMax: 1.2,
      run: (users, index) => users.readState(index, true),
    },
    {
      name: 'GET /v1/me/state, all of it',
      count,
      ratioMax: small ? 7 : 5,
      // Nine of people, one of ratings, three of progress.
      statementsMax: 13.2,
      run: (users, index) => users.readState(index, false),
    },
    {
      name: 'chat send',
      count,
      ratioMax: small ? 6 : 4,
      statementsMax: 9,
      run: (users, index) => users.say(index),
    },
  ]
}

export async function runBench({ small }: BenchOptions): Promise<BenchRow[]> {
  const rows = await withCluster('services', async (cluster) => {
    const bench = await ServiceBench.start(cluster)
    try {
      return await bench.measure(kindsFor(small), small ? 2 : 7)
    } finally {
      await bench.stop()
    }
  })
  return rows ?? []
}

class ServiceBench {
  readonly #server: Program
  readonly #lanes: HttpLanes
  readonly #users: ServiceUsers

  private constructor(server: Program, lanes: HttpLanes) {
    this.#server = server
    this.#lanes = lanes
    this.#users = new ServiceUsers(lanes)
  }

  static async start(cluster: BenchCluster): Promise<ServiceBench> {
    const databaseUrl = await cluster.create('bench', 'empty')
    const floorUrl = await cluster.create('floor', 'migrated')
    const server = new Program({
      program: 'bench/servers/service-server.ts',
      role: 'server',
      options: { databaseUrl, floorUrl },
      env: { DATA_DIR: cluster.folder },
    })
    const { url } = await server.ask<ServiceAnswer & { type: 'ready' }>('ready')
    return new ServiceBench(server, new HttpLanes(url, LANES))
  }

  async measure(kinds: readonly Kind[], rounds: number): Promise<BenchRow[]> {
    await this.#prepare(Math.max(...kinds.map(({ count }) => count)), kinds)
    const turns = new Map<Kind, Turn[]>(kinds.map((kind) => [kind, []]))
    for (let round = 0; round < rounds; round++) {
      tellProgress(`services: round ${round + 1} of ${rounds}`)
      for (const kind of kinds) turns.get(kind)!.push(await this.#turn(kind))
    }
    return [...turns].flatMap(([kind, each]) => rowsOf(kind, each))
  }

  async stop(): Promise<void> {
    this.#lanes.close()
    await this.#server.stop()
  }

  /** Users, their first sessions, and every path walked until it is compiled. */
  async #prepare(count: number, kinds: readonly Kind[]): Promise<void> {
    await this.#server.ask('recording', { type: 'record' })
    await this.#users.prepare(count, kinds[1]!.count)
    // The password process is there by now.
    for (const pid of findChildren(this.#server.pid)) pinToClients(pid)
    await this.#window('take')
    await this.#window('replay')
    for (const kind of kinds) await this.#turn(kind)
  }

  async #turn(kind: Kind): Promise<Turn> {
    const [passwordPid = 0] = findChildren(this.#server.pid)
    await this.#server.ask('recording', { type: 'record' })
    const argonMs = readCpuMs(passwordPid)
    const startMs = performance.now()
    const tookMs = await this.#lanes.each(kind.count, (index) => kind.run(this.#users, index))
    const elapsedMs = performance.now() - startMs
    const argonUsedMs = readCpuMs(passwordPid) - argonMs
    const ours = await this.#window('take')
    const floor = await this.#window('replay')
    return {
      serverMicrosec: (ours.cpuMs * MS_PER_SEC) / kind.count,
      floorMicrosec: (floor.cpuMs * MS_PER_SEC) / kind.count,
      statements: ours.statements / kind.count,
      failures: floor.failures,
      perSec: (kind.count * MS_PER_SEC) / elapsedMs,
      p99Ms: percentile(tookMs, 0.99),
      argonMs: argonUsedMs / kind.count,
    }
  }

  async #window(type: 'take' | 'replay') {
    const question = { type }
    const answer = await this.#server.ask<ServiceAnswer & { type: 'window' }>('window', question)
    return answer.window
  }
}

function rowsOf(kind: Kind, turns: readonly Turn[]): BenchRow[] {
  const { name } = kind
  const of = (read: (turn: Turn) => number) => median(turns.map(read))
  const ratio = of(({ serverMicrosec, floorMicrosec }) => serverMicrosec / floorMicrosec)
  const failures = turns.reduce((sum, turn) => sum + turn.failures, 0)
  return [
    reported(
      `${name}: cpu of the server`,
      of((turn) => turn.serverMicrosec),
      'µs',
    ),
    reported(
      `${name}: its statements by pg alone`,
      of((turn) => turn.floorMicrosec),
      'µs',
    ),
    atMost(`${name}: cpu over pg alone`, ratio, 'times', kind.ratioMax),
    atMost(
      `${name}: round trips`,
      of((turn) => turn.statements),
      'statements',
      kind.statementsMax + BACKGROUND_STATEMENTS,
    ),
    atMost(`${name}: statements the floor could not repeat`, failures, 'statements', 0),
    reported(
      `${name}: rate of ${LANES} lanes`,
      of((turn) => turn.perSec),
      '1/s',
    ),
    reported(
      `${name}: answer p99`,
      of((turn) => turn.p99Ms),
      'ms',
    ),
    ...(name.startsWith('log-in')
      ? [
          reported(
            `${name}: cpu of the password process`,
            of((turn) => turn.argonMs),
            'ms',
          ),
        ]
      : []),
  ]
}
