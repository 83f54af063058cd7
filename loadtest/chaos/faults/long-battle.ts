/** H-01: 200 players in one to four rooms at 30 Hz for ten minutes, against an idle server. */
import { countOf, sumOf, type HistogramReading } from '../../metrics-text.ts'
import { createPrng, nextBelow } from '@battalion/base/prng.ts'
import { ChaosLab, timeFigure, type Window } from '../chaos-lab.ts'
import { figure, mustBeZero, mustHold, type Fault, type Figure } from '../fault.ts'

const PLAYERS = 200
const ROOMS_MAX = 4
const TICK_RATE_HZ = 30
/** 60 % of a tick. */
const TICK_WORK_MS_MAX = (0.6 * 1000) / TICK_RATE_HZ
const LATENESS_OVER_BASELINE_MS_MAX = 20
const SNAPSHOT_RATIO_MIN = 0.99

/** A lab of its own: a server at 30 Hz whose rooms hold a `rooms`th of the players each. */
function createLab(lab: ChaosLab, rooms: number): ChaosLab {
  return new ChaosLab({
    ...lab.options,
    snapshotHz: TICK_RATE_HZ,
    crowdSize: PLAYERS,
    server: {
      program: 'loadtest/chaos/tuned-main.ts',
      env: {
        CHAOS_TICK_RATE_HZ: String(TICK_RATE_HZ),
        PLAYERS_MAX: String(Math.ceil(PLAYERS / rooms)),
        IDLE_KICK_SEC: '86400',
      },
    },
  })
}

/** The lateness of a server that has next to nothing to do (ms). */
async function measureIdle(lab: ChaosLab, rooms: number): Promise<Window> {
  const idle = createLab(lab, rooms)
  const few = new ChaosLab({ ...idle.options, crowdSize: 2 })
  try {
    return await few.baseline()
  } finally {
    await few.stop()
  }
}

async function run(lab: ChaosLab): Promise<Figure[]> {
  const rooms = 1 + nextBelow(createPrng(lab.options.seed), ROOMS_MAX)
  const idle = await measureIdle(lab, rooms)
  const busy = createLab(lab, rooms)
  try {
    await busy.startCrowd()
    const seconds = lab.pick(600, 20)
    lab.options.say(`${PLAYERS} players in ${rooms} rooms, ${seconds} s …`)
    const window = await busy.during(() => busy.wait(seconds * 1000))
    return await judge(busy, { window, idle, rooms })
  } finally {
    await busy.stop()
  }
}

async function judge(
  lab: ChaosLab,
  seen: { window: Window; idle: Window; rooms: number },
): Promise<Figure[]> {
  const { window, idle, rooms } = seen
  const waitRatio = Math.max(window.waitRatio, idle.waitRatio)
  const late = window.latenessMsP99 - idle.latenessMsP99
  const ticks = countOf(ticksOf(window)) / window.seconds
  const times = [
    figure('H-01 tick work p99', window.tickMsP99, TICK_WORK_MS_MAX, { unit: 'ms' }),
    figure('H-01 lateness p99 over baseline', late, LATENESS_OVER_BASELINE_MS_MAX, { unit: 'ms' }),
    figure('H-01 snapshots that came', window.snapshotRatio, SNAPSHOT_RATIO_MIN, {
      unit: 'share',
      better: 'higher',
    }),
  ]
  return [
    ...times.map((one) => timeFigure(one, waitRatio)),
    mustBeZero('H-01 connections lost', window.honestLost),
    mustHold('H-01 as many rooms as wanted', sumOf(window.after, 'battalion_rooms') === rooms),
    mustBeZero('H-01 process ends', (await lab.server()).exitedWith() === undefined ? 0 : 1),
    figure('H-01 measured for', window.seconds, null, { unit: 's' }),
    figure('H-01 wake-ups', ticks, null, { unit: '1/s' }),
    figure('H-01 honest round trip p99', window.roundTripMsP99, null, { unit: 'ms' }),
    figure('H-01 server waited for its core', waitRatio * 100, null, { unit: '%' }),
  ]
}

function ticksOf({ after, before }: Window): HistogramReading {
  const name = 'battalion_tick_lateness_seconds'
  const [end, start] = [after.histograms.get(name), before.histograms.get(name)]
  if (end === undefined) return { bounds: [], counts: [], sum: 0 }
  const counts = end.counts.map((count, index) => count - (start?.counts[index] ?? 0))
  return { ...end, counts }
}

/** The row. */
export const longBattle: Fault = {
  id: 'H-01',
  title: '200 players at 30 Hz for 10 minutes',
  group: 'H-01',
  isSmall: false,
  run,
}
