/**
 * The bench of a group of faults: one server with default limits, one honest crowd, one baseline.
 * Measures a window while something happens and says what it did to the honest ones.
 */
import { AppError } from '@battalion/base/app-error.ts'
import {
  countOf,
  histogramSince,
  parseMetrics,
  percentileOf,
  quantileOf,
  sumOf,
  type MetricReading,
} from '../metrics-text.ts'
import { readWaitMs } from '../machine.ts'
import type { AttackAnswer, AttackTask } from './attack-main.ts'
import { callHttp } from './call-http.ts'
import { COLLECT, type Collected } from './collect-on-demand.ts'
import { ChaosProcesses, firstMessage, START_MS_MAX } from './chaos-processes.ts'
import type { ChaosServer, ServerAddress } from './chaos-processes.ts'
import { figure, mustBeZero, mustHold, type AttackReport, type Figure } from './fault.ts'
import type { Growth, GrowthTask, HonestSample, HonestTask } from './honest-main.ts'
import type { RowAnswer, RowTask } from './row-main.ts'
import type { Target } from './raw-link.ts'

/** Percentiles below these are those of an idle machine; ratios count from here up (ms). */
const TICK_FLOOR_MS = 4
const LATENESS_FLOOR_MS = 12
const ROUND_TRIP_FLOOR_MS = 12
/** A tick this late means that the loop stood still (s). */
const BLOCK_SEC = 0.1
const SNAPSHOT_HZ = 20
/** Of the 120 ticks of a small window the p99 is one tick: only gross slowness shows. */
const SMALL_RATIO_MAX = 2
/** A battle that still sheds load after this is measured as it is (ms). */
const SETTLE_MS_MAX = 45_000
/** A server that waited for its core more of the time than this was disturbed by others. */
const DISTURBED_RATIO = 0.03
const OPS_ADDRESS = '127.0.0.1'
/** Of, for every attack: what honest clients must still get. */
const SNAPSHOT_RATIO_MIN = 0.95
const ROUND_TRIP_RATIO_MAX = 2
const SNAPSHOTS_GOT = 'snapshots that honest clients got'
const BLOCKS = 'event-loop blocks over 100 ms'
/** An attack ends so long after its time at most, a row of its own process after this (ms). */
const ATTACK_MS_MAX = 120_000
const ROW_MS_MAX = 300_000

/** What a window looked like. */
export interface Window {
  readonly seconds: number
  readonly tickMsP99: number
  readonly latenessMsP99: number
  /** Ticks that began over 100 ms late. */
  readonly blocks: number
  readonly roundTripMsP99: number
  /** Share of the snapshots due that came. */
  readonly snapshotRatio: number
  readonly honestLost: number
  /** Share of the time in which the server was ready and got no core. */
  readonly waitRatio: number
  readonly before: MetricReading
  readonly after: MetricReading
  readonly sample: HonestSample
}

export interface LabOptions {
  readonly isSmall: boolean
  readonly seed: number
  readonly say: (line: string) => void
  /** What the crowd plays, where attackers of this group play something else. */
  readonly crowdOptions?: Readonly<Record<string, unknown>>
  /** Honest clients; default 100, in small runs 40. */
  readonly crowdSize?: number
  /** What the crowd is due (Hz); default 20. */
  readonly snapshotHz?: number
  /** One of the crowd reads what is announced. */
  readonly hasWitness?: boolean
  /** Another program, other options. */
  readonly server?: { readonly program: string; readonly env: Readonly<Record<string, string>> }
  /** A server of another process, to be attacked and not to be managed. */
  readonly given?: ServerAddress
}

/** A server as rows see it. */
export type LabServer = Omit<ChaosServer, 'child'>

export class ChaosLab {
  readonly processes = new ChaosProcesses()
  readonly options: LabOptions
  #server: LabServer | undefined
  #chaosServer: ChaosServer | undefined
  #crowd: ReturnType<ChaosProcesses['startClient']> | undefined
  #crowdSize = 0
  #baseline: Window | undefined
  #waitRatioMax = 0

  constructor(options: LabOptions) {
    this.options = options
  }

  get isSmall(): boolean {
    return this.options.isSmall
  }

  /** Seconds of a window. */
  pick(full: number, small: number): number {
    return this.options.isSmall ? small : full
  }

  /** The server of the group, started at first use. */
  async server(): Promise<LabServer> {
    const { given } = this.options
    if (given !== undefined) return { ...given, log: () => '', exitedWith: () => undefined }
    if (this.#server !== undefined) return this.#server
    const { env, program } = this.options.server ?? {}
    this.#chaosServer = await this.processes.startServer(env, program)
    return (this.#server = this.#chaosServer)
  }

  /** Tells the server program something, where it listens. */
  order(message: object): void {
    this.#chaosServer?.child.send(message)
  }

  /** The honest crowd and its baseline, made at first use. */
  async baseline(): Promise<Window> {
    if (this.#baseline !== undefined) return this.#baseline
    await this.startCrowd()
    const seconds = this.pick(60, 6)
    this.options.say(`baseline: ${this.#crowdSize} honest clients, ${seconds} s …`)
    this.#baseline = await this.during(() => this.wait(seconds * 1000))
    return this.#baseline
  }

  /** Seats the crowd and waits until the battle is calm. */
  async startCrowd(): Promise<void> {
    const { target } = await this.server()
    const { seed, crowdOptions, crowdSize } = this.options
    this.#crowdSize = crowdSize ?? this.pick(100, 40)
    this.#crowd = this.processes.startClient('honest-main.ts')
    const setup = crowdOptions === undefined ? {} : { options: crowdOptions }
    const task: HonestTask = { target, count: this.#crowdSize, seed, setup }
    this.#crowd.send({ ...task, hasWitness: this.options.hasWitness === true })
    const joined = await firstMessage<HonestSample>(this.#crowd, () => '')
    if (joined.failed !== undefined) throw new AppError('unavailable', joined.failed)
    await this.wait(this.pick(5000, 2500))
    await this.settle()
  }

  /** More who would like to come in, and what became of them. */
  async growCrowd(task: GrowthTask): Promise<Growth> {
    const crowd = this.#crowd
    if (crowd === undefined) return { joined: 0, refused: 0, broken: task.more }
    crowd.send(task)
    const withinMs = task.more * task.gapMs + ATTACK_MS_MAX
    const growth = await firstMessage<Growth>(crowd, () => '', withinMs)
    this.#crowdSize += growth.joined
    return growth
  }

  /** Waits until no battle sheds load, so that one row does not pay for the one before. */
  async settle(): Promise<void> {
    const untilMs = performance.now() + SETTLE_MS_MAX
    while (performance.now() < untilMs) {
      if (sumOf(await this.metrics(), 'battalion_shed_level') === 0) return
      await this.wait(500)
    }
  }

  /** Measures while `work` runs; the baseline's crowd plays. */
  async during(work: () => Promise<unknown>): Promise<Window> {
    await this.#askCrowd()
    const before = await this.metrics()
    const beganMs = performance.now()
    const { pid } = await this.server()
    const waitedMs = readWaitMs(pid)
    await work()
    const sample = await this.#askCrowd()
    const after = await this.metrics()
    const tick = windowOf(before, after, 'battalion_tick_duration_seconds{phase="total"}')
    const late = windowOf(before, after, 'battalion_tick_lateness_seconds')
    const { snapshotHz = SNAPSHOT_HZ } = this.options
    const due = (sample.elapsedMs / 1000) * snapshotHz * this.#crowdSize
    const tookMs = performance.now() - beganMs
    const waitRatio = (readWaitMs(pid) - waitedMs) / tookMs
    this.#waitRatioMax = Math.max(this.#waitRatioMax, waitRatio || 0)
    return {
      seconds: tookMs / 1000,
      waitRatio,
      tickMsP99: quantileOf(tick, 0.99) * 1000,
      latenessMsP99: quantileOf(late, 0.99) * 1000,
      blocks: countOf(late) - (late.counts[late.bounds.indexOf(BLOCK_SEC)] ?? countOf(late)),
      roundTripMsP99: percentileOf(sample.roundTripMs, 0.99),
      snapshotRatio: sample.snapshots / due,
      honestLost: sample.disconnects + this.#crowdSize - sample.playing,
      before,
      after,
      sample,
    }
  }

  /** Times of a row, told only where a window since the last call was disturbed. */
  judgeTimes(figures: readonly Figure[]): Figure[] {
    const waitRatio = this.#waitRatioMax
    this.#waitRatioMax = 0
    return figures.map((one) => (one.unit === 'ms' ? timeFigure(one, waitRatio) : one))
  }

  /** Runs an attack of a row in a process of its own. */
  async attack(
    faultId: string,
    attack: string,
    scene: { readonly durationMs: number; readonly args?: AttackTask['args'] },
  ): Promise<AttackReport> {
    const { target } = await this.server()
    const child = this.processes.startAttacker('attack-main.ts')
    const { durationMs, args = {} } = scene
    child.send({ faultId, attack, target, durationMs, args, seed: this.options.seed })
    const withinMs = durationMs + ATTACK_MS_MAX
    const answer = await firstMessage<AttackAnswer>(child, () => '', withinMs)
    if ('failed' in answer) throw new AppError('unavailable', `${faultId}: ${answer.failed}`)
    return answer.report
  }

  /** Runs a whole row in a process of its own against this server; the crowd is measured. */
  async runApart(id: string): Promise<Figure[]> {
    await this.baseline()
    const { target, ops, pid, botKey, dataDir } = await this.server()
    const { isSmall, seed } = this.options
    let figures: readonly Figure[] = []
    const window = await this.during(async () => {
      const child = this.processes.startAttacker('row-main.ts')
      const server = { target, ops, pid, botKey, dataDir }
      child.send({ faultId: id, isSmall, seed, server } satisfies RowTask)
      const answer = await firstMessage<RowAnswer>(child, () => '', ROW_MS_MAX)
      if ('failed' in answer) throw new AppError('unavailable', `${id}: ${answer.failed}`)
      figures = answer.figures
    })
    return [...figures, ...(await this.undisturbed(id, window))]
  }

  /** What every attack must leave untouched. */
  async undisturbed(id: string, window: Window, tickRatioMax = 1.2): Promise<Figure[]> {
    const base = await this.baseline()
    const server = await this.server()
    const waitRatio = Math.max(window.waitRatio, base.waitRatio)
    return [
      mustBeZero(`${id} process ends`, server.exitedWith() === undefined ? 0 : 1),
      mustHold(`${id} ready afterwards`, await isReady(server.ops)),
      mustBeZero(`${id} honest clients lost`, window.honestLost),
      ...this.#timesOf(id, window, { base, tickRatioMax }).map((one) => timeFigure(one, waitRatio)),
      figure(`${id} server waited for its core`, waitRatio * 100, null, { unit: '%' }),
    ]
  }

  /** What honest clients and the tick felt; where others held the core these say nothing. */
  #timesOf(id: string, window: Window, than: { base: Window; tickRatioMax: number }): Figure[] {
    const { base } = than
    const ratioMax = this.isSmall ? SMALL_RATIO_MAX : than.tickRatioMax
    const tick = ratioOf(window.tickMsP99, base.tickMsP99, TICK_FLOOR_MS)
    const late = ratioOf(window.latenessMsP99, base.latenessMsP99, LATENESS_FLOOR_MS)
    const trip = ratioOf(window.roundTripMsP99, base.roundTripMsP99, ROUND_TRIP_FLOOR_MS)
    const [times, share] = [{ unit: 'times' }, { unit: 'share', better: 'higher' }] as const
    const { blocks, snapshotRatio } = window
    return [
      figure(`${id} tick work p99 over baseline`, tick, ratioMax, times),
      figure(`${id} tick lateness p99 over baseline`, late, ratioMax, times),
      figure(`${id} honest round trip p99 over baseline`, trip, ROUND_TRIP_RATIO_MAX, times),
      figure(`${id} ${SNAPSHOTS_GOT}`, snapshotRatio, SNAPSHOT_RATIO_MIN, share),
      mustBeZero(`${id} ${BLOCKS}`, blocks),
    ]
  }

  async metrics(ops?: Target): Promise<MetricReading> {
    const target = ops ?? (await this.server()).ops
    return parseMetrics((await callHttp({ target, address: OPS_ADDRESS, path: '/metrics' })).text)
  }

  /** Resident memory of the server: the least of a few seconds, between collections (bytes). */
  async memory(): Promise<number> {
    let least = Infinity
    for (let sample = 0; sample < 8; sample++) {
      least = Math.min(least, sumOf(await this.metrics(), 'process_resident_memory_bytes'))
      await this.wait(300)
    }
    return least
  }

  /** What lives in the heap of the rooms' thread (bytes), collected now: the loop stands still. */
  async liveHeap(): Promise<number> {
    await this.server()
    const child = this.#chaosServer?.child
    if (child === undefined) throw new AppError('unavailable', 'Only an own server is collected.')
    child.send(COLLECT)
    return (await firstMessage<Collected>(child, () => '', START_MS_MAX, isCollected)).liveHeapBytes
  }

  /** What became of the server, for a row that broke. */
  async autopsy(): Promise<string> {
    // A server that crashes takes a few seconds to write what it must.
    await this.wait(5000)
    const ended = this.#server?.exitedWith()
    const log = this.#server?.log().slice(-3000) ?? ''
    return ended === undefined ? 'the server lives' : `the server ended with ${ended}: ${log}`
  }

  wait(ms: number): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, ms))
  }

  /** Ends everything of this group. */
  async stop(): Promise<void> {
    await this.processes.stop()
  }

  async #askCrowd(): Promise<HonestSample> {
    const crowd = this.#crowd
    if (crowd === undefined || !crowd.connected) return NOBODY
    crowd.send('report')
    return await firstMessage<HonestSample>(crowd, () => '')
  }
}

const NOBODY: HonestSample = {
  snapshots: 0,
  bytes: 0,
  disconnects: 0,
  roundTripMs: [],
  playing: 0,
  elapsedMs: 0,
  snapshotsOf: [],
}

/** The server says other things, too, such as which battle wants bots. */
function isCollected(message: object): boolean {
  return 'type' in message && message.type === 'collected'
}

/** True when the ops port says so within five seconds. */
export async function isReady(ops: Target): Promise<boolean> {
  const call = { target: ops, address: OPS_ADDRESS, path: '/readyz', withinMs: 5000 }
  return (await callHttp(call)).status === 200
}

function windowOf(before: MetricReading, after: MetricReading, name: string) {
  const end = after.histograms.get(name)
  if (end === undefined) return { bounds: [], counts: [], sum: 0 }
  return histogramSince(before.histograms.get(name), end)
}

/** True of what another program on this machine could have caused as well. */
export function isTimeFigure({ name, unit }: Figure): boolean {
  return unit === 'times' || unit === 'ms' || name.endsWith(SNAPSHOTS_GOT) || name.endsWith(BLOCKS)
}

/** A time of a run that other programs disturbed is told and not judged. */
export function timeFigure(one: Figure, waitRatio: number): Figure {
  if (one.pass || !(waitRatio > DISTURBED_RATIO)) return one
  return { ...one, name: `${one.name} (disturbed)`, budget: null, pass: true }
}

/** Both at least `floor`: below it a percentile is noise of the machine. */
export function ratioOf(value: number, base: number, floor: number): number {
  return Math.max(value, floor) / Math.max(base, floor)
}
