/**
 * Keeps a number of bots standing: lets them join at a bounded rate, again after every loss with
 * growing patience, and updates each at its own pace from one timer. Never more joins under way
 * than JOINS_UNDER_WAY_MAX, never a stop because a bot failed.
 */
import { AppError } from '@battalion/base/app-error.ts'
import type { Clock, Timers, TimerHandle } from '@battalion/base/clock.ts'
import { createPrng, nextBetween, type PrngState } from '@battalion/base/prng.ts'
import { countUnder, keepSample, type CrowdBot, type CrowdCounts } from './crowd-bot.ts'

/** The wheel turns this often (ms): bots are updated evenly, not all at once. */
const WHEEL_MS = 5
/** Joins waiting for an answer at the same time; the rest waits its turn. */
export const JOINS_UNDER_WAY_MAX = 64
/** First wait after a failed join (ms), doubled each time up to the cap. */
const RETRY_MS = 500
const RETRY_MS_MAX = 15_000

export interface CrowdOptions {
  readonly clock: Clock
  readonly timers: Timers
  readonly counts: CrowdCounts
  readonly joinsPerSec: number
  readonly seed: number
  /** Makes bot `number`; called once for each. */
  readonly createBot: (number: number) => CrowdBot
}

interface Member {
  readonly bot: CrowdBot
  nextUpdateMs: number
  /** No join before this. */
  joinAtMs: number
  failures: number
}

export class BotCrowd {
  readonly #options: CrowdOptions
  readonly #members: Member[] = []
  readonly #dice: PrngState
  #timer: TimerHandle | undefined
  #joinsUnderWay = 0
  #joinCredit = 1
  #lastTurnMs = Number.NaN
  #isStopped = false

  constructor(options: CrowdOptions) {
    this.#options = options
    this.#dice = createPrng(options.seed)
  }

  get size(): number {
    return this.#members.length
  }

  get playingCount(): number {
    return this.#members.filter(({ bot }) => bot.stage === 'playing').length
  }

  /** `count` more bots; they join when their turn comes. */
  add(count: number): void {
    const nowMs = this.#options.clock.monotonicMs()
    for (let index = 0; index < count; index++) {
      const bot = this.#options.createBot(this.#members.length)
      const spread = nextBetween(this.#dice, 0, bot.updateMs)
      this.#members.push({ bot, nextUpdateMs: nowMs + spread, joinAtMs: nowMs, failures: 0 })
    }
  }

  start(): void {
    this.#timer = this.#options.timers.setTimeout(() => this.#turn(), WHEEL_MS)
  }

  /** Nobody joins any more; answers when everybody has left, or after `patienceMs`. */
  async stop(patienceMs: number): Promise<void> {
    this.#isStopped = true
    this.#timer?.cancel()
    const leaving = this.#members.map(({ bot }) => bot.leave().catch(() => undefined))
    const patience = new Promise((resolve) => {
      this.#options.timers.setTimeout(() => resolve(undefined), patienceMs)
    })
    await Promise.race([Promise.all(leaving), patience])
  }

  /** One playing bot, drawn by the dice, leaves and comes back later; for churn. */
  dropOne(): void {
    const playing = this.#members.filter(({ bot }) => bot.stage === 'playing')
    const member = playing[Math.floor(nextBetween(this.#dice, 0, playing.length))]
    if (member === undefined) return
    member.joinAtMs = this.#options.clock.monotonicMs() + nextBetween(this.#dice, 200, 1500)
    member.bot.leave().catch(() => undefined)
  }

  /** Brings the shared counts up to date. */
  collect(): void {
    const nowMs = this.#options.clock.monotonicMs()
    for (const { bot } of this.#members) bot.collect(nowMs)
  }

  #turn(): void {
    if (this.#isStopped) return
    const nowMs = this.#options.clock.monotonicMs()
    this.#earnJoins(nowMs)
    for (const member of this.#members) {
      if (member.bot.stage === 'out') this.#maybeJoin(member, nowMs)
      if (nowMs < member.nextUpdateMs) continue
      const { updateMs } = member.bot
      member.nextUpdateMs = Math.max(member.nextUpdateMs + updateMs, nowMs - updateMs)
      member.bot.update(nowMs)
    }
    this.#timer = this.#options.timers.setTimeout(() => this.#turn(), WHEEL_MS)
  }

  #earnJoins(nowMs: number): void {
    const elapsedMs = Number.isNaN(this.#lastTurnMs) ? 0 : nowMs - this.#lastTurnMs
    this.#lastTurnMs = nowMs
    const earned = this.#joinCredit + (elapsedMs / 1000) * this.#options.joinsPerSec
    this.#joinCredit = Math.min(earned, Math.max(1, this.#options.joinsPerSec / 10))
  }

  #maybeJoin(member: Member, nowMs: number): void {
    if (nowMs < member.joinAtMs || this.#joinCredit < 1) return
    if (this.#joinsUnderWay >= JOINS_UNDER_WAY_MAX) return
    this.#joinCredit--
    this.#joinsUnderWay++
    void this.#join(member, nowMs)
  }

  async #join(member: Member, startedMs: number): Promise<void> {
    const { counts, clock } = this.#options
    counts.joinsTried++
    try {
      await member.bot.join()
      counts.joinsDone++
      keepSample(counts.joinMs, clock.monotonicMs() - startedMs)
      member.failures = 0
      if (this.#isStopped) await member.bot.leave()
    } catch (error) {
      if (!this.#isStopped) countUnder(counts.joinFailures, describeFailure(error))
      this.#scheduleRetry(member, error)
    } finally {
      this.#joinsUnderWay--
    }
  }

  /** Waits longer after each failure; a server that names a time is believed. */
  #scheduleRetry(member: Member, error: unknown): void {
    const doubled = RETRY_MS * 2 ** Math.min(member.failures, 10)
    const wait = Math.min(RETRY_MS_MAX, doubled) * nextBetween(this.#dice, 0.75, 1.25)
    const asked = error instanceof AppError ? (error.retryAfterSec ?? 0) * 1000 : 0
    member.failures++
    member.joinAtMs = this.#options.clock.monotonicMs() + Math.max(wait, Math.min(asked, 60_000))
  }
}

function describeFailure(error: unknown): string {
  if (error instanceof AppError) return error.code
  return error instanceof Error ? error.name : 'unknown'
}
