/** frames longer than any limit, and lengths that are only announced. */
import { Opcode, createClientFrame } from '../../bots/web-socket-frames.ts'
import { figure, mustBeZero, type AttackReport, type AttackScene, type Fault } from '../fault.ts'
import { CODE_LOST, endWithin, joinRogue } from '../rogue.ts'

const ADDRESS_BLOCK = 21
const MEBIBYTE = 1024 * 1024
const TOO_LARGE = 1009
const GROWTH_BYTES_MAX = 5 * MEBIBYTE
/** What grows with each of so many is a leak; less is the heap between collections. */
const PASSES_MAX = 6

/** A frame head that announces `bytes`, with `sent` bytes behind it. */
function announce(bytes: bigint, sent: number): Buffer {
  const frame = Buffer.alloc(14 + sent, 18)
  frame[0] = 0x82
  frame[1] = 0xff
  frame.writeBigUInt64BE(bytes, 2)
  frame.fill(0, 10, 14)
  return frame
}

const FRAMES: readonly (() => Buffer)[] = [
  () => createClientFrame(Opcode.binary, Buffer.alloc(2049, 18)),
  () => createClientFrame(Opcode.binary, Buffer.alloc(65_535, 18)),
  () => announce(BigInt(16 * MEBIBYTE), 16 * MEBIBYTE),
  () => announce(1n << 30n, 0),
  () => announce(1n << 30n, 100_000),
  () => announce(1n << 52n, 0),
  () => announce(1n << 63n, 0),
]

async function sendOversize(scene: AttackScene): Promise<AttackReport> {
  const report = { wrongCloses: 0, stayed: 0, lost: 0 }
  for (let round = 0; round < (scene.args['rounds'] ?? 3); round++) {
    for (const frame of FRAMES) {
      const rogue = await joinRogue(scene.target, ADDRESS_BLOCK)
      rogue.link.write(frame())
      const end = await endWithin(rogue, 3000)
      rogue.link.destroy()
      if (end === undefined) report.stayed++
      else if (end.code === CODE_LOST) report.lost++
      else if (end.code !== TOO_LARGE) report.wrongCloses++
    }
  }
  return report
}

/** The row. */
export const oversize: Fault = {
  id: 'A-03',
  title: 'oversize frames end with 1009 and cost no memory',
  group: 'A',
  isSmall: true,
  attacks: { oversize: sendOversize },
  async run(lab) {
    await lab.baseline()
    const rounds = lab.pick(20, 3)
    let report: AttackReport = {}
    let growth = Infinity
    const window = await lab.during(async () => {
      // What grows only the first time is code and heap being warm, not frames.
      for (let pass = 0; pass < PASSES_MAX && growth > GROWTH_BYTES_MAX; pass++) {
        const before = await lab.memory()
        report = await lab.attack('A-03', 'oversize', { durationMs: 0, args: { rounds } })
        growth = Math.min(growth, (await lab.memory()) - before)
      }
    })
    return [
      ...(await lab.undisturbed('A-03', window)),
      mustBeZero('A-03 closed with another code than 1009', report['wrongCloses']!),
      mustBeZero('A-03 not closed', report['stayed']!),
      figure('A-03 cut without a close frame', report['lost']!, null, { unit: 'count' }),
      figure('A-03 resident memory grew', growth / MEBIBYTE, GROWTH_BYTES_MAX / MEBIBYTE, {
        unit: 'MiB',
      }),
    ]
  },
}
