/** C-07, C-09 and C-12: a drain, throws in every hook, an event loop that stands still. */
import { createPrng, nextBelow } from '@battalion/base/prng.ts'
import { readWaitMs } from '../../machine.ts'
import { parseMetrics, sumOf, type MetricReading } from '../../metrics-text.ts'
import { RoomCode, readLeanHead } from '../../bots/lean-protocol.ts'
import { askSeat, joinBattle, signIn, takeSeat, openSeat, type Joined } from '../battle-user.ts'
import { callHttp } from '../call-http.ts'
import { isReady, timeFigure, type ChaosLab } from '../chaos-lab.ts'
import type { ChaosServer } from '../chaos-processes.ts'
import { figure, mustBeZero, mustHold, type Fault, type Figure } from '../fault.ts'
import type { SabotageOrder, SabotagePlace } from '../faulty-main.ts'
import { HonestClient } from '../honest-client.ts'
import { endWithin, pause } from '../rogue.ts'

const DEADLINE_SEC = 3
const CATCH_UP_STEPS_MAX = 5
const TICKS_PER_SEC = 20
const BLOCK_MS = 200
/** And up to 200 ms more: 10 to 14 steps are owed. */
const LONG_BLOCK_MS = 500

async function runDrain(lab: ChaosLab): Promise<Figure[]> {
  const env = { DRAIN_DEADLINE_SEC: String(DEADLINE_SEC) }
  const server = await lab.processes.startServer(env)
  const { target, ops, child } = server
  const players = [await joinBattle(target, '127.50.0.1'), await joinBattle(target, '127.50.0.2')]
  const late = await signIn(target, '127.50.0.3')
  // The warm-up has to be over, or there is no battle to wait for.
  await pause(11_000)
  const beganMs = performance.now()
  child.kill('SIGTERM')
  let notReadyMs = Infinity
  while (notReadyMs === Infinity && performance.now() - beganMs < 3000) {
    if (!(await isReady(ops))) notReadyMs = performance.now() - beganMs
    else await pause(20)
  }
  const refused = await askSeat(target, late)
  const ends = await Promise.all(players.map((player) => endWithin(player, 15_000)))
  while (server.exitedWith() === undefined && performance.now() - beganMs < 20_000) await pause(20)
  const tookMs = performance.now() - beganMs
  return [
    figure('C-07 not ready after', notReadyMs, 1000, { unit: 'ms' }),
    mustHold('C-07 new seats are refused with 503', refused.status === 503),
    mustBeZero('C-07 players not told why', ends.filter((end) => end?.code !== 4460).length),
    mustHold('C-07 exit code 0', server.exitedWith() === '0'),
    figure('C-07 over after', tookMs, (DEADLINE_SEC + 5) * 1000, { unit: 'ms' }),
  ]
}

/** The row C-07. */
export const drain: Fault = {
  id: 'C-07',
  title: 'SIGTERM with running battles',
  group: 'C',
  isSmall: true,
  run: runDrain,
}

const PLACES: readonly SabotagePlace[] = ['tick', 'patch', 'join', 'leave', 'input', 'timer']

async function readMetrics(server: ChaosServer): Promise<MetricReading> {
  const { ops: target } = server
  return parseMetrics((await callHttp({ target, address: '127.0.0.1', path: '/metrics' })).text)
}

/** A player in a battle of his own, which is to be broken. */
async function openVictim(server: ChaosServer, address: string): Promise<Joined> {
  const user = await signIn(server.target, address)
  const options = { mode: 'front', map: 'front' }
  const seat = await takeSeat(server.target, user, { method: 'create', options })
  return openSeat(server.target, user, seat)
}

/** Makes the place be called while it is broken. */
async function provoke(server: ChaosServer, victim: Joined, address: string): Promise<void> {
  const input = Uint8Array.from([17, 2, 1, 1, ...Array<number>(11).fill(0)])
  victim.link.send(input)
  for (let index = 0; index < 4; index++) {
    const user = await signIn(server.target, `${address}${index}`)
    const { roomId } = victim.seat
    const request = { method: 'joinById', room: roomId, options: {} }
    const answer = await askSeat(server.target, user, request)
    if (answer.status !== 200) continue
    try {
      const guest = await openSeat(server.target, user, JSON.parse(answer.text))
      guest.link.send(Uint8Array.of(RoomCode.leave))
      await endWithin(guest, 500)
    } catch {
      // A join that is broken is what is looked for.
    }
  }
}

async function runThrows(lab: ChaosLab): Promise<Figure[]> {
  const server = await lab.processes.startServer({}, 'loadtest/chaos/faulty-main.ts')
  const counts = { snapshots: 0, bytes: 0, disconnects: 0, roundTripMs: [] }
  const honest = new HonestClient(lab.options.seed, counts)
  await honest.join(server.target, '127.51.0.1')
  const turn = setInterval(() => honest.update(), 100)
  const figures: Figure[] = []
  const before = sumOf(await readMetrics(server), 'battalion_errors_total')
  for (const [index, place] of PLACES.entries()) {
    const victim = await openVictim(server, `127.52.0.${index + 1}`)
    const order: SabotageOrder = { roomId: victim.seat.roomId, place, times: 3 }
    server.child.send(order)
    await pause(100)
    await provoke(server, victim, `127.53.${index}.10`)
    const end = await endWithin(victim, 2000)
    const isClosed = end !== undefined && end.code >= 4400
    figures.push(mustHold(`C-09 three throws in ${place} end the room or the sender`, isClosed))
    victim.link.destroy()
  }
  clearInterval(turn)
  const errors = sumOf(await readMetrics(server), 'battalion_errors_total') - before
  const dueSnapshots = TICKS_PER_SEC * 0.8
  const rate = counts.snapshots
  figures.push(
    mustHold('C-09 the process lives', server.exitedWith() === undefined),
    mustBeZero('C-09 honest clients of other rooms lost', counts.disconnects),
    figure('C-09 errors counted', errors, 3, { unit: 'errors', better: 'higher' }),
    figure('C-09 snapshots of the other room', rate, dueSnapshots, {
      unit: 'frames',
      better: 'higher',
    }),
  )
  honest.leave()
  await lab.processes.end(server.child)
  return figures
}

/** The row C-09. */
export const throwingRooms: Fault = {
  id: 'C-09',
  title: 'throws in tick, patch, join, leave, handler and timer stay in their room',
  group: 'C',
  isSmall: true,
  run: runThrows,
}

/** Ticks as a player saw them. */
interface SeenTick {
  readonly atMs: number
  readonly tick: number
}

/** Stands the process still once a second; catch-up steps and ticks a second that came of it. */
async function blockFor(
  server: ChaosServer,
  ticks: SeenTick[],
  blocksMs: readonly number[],
): Promise<{ catchUp: number; hz: number; waitRatio: number }> {
  const before = await readMetrics(server)
  const [beganMs, waitedMs] = [performance.now(), readWaitMs(server.pid)]
  ticks.length = 0
  for (const blockMs of blocksMs) {
    server.child.kill('SIGSTOP')
    await pause(blockMs)
    server.child.kill('SIGCONT')
    await pause(1000 - blockMs)
  }
  const waitRatio = (readWaitMs(server.pid) - waitedMs) / (performance.now() - beganMs)
  const name = 'battalion_tick_catchup_steps_total'
  const steps = sumOf(await readMetrics(server), name) - sumOf(before, name)
  const [first, last] = [ticks[0]!, ticks.at(-1)!]
  const hz = ((last.tick - first.tick) & 0xffff) / ((last.atMs - first.atMs) / 1000)
  return { catchUp: steps / blocksMs.length, hz, waitRatio }
}

/** What is owed of 200 ms is made up for; of more than five steps the rest is lost. */
async function runBlocks(lab: ChaosLab): Promise<Figure[]> {
  const server = await lab.processes.startServer()
  const head = { tick: 0, hasPosition: false, x: 0, z: 0 }
  const ticks: SeenTick[] = []
  const onMessage = (frame: Buffer) => {
    if (frame[0] !== RoomCode.bytes || !readLeanHead(frame.subarray(2), head)) return
    ticks.push({ atMs: performance.now(), tick: head.tick })
  }
  const player = await joinBattle(server.target, '127.54.0.1', { onMessage })
  await pause(2000)
  const dice = createPrng(lab.options.seed)
  const seconds = lab.pick(30, 8)
  const short = Array.from({ length: seconds }, () => BLOCK_MS)
  const long = Array.from({ length: seconds }, () => LONG_BLOCK_MS + nextBelow(dice, 200))
  const even = await blockFor(server, ticks, short)
  const uneven = await blockFor(server, ticks, long)
  const isAlive = !player.link.isEnded
  player.link.destroy()
  await lab.processes.end(server.child)
  const [steps, hz] = [{ unit: 'steps' }, { unit: 'Hz' }] as const
  const slowest = figure('C-12 ticks a second, at least', even.hz, TICKS_PER_SEC * 0.95, {
    ...hz,
    better: 'higher',
  })
  return [
    figure('C-12 catch-up steps a block of 200 ms', even.catchUp, CATCH_UP_STEPS_MAX, steps),
    figure('C-12 ticks a second, at most', even.hz, TICKS_PER_SEC * 1.05, hz),
    timeFigure(slowest, even.waitRatio),
    figure('C-12 catch-up steps a longer block', uneven.catchUp, CATCH_UP_STEPS_MAX, steps),
    figure('C-12 ticks a second with longer blocks', uneven.hz, TICKS_PER_SEC * 1.05, hz),
    mustHold('C-12 the player stays', isAlive),
  ]
}

/** The row C-12. */
export const blockedLoop: Fault = {
  id: 'C-12',
  title: 'the process stands still for 200 ms once a second',
  group: 'C',
  isSmall: false,
  run: runBlocks,
}
