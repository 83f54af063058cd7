/**
 * One server, one crowd, one measured window: starts both, lets everybody in, waits until the
 * battle has settled, measures, ends both. The same for us, for peers and for the floor.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { CELL_METRES } from '@battalion/sim/limits.ts'
import { readWaitMs } from '../loadtest/machine.ts'
import { tellProgress } from './bench-voice.ts'
import type { Behaviour, CrowdAnswer, CrowdSample, Dialect } from './clients/crowd-talk.ts'
import { USUAL_PLAY } from './clients/crowd-talk.ts'
import { Program } from './pinned-process.ts'
import type { ResultTimes, ServerAnswer, ServerSample } from './servers/bench-talk.ts'

const JOIN_SEC_MAX = 180
const POLL_MS = 250
/** Pages are given back by another thread, some of them only at the next collection. */
const RELEASE_ROUNDS = 3
const RELEASE_MS = 700
/** A window in earnest (s), and the variable by which the runner hands on another length. */
export const WINDOW_SEC = 60
export const WINDOW_ENV = 'BENCH_WINDOW_SEC'
/** A crowd that is complete but for this share may be measured; the row says how many played. */
const PLAYING_RATIO_MIN = 0.98

export interface ContestSetup {
  /** For progress. */
  readonly label: string
  /** The server's program, below the project's folder. */
  readonly server: string
  readonly dialect: Dialect
  readonly players: number
  /** Side of the square field (cells). */
  readonly cells: number
  readonly tickRateHz?: number
  readonly joinsPerSec?: number
  readonly behaviour?: Behaviour
  readonly observers?: number
  readonly signallerEvery?: number
  /** Transport of ours; left out: what TRANSPORT says. */
  readonly transport?: 'ws' | 'lean'
  /** More of the server's environment, such as another database. */
  readonly env?: Readonly<Record<string, string>>
  /** Flags of Node for the server. */
  readonly serverFlags?: readonly string[]
}

/** A window as both sides saw it. */
export interface Measured {
  readonly server: ServerSample
  readonly crowd: CrowdSample
  /** Share of the window in which the server was ready to run and had no core; NaN = not known. */
  readonly waitRatio: number
}

/** What the server's process holds (bytes). */
export interface ServerMemory {
  readonly rssBytes: number
  /** Of it, objects of the JavaScript heap. */
  readonly heapBytes: number
}

export class Contest {
  readonly #setup: ContestSetup
  readonly #server: Program
  readonly #crowd: Program
  readonly #folder: string
  readonly #url: string
  #waitedMs = Number.NaN

  private constructor(
    setup: ContestSetup,
    place: { readonly folder: string; readonly url: string },
    { server, crowd }: { readonly server: Program; readonly crowd: Program },
  ) {
    this.#setup = setup
    this.#folder = place.folder
    this.#url = place.url
    this.#server = server
    this.#crowd = crowd
  }

  /** Where the server is reached. */
  get url(): string {
    return this.#url
  }

  /** The server's process. */
  get serverPid(): number {
    return this.#server.pid
  }

  /** Server up, crowd ready, nobody in. */
  static async start(setup: ContestSetup): Promise<Contest> {
    tellProgress(`${setup.label}: ${setup.players} clients`)
    const folder = mkdtempSync(join(tmpdir(), 'battalion-bench-'))
    const server = new Program({
      program: setup.server,
      role: 'server',
      options: { cells: setup.cells, tickRateHz: setup.tickRateHz ?? 20, players: setup.players },
      env: {
        DATA_DIR: folder,
        ...setup.env,
        ...(setup.transport === undefined ? {} : { TRANSPORT: setup.transport }),
      },
      ...(setup.serverFlags === undefined ? {} : { flags: setup.serverFlags }),
    })
    try {
      const { url } = await server.ask<ServerAnswer & { type: 'ready' }>('ready')
      const crowd = new Program({
        program: 'bench/crowd-program.ts',
        role: 'clients',
        options: {
          url,
          dialect: setup.dialect,
          behaviour: setup.behaviour ?? USUAL_PLAY,
          sideMetres: setup.cells * CELL_METRES,
          observers: setup.observers ?? 0,
          signallerEvery: setup.signallerEvery ?? 0,
        },
      })
      const contest = new Contest(setup, { folder, url }, { server, crowd })
      await crowd.ask('started')
      return contest
    } catch (error) {
      await server.stop()
      rmSync(folder, { recursive: true, force: true })
      throw error
    }
  }

  /** Starts, fills, settles, measures, stops. */
  static async measure(setup: ContestSetup, times: ContestTimes): Promise<Measured> {
    const contest = await Contest.start(setup)
    try {
      await contest.fill()
      await delay(times.settleSec * 1000)
      return await contest.window(times.windowSec)
    } finally {
      await contest.stop()
    }
  }

  /** Lets everybody in, the first alone, so that there is one room. */
  async fill(): Promise<void> {
    const { players, joinsPerSec = 100 } = this.#setup
    await this.add(1, 1)
    await this.waitFor(1)
    await this.add(players - 1, joinsPerSec)
    await this.waitFor(Math.ceil(players * PLAYING_RATIO_MIN))
  }

  /** Makes `count` clients and signs them in; they join when ordered. */
  async prepare(count: number): Promise<void> {
    await this.#crowd.ask('prepared', { type: 'prepare', count })
  }

  /** Orders joins of as many as were prepared; does not wait for them. */
  join(joinsPerSec: number): void {
    this.#crowd.tell({ type: 'join', joinsPerSec })
  }

  async add(count: number, joinsPerSec: number): Promise<void> {
    await this.prepare(count)
    this.join(joinsPerSec)
  }

  async waitFor(playersMin: number): Promise<void> {
    const endMs = performance.now() + JOIN_SEC_MAX * 1000
    for (;;) {
      const answer = await this.#crowd.ask<CrowdAnswer & { type: 'playing' }>('playing', {
        type: 'count',
      })
      if (answer.playing >= playersMin) return
      const isHopeless = answer.playing === 0 && answer.failed.length > 0
      if (isHopeless || performance.now() > endMs) {
        const why = answer.failed[0] ?? 'no reason given'
        throw new RangeError(`${this.#setup.label}: ${answer.playing} of ${playersMin} in: ${why}`)
      }
      await delay(POLL_MS)
    }
  }

  behave(behaviour: Behaviour): void {
    this.#crowd.tell({ type: 'behave', behaviour })
  }

  async window(seconds: number): Promise<Measured> {
    this.mark()
    await delay(seconds * 1000)
    return this.take()
  }

  mark(): void {
    this.#waitedMs = readWaitMs(this.#server.pid)
    this.#server.tell({ type: 'mark' })
    this.#crowd.tell({ type: 'mark' })
  }

  async take(): Promise<Measured> {
    const [server, crowd] = await Promise.all([
      this.#server.ask<ServerAnswer & { type: 'sample' }>('sample', { type: 'take' }),
      this.#crowd.ask<CrowdAnswer & { type: 'sample' }>('sample', { type: 'take' }),
    ])
    const waitedMs = readWaitMs(this.#server.pid) - this.#waitedMs
    const waitRatio = waitedMs / server.sample.elapsedMs
    return { server: server.sample, crowd: crowd.sample, waitRatio }
  }

  /** Memory of the server after a full collection, as it stands then. */
  async serverMemory(): Promise<ServerMemory> {
    await this.#server.ask('done', { type: 'collect' })
    await this.#server.ask('done', { type: 'collect' })
    return await this.#askMemory()
  }

  /** The same after the heap gave the pages it keeps in reserve back to the system. */
  async serverMemoryHeld(): Promise<ServerMemory> {
    for (let round = 0; round < RELEASE_ROUNDS; round++) {
      await this.#server.ask('done', { type: 'release' })
      await delay(RELEASE_MS)
    }
    return await this.#askMemory()
  }

  async #askMemory(): Promise<ServerMemory> {
    const { rssBytes, heapBytes } = (await this.take()).server
    return { rssBytes, heapBytes }
  }

  /** Our server is handed the result of a battle of 1,000; answers when it is in the database. */
  async finishBattle(): Promise<ResultTimes> {
    const { result } = await this.#server.ask<ServerAnswer & { type: 'finished' }>('finished', {
      type: 'finish',
    })
    return result
  }

  async stop(): Promise<void> {
    await this.#crowd.stop()
    await this.#server.stop()
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

export interface ContestTimes {
  /** Between the last join and the window. */
  readonly settleSec: number
  readonly windowSec: number
}

/** A minute in earnest, or what `--seconds` says (for looking, not for quoting); seconds in CI. */
export function timesFor(small: boolean): ContestTimes {
  if (small) return { settleSec: 4, windowSec: 3 }
  return { settleSec: 5, windowSec: Number(process.env[WINDOW_ENV] ?? WINDOW_SEC) }
}

/** Our server with its usual crowd. */
export function ourBattle(
  players: number,
  cells: number,
  more: Partial<ContestSetup> = {},
): ContestSetup {
  return {
    label: 'battalion',
    server: 'bench/servers/battle-server.ts',
    dialect: 'battle',
    players,
    cells,
    ...more,
  }
}
