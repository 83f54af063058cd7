/**
 * From a room's report to the database, and nothing lost on the way. `report` returns at once; the
 * results thread packs the battle and keeps it as a synced file; a loop has the oldest file written
 * in one transaction and removes it. A database that is away is waited for, for days if need be;
 * after a crash the files are still there, and writing one again changes nothing.
 */
import { join } from 'node:path'

import type { Timers } from '@battalion/base/clock.ts'

import { WakeLoop } from '../wake-loop.ts'
import type { MatchReport } from './pack-match.ts'
import type { QueueState } from './result-files.ts'
import { ResultThread } from './result-thread.ts'
import type { FileOutcome, LoadResult, ResultWriter } from './result-writer.ts'

/** Reports between rooms and disk (each up to 2 MB); more at once are refused, counted. */
export const REPORTS_WAITING_MAX = 64
/** A report that the disk refuses is tried so often, then it is lost. */
export const KEEP_TRIES_MAX = 5
/** Between two tries (ms). */
const KEEP_RETRY_MS = 500
/** A battle that the database refuses, though it answers, is tried so often, then set aside. */
const WRITE_TRIES_MAX = 5
/** Longest pause while the database is away (ms). */
const AWAY_MS_MAX = 5000
/** A battle being written when all stops may take so long (ms). */
const STOP_MS_MAX = 1000
/** Without news the folder is looked at this often (ms). */
const IDLE_MS = 60_000
/** Of DATA_DIR. */
export const RESULTS_FOLDER = 'results-queue'

/**
 * What became of a result. On its way: `kept`. Then one of `stored`, `duplicate` (it was there),
 * `stale` (another process has the battle), `corrupt` (file unreadable, set aside), `refused` (the
 * database would not have it, set aside), `dropped` (queue full), `failed` (the disk would not
 * take it).
 */
export type ResultOutcome =
  | 'kept'
  | 'stored'
  | 'duplicate'
  | 'stale'
  | 'corrupt'
  | 'refused'
  | 'dropped'
  | 'failed'

/** What results stand on. */
export interface MatchResultsOptions {
  readonly dataDir: string
  /** Resolves when there is a database to write to. */
  readonly ready: Promise<void>
  readonly openWriter: (load: LoadResult) => ResultWriter
  readonly timers: Timers
  /** Told of each, with the battle's id or file and why. */
  readonly onOutcome: (outcome: ResultOutcome, about: string, why?: unknown) => void
  /** Told when the queue on disk changes. */
  readonly onQueue?: (state: QueueState) => void
  /** Told how long a write took (ms). */
  readonly onWritten?: (durationMs: number) => void
  /** Told that the database is waited for. */
  readonly onDelayed?: (error: unknown) => void
}

/** Takes results. */
export interface MatchResultSink {
  /** A battle begins whose result will come. */
  expect(): void
  report(report: MatchReport): void
  /** Resolves when what this room reported is on disk or given up. */
  settled(roomId: string): Promise<void>
  /** Resolves when everything reported so far is on disk or given up. */
  flush(): Promise<void>
  /** Resolves when nothing waits any more, neither for the disk nor for the database. */
  drained(): Promise<void>
  /** Waits for the disk, then ends thread and loop; what is not written yet stays on disk. */
  stop(): Promise<void>
}

/** The results of one server. */
export function createMatchResults(options: MatchResultsOptions): MatchResultSink {
  return new MatchResults(options)
}

class MatchResults implements MatchResultSink {
  readonly #options: MatchResultsOptions
  readonly #thread: ResultThread
  readonly #writer: ResultWriter
  readonly #loop: WakeLoop
  readonly #keeping = new Map<Promise<void>, string>()
  /** Tries of files that the database refused; at most as many as there are files. */
  readonly #tries = new Map<string, number>()
  #idle: (() => void)[] = []
  #isIdle = false
  #isStopping = false

  constructor(options: MatchResultsOptions) {
    this.#options = options
    const onState = (state: QueueState) => options.onQueue?.(state)
    this.#thread = new ResultThread(join(options.dataDir, RESULTS_FOLDER), onState)
    this.#writer = options.openWriter((name) => this.#thread.ask({ kind: 'load', name }))
    this.#loop = new WakeLoop({
      timers: options.timers,
      step: () => this.#step(),
      onError: (error) => options.onDelayed?.(error),
    })
    const start = () => this.#loop.start()
    options.ready.then(start, () => undefined)
  }

  expect(): void {
    const begin = () => this.#writer.begin()
    // What fails here fails again, and is told, at the first result.
    this.#options.ready.then(begin).catch(() => undefined)
  }

  report(report: MatchReport): void {
    const { matchId, roomId } = report.head
    if (this.#keeping.size >= REPORTS_WAITING_MAX) {
      this.#options.onOutcome('dropped', matchId, 'too many reports wait for the disk')
      return
    }
    this.#isIdle = false
    const keeping = this.#keep(report).finally(() => this.#keeping.delete(keeping))
    this.#keeping.set(keeping, roomId)
  }

  async settled(roomId: string): Promise<void> {
    const own = Array.from(this.#keeping).filter(([, room]) => room === roomId)
    await Promise.all(own.map(([keeping]) => keeping))
  }

  async flush(): Promise<void> {
    await Promise.all(this.#keeping.keys())
  }

  async drained(): Promise<void> {
    await this.flush()
    if (this.#isIdle) return
    await new Promise<void>((resolve) => {
      this.#idle.push(resolve)
      this.#loop.wake()
    })
  }

  async stop(): Promise<void> {
    await this.flush()
    this.#isStopping = true
    const stopped = this.#loop.stop()
    // The battle under way may end; one that takes longer waits for the next start.
    await Promise.race([stopped, this.#pause(STOP_MS_MAX)])
    await this.#writer.stop()
    await stopped
    await this.#thread.close()
    for (const resolve of this.#idle) resolve()
  }

  async #keep(report: MatchReport): Promise<void> {
    const { matchId } = report.head
    let why = ''
    for (let tries = 0; tries < KEEP_TRIES_MAX; tries++) {
      if (tries > 0) await this.#pause(KEEP_RETRY_MS)
      const answer = await this.#thread.ask({ kind: 'keep', report })
      if (answer.kind === 'full') {
        this.#options.onOutcome('dropped', matchId, 'the queue on disk is full')
        return
      }
      if (answer.kind === 'kept') {
        const brief = answer.isBrief ? 'without the detail of its log' : undefined
        this.#options.onOutcome('kept', matchId, brief)
        this.#isIdle = false
        this.#loop.wake()
        return
      }
      if (answer.kind === 'failed') why = answer.why
    }
    this.#options.onOutcome('failed', matchId, why)
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => this.#options.timers.setTimeout(resolve, ms))
  }

  /** Writes all that waits, the oldest first; one that is refused does not hold the others up. */
  async #step(): Promise<number> {
    const listed = await this.#thread.ask({ kind: 'list' })
    if (listed.kind !== 'listed') return AWAY_MS_MAX
    let isLeft = false
    for (const name of listed.names) {
      if (this.#isStopping) return 0
      isLeft = !(await this.#settle(name)) || isLeft
    }
    if (isLeft) return AWAY_MS_MAX
    if (listed.names.length > 0) return 0
    if (this.#keeping.size === 0) this.#becomeIdle()
    return IDLE_MS
  }

  #becomeIdle(): void {
    this.#isIdle = true
    const waiting = this.#idle
    this.#idle = []
    for (const resolve of waiting) resolve()
  }

  /** One file; true when it is out of the way. Throws when the database is away. */
  async #settle(name: string): Promise<boolean> {
    const outcome = await this.#writer.write(name)
    if (outcome.kind === 'unread') return false
    if (outcome.kind === 'refused') return this.#refuse(name, outcome.why)
    if (outcome.kind === 'corrupt') return this.#setAside(name, 'corrupt', outcome.why)
    return this.#end(name, outcome)
  }

  async #end(
    name: string,
    { kind, matchId, durationMs }: Extract<FileOutcome, { readonly matchId: string }>,
  ): Promise<boolean> {
    this.#options.onWritten?.(durationMs)
    this.#options.onOutcome(kind, matchId)
    this.#tries.delete(name)
    // One that cannot be removed is found again, and found to be there.
    return (await this.#thread.ask({ kind: 'remove', name })).kind === 'done'
  }

  async #refuse(name: string, why: string): Promise<boolean> {
    const tries = (this.#tries.get(name) ?? 0) + 1
    this.#tries.set(name, tries)
    this.#options.onDelayed?.(why)
    if (tries < WRITE_TRIES_MAX) return false
    this.#tries.delete(name)
    return this.#setAside(name, 'refused', why)
  }

  async #setAside(name: string, outcome: 'corrupt' | 'refused', why: string): Promise<boolean> {
    const isAside = (await this.#thread.ask({ kind: 'setAside', name })).kind === 'done'
    if (isAside) this.#options.onOutcome(outcome, name, why)
    return isAside
  }
}
