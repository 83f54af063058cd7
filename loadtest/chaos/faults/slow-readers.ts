/** sockets that join and never read again; half of them go on answering pings blindly. */
import { Opcode, createClientFrame } from '../../bots/web-socket-frames.ts'
import { figure, mustBeZero, type AttackReport, type AttackScene, type Fault } from '../fault.ts'
import { joinRogue, pause } from '../rogue.ts'

const ADDRESS_BLOCK = 23
const CLIENTS = 20
const DROPPED_MS_MAX = 10_000
const PING = 18
const MEBIBYTE = 1024 * 1024
const GROWTH_MEBIBYTES_MAX = 32

/** A paused socket hears nothing of its end; a write to it fails once the server is gone. */
async function pauseReading(scene: AttackScene): Promise<AttackReport> {
  const isAnswering = scene.args['answering'] === 1
  const pong = createClientFrame(Opcode.pong, new Uint8Array(0))
  const word = createClientFrame(Opcode.binary, Uint8Array.of(PING))
  const rogues = []
  for (let index = 0; index < CLIENTS; index++) {
    const rogue = await joinRogue(scene.target, ADDRESS_BLOCK, { isPolite: false })
    rogue.link.socket.pause()
    rogues.push(rogue)
  }
  const beganMs = performance.now()
  let droppedMs = 0
  while (performance.now() - beganMs < scene.durationMs) {
    const alive = rogues.filter(({ link }) => !link.isEnded)
    if (alive.length === 0) break
    for (const { link } of alive) {
      // A write that fails is how a socket that does not read learns of its end.
      link.write(isAnswering ? pong : word)
    }
    droppedMs = performance.now() - beganMs
    await pause(500)
  }
  const stayed = rogues.filter(({ link }) => !link.isEnded).length
  for (const { link } of rogues) link.destroy()
  return { stayed, droppedMs }
}

/** The row. */
export const slowReaders: Fault = {
  id: 'A-06',
  title: 'a client that does not read costs no memory and no time',
  group: 'A',
  isSmall: false,
  attacks: { pause: pauseReading },
  async run(lab) {
    await lab.baseline()
    const before = await lab.memory()
    let silent: AttackReport = {}
    let answering: AttackReport = {}
    const window = await lab.during(async () => {
      silent = await lab.attack('A-06', 'pause', { durationMs: 15_000 })
      const args = { answering: 1 }
      answering = await lab.attack('A-06', 'pause', { durationMs: lab.pick(30_000, 10_000), args })
    })
    const after = await lab.memory()
    return [
      ...(await lab.undisturbed('A-06', window)),
      mustBeZero('A-06 silent clients not dropped', silent['stayed']!),
      figure('A-06 slowest drop of a silent client', silent['droppedMs']!, DROPPED_MS_MAX, {
        unit: 'ms',
      }),
      figure('A-06 pinging clients the kernel still held for', answering['stayed']!, null, {
        unit: 'count',
      }),
      figure('A-06 resident memory grew', (after - before) / MEBIBYTE, GROWTH_MEBIBYTES_MAX, {
        unit: 'MiB',
      }),
    ]
  },
}
