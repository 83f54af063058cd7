/**
 * Hostile input frames: random bytes, cut and bent real ones. Reading must never throw, must answer
 * a count or a known reason, and must hand over nothing out of range. Seeded; run short by the
 * tests.
 */
import type { PrngState } from '@battalion/base/prng.ts'
import { createPrng, nextBelow } from '@battalion/base/prng.ts'
import { assert } from '@battalion/base/assert.ts'
import type { Command } from '@battalion/sim/commands.ts'
import { BUTTONS_MASK, MOVE_AXIS_MAX } from '@battalion/sim/commands.ts'
import type { InputRejection } from './input-codec.ts'
import { createCommand, decodeInputs, encodeInputs, INPUT_REJECTIONS } from './input-codec.ts'
import { COMMANDS_PER_FRAME_MAX, INPUT_BYTES_MAX } from './wire-limits.ts'

/** How often each answer was given; the seed is in every error. */
export function fuzzInputCodec(seed: number, rounds: number): Map<number | InputRejection, number> {
  const prng = createPrng(seed)
  const answers = new Map<number | InputRejection, number>()
  const into = [createCommand(), createCommand(), createCommand()]
  for (let round = 0; round < rounds; round++) {
    const bytes = hostileFrame(prng)
    const answer = decodeInputs(bytes, into)
    answers.set(answer, (answers.get(answer) ?? 0) + 1)
    checkAnswer(answer, bytes, into, `seed ${seed}, round ${round}`)
  }
  return answers
}

function hostileFrame(prng: PrngState): Uint8Array {
  const bytes = nextBelow(prng, 3) === 0 ? randomBytes(prng) : honestFrame(prng)
  const bends = nextBelow(prng, 4)
  for (let bend = 0; bend < bends && bytes.length > 0; bend++) {
    const at = nextBelow(prng, bytes.length)
    bytes[at] = nextBelow(prng, 2) === 0 ? 0x80 : bytes[at]! ^ (1 << nextBelow(prng, 8))
  }
  const cut = nextBelow(prng, 4) === 0 ? nextBelow(prng, bytes.length + 1) : bytes.length
  return bytes.slice(0, cut)
}

function randomBytes(prng: PrngState): Uint8Array {
  const bytes = new Uint8Array(nextBelow(prng, INPUT_BYTES_MAX + 10))
  for (let at = 0; at < bytes.length; at++) bytes[at] = nextBelow(prng, 256)
  return bytes
}

function honestFrame(prng: PrngState): Uint8Array {
  const commands = Array.from({ length: 1 + nextBelow(prng, COMMANDS_PER_FRAME_MAX) }, () => ({
    seq: nextBelow(prng, 65536),
    buttons: nextBelow(prng, BUTTONS_MASK + 1),
    moveX: nextBelow(prng, 255) - 127,
    moveZ: nextBelow(prng, 255) - 127,
    yaw: nextBelow(prng, 65536),
    aimDistance: nextBelow(prng, 65536),
    viewTime: nextBelow(prng, 65536),
  }))
  const bytes = new Uint8Array(INPUT_BYTES_MAX)
  return bytes.slice(0, encodeInputs(commands, bytes, 0))
}

function checkAnswer(
  answer: number | InputRejection,
  bytes: Uint8Array,
  into: readonly Command[],
  where: string,
): void {
  if (typeof answer === 'string') {
    assert(INPUT_REJECTIONS.includes(answer), `${where}: a known reason`)
    return
  }
  assert(bytes.length === 1 + 12 * answer, `${where}: the exact length`)
  for (const command of into.slice(0, answer)) {
    assert((command.buttons & ~BUTTONS_MASK) === 0, `${where}: known buttons`)
    assert(Math.abs(command.moveX) <= MOVE_AXIS_MAX, `${where}: moveX in range`)
    assert(Math.abs(command.moveZ) <= MOVE_AXIS_MAX, `${where}: moveZ in range`)
  }
  const again = new Uint8Array(INPUT_BYTES_MAX)
  const end = encodeInputs(into.slice(0, answer), again, 0)
  assert(end === bytes.length, `${where}: written again it is as long`)
  assert(
    bytes.every((byte, at) => byte === again[at]),
    `${where}: written again it is the same`,
  )
}
