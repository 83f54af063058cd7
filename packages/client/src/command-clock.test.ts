/** The command clock against a model of the server's queue, with crystals that disagree. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { CommandClock, COMMANDS_PER_UPDATE_MAX, PACE_STEP_MAX } from './command-clock.ts'

interface Run {
  readonly clientPerServer: number
  readonly commandsPerFrame: number
  readonly latencyMs: (tick: number) => number
  readonly startWaiting: number
  readonly seconds: number
}

/** Steps a 20 Hz server and a client whose clock runs at `clientPerServer`; counts failures. */
function run(options: Run): { starved: number; overflowed: number; mean: number } {
  const clock = new CommandClock(20, options.commandsPerFrame)
  const flying: { atMs: number; count: number }[] = []
  let waiting = options.startWaiting
  let batch = 0
  const result = { starved: 0, overflowed: 0, mean: 0 }
  const ticks = options.seconds * 20
  const settled = ticks / 2
  for (let ms = 0; ms < options.seconds * 1000; ms++) {
    batch += clock.due(ms * options.clientPerServer)
    if (batch >= options.commandsPerFrame) {
      const atMs = Math.max(ms + options.latencyMs(ms / 50), flying.at(-1)?.atMs ?? 0)
      flying.push({ atMs, count: batch })
      batch = 0
    }
    while (flying.length > 0 && flying[0]!.atMs <= ms) waiting += flying.shift()!.count
    if (ms % 50 !== 25) continue
    const isSettled = ms / 50 > settled
    if (waiting > 4 && isSettled) result.overflowed++
    waiting = Math.min(waiting, 4)
    if (waiting === 0 && isSettled) result.starved++
    waiting = Math.max(0, waiting - 1)
    if (isSettled) result.mean += waiting / (ticks / 2)
    clock.report(waiting, 0)
  }
  return result
}

const steady = { latencyMs: () => 40, startWaiting: 0, seconds: 120, commandsPerFrame: 2 }

const roughLatencyMs = (tick: number) => 40 + ((tick * 7919) % 40)

describe('CommandClock', () => {
  it('[BAT-3] makes commands at the room tick rate', () => {
    const clock = new CommandClock(20, 2)
    let count = 0
    for (let ms = 0; ms < 10_000; ms += 16) count += clock.due(ms)
    assert.equal(count, 200)
  })

  it('[BAT-3] neither starves nor overflows the server for clocks 1 % apart', () => {
    for (const clientPerServer of [0.99, 0.999, 1, 1.001, 1.01]) {
      const result = run({ ...steady, clientPerServer })
      assert.equal(result.starved, 0, `starved at ${clientPerServer}`)
      assert.equal(result.overflowed, 0, `overflowed at ${clientPerServer}`)
    }
  })

  it('[BAT-3] converges from a full queue and from an empty one', () => {
    for (const startWaiting of [0, 4]) {
      for (const commandsPerFrame of [1, 2, 3]) {
        const result = run({ ...steady, startWaiting, commandsPerFrame, clientPerServer: 1 })
        const target = new CommandClock(20, commandsPerFrame).targetWaiting
        assert.ok(Math.abs(result.mean - target) < 0.6, `${result.mean} against ${target}`)
        assert.equal(result.starved + result.overflowed, 0)
      }
    }
  })

  it('[BAT-3] rides out 40 ms of jitter', () => {
    const result = run({ ...steady, latencyMs: roughLatencyMs, clientPerServer: 1 })
    assert.equal(result.starved + result.overflowed, 0)
  })

  it('[BAT-3] keeps the pace within 5 % and skips a stall instead of a burst', () => {
    const clock = new CommandClock(20, 2)
    for (let index = 0; index < 100; index++) clock.report(0, 0)
    assert.ok(clock.pace > 1 && clock.pace <= 1 + PACE_STEP_MAX)
    assert.equal(clock.due(0), 1)
    assert.equal(clock.due(60_000), COMMANDS_PER_UPDATE_MAX)
    assert.equal(clock.due(60_010), 0)
  })
})
