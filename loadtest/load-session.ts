/**
 * One load run from start to end: processes up, bots in, a second-by-second watch, processes down.
 * Times out by itself: whoever has not joined by the deadline is counted, not waited for.
 */
import type { ChildProcess } from 'node:child_process'
import { availableParallelism } from 'node:os'

import { Conditioner } from './conditioner.ts'
import type { FromBots, LoadSample, LoadTask, ToBots } from './load-messages.ts'
import { isQuietAgain, type QuietReadings } from './load-leaks.ts'
import { LoadProcesses, splitCores } from './load-processes.ts'
import type { LoadProgress, ProgressState } from './load-progress.ts'
import type { LoadRun } from './load-report.ts'
import { rowBetween, totalOf, type LoadMoment, type TimelineRow } from './load-timeline.ts'
import { describeMachine, readCpuTimes, readWaitMs, stealRatio } from './machine.ts'
import { parseMetrics, type MetricReading } from './metrics-text.ts'
import type { Scenario } from './scenario.ts'
import { systemClock, systemTimers } from './system-clock.ts'

const SECOND_MS = 1000
/** Bots that have not joined this long after the last should have are left behind (s). */
const JOIN_GRACE_SEC = 30
/** An ops port that does not answer by then is skipped for this second (ms). */
const METRICS_MS_MAX = 2000
/** A bot process that does not answer by then is left out of this second (ms). */
const SAMPLE_MS_MAX = 900
/** With nobody there, the server may take this long until nothing is left of them (s). */
const QUIET_SEC_MAX = 120
/** Bots that fit one process before it needs too much of its core. */
const FULL_BOTS_PER_PROCESS = 200
const LEAN_BOTS_PER_PROCESS = 1500

/** Corrections of own movement kept for the percentile; later ones are left out. */
const OWN_ERRORS_MAX = 1_000_000

export interface SessionOptions {
  readonly scenario: Scenario
  readonly seed: number
  readonly url: string | undefined
  readonly opsUrl: string | undefined
  readonly progress: LoadProgress
}

export class LoadSession {
  readonly #options: SessionOptions
  readonly #processes = new LoadProcesses(splitCores())
  readonly #samples = new Map<ChildProcess, LoadSample>()
  readonly #timeline: TimelineRow[] = []
  readonly #joinMs: number[] = []
  readonly #roundTripMs: number[] = []
  readonly #ownErrorMetres: number[] = []
  readonly #bots: ChildProcess[] = []
  readonly #awaited = new Map<ChildProcess, () => void>()
  #newJoinMs: number[] = []
  #newRoundTripMs: number[] = []
  #newOwnErrorMetres: number[] = []
  #conditioner: Conditioner | undefined
  #opsUrl: string | undefined
  #serverPid = 0
  #quietBefore: MetricReading | undefined
  #beganAtMs = 0
  #cutShort: string | undefined
  #isCut = false

  constructor(options: SessionOptions) {
    this.#options = options
    this.#opsUrl = options.opsUrl
    this.#processes.onUnexpectedExit = (what, code) => this.cut(`${what} ended with code ${code}`)
  }

  /** Ends the run at the next second, with what there is. */
  cut(why: string): void {
    this.#cutShort ??= why
    this.#isCut = true
  }

  /** Runs the scenario; always stops what it started. */
  async run(): Promise<LoadRun> {
    const steal = readCpuTimes()
    let waitedMs = Number.NaN
    const startedAt = new Date(systemClock.wallMs()).toISOString()
    try {
      await this.#start()
      this.#beganAtMs = systemClock.monotonicMs()
      const begin = await this.#takeMoment()
      const from = await this.#join(begin)
      waitedMs = readWaitMs(this.#serverPid)
      const to = await this.#measure(from)
      waitedMs = readWaitMs(this.#serverPid) - waitedMs
      const quiet = await this.#awaitQuiet()
      return {
        scenario: this.#options.scenario,
        seed: this.#options.seed,
        startedAt,
        machine: describeMachine(),
        timeline: this.#timeline,
        begin,
        from,
        to,
        roundTripMs: this.#roundTripMs,
        joinMs: this.#joinMs,
        quiet,
        ownErrorMetres: this.#ownErrorMetres,
        stealRatio: stealRatio(steal, readCpuTimes()),
        serverWaitRatio: waitedMs / ((to.atSec - from.atSec) * SECOND_MS),
        cutShort: this.#cutShort,
      }
    } finally {
      await this.#processes.stop()
      await this.#conditioner?.close()
    }
  }

  async #start(): Promise<void> {
    const { progress, scenario, seed } = this.#options
    let url = this.#options.url
    let botKey = process.env['BATTALION_BOT_KEY']
    if (url === undefined) {
      progress.say('Starting a server of our own …')
      const server = await this.#processes.startServer()
      url = server.publicUrl
      botKey = server.botKey
      this.#serverPid = server.pid
      this.#opsUrl = server.opsUrl
      this.#quietBefore = await this.#readMetrics()
    }
    const baseUrl = scenario.network === null ? url : await this.#worsen(url)
    const bots = `${scenario.fullBots} full and ${scenario.leanBots} lean bots`
    progress.say(`${scenario.name}: ${bots} against ${url}, seed ${seed}.`)
    this.#startBots(baseUrl, botKey)
  }

  /** Puts the conditioner between bots and server. */
  async #worsen(url: string): Promise<string> {
    const { scenario, seed } = this.#options
    const target = new URL(url)
    this.#conditioner = new Conditioner({
      targetHost: target.hostname,
      targetPort: Number(target.port || 80),
      conditions: scenario.network!,
      seed,
      clock: systemClock,
      timers: systemTimers,
    })
    return `http://127.0.0.1:${await this.#conditioner.listen()}`
  }

  #startBots(baseUrl: string, botKey: string | undefined): void {
    const { scenario, seed } = this.#options
    const count = botProcessCount(scenario)
    let firstNumber = 0
    for (let index = 0; index < count; index++) {
      const task: LoadTask = {
        type: 'task',
        baseUrl,
        scenario,
        fullBots: shareOf(scenario.fullBots, count, index),
        leanBots: shareOf(scenario.leanBots, count, index),
        joinsPerSec: scenario.joinsPerSec / count,
        churnPerSec: scenario.churnPerSec / count,
        firstNumber,
        seed,
      }
      firstNumber += task.fullBots + task.leanBots
      const child = this.#processes.startBots(botKey)
      child.on('message', (message) => this.#onMessage(child, message as FromBots))
      child.send(task)
      this.#bots.push(child)
    }
  }

  #onMessage(child: ChildProcess, message: FromBots): void {
    if (message.type === 'failed') return this.cut(`the bots could not start: ${message.message}`)
    this.#samples.set(child, message)
    this.#awaited.get(child)?.()
    this.#newJoinMs.push(...message.joinMs)
    this.#newRoundTripMs.push(...message.roundTripMs)
    this.#newOwnErrorMetres.push(...message.ownErrorMetres)
  }

  /** Until everybody is in battle, or the deadline. */
  async #join(begin: LoadMoment): Promise<LoadMoment> {
    const { fullBots, leanBots, joinsPerSec } = this.#options.scenario
    const botCount = fullBots + leanBots
    const deadlineSec = botCount / joinsPerSec + JOIN_GRACE_SEC
    let moment = begin
    while (!this.#isCut && !isWhole(moment, botCount) && moment.atSec < deadlineSec) {
      moment = await this.#nextSecond(moment, 'joining', deadlineSec - moment.atSec)
    }
    if (!isWhole(moment, botCount)) {
      this.#options.progress.say(`Only ${moment.crowd.playing} of ${botCount} bots have joined.`)
    }
    moment = await this.#settle(moment)
    this.#roundTripMs.length = 0
    this.#ownErrorMetres.length = 0
    return moment
  }

  /** Lets the crowd get to where the scenario wants it. */
  async #settle(joined: LoadMoment): Promise<LoadMoment> {
    const endSec = joined.atSec + this.#options.scenario.settleSec
    let moment = joined
    while (!this.#isCut && moment.atSec + 0.5 < endSec) {
      moment = await this.#nextSecond(moment, 'settling', endSec - moment.atSec)
    }
    return moment
  }

  async #measure(from: LoadMoment): Promise<LoadMoment> {
    const { durationSec } = this.#options.scenario
    let moment = from
    while (!this.#isCut && moment.atSec + 0.5 < from.atSec + durationSec) {
      moment = await this.#nextSecond(moment, 'measuring', from.atSec + durationSec - moment.atSec)
    }
    return moment
  }

  /** Sends the bots away and looks what is left of them; for churn, against a server of our own. */
  async #awaitQuiet(): Promise<QuietReadings | undefined> {
    const before = this.#quietBefore
    if (before === undefined || this.#isCut || this.#options.scenario.churnPerSec === 0) {
      return undefined
    }
    this.#options.progress.say('The bots leave; what is left of them?')
    await this.#processes.dismiss(this.#bots)
    const goneAtMs = systemClock.monotonicMs()
    for (;;) {
      await sleep(SECOND_MS)
      const after = await this.#readMetrics()
      const settledSec = (systemClock.monotonicMs() - goneAtMs) / SECOND_MS
      const isOver = settledSec >= QUIET_SEC_MAX
      if (after !== undefined && (isOver || isQuietAgain(before, after))) {
        return { before, after, settledSec }
      }
      if (isOver) return undefined
    }
  }

  async #nextSecond(
    before: LoadMoment,
    phase: ProgressState['phase'],
    leftSec: number,
  ): Promise<LoadMoment> {
    const { scenario, progress } = this.#options
    const dueMs = this.#beganAtMs + Math.floor(before.atSec + 1.001) * SECOND_MS
    await sleep(Math.max(1, dueMs - systemClock.monotonicMs()))
    const moment = await this.#takeMoment()
    const row = rowBetween(before, moment)
    this.#timeline.push(row)
    this.#joinMs.push(...moment.joinMs)
    this.#roundTripMs.push(...moment.roundTripMs)
    this.#keepErrors(moment.ownErrorMetres)
    const botCount = scenario.fullBots + scenario.leanBots
    progress.show({ phase, botCount, leftSec: leftSec - 1, row }, systemClock.monotonicMs())
    return moment
  }

  /** Long runs keep the first so many: an hour of 64 bots would be five million. */
  #keepErrors(metres: readonly number[]): void {
    const room = OWN_ERRORS_MAX - this.#ownErrorMetres.length
    if (room > 0) this.#ownErrorMetres.push(...metres.slice(0, room))
  }

  async #takeMoment(): Promise<LoadMoment> {
    const [server] = await Promise.all([this.#readMetrics(), this.#askBots()])
    const joinMs = this.#newJoinMs
    const roundTripMs = this.#newRoundTripMs
    const ownErrorMetres = this.#newOwnErrorMetres
    this.#newJoinMs = []
    this.#newRoundTripMs = []
    this.#newOwnErrorMetres = []
    const atSec = (systemClock.monotonicMs() - this.#beganAtMs) / SECOND_MS
    const crowd = totalOf(this.#samples.values())
    return { atSec, crowd, joinMs, roundTripMs, ownErrorMetres, server }
  }

  /** A fresh sample of every bot process; one that is too busy is read a second later. */
  async #askBots(): Promise<void> {
    const answers = this.#bots.map((child) => {
      if (!child.connected) return Promise.resolve()
      child.send({ type: 'report' } satisfies ToBots)
      return new Promise<void>((resolve) => this.#awaited.set(child, resolve))
    })
    await Promise.race([Promise.all(answers), sleep(SAMPLE_MS_MAX)])
  }

  async #readMetrics(): Promise<MetricReading | undefined> {
    if (this.#opsUrl === undefined || this.#opsUrl === '') return undefined
    try {
      const signal = AbortSignal.timeout(METRICS_MS_MAX)
      const answer = await fetch(`${this.#opsUrl}/metrics`, { signal })
      return answer.ok ? parseMetrics(await answer.text()) : undefined
    } catch {
      return undefined
    }
  }
}

/** Everybody is in battle, or was: with churn somebody is always out. */
function isWhole({ crowd }: LoadMoment, botCount: number): boolean {
  return crowd.playing >= botCount || crowd.joinsDone >= 1.05 * botCount
}

/** One process per spare core, as many as the crowd needs. */
function botProcessCount({ fullBots, leanBots }: Scenario): number {
  const needed = fullBots / FULL_BOTS_PER_PROCESS + leanBots / LEAN_BOTS_PER_PROCESS
  return Math.max(1, Math.min(availableParallelism() - 1, Math.ceil(needed)))
}

/** The part of `total` that process `index` of `count` gets. */
function shareOf(total: number, count: number, index: number): number {
  return Math.floor((total * (index + 1)) / count) - Math.floor((total * index) / count)
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => systemTimers.setTimeout(() => resolve(), ms))
}
