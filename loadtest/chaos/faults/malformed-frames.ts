/** hostile frames of every kind, from the generator, over eight connections at a time. */
import { createPrng } from '@battalion/base/prng.ts'
import { figure, mustBeZero, type AttackReport, type AttackScene, type Fault } from '../fault.ts'
import { nextHostileFrame } from '../hostile-frames.ts'
import { CODE_LOST, endWithin, inLanes, isDueClose, joinRogue } from '../rogue.ts'

const ADDRESS_BLOCK = 20
const CONNECTIONS = 8
/** Frames one connection sends at most, whatever becomes of it. */
const FRAMES_PER_CONNECTION = 50
/** A connection that was sent a bad frame must be gone by then (ms). */
const GONE_MS_MAX = 1000
const CLOSED_OR_LEFT = [1000, 1001, 1005, 4000]

interface Tally {
  frames: number
  joins: number
  lost: number
  wrongCloses: number
  latest: number
  stayed: number
}

/** Frames in bursts until `args.frames` were sent or the time is over. */
async function sendHostileFrames(scene: AttackScene): Promise<AttackReport> {
  const dice = createPrng(scene.seed)
  const framesMax = scene.args['frames'] ?? 20_000
  const endMs = performance.now() + scene.durationMs
  const tally: Tally = { frames: 0, joins: 0, lost: 0, wrongCloses: 0, latest: 0, stayed: 0 }
  await inLanes(CONNECTIONS, async () => {
    if (tally.frames >= framesMax || performance.now() > endMs) return false
    const rogue = await joinRogue(scene.target, ADDRESS_BLOCK)
    tally.joins++
    let isBad = false
    let isEnding = false
    for (let sent = 0; sent < FRAMES_PER_CONNECTION && !rogue.link.isEnded; sent++) {
      const { kind, bytes } = nextHostileFrame(dice)
      rogue.link.write(bytes)
      tally.frames++
      isBad ||= kind !== 'valid'
      isEnding ||= kind === 'end' || kind === 'socket'
      if (sent % 7 === 6) await new Promise((resolve) => setImmediate(resolve))
    }
    const sentAtMs = performance.now()
    const end = await endWithin(rogue, 3 * GONE_MS_MAX)
    rogue.link.destroy()
    if (end === undefined) tally.stayed += isBad ? 1 : 0
    else judge(tally, { code: end.code, isEnding, afterMs: performance.now() - sentAtMs })
    return true
  })
  return { ...tally }
}

function judge(tally: Tally, end: { code: number; isEnding: boolean; afterMs: number }): void {
  tally.latest = Math.max(tally.latest, end.afterMs)
  if (end.code === CODE_LOST) tally.lost++
  else if (isDueClose(end.code)) return
  else if (!end.isEnding || !isClientsOwnCode(end.code)) tally.wrongCloses++
}

/** A client that closes is answered with its own code. */
function isClientsOwnCode(code: number): boolean {
  return CLOSED_OR_LEFT.includes(code) || (code >= 1000 && code < 5000)
}

/** The row. */
export const malformedFrames: Fault = {
  id: 'A-01',
  title: 'malformed frames never disturb others',
  group: 'A',
  isSmall: true,
  attacks: { frames: sendHostileFrames },
  async run(lab) {
    await lab.baseline()
    const frames = lab.pick(1_000_000, 20_000)
    let report: AttackReport = {}
    const window = await lab.during(async () => {
      const durationMs = lab.pick(1_200_000, 90_000)
      report = await lab.attack('A-01', 'frames', { durationMs, args: { frames } })
    })
    return [
      ...(await lab.undisturbed('A-01', window, 1.35)),
      figure('A-01 hostile frames sent', report['frames']!, frames, {
        unit: 'frames',
        better: 'higher',
      }),
      figure('A-01 joins of offenders', report['joins']!, null, { unit: 'joins' }),
      mustBeZero('A-01 offenders closed with a wrong code', report['wrongCloses']!),
      mustBeZero('A-01 offenders not closed', report['stayed']!),
      figure('A-01 offenders cut without a close frame', report['lost']!, null, { unit: 'count' }),
      figure('A-01 slowest close after the last frame', report['latest']!, GONE_MS_MAX, {
        unit: 'ms',
      }),
    ]
  },
}
