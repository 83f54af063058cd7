/**
 * A battle without sockets or clock, in a process whose young generation is so large that nothing
 * is collected while a tick runs: what the heap grew by is what the tick allocated. Commands come
 * in by the real parser. Started by the bench, never by hand.
 */
import { createPrng, nextUint32 } from '@battalion/base/prng.ts'
import type { PrngState } from '@battalion/base/prng.ts'
import { createFakeSession } from '@battalion/testkit/fake-session.ts'
import type { FakeSession } from '@battalion/testkit/fake-session.ts'
import { createCommand, encodeInputs } from '@battalion/wire/input-codec.ts'
import { parseInput } from '../../rooms/parse-input.ts'
import { benchBalance, BENCH_FIELD } from '../bench-field.ts'
import { readOptions } from './bench-talk.ts'

const WARM_TICKS = 400
const TICKS = 200
/** Ticks between two collections. */
const COLLECT_TICKS = 10

/** Told once. */
export interface AllocationAnswer {
  readonly type: 'allocated'
  /** Bytes the heap grew by, one value per tick. */
  readonly bytes: readonly number[]
}

const { cells, players } = readOptions()
const balance = benchBalance({ cells, tickRateHz: 20 })
const fake = createFakeSession({
  balance,
  mode: BENCH_FIELD,
  map: BENCH_FIELD,
  isRecording: false,
})
for (let index = 0; index < players; index++) fake.join(`p${index}`)
const { queues } = fake.session.match
// Made once: what this program allocates must not count.
const targets = fake.session.roster.all.map(({ netId, lastInput }) => {
  return { queues, netId, last: lastInput }
})
const dice = createPrng(1)
const headings = Uint16Array.from({ length: players }, () => nextUint32(dice))
const commands = [createCommand()]
const frame = new Uint8Array(13)
const ignoreRejection = { inputRejected: () => undefined }
let seq = 0

for (let tick = 0; tick < WARM_TICKS; tick++) playTick(fake, dice)
const bytes: number[] = []
for (let tick = 0; tick < TICKS; tick++) {
  if (tick % COLLECT_TICKS === 0) globalThis.gc?.()
  const before = process.memoryUsage().heapUsed
  playTick(fake, dice)
  bytes.push(process.memoryUsage().heapUsed - before)
}
process.send?.({ type: 'allocated', bytes } satisfies AllocationAnswer)

/** Everybody runs somewhere, every eighth fires; then the session wakes. */
function playTick(fought: FakeSession, prng: PrngState): void {
  seq = (seq + 1) & 0xffff
  for (let index = 0; index < players; index++) {
    if (nextUint32(prng) % 40 === 0) headings[index] = nextUint32(prng)
    const command = commands[0]!
    command.seq = seq
    command.yaw = headings[index]!
    command.moveX = (command.yaw % 255) - 127
    command.moveZ = ((command.yaw >> 8) % 255) - 127
    command.buttons = (index + seq) % 8 === 0 ? 1 : 0
    encodeInputs(commands, frame, 0)
    parseInput(frame, targets[index]!, ignoreRejection)
  }
  fought.wake()
}
