/**
 * A thousand players moving and fighting at 20 Hz: CPU of a tick, core, bytes, and what one write
 * per client and tick costs against the raw floor measured right before and after. Over the stock
 * ws-transport, which the limits are for, then over our lean one.
 */
import type { BenchOptions, BenchRow } from '@battalion/testkit/bench-row.ts'
import { cellsFor } from './bench-field.ts'
import { Contest, ourBattle, timesFor } from './contest.ts'
import type { Measured } from './contest.ts'
import {
  atMost,
  conditionRows,
  fightRows,
  figuresOf,
  median,
  rateRow,
  reported,
  visibleOf,
} from './figures.ts'
import type { Floor } from './floor.ts'
import { betweenFloors, floorRows, scaled } from './floor.ts'

/** Clients that decode every frame, so that what is measured is known to be readable. */
const OBSERVERS = 4

export async function runBench({ small }: BenchOptions): Promise<BenchRow[]> {
  const players = small ? 200 : 1000
  const measure = (transport: 'ws' | 'lean') =>
    Contest.measure(
      ourBattle(players, cellsFor(players), {
        label: `battalion over ${transport}`,
        observers: OBSERVERS,
        transport,
      }),
      timesFor(small),
    )
  const { floor, result } = await betweenFloors(small, async () => {
    return { overWs: await measure('ws'), overLean: small ? undefined : await measure('lean') }
  })
  const measured = result.overWs
  const name = `battle of ${players}`
  return [
    ...floorRows(name, floor),
    ...battleRows(name, measured, floor),
    ...phaseRows(name, measured),
    ...writeRows(name, { measured, floor, timesMax: small ? 2.5 : 1.5 }),
    ...(result.overLean === undefined ? [] : leanRows(`${name} over lean`, result.overLean)),
  ]
}

function battleRows(name: string, measured: Measured, floor: Floor): BenchRow[] {
  const figures = figuresOf(measured)
  return [
    atMost(`${name}: tick cpu p99`, figures.tickCpuP99Ms, 'ms', scaled(30, floor)),
    reported(`${name}: tick cpu p50`, figures.tickCpuP50Ms, 'ms'),
    atMost(`${name}: core`, figures.core, 'core', scaled(0.45, floor)),
    atMost(`${name}: bytes per player`, figures.bytesPerSec / 1000, 'KB/s', 4.5),
    reported(`${name}: visible soldiers`, visibleOf(measured), 'soldiers'),
    ...fightRows(name, measured),
    rateRow(name, figures),
    atMost(`${name}: frames that did not decode`, measured.crowd.decodeFailures, 'frames', 0),
    ...conditionRows(name, figures),
  ]
}

/** The same battle over our own transport; the limits are those of the stock one. */
function leanRows(name: string, measured: Measured): BenchRow[] {
  const figures = figuresOf(measured)
  return [
    reported(`${name}: tick cpu p99`, figures.tickCpuP99Ms, 'ms'),
    reported(`${name}: tick cpu p50`, figures.tickCpuP50Ms, 'ms'),
    reported(`${name}: core`, figures.core, 'core'),
    reported(`${name}: bytes per player`, figures.bytesPerSec / 1000, 'KB/s'),
    rateRow(name, figures),
    ...conditionRows(name, figures),
  ]
}

function phaseRows(name: string, { server }: Measured): BenchRow[] {
  return Object.entries(server.phaseCpuMs).map(([phase, values]) =>
    reported(`${name}: tick cpu p50, ${phase}`, median(values), 'ms'),
  )
}

interface WriteCost {
  readonly measured: Measured
  readonly floor: Floor
  readonly timesMax: number
}

/** Everything from the look at the socket's backlog to the write: compose is part of it. */
function writeRows(name: string, write: WriteCost): BenchRow[] {
  const { measured, floor, timesMax } = write
  const { server, crowd } = measured
  const microsec = (median(server.phaseCpuMs['send'] ?? []) * 1000) / Math.max(1, crowd.playing)
  return [
    reported(`${name}: one snapshot to one client`, microsec, 'µs'),
    atMost(
      `${name}: the same over the raw floor`,
      microsec / floor.framedMicrosec,
      'times',
      timesMax,
    ),
  ]
}
