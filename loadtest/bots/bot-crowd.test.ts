/** The crowd over bots that only pretend, with time moved by hand. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { AppError } from '@battalion/base/app-error.ts'
import { BotCrowd } from './bot-crowd.ts'
import { botName } from './bot-names.ts'
import { createCrowdCounts, type BotStage, type CrowdBot } from './crowd-bot.ts'

/** Time and timers moved by `run`. */
class HandTime {
  nowMs = 0
  #timers: { dueMs: number; callback: () => void }[] = []
  readonly clock = { monotonicMs: () => this.nowMs, wallMs: () => this.nowMs }
  readonly timers = {
    setTimeout: (callback: () => void, delayMs: number) => {
      const timer = { dueMs: this.nowMs + delayMs, callback }
      this.#timers.push(timer)
      return { cancel: () => (this.#timers = this.#timers.filter((one) => one !== timer)) }
    },
  }

  /** Moves time on, timer by timer, letting promises settle between. */
  async run(durationMs: number): Promise<void> {
    const endMs = this.nowMs + durationMs
    for (;;) {
      this.#timers.sort((a, b) => a.dueMs - b.dueMs)
      const next = this.#timers[0]
      if (next === undefined || next.dueMs > endMs) break
      this.#timers.shift()
      this.nowMs = next.dueMs
      next.callback()
      await Promise.resolve()
      await Promise.resolve()
      await Promise.resolve()
    }
    this.nowMs = endMs
  }
}

class PretendBot implements CrowdBot {
  stage: BotStage = 'out'
  readonly updateMs = 50
  joins = 0
  updates = 0
  refuse: AppError | undefined

  join(): Promise<void> {
    this.joins++
    if (this.refuse !== undefined) return Promise.reject(this.refuse)
    this.stage = 'playing'
    return Promise.resolve()
  }
  update(): void {
    this.updates++
  }
  leave(): Promise<void> {
    this.stage = 'out'
    return Promise.resolve()
  }
  collect(): void {}
}

function createCrowd(count: number, joinsPerSec = 20) {
  const time = new HandTime()
  const counts = createCrowdCounts()
  const bots: PretendBot[] = []
  const crowd = new BotCrowd({
    clock: time.clock,
    timers: time.timers,
    counts,
    joinsPerSec,
    seed: 1,
    createBot: () => {
      const bot = new PretendBot()
      bots.push(bot)
      return bot
    },
  })
  crowd.add(count)
  crowd.start()
  return { time, counts, bots, crowd }
}

describe('a crowd', () => {
  it('[BAT-8] grows no faster than it may, to its full number', async () => {
    const { time, counts, crowd } = createCrowd(100)
    await time.run(1000)
    assert.ok(counts.joinsTried >= 18 && counts.joinsTried <= 22, `${counts.joinsTried}`)
    await time.run(5000)
    assert.equal(crowd.playingCount, 100)
  })

  it('updates every bot at its own pace', async () => {
    const { time, bots } = createCrowd(10, 1000)
    await time.run(2000)
    for (const bot of bots) assert.ok(bot.updates >= 38 && bot.updates <= 42, `${bot.updates}`)
  })

  it('lets lost bots join again, and waits longer after each refusal', async () => {
    const { time, bots, crowd, counts } = createCrowd(2, 100)
    await time.run(200)
    bots[0]!.stage = 'out'
    bots[1]!.stage = 'out'
    bots[1]!.refuse = new AppError('unavailable', 'no')
    const before = bots[1]!.joins
    await time.run(30_000)
    assert.equal(bots[0]!.stage, 'playing')
    const tries = bots[1]!.joins - before
    assert.ok(tries >= 4 && tries <= 8, `${tries} tries in 30 s`)
    assert.equal(counts.joinFailures.get('unavailable'), tries)
    bots[1]!.refuse = undefined
    await time.run(20_000)
    assert.equal(crowd.playingCount, 2)
  })

  it('believes a server that says when to come back', async () => {
    const { time, bots } = createCrowd(1, 100)
    await time.run(100)
    bots[0]!.stage = 'out'
    bots[0]!.refuse = new AppError('rate_limited', 'later', { retryAfterSec: 20 })
    const before = bots[0]!.joins
    await time.run(19_000)
    assert.equal(bots[0]!.joins - before, 1)
  })

  it('churns: one leaves and comes back', async () => {
    const { time, bots, crowd } = createCrowd(5, 100)
    await time.run(500)
    crowd.dropOne()
    assert.equal(crowd.playingCount, 4)
    await time.run(3000)
    assert.equal(crowd.playingCount, 5)
    assert.equal(
      bots.reduce((sum, bot) => sum + bot.joins, 0),
      6,
    )
  })

  it('leaves together and then stays away', async () => {
    const { time, bots, crowd } = createCrowd(5, 100)
    await time.run(500)
    await crowd.stop(100)
    await time.run(5000)
    assert.ok(bots.every((bot) => bot.stage === 'out'))
  })
})

describe('bot names', () => {
  it('are short, the same for the same number, and mostly different', () => {
    const names = Array.from({ length: 200 }, (_, number) => botName(1, number))
    assert.equal(botName(1, 5), names[5])
    assert.ok(names.every((name) => /^[A-Z][a-z]+ [A-Z][a-z]+$/.test(name) && name.length <= 20))
    assert.ok(new Set(names).size > 180)
  })
})
