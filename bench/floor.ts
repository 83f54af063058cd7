/**
 * The floor of a run: what one write of a finished frame to one socket costs on this machine at
 * this moment. Limits in milliseconds and cores hold for FLOOR_MICROSEC and scale with what is
 * measured, so that a slower or noisier machine neither passes nor fails by itself.
 */
import type { BenchRow } from '@battalion/testkit/bench-row.ts'
import { benchRow } from '@battalion/testkit/bench-row.ts'
import { Contest } from './contest.ts'
import { median } from './figures.ts'
import { pinNote } from './pinned-process.ts'

/** CPU of one framed write (µs) that the limits were set at. */
const FLOOR_MICROSEC = 4.5
const SOCKETS = 500

/** CPU per write, µs. */
export interface Floor {
  /** One contiguous `socket.write`, within the loop that writes. */
  readonly framedMicrosec: number
  /** `ws.send` of the same. */
  readonly sendMicrosec: number
  /** The same past the stream (decision 0012); limits do not scale with it. */
  readonly handleMicrosec: number
}

/** Measures the floor. */
export async function measureFloor(small: boolean): Promise<Floor> {
  const sockets = small ? SOCKETS / 5 : SOCKETS
  const { server } = await Contest.measure(
    {
      label: 'raw floor',
      server: 'bench/servers/floor-server.ts',
      dialect: 'floor',
      players: sockets,
      cells: 3,
      joinsPerSec: 500,
      behaviour: { play: 'silent', framesPerSec: 1, commandsPerFrame: 1 },
    },
    { settleSec: 0.5, windowSec: small ? 1.5 : 10 },
  )
  const perWrite = (phase: string) => (median(server.phaseCpuMs[phase] ?? []) * 1000) / sockets
  return {
    framedMicrosec: perWrite('framed'),
    sendMicrosec: perWrite('send'),
    handleMicrosec: perWrite('handle'),
  }
}

/** Does `work` with the floor measured before it, and in earnest after it as well. */
export async function betweenFloors<T>(
  small: boolean,
  work: () => Promise<T>,
): Promise<{ readonly floor: Floor; readonly result: T }> {
  const before = await measureFloor(small)
  const result = await work()
  if (small) return { floor: before, result }
  return { floor: meanFloor([before, await measureFloor(small)]), result }
}

/** The mean of several measurements of one run. */
export function meanFloor(floors: readonly Floor[]): Floor {
  const mean = (read: (floor: Floor) => number) =>
    floors.reduce((sum, floor) => sum + read(floor), 0) / floors.length
  return {
    framedMicrosec: mean((floor) => floor.framedMicrosec),
    sendMicrosec: mean((floor) => floor.sendMicrosec),
    handleMicrosec: mean((floor) => floor.handleMicrosec),
  }
}

/** A limit of milliseconds or cores, as it stands on this machine now. */
export function scaled(limit: number, floor: Floor): number {
  return Number((limit * (floor.framedMicrosec / FLOOR_MICROSEC)).toPrecision(4))
}

/** The floor itself, without a limit. */
export function floorRows(name: string, floor: Floor): BenchRow[] {
  const row = (what: string, value: number) =>
    benchRow({
      name: `${name}: raw floor, ${what}${pinNote}`,
      value,
      unit: 'µs',
      budget: null,
      better: 'lower',
    })
  return [
    row('framed write', floor.framedMicrosec),
    row('ws.send', floor.sendMicrosec),
    row('past the stream', floor.handleMicrosec),
  ]
}
