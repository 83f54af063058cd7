/** messages whose keys mean something to JavaScript never reach a handler. */
import { percentileOf } from '../../metrics-text.ts'
import {
  figure,
  mustBeZero,
  mustHold,
  type AttackReport,
  type AttackScene,
  type Fault,
} from '../fault.ts'
import { packText } from '../hostile-msgpack.ts'
import { endWithin, isDueClose, joinRogue } from '../rogue.ts'

const ADDRESS_BLOCK = 28
const REJECTED_MS_MAX = 5
const DATA = 13

function map(...entries: readonly (readonly [string, Buffer])[]): Buffer {
  const parts: Buffer[] = [Buffer.from([0x80 | entries.length])]
  for (const [key, value] of entries) parts.push(packText(key), value)
  return Buffer.concat(parts)
}

const ONE = Buffer.from([1])
const POLLUTED = map(['polluted', ONE])
/** [message name, value] */
const MESSAGES: readonly (readonly [string, Buffer])[] = [
  ['rtt', map(['id', ONE], ['__proto__', POLLUTED])],
  ['rtt', map(['__proto__', POLLUTED])],
  ['rtt', map(['id', ONE], ['constructor', map(['prototype', POLLUTED])])],
  ['loadout', map(['classId', map(['__proto__', POLLUTED])])],
  ['look', map(['x', ONE], ['z', ONE], ['hasOwnProperty', ONE])],
  ['giveUp', map(['toString', ONE])],
  ['__proto__', POLLUTED],
  ['constructor', POLLUTED],
  ['hasOwnProperty', POLLUTED],
]

async function pollute(scene: AttackScene): Promise<AttackReport> {
  const tookMs: number[] = []
  let accepted = 0
  for (let round = 0; round < (scene.args['rounds'] ?? 3); round++) {
    for (const [name, value] of MESSAGES) {
      const rogue = await joinRogue(scene.target, ADDRESS_BLOCK)
      const beganMs = performance.now()
      rogue.link.send(Buffer.concat([Buffer.from([DATA]), packText(name), value]))
      const end = await endWithin(rogue, 1500)
      rogue.link.destroy()
      if (end !== undefined && isDueClose(end.code)) tookMs.push(performance.now() - beganMs)
      else accepted++
    }
  }
  return { accepted, medianMs: percentileOf(tookMs, 0.5), rejected: tookMs.length }
}

/** The row. */
export const pollutedMessages: Fault = {
  id: 'A-11',
  title: 'a message with a key like __proto__ reaches no handler',
  group: 'A',
  isSmall: true,
  attacks: { pollute },
  async run(lab) {
    await lab.baseline()
    let report: AttackReport = {}
    const window = await lab.during(async () => {
      const args = { rounds: lab.pick(10, 2) }
      report = await lab.attack('A-11', 'pollute', { durationMs: 0, args })
    })
    return [
      ...(await lab.undisturbed('A-11', window)),
      mustBeZero('A-11 polluted messages accepted', report['accepted']!),
      mustHold('A-11 some were rejected', report['rejected']! > 0),
      figure('A-11 time to the close, median', report['medianMs']!, REJECTED_MS_MAX, {
        unit: 'ms',
      }),
    ]
  },
}
