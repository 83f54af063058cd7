/**
 * hostile frames of every kind, from the generator, over eight connections at a time, and odd
 * requests beside them. Frames count up to the one that must close their sender: what is sent after
 * it reaches nobody.
 */
import { createPrng, nextBelow } from '@battalion/base/prng.ts'
import { addressOf, signIn, takeSeat } from '../battle-user.ts'
import type { ChaosLab } from '../chaos-lab.ts'
import { figure, mustBeZero, type AttackReport, type AttackScene } from '../fault.ts'
import type { Fault, Figure } from '../fault.ts'
import { HostileStream, type HostileFrame } from '../hostile-frames.ts'
import { oddCall, oddUpgrade, type OddSeat } from '../hostile-requests.ts'
import { RawLink } from '../raw-link.ts'
import { CODE_LOST, endWithin, inLanes, isDueClose, joinRogue, pause } from '../rogue.ts'

const ADDRESS_BLOCK = 20
const REQUEST_BLOCK = 19
const CONNECTIONS = 8
/** Harmless frames in front of the wrong ones: fewer than a client may send at once. */
const HARMLESS_MAX = 60
/** One connection in so many sends nothing wrong, and must be left alone. */
const GOOD_ONE_OF = 16
/** One in so many does not acknowledge its join first. */
const EARLY_ONE_OF = 12
const LEFT_ALONE_MS = 200
/** A connection that was sent a fatal frame must be gone by then (ms). */
const GONE_MS_MAX = 1000
const REQUEST_EVERY_MS = 25
const REQUESTS_PER_SEAT = 40
const REQUEST_MS_MAX = 1000
const TELL_EVERY_MS = 30_000
const MEBIBYTE = 1024 * 1024
/**
 * What a million frames may leave behind in the rooms' heap: 36,000 offenders fill what is
 * remembered of leavers, of a battle's players and of sessions, each to its limit, and code.
 */
const LIVE_MEBIBYTES_MAX = 32
/** What is remembered for a minute is gone by then: calls per user and address, tokens (ms). */
const FORGOTTEN_MS = 65_000

const NOTHING = {
  frames: 0,
  fatal: 0,
  joins: 0,
  lost: 0,
  wrongCloses: 0,
  latest: 0,
  stayed: 0,
  harmed: 0,
  harmedCode: 0,
}
type Tally = typeof NOTHING

/** Frames until `args.frames` were judged by the server or the time is over. */
async function sendHostileFrames(scene: AttackScene): Promise<AttackReport> {
  const stream = new HostileStream(scene.seed)
  const framesMax = scene.args['frames'] ?? 20_000
  const endMs = performance.now() + scene.durationMs
  const tally: Tally = { ...NOTHING }
  let toldMs = performance.now()
  await inLanes(CONNECTIONS, async () => {
    const nowMs = performance.now()
    if (tally.frames >= framesMax || nowMs > endMs) return false
    if (nowMs - toldMs > TELL_EVERY_MS) {
      toldMs = nowMs
      process.stdout.write(`  ${tally.frames} of ${framesMax} frames, ${tally.joins} joins\n`)
    }
    await attackOnce(scene, stream, tally)
    return true
  })
  return { ...tally }
}

async function attackOnce(scene: AttackScene, stream: HostileStream, tally: Tally): Promise<void> {
  const { dice } = stream
  const isGood = nextBelow(dice, GOOD_ONE_OF) === 0
  const isEarly = !isGood && nextBelow(dice, EARLY_ONE_OF) === 0
  const rogue = await joinRogue(scene.target, ADDRESS_BLOCK, { acknowledge: !isEarly })
  tally.joins++
  const harmless = Array.from({ length: nextBelow(dice, HARMLESS_MAX) }, () => stream.harmless())
  // Before the join is acknowledged an input is the wrong one; a lone ping would be none.
  if (isEarly) harmless.unshift(stream.tooEarly())
  const wrong = isGood || isEarly ? [] : wrongUntilFatal(stream)
  sendInPieces(rogue.link, Buffer.concat([...harmless, ...wrong].map(({ bytes }) => bytes)), dice)
  tally.frames += (isEarly ? 0 : harmless.length) + (isGood ? 0 : 1)
  const sentAtMs = performance.now()
  const end = await endWithin(rogue, isGood ? LEFT_ALONE_MS : 3 * GONE_MS_MAX)
  rogue.link.destroy()
  if (isGood) {
    if (end === undefined) return
    tally.harmed++
    tally.harmedCode = end.code
    return
  }
  tally.fatal++
  if (end === undefined) tally.stayed++
  else judge(tally, { code: end.code, wrong, afterMs: performance.now() - sentAtMs })
}

/** Wrong frames, the last of which leaves the server no choice. */
function wrongUntilFatal(stream: HostileStream): HostileFrame[] {
  const frames: HostileFrame[] = []
  do frames.push(stream.wrong())
  while (frames.at(-1)?.isFatal !== true)
  return frames
}

/** As TCP may cut it: anywhere, also inside a head. */
function sendInPieces(link: RawLink, bytes: Buffer, dice: Parameters<typeof nextBelow>[0]): void {
  const cut = nextBelow(dice, 3) === 0 ? nextBelow(dice, bytes.length + 1) : bytes.length
  link.write(bytes.subarray(0, cut))
  if (cut < bytes.length) setImmediate(() => link.write(bytes.subarray(cut)))
}

interface Ending {
  readonly code: number
  readonly wrong: readonly HostileFrame[]
  readonly afterMs: number
}

function judge(tally: Tally, { code, wrong, afterMs }: Ending): void {
  tally.latest = Math.max(tally.latest, afterMs)
  const isEnding = wrong.some(({ kind, bytes }) => kind === 'end' || isLeave(bytes))
  if (code === CODE_LOST) tally.lost++
  // A client that closes is answered with its own code.
  else if (!isDueClose(code) && !isEnding) tally.wrongCloses++
}

const LEAVE = 12

/** A frame whose payload begins with LEAVE_ROOM: cut or bent from something else, or swept. */
function isLeave(frame: Buffer): boolean {
  return frame[6] === LEAVE || (frame.length > 8 && frame[8] === LEAVE)
}

/** Odd upgrades and calls, forty a second, each from an address that is not over any limit. */
async function sendOddRequests(scene: AttackScene): Promise<AttackReport> {
  const dice = createPrng(scene.seed + 1)
  const endMs = performance.now() + scene.durationMs
  const report = { requests: 0, broken: 0, unanswered: 0 }
  let seat: OddSeat = { path: '/a/b', sessionId: '', accessToken: '' }
  while (performance.now() < endMs) {
    const address = addressOf(REQUEST_BLOCK, report.requests)
    if (report.requests % REQUESTS_PER_SEAT === 0) seat = await freshSeat(scene, address, seat)
    report.requests++
    const link = new RawLink({ target: scene.target, address })
    link.write(nextBelow(dice, 2) === 0 ? oddUpgrade(dice, seat) : oddCall(dice, seat))
    void judgeRequest(link, report)
    await pause(REQUEST_EVERY_MS)
  }
  return report
}

async function judgeRequest(
  link: RawLink,
  report: { broken: number; unanswered: number },
): Promise<void> {
  const status = await Promise.race([link.upgraded, pause(REQUEST_MS_MAX).then(() => -1)])
  if (status >= 500 && status !== 503) report.broken++
  if (status === -1) report.unanswered++
  link.destroy()
}

async function freshSeat(scene: AttackScene, address: string, old: OddSeat): Promise<OddSeat> {
  try {
    const user = await signIn(scene.target, address)
    const { processId, roomId, sessionId } = await takeSeat(scene.target, user)
    return { path: `/${processId}/${roomId}`, sessionId, accessToken: user.accessToken }
  } catch {
    return old
  }
}

async function run(lab: ChaosLab): Promise<Figure[]> {
  await lab.baseline()
  const frames = lab.pick(1_000_000, 20_000)
  const durationMs = lab.pick(1_200_000, 240_000)
  const before = await lab.memory()
  const heapBefore = await lab.liveHeap()
  let report: AttackReport = {}
  let asked: AttackReport = {}
  const window = await lab.during(async () => {
    ;[report, asked] = await Promise.all([
      lab.attack('A-01', 'frames', { durationMs, args: { frames } }),
      lab.attack('A-01', 'requests', { durationMs: lab.pick(120_000, 10_000) }),
    ])
  })
  const growth = ((await lab.memory()) - before) / MEBIBYTE
  const heapAtOnce = ((await lab.liveHeap()) - heapBefore) / MEBIBYTE
  await lab.wait(lab.pick(FORGOTTEN_MS, 0))
  const heapGrowth = ((await lab.liveHeap()) - heapBefore) / MEBIBYTE
  const shape = { unit: 'frames', better: 'higher' } as const
  return [
    ...(await lab.undisturbed('A-01', window, 1.35)),
    figure('A-01 hostile frames judged by the server', report['frames']!, frames, shape),
    figure('A-01 of them fatal', report['fatal']!, null, { unit: 'frames' }),
    figure('A-01 joins of offenders', report['joins']!, null, { unit: 'joins' }),
    mustBeZero('A-01 offenders closed with a wrong code', report['wrongCloses']!),
    mustBeZero('A-01 offenders not closed', report['stayed']!),
    mustBeZero('A-01 senders of harmless frames closed', report['harmed']!),
    figure('A-01 code of such a close', report['harmedCode']!, null, { unit: 'code' }),
    figure('A-01 offenders cut without a close frame', report['lost']!, null, { unit: 'count' }),
    figure('A-01 slowest close after the last frame', report['latest']!, GONE_MS_MAX, {
      unit: 'ms',
    }),
    figure('A-01 odd requests', asked['requests']!, null, { unit: 'requests' }),
    mustBeZero('A-01 odd requests answered 500', asked['broken']!),
    figure('A-01 odd requests without an answer in 1 s', asked['unanswered']!, null, {
      unit: 'requests',
    }),
    figure('A-01 resident memory grew', growth, null, { unit: 'MiB' }),
    // Of the rooms' thread alone: the embedded database keeps the guests of all offenders.
    figure('A-01 live heap grew, at once', heapAtOnce, null, { unit: 'MiB' }),
    figure('A-01 live heap grew', heapGrowth, lab.isSmall ? null : LIVE_MEBIBYTES_MAX, {
      unit: 'MiB',
    }),
  ]
}

/** The row. */
export const malformedFrames: Fault = {
  id: 'A-01',
  title: 'malformed frames never disturb others',
  group: 'A',
  isSmall: true,
  attacks: { frames: sendHostileFrames, requests: sendOddRequests },
  run,
}
