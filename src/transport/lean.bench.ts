/**
 * CPU of one frame, in and out, through `lean` and through ws-transport: the same room, the same
 * number of sockets, in turns within one run; the clients are another process. `framed` is what a
 * snapshot takes, `raw` what a message or a schema patch takes.
 */
import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { benchRow } from '@battalion/testkit/bench-row.ts'
import type { BenchOptions, BenchRow } from '@battalion/testkit/bench-row.ts'
import { Room, Server, matchMaker } from '@colyseus/core'
import type { Client } from '@colyseus/core'
import { systemTimers } from '../system-clock.ts'
import { chooseTransport } from './choose-transport.ts'
import type { CrowdAnswer, CrowdOrder } from './testing/crowd-process.ts'
import type { WsSockets } from './ws-socket.ts'

const ROOM = 'bench'
/** A snapshot at the density of engine.md 2, and an input frame of two commands (bytes). */
const SNAPSHOT_BYTES = 200
const INPUT_BYTES = 27
/** Between two ticks; the crowd must have time to read (ms). */
const TICK_MS = 8

/** Longest wait for frames under way (ms); a crowd that lost a socket must not hang the bench. */
const ARRIVAL_MS_MAX = 10_000

const arrived = { frameCount: 0 }

/** Counts what comes in where a room's gate would stand. */
class BenchRoom extends Room {
  constructor() {
    super()
    this.autoDispose = false
    this.patchRate = null
    this.maxClients = 10_000
    const stock = Reflect.get(Room.prototype, '_onMessage') as (...args: unknown[]) => void
    const count = (client: Client, frame: Uint8Array, isBinary: boolean) => {
      if (frame[0] === 17) arrived.frameCount++
      else stock.call(this, client, frame, isBinary)
    }
    Object.assign(this, { _onMessage: count })
  }
}

type Path = 'framed' | 'raw' | 'in'

interface Side {
  readonly name: 'ws' | 'lean'
  readonly port: number
  readonly sockets: WsSockets
  readonly clients: Client[]
  readonly stop: () => void
  readonly cpuUs: Record<Path, number[]>
}

export async function runBench(options: BenchOptions): Promise<BenchRow[]> {
  const socketCount = options.small ? 200 : 300
  const rounds = options.small ? 11 : 21
  const ticks = options.small ? 20 : 40
  const crowd = fork(new URL('testing/crowd-process.ts', import.meta.url), { execArgv: [] })
  const { sides, stop } = await startSides()
  try {
    for (const side of sides) await fill(side, crowd, socketCount)
    for (let round = -1; round < rounds; round++) {
      for (const side of round % 2 === 0 ? sides : sides.toReversed()) {
        const isWarmUp = round < 0
        const turn = { framed: 0, raw: 0, in: 0 }
        turn.framed = await measureOut(side, ticks, writeFramed)
        turn.raw = await measureOut(side, ticks, writeRaw)
        turn.in = await measureIn(side, crowd, ticks)
        if (isWarmUp) continue
        for (const path of ['framed', 'raw', 'in'] as const) side.cpuUs[path].push(turn[path])
      }
    }
  } finally {
    crowd.kill()
    await stop()
  }
  return toRows(sides[0]!, sides[1]!)
}

/** One Colyseus with one room; its sockets come by two doors. */
async function startSides(): Promise<{ sides: Side[]; stop: () => Promise<void> }> {
  const sides: Side[] = []
  let game: Server | undefined
  for (const name of ['ws', 'lean'] as const) {
    const server = createServer()
    const { transport, sockets } = await chooseTransport({ name, server, timers: systemTimers })
    game ??= new Server({ transport, greet: false, gracefullyShutdown: false })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const stop = () => transport.shutdown()
    const { port } = server.address() as AddressInfo
    sides.push({ name, port, sockets, clients: [], stop, cpuUs: { framed: [], raw: [], in: [] } })
  }
  game!.define(ROOM, BenchRoom)
  await game!.serverless()
  return {
    sides,
    stop: async () => {
      await game!.gracefullyShutdown(false)
      for (const side of sides) side.stop()
    },
  }
}

async function fill(side: Side, crowd: ChildProcess, count: number): Promise<void> {
  const paths: string[] = []
  const sessions = new Set<string>()
  let roomId = ''
  for (let index = 0; index < count; index++) {
    const seat = await matchMaker.joinOrCreate(ROOM, {})
    sessions.add(seat.sessionId)
    roomId = seat.roomId
    paths.push(`/${seat.processId}/${roomId}?sessionId=${seat.sessionId}`)
  }
  await order(crowd, { kind: 'join', port: side.port, paths })
  await delay(200)
  const room = matchMaker.getLocalRoomById(roomId)
  side.clients.push(...room.clients.filter(({ sessionId }) => sessions.has(sessionId)))
  if (side.clients.length !== count) throw new RangeError('somebody did not join')
}

async function order(crowd: ChildProcess, what: CrowdOrder): Promise<CrowdAnswer> {
  crowd.send(what)
  const [answer] = (await once(crowd, 'message')) as [CrowdAnswer]
  return answer
}

type Write = (side: Side, slab: Uint8Array, start: number) => void

const writeFramed: Write = (side, slab, start) => {
  let offset = start
  for (const client of side.clients) {
    side.sockets.writeFramed(client, slab, offset, offset + SNAPSHOT_BYTES)
    offset += SNAPSHOT_BYTES + 4
  }
}

const writeRaw: Write = (side, slab, start) => {
  const message = slab.subarray(start, start + SNAPSHOT_BYTES)
  for (const client of side.clients) client.raw(message)
}

/** CPU of the whole process per frame written (µs). */
async function measureOut(side: Side, ticks: number, write: Write): Promise<number> {
  const slab = new Uint8Array(side.clients.length * (SNAPSHOT_BYTES + 4) + 4)
  const before = process.cpuUsage()
  for (let tick = 0; tick < ticks; tick++) {
    write(side, slab, 4)
    await delay(TICK_MS)
  }
  return cpuUsSince(before) / (ticks * side.clients.length)
}

/** CPU of the whole process per frame that came in (µs). */
async function measureIn(side: Side, crowd: ChildProcess, bursts: number): Promise<number> {
  const wantedCount = arrived.frameCount + bursts * side.clients.length
  const before = process.cpuUsage()
  await order(crowd, { kind: 'send', port: side.port, bursts, bytes: INPUT_BYTES })
  const endMs = performance.now() + ARRIVAL_MS_MAX
  while (arrived.frameCount < wantedCount) {
    if (performance.now() > endMs) throw new RangeError('frames were lost')
    await delay(5)
  }
  return cpuUsSince(before) / (bursts * side.clients.length)
}

function cpuUsSince(before: NodeJS.CpuUsage): number {
  const used = process.cpuUsage(before)
  return used.user + used.system
}

function median(samples: readonly number[]): number {
  return samples.toSorted((a, b) => a - b)[samples.length >> 1]!
}

function toRows(ws: Side, lean: Side): BenchRow[] {
  // Both write a framed snapshot the same way: what is asked is that lean is no worse.
  const budgets = { framed: 1.1, raw: 0.9, in: 0.9 }
  return (['framed', 'raw', 'in'] as const).flatMap((path) => {
    const wsUs = median(ws.cpuUs[path])
    const leanUs = median(lean.cpuUs[path])
    // Round by round: what disturbs one side of a round disturbs the other as well.
    const ratios = lean.cpuUs[path].map((us, round) => us / ws.cpuUs[path][round]!)
    const unitUs = { unit: 'us CPU', budget: null, better: 'lower' } as const
    const way = path === 'in' ? 'frame in' : `frame out, ${path}`
    return [
      benchRow({ name: `transport: ${way}, ws`, value: wsUs, ...unitUs }),
      benchRow({ name: `transport: ${way}, lean`, value: leanUs, ...unitUs }),
      benchRow({
        name: `transport: ${way}, lean over ws`,
        value: median(ratios),
        unit: 'times',
        budget: budgets[path],
        better: 'lower',
      }),
    ]
  })
}
