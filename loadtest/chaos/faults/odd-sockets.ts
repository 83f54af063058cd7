/** what a WebSocket may carry and no client of ours ever sends. */
import { Opcode, createClientFrame } from '../../bots/web-socket-frames.ts'
import { figure, mustBeZero, type AttackReport, type AttackScene, type Fault } from '../fault.ts'
import { CODE_LOST, endWithin, inLanes, joinRogue, pause } from '../rogue.ts'

const ADDRESS_BLOCK = 26
const LANES = 4
const PINGS_PER_SEC = 10_000

const ODD_FRAMES: readonly Buffer[] = [
  createClientFrame(Opcode.text, Buffer.from('hello')),
  createClientFrame(Opcode.text, Buffer.alloc(0)),
  createClientFrame(Opcode.text, Buffer.from([0xff, 0xfe, 0xc0])),
  createClientFrame(Opcode.text, Buffer.from([0xed, 0xa0, 0x80])),
  createClientFrame(Opcode.binary, Buffer.alloc(0)),
  createClientFrame(Opcode.close, Buffer.from([3])),
  createClientFrame(Opcode.close, Buffer.from([0x03, 0xe8, 0xff, 0xff])),
  createClientFrame(Opcode.ping, Buffer.alloc(126)),
  createClientFrame(0, Buffer.from([1])),
  createClientFrame(11, Buffer.from([1])),
]

async function sendOdd(scene: AttackScene): Promise<AttackReport> {
  const codes = closeCodes(scene.args['codeStep'] ?? 50)
  const frames = [...ODD_FRAMES, ...codes.map(closeFrame)]
  const report = { connections: 0, stayed: 0, lost: 0 }
  let next = 0
  await inLanes(LANES, async () => {
    const frame = frames[next++]
    if (frame === undefined) return false
    const rogue = await joinRogue(scene.target, ADDRESS_BLOCK)
    report.connections++
    rogue.link.write(frame)
    const end = await endWithin(rogue, 3000)
    rogue.link.destroy()
    if (end === undefined) report.stayed++
    else if (end.code === CODE_LOST) report.lost++
    return true
  })
  return report
}

/** 0 to 4999: all that mean something, and every `step`th. */
function closeCodes(step: number): number[] {
  const codes = Array.from({ length: 20 }, (_, index) => 1000 + index)
  for (let code = 0; code < 5000; code += step) codes.push(code)
  return [...codes, 999, 2999, 3000, 3999, 4000, 4010, 4400, 4429, 4499, 4999]
}

function closeFrame(code: number): Buffer {
  const payload = Buffer.alloc(2)
  payload.writeUInt16BE(code)
  return createClientFrame(Opcode.close, payload)
}

/** Pings, then pongs nobody asked for, ten thousand a second each. */
async function sendPings(scene: AttackScene): Promise<AttackReport> {
  const report = { floods: 0, stayed: 0 }
  const endMs = performance.now() + scene.durationMs
  for (let round = 0; performance.now() < endMs; round++) {
    const opcode = round % 2 === 0 ? Opcode.ping : Opcode.pong
    const frame = createClientFrame(opcode, Buffer.alloc(8))
    const burst = Buffer.concat(Array.from({ length: PINGS_PER_SEC / 100 }, () => frame))
    const rogue = await joinRogue(scene.target, ADDRESS_BLOCK)
    report.floods++
    for (let sent = 0; sent < 200 && !rogue.link.isEnded; sent++) {
      rogue.link.write(burst)
      await pause(10)
    }
    if (!rogue.link.isEnded) report.stayed++
    rogue.link.destroy()
  }
  return report
}

/** The row. */
export const oddSockets: Fault = {
  id: 'A-09',
  title: 'text, empty frames, wrong UTF-8, pings by the thousand, every close code',
  group: 'A',
  isSmall: true,
  attacks: { odd: sendOdd, pings: sendPings },
  async run(lab) {
    await lab.baseline()
    let odd: AttackReport = {}
    let pings: AttackReport = {}
    const window = await lab.during(async () => {
      const args = { codeStep: lab.pick(10, 250) }
      odd = await lab.attack('A-09', 'odd', { durationMs: 0, args })
      pings = await lab.attack('A-09', 'pings', { durationMs: lab.pick(20_000, 4000) })
    })
    return [
      ...(await lab.undisturbed('A-09', window, 1.35)),
      figure('A-09 odd connections', odd['connections']!, null, { unit: 'count' }),
      mustBeZero('A-09 odd connections not closed', odd['stayed']!),
      figure('A-09 closed without a close frame', odd['lost']!, null, { unit: 'count' }),
      figure('A-09 floods of pings and pongs', pings['floods']!, null, { unit: 'count' }),
      mustBeZero('A-09 floods not closed', pings['stayed']!),
    ]
  },
}
