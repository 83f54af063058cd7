/**
 * From a player's input sent to the frame decoded at another player who sees it: five hundred
 * players at 20 Hz, no added latency, interpolation excluded. Some turn their heads, some decode
 * everything and watch for that; the rest fight. The crowd's own delay is part of the figure.
 */
import type { BenchOptions, BenchRow } from '@battalion/testkit/bench-row.ts'
import { cellsFor } from './bench-field.ts'
import { Contest, ourBattle, timesFor } from './contest.ts'
import { atMost, conditionRows, figuresOf, median, percentile, reported } from './figures.ts'

export async function runBench({ small }: BenchOptions): Promise<BenchRow[]> {
  const players = small ? 100 : 500
  const setup = ourBattle(players, cellsFor(players), {
    label: 'input to effect',
    behaviour: { play: 'fight', framesPerSec: 20, commandsPerFrame: 1 },
    observers: Math.round(players / 25),
    signallerEvery: 5,
  })
  const measured = await Contest.measure(setup, timesFor(small))
  const { effectMs, decodeFailures } = measured.crowd
  const name = `input to effect, ${players} players`
  return [
    atMost(`${name}: p99`, percentile(effectMs, 0.99), 'ms', 85),
    reported(`${name}: p50`, median(effectMs), 'ms'),
    reported(`${name}: effects timed`, effectMs.length, 'effects'),
    atMost(`${name}: frames that did not decode`, decodeFailures, 'frames', 0),
    ...conditionRows(name, figuresOf(measured)),
  ]
}
