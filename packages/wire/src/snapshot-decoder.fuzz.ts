/**
 * Hostile snapshot frames: random bytes, and real streams with frames cut, bent, swapped, doubled
 * and left out. The decoder must never throw, never hold more than its limits, and be right again
 * with the next fresh frame. Seeded; run short by the tests.
 */
import { AssertionError } from '@battalion/base/assert.ts'
import type { PrngState } from '@battalion/base/prng.ts'
import { createPrng, nextBelow } from '@battalion/base/prng.ts'
import { PROJECTILES_MAX, SOLDIERS_MAX } from '@battalion/sim/limits.ts'
import type { DecodeFault, MapSize } from './snapshot-decoder.ts'
import { SnapshotDecoder } from './snapshot-decoder.ts'
import { DECODED_EFFECTS_MAX, KILLS_PER_SEND_MAX, MARKS_PER_FRAME_MAX } from './wire-limits.ts'

export type FuzzAnswers = Map<DecodeFault | 'ok', number>

/** Feeds `rounds` frames made from `stream`, a recorded one whose first frame is fresh. */
export function fuzzSnapshotDecoder(
  seed: number,
  rounds: number,
  stream: readonly Uint8Array[],
  map: MapSize,
): FuzzAnswers {
  const prng = createPrng(seed)
  const answers: FuzzAnswers = new Map()
  const decoder = new SnapshotDecoder(map)
  let next = 0
  for (let round = 0; round < rounds; round++) {
    if (decoder.isLost && nextBelow(prng, 4) === 0) next = 0
    const honest = stream[next++ % stream.length]!
    const frame = nextBelow(prng, 5) === 0 ? spoil(prng, honest) : honest
    const result = decoder.apply(frame)
    const answer = result.ok ? 'ok' : result.reason
    answers.set(answer, (answers.get(answer) ?? 0) + 1)
    checkDecoder(decoder, `seed ${seed}, round ${round}`)
  }
  return answers
}

function spoil(prng: PrngState, honest: Uint8Array): Uint8Array {
  const way = nextBelow(prng, 4)
  if (way === 0) return randomBytes(prng, nextBelow(prng, 400))
  if (way === 1) return honest.slice(0, nextBelow(prng, honest.length))
  const bent = honest.slice()
  const bends = 1 + nextBelow(prng, 3)
  for (let bend = 0; bend < bends; bend++) {
    const at = nextBelow(prng, bent.length)
    if (way === 2) bent[at]! ^= 1 << nextBelow(prng, 8)
    else bent[at] = nextBelow(prng, 256)
  }
  return bent
}

function randomBytes(prng: PrngState, count: number): Uint8Array {
  const bytes = new Uint8Array(count)
  for (let at = 0; at < count; at++) bytes[at] = nextBelow(prng, 256)
  // Half of the time a head that a lost decoder takes.
  if (count > 5 && nextBelow(prng, 2) === 0) bytes.set([0, 0, 0, 0, 128])
  return bytes
}

function checkDecoder(decoder: SnapshotDecoder, where: string): void {
  const { entities, projectiles, effects, kills, marks, far } = decoder
  expect(entities.count <= SOLDIERS_MAX, `${where}: soldiers in bounds`)
  expect(far.count <= SOLDIERS_MAX, `${where}: far in bounds`)
  expect(projectiles.count <= PROJECTILES_MAX, `${where}: projectiles in bounds`)
  expect(effects.count <= DECODED_EFFECTS_MAX, `${where}: effects in bounds`)
  expect(kills.count <= KILLS_PER_SEND_MAX, `${where}: kills in bounds`)
  expect(marks.count <= MARKS_PER_FRAME_MAX, `${where}: marks in bounds`)
  if (decoder.isLost) expect(entities.count === 0, `${where}: a lost decoder knows nobody`)
  const known = new Set(entities.ids.subarray(0, entities.count))
  expect(known.size === entities.count, `${where}: nobody is listed twice`)
  for (const id of known) expect(entities.cell[id]! >= 0, `${where}: who is listed is in a cell`)
  expect(Number.isFinite(decoder.own.x), `${where}: places are finite`)
  expect(Number.isSafeInteger(decoder.tick), `${where}: ticks are whole`)
}

function expect(holds: boolean, message: string): void {
  if (!holds) throw new AssertionError(message)
}
