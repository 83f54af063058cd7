/** five clients send right frames as fast as a socket takes them, again and again. */
import { createRoundTripQuestion } from '../../bots/lean-protocol.ts'
import { Opcode, createClientFrame } from '../../bots/web-socket-frames.ts'
import { figure, mustBeZero, type AttackReport, type AttackScene, type Fault } from '../fault.ts'
import { endWithin, inLanes, isDueClose, joinRogue, pause } from '../rogue.ts'

const ADDRESS_BLOCK = 22
const OFFENDERS = 5
const FRAMES_PER_WRITE = 100
/** 5 × 100 frames every 10 ms are 50,000 a second. */
const WRITE_EVERY_MS = 10
const CLOSED_MS_MAX = 1000
const FLOOD_CODE = 4429

async function flood(scene: AttackScene): Promise<AttackReport> {
  const question = createClientFrame(Opcode.binary, createRoundTripQuestion(5))
  const burst = Buffer.concat(Array.from({ length: FRAMES_PER_WRITE }, () => question))
  const report = { joins: 0, slowestMs: 0, otherCodes: 0, stayed: 0 }
  const endMs = performance.now() + scene.durationMs
  await inLanes(OFFENDERS, async () => {
    if (performance.now() > endMs) return false
    const rogue = await joinRogue(scene.target, ADDRESS_BLOCK)
    report.joins++
    const beganMs = performance.now()
    while (!rogue.link.isEnded && performance.now() - beganMs < 2 * CLOSED_MS_MAX) {
      rogue.link.write(burst)
      await pause(WRITE_EVERY_MS)
    }
    const end = await endWithin(rogue, CLOSED_MS_MAX)
    rogue.link.destroy()
    if (end === undefined) report.stayed++
    else if (!isDueClose(end.code) || end.code !== FLOOD_CODE) report.otherCodes++
    report.slowestMs = Math.max(report.slowestMs, performance.now() - beganMs)
    await pause(500)
    return true
  })
  return report
}

/** The row. */
export const messageFlood: Fault = {
  id: 'A-05',
  title: 'a message flood closes its sender and nobody else',
  group: 'A',
  isSmall: true,
  attacks: { flood },
  async run(lab) {
    await lab.baseline()
    let report: AttackReport = {}
    const window = await lab.during(async () => {
      report = await lab.attack('A-05', 'flood', { durationMs: lab.pick(30_000, 5000) })
    })
    return [
      ...(await lab.undisturbed('A-05', window)),
      figure('A-05 slowest close', report['slowestMs']!, CLOSED_MS_MAX, { unit: 'ms' }),
      mustBeZero('A-05 offenders not closed', report['stayed']!),
      figure('A-05 closed otherwise than 4429', report['otherCodes']!, null, { unit: 'count' }),
      figure('A-05 floods', report['joins']!, null, { unit: 'count' }),
    ]
  },
}
