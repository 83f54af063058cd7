/**
 * What inputs cost the server: the same standing crowd without inputs, with ten frames a second of
 * two commands, and with twenty of one. The commands change nothing, so the difference of the
 * whole process's CPU is what receiving, checking, queueing and taking them costs, acknowledgement
 * included.
 */
import type { BenchOptions, BenchRow } from '@battalion/testkit/bench-row.ts'
import { cellsFor } from './bench-field.ts'
import type { Behaviour } from './clients/crowd-talk.ts'
import { Contest, ourBattle, timesFor } from './contest.ts'
import type { Measured } from './contest.ts'
import { atMost, reported } from './figures.ts'
import { betweenFloors, floorRows, scaled } from './floor.ts'

const NONE: Behaviour = { play: 'silent', framesPerSec: 10, commandsPerFrame: 2 }
const PAIRS: Behaviour = { play: 'still', framesPerSec: 10, commandsPerFrame: 2 }
const SINGLES: Behaviour = { play: 'still', framesPerSec: 20, commandsPerFrame: 1 }
/** None, pairs, singles and back: drift of the machine falls out of the means. */
const ORDER = [NONE, PAIRS, SINGLES, SINGLES, PAIRS, NONE]
const SETTLE_MS = 1000

export async function runBench({ small }: BenchOptions): Promise<BenchRow[]> {
  const players = small ? 100 : 500
  const { floor, result: windows } = await betweenFloors(small, () =>
    measureWindows(players, small),
  )
  const idle = meanRate(windows, NONE)
  const pairs = meanRate(windows, PAIRS)
  const singles = meanRate(windows, SINGLES)
  const name = `inputs of ${players}`
  const pairCpu = pairs.cpuMicrosecPerSec - idle.cpuMicrosecPerSec
  const singleCpu = singles.cpuMicrosecPerSec - idle.cpuMicrosecPerSec
  return [
    ...floorRows(name, floor),
    atMost(
      `${name}: cpu per command, two a frame`,
      pairCpu / pairs.commands,
      'µs',
      scaled(small ? 30 : 12, floor),
    ),
    reported(`${name}: cpu per frame of two`, pairCpu / pairs.frames, 'µs'),
    reported(`${name}: cpu per frame of one`, singleCpu / singles.frames, 'µs'),
  ]
}

async function measureWindows(
  players: number,
  small: boolean,
): Promise<ReadonlyMap<Behaviour, Measured[]>> {
  const windows = new Map<Behaviour, Measured[]>()
  const setup = ourBattle(players, cellsFor(players), { label: 'inputs', behaviour: NONE })
  const contest = await Contest.start(setup)
  try {
    await contest.fill()
    for (const behaviour of ORDER) {
      contest.behave(behaviour)
      await new Promise((resolve) => setTimeout(resolve, SETTLE_MS))
      const { windowSec } = timesFor(small)
      const measured = await contest.window(windowSec / 2)
      windows.set(behaviour, [...(windows.get(behaviour) ?? []), measured])
    }
  } finally {
    await contest.stop()
  }
  return windows
}

interface Rate {
  readonly cpuMicrosecPerSec: number
  readonly frames: number
  readonly commands: number
}

/** Per second, mean of the windows. */
function meanRate(windows: ReadonlyMap<Behaviour, Measured[]>, behaviour: Behaviour): Rate {
  const measured = windows.get(behaviour) ?? []
  const mean = (read: (one: Measured) => number) =>
    measured.reduce((sum, one) => sum + read(one), 0) / Math.max(1, measured.length)
  return {
    cpuMicrosecPerSec: mean(({ server }) => (server.cpuMs * 1e6) / server.elapsedMs),
    frames: mean(({ crowd }) => (crowd.inputFrames * 1000) / crowd.elapsedMs),
    commands: mean(({ crowd }) => (crowd.commands * 1000) / crowd.elapsedMs),
  }
}
