/** idle sockets, half-sent headers, upgrades to no seat, pipelines, the cap per address. */
import { percentileOf } from '../../metrics-text.ts'
import { addressOf, askSeat, signIn } from '../battle-user.ts'
import { figure, mustBeZero, type AttackReport, type AttackScene, type Fault } from '../fault.ts'
import { RawLink, type Target } from '../raw-link.ts'
import { pause } from '../rogue.ts'
import { ratioOf, timeFigure } from '../chaos-lab.ts'

const ADDRESS_BLOCK = 24
const PROBE_BLOCK = 25
const SOCKETS_PER_ADDRESS = 15
const CLOSED_MS_MAX = 15_000
const CAP = 20
const MATCHMAKING_FLOOR_MS = 10

/** What a socket sends and then falls silent. */
const OPENINGS = {
  idle: '',
  half: 'GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ',
  body: 'POST /v1/auth/guest HTTP/1.1\r\nHost: x\r\nContent-Length: 8000\r\n\r\n{',
} as const

let opened = 0
const links: RawLink[] = []

function openSilent(target: Target, opening: string): RawLink {
  const address = addressOf(ADDRESS_BLOCK, Math.floor(opened++ / SOCKETS_PER_ADDRESS))
  const link = new RawLink({ target, address, isPolite: false })
  if (opening !== '') link.write(opening)
  links.push(link)
  return link
}

async function hold(scene: AttackScene): Promise<AttackReport> {
  const { target, args } = scene
  const scale = args['scale'] ?? 1
  for (let index = 0; index < 1000 * scale; index++) openSilent(target, OPENINGS.idle)
  for (let index = 0; index < 150 * scale; index++) openSilent(target, OPENINGS.half)
  for (let index = 0; index < 50 * scale; index++) openSilent(target, OPENINGS.body)
  for (let index = 0; index < 500 * scale; index++) {
    void openSilent(target, '').upgrade(`/process/room?sessionId=nobody${index}`)
  }
  const patience = pause(CLOSED_MS_MAX + 5000)
  await Promise.race([Promise.all(links.map(({ ended }) => ended)), patience])
  const ends = await Promise.all(
    links.map((link) => (link.isEnded ? link.ended : Promise.resolve(undefined))),
  )
  for (const link of links) link.destroy()
  const afterMs = ends.map((end) => end?.afterMs ?? Infinity)
  return {
    sockets: links.length,
    stayed: afterMs.filter((ms) => ms === Infinity).length,
    slowestMs: Math.max(...afterMs.filter((ms) => ms < Infinity)),
  }
}

/** Small requests without end, down one socket after the other, from one address. */
async function pipeline(scene: AttackScene): Promise<AttackReport> {
  const text = 'GET /v1/regions HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(1500)
  const endMs = performance.now() + scene.durationMs
  let answers = 0
  let sockets = 0
  const lane = async () => {
    while (performance.now() < endMs) {
      const link = new RawLink({ target: scene.target, address: addressOf(ADDRESS_BLOCK, 60_000) })
      sockets++
      while (!link.isEnded && performance.now() < endMs && link.socket.writableLength < 1e6) {
        link.write(text)
        await pause(1)
      }
      if (!link.isEnded) await Promise.race([link.ended, pause(200)])
      answers += link.answer.split('HTTP/1.1').length - 1
      link.destroy()
    }
  }
  await Promise.all(Array.from({ length: 10 }, lane))
  return { answers, sockets }
}

async function overCap(scene: AttackScene): Promise<AttackReport> {
  const address = addressOf(ADDRESS_BLOCK, 50_000)
  const many = Array.from({ length: 60 }, () => new RawLink({ target: scene.target, address }))
  await pause(1500)
  const open = many.filter((link) => !link.isEnded).length
  for (const link of many) link.destroy()
  return { open }
}

/** Honest matchmaking, one seat after the other. */
async function probe(scene: AttackScene): Promise<AttackReport> {
  const tookMs: number[] = []
  let failed = 0
  const endMs = performance.now() + scene.durationMs
  for (let user = scene.args['first'] ?? 0; performance.now() < endMs; user++) {
    const guest = await signIn(scene.target, addressOf(PROBE_BLOCK, user))
    const answer = await askSeat(scene.target, guest)
    if (answer.status === 200) tookMs.push(answer.tookMs)
    else failed++
    await pause(100)
  }
  return { p95: percentileOf(tookMs, 0.95), failed, asked: tookMs.length + failed }
}

/** The row. */
export const idleSockets: Fault = {
  id: 'A-08',
  title: 'idle, slow, pipelining and seatless sockets are closed, matchmaking goes on',
  group: 'A',
  isSmall: false,
  attacks: { hold, overCap, probe, pipeline },
  async run(lab) {
    const base = await lab.baseline()
    const usual = await lab.attack('A-08', 'probe', { durationMs: lab.pick(10_000, 4000) })
    let held: AttackReport = {}
    let probed: AttackReport = {}
    const window = await lab.during(async () => {
      const args = { scale: lab.pick(1, 0.3) }
      const first = { first: 500 }
      ;[held, probed] = await Promise.all([
        lab.attack('A-08', 'hold', { durationMs: 0, args }),
        lab.attack('A-08', 'probe', { durationMs: 12_000, args: first }),
      ])
    })
    let piped: AttackReport = {}
    const pipes = await lab.during(async () => {
      piped = await lab.attack('A-08', 'pipeline', { durationMs: lab.pick(10_000, 4000) })
    })
    const capped = await lab.attack('A-08', 'overCap', { durationMs: 0 })
    const ratio = ratioOf(probed['p95']!, usual['p95']!, MATCHMAKING_FLOOR_MS)
    const matchmaking = figure('A-08 honest matchmaking p95 over baseline', ratio, 1.5, {
      unit: 'times',
    })
    return [
      ...(await lab.undisturbed('A-08', window)),
      ...(await lab.undisturbed('A-08 pipelined', pipes)),
      timeFigure(matchmaking, Math.max(base.waitRatio, window.waitRatio)),
      mustBeZero('A-08 honest matchmaking refused', probed['failed']!),
      figure('A-08 sockets held', held['sockets']!, null, { unit: 'count' }),
      mustBeZero('A-08 sockets not closed', held['stayed']!),
      figure('A-08 slowest close', held['slowestMs']!, CLOSED_MS_MAX, { unit: 'ms' }),
      figure('A-08 sockets of one address left open', capped['open']!, CAP, { unit: 'count' }),
      figure('A-08 pipelined requests answered', piped['answers']!, null, { unit: 'count' }),
      figure('A-08 sockets cut for pipelining', piped['sockets']!, null, { unit: 'count' }),
    ]
  },
}
