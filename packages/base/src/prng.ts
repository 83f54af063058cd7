/**
 * Seeded random numbers for everything that must replay: xoshiro128** (Blackman and Vigna, 2018),
 * state seeded by splitmix32. Four 32-bit words of state, so saving a world saves its dice too.
 */

/** Generator state: 4 words, owned by the caller. Never all zero. */
export type PrngState = Uint32Array

/** A state made from `seed` (any integer; its low 32 bits count). */
export function createPrng(seed: number): PrngState {
  const state = new Uint32Array(4)
  let mix = seed >>> 0
  for (let index = 0; index < 4; index++) {
    mix = (mix + 0x9e3779b9) >>> 0
    let word = mix
    word = Math.imul(word ^ (word >>> 16), 0x21f0aaad)
    word = Math.imul(word ^ (word >>> 15), 0x735a2d97)
    state[index] = (word ^ (word >>> 15)) >>> 0
  }
  if ((state[0]! | state[1]! | state[2]! | state[3]!) === 0) state[0] = 1
  return state
}

function rotateLeft(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits))
}

/** Next word, uniform over 0..2^32-1. */
export function nextUint32(state: PrngState): number {
  return nextInt32(state) >>> 0
}

/** Next word, signed: V8 makes an object of a number beyond 2^31 that a function returns. */
function nextInt32(state: PrngState): number {
  const s1 = state[1]!
  const result = Math.imul(rotateLeft(Math.imul(s1, 5), 7), 9)
  const shifted = s1 << 9
  state[2]! ^= state[0]!
  state[3]! ^= s1
  state[1] = s1 ^ state[2]!
  state[0]! ^= state[3]!
  state[2]! ^= shifted
  state[3] = rotateLeft(state[3]!, 11)
  return result
}

/** The upper 24 bits of the next word: {@link nextFloat} in steps of 2^-24, without an object. */
export function nextUint24(state: PrngState): number {
  return nextInt32(state) >>> 8
}

/** Uniform in [0, 1), 24 bits, exact in float32. */
export function nextFloat(state: PrngState): number {
  return nextUint24(state) / 0x1000000
}

/** Uniform whole number in [0, limit). `limit` from 1 to 2^24; bias below 2^-8 of a step. */
export function nextBelow(state: PrngState, limit: number): number {
  // Up to 2^48, so exact: the same as `Math.floor(nextFloat(state) * limit)`.
  return Math.floor((nextUint24(state) * limit) / 0x1000000)
}

/** Uniform in [low, high). */
export function nextBetween(state: PrngState, low: number, high: number): number {
  return low + nextFloat(state) * (high - low)
}
