/**
 * Four hundred players on the same field at the same rate: stock MapSchema, StateView with the
 * same grid, nengi 2, and us between them, each peer before and after us in the same run. Ratios
 * are what counts. Bypassed in the peers' favour: fights, walls, rewind, acknowledgements,
 * scoreboard, far tier, authentication; nengi's handshake. Bypassed in ours: nothing.
 */
import type { BenchOptions, BenchRow } from '@battalion/testkit/bench-row.ts'
import { cellsFor } from './bench-field.ts'
import { tellSkipped } from './bench-voice.ts'
import type { Dialect } from './clients/crowd-talk.ts'
import { Contest, ourBattle, timesFor } from './contest.ts'
import type { Figures } from './figures.ts'
import { atLeast, conditionRows, figuresOf, meanFigures, rateRow, reported } from './figures.ts'
import { floorRows, meanFloor, measureFloor } from './floor.ts'
import { installPeers } from './install-peers.ts'

interface Peer {
  readonly name: string
  readonly server: string
  readonly dialect: Dialect
  /** How many times less we must need, by median tick CPU and by bytes; null = reported. */
  readonly cpuTimes: number | null
  readonly bytesTimes: number
}

const PEERS: readonly Peer[] = [
  {
    name: 'stock MapSchema',
    server: 'bench/peers/stock-server.mjs',
    dialect: 'colyseus',
    cpuTimes: null,
    bytesTimes: 30,
  },
  {
    name: 'StateView',
    server: 'bench/peers/state-view-server.mjs',
    dialect: 'colyseus',
    cpuTimes: 3,
    bytesTimes: 3,
  },
  {
    name: 'nengi 2',
    server: 'bench/peers/nengi-server.mjs',
    dialect: 'nengi',
    cpuTimes: 4,
    bytesTimes: 4,
  },
]

export async function runBench({ small }: BenchOptions): Promise<BenchRow[]> {
  const missing = await installPeers()
  if (missing !== undefined) {
    tellSkipped(`rows against ${PEERS.map(({ name }) => name).join(', ')}: ${missing}`)
    return []
  }
  const players = small ? 100 : 400
  const before = await measureFloor(small)
  const windows = new Map<Peer, Figures[]>(PEERS.map((peer) => [peer, []]))
  for (const peer of PEERS) await measurePeer(peer, players, small, windows)
  const ours = figuresOf(
    await Contest.measure(
      ourBattle(players, cellsFor(players), { transport: 'ws' }),
      timesFor(small),
    ),
  )
  const overLean = small
    ? undefined
    : figuresOf(
        await Contest.measure(
          ourBattle(players, cellsFor(players), {
            label: 'battalion over lean',
            transport: 'lean',
          }),
          timesFor(small),
        ),
      )
  // In CI once is enough: nobody quotes those figures.
  if (!small)
    for (const peer of PEERS.toReversed()) await measurePeer(peer, players, small, windows)
  const floor = small ? before : meanFloor([before, await measureFloor(small)])
  const name = `${players} players`
  return [
    ...floorRows(name, floor),
    ...plainRows(`${name}, battalion`, ours),
    rateRow(`${name}, battalion`, ours),
    ...conditionRows(`${name}, battalion`, ours),
    ...(overLean === undefined ? [] : plainRows(`${name}, battalion over lean`, overLean)),
    ...PEERS.flatMap((peer) => peerRows(name, peer, { small, ours, windows: windows.get(peer)! })),
  ]
}

// oxlint-disable-next-line max-params -- four things of one line each
async function measurePeer(
  peer: Peer,
  players: number,
  small: boolean,
  windows: ReadonlyMap<Peer, Figures[]>,
): Promise<void> {
  const { name: label, server, dialect } = peer
  const setup = { label, server, dialect, players, cells: cellsFor(players) }
  try {
    windows.get(peer)!.push(figuresOf(await Contest.measure(setup, timesFor(small))))
  } catch (error) {
    tellSkipped(`a window of ${label}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function plainRows(name: string, figures: Figures): BenchRow[] {
  return [
    reported(`${name}: tick cpu p50`, figures.tickCpuP50Ms, 'ms'),
    reported(`${name}: tick cpu p99`, figures.tickCpuP99Ms, 'ms'),
    reported(`${name}: process cpu per tick`, figures.processMsPerTick, 'ms'),
    reported(`${name}: bytes per player`, figures.bytesPerSec / 1000, 'KB/s'),
    reported(`${name}: states per player`, figures.statesPerSec, '1/s'),
  ]
}

interface Comparison {
  readonly small: boolean
  readonly ours: Figures
  readonly windows: readonly Figures[]
}

function peerRows(name: string, peer: Peer, { small, ours, windows }: Comparison): BenchRow[] {
  if (windows.length === 0) return []
  const theirs = meanFigures(windows)
  const title = `${name}, ${peer.name}`
  const cpu = theirs.tickCpuP50Ms / ours.tickCpuP50Ms
  const bytes = theirs.bytesPerSec / ours.bytesPerSec
  // Ratios hold for 400; with fewer there is less to leave out.
  const hasLimit = !small
  return [
    ...plainRows(title, theirs),
    hasLimit && peer.cpuTimes !== null
      ? atLeast(`${title}: tick cpu p50 over ours`, cpu, 'times', peer.cpuTimes)
      : reported(`${title}: tick cpu p50 over ours`, cpu, 'times'),
    reported(
      `${title}: process cpu over ours`,
      theirs.processMsPerTick / ours.processMsPerTick,
      'times',
    ),
    hasLimit
      ? atLeast(`${title}: bytes over ours`, bytes, 'times', peer.bytesTimes)
      : reported(`${title}: bytes over ours`, bytes, 'times'),
  ]
}
