/**
 * Angles and trigonometry that are equal on every engine. `Math.sin` and the like may differ in the
 * last bit between engines (ECMA-262 leaves them implementation-approximated), so the simulation
 * uses binary angles and a table whose entries are computed here by a fixed polynomial of exactly
 * rounded operations (+, -, *, /).
 *
 * A binary angle is a u16: 0 looks along +x, 16384 along +z, one turn is 65536.
 */

/** Steps of one full turn. */
export const ANGLE_TURN = 65536
const TABLE_BITS = 12
const TABLE_SIZE = 1 << TABLE_BITS
const INDEX_SHIFT = 16 - TABLE_BITS
const ANGLE_PER_ENTRY = 1 << INDEX_SHIFT
const PI = Math.PI

/** Sine on [0, π/2] by Taylor's series to x^15; error below 1e-11, far under float32. */
function sineOfQuarter(x: number): number {
  const x2 = x * x
  let sum = -1 / 1307674368000
  sum = sum * x2 + 1 / 6227020800
  sum = sum * x2 - 1 / 39916800
  sum = sum * x2 + 1 / 362880
  sum = sum * x2 - 1 / 5040
  sum = sum * x2 + 1 / 120
  sum = sum * x2 - 1 / 6
  sum = sum * x2 + 1
  return x * sum
}

/** TABLE_SIZE + 1 entries, float32, the sine of entry * 2π / TABLE_SIZE. */
const SINE = buildSineTable()

function buildSineTable(): Float32Array {
  const table = new Float32Array(TABLE_SIZE + 1)
  const quarter = TABLE_SIZE / 4
  for (let index = 0; index <= TABLE_SIZE; index++) {
    const inHalf = index % (TABLE_SIZE / 2)
    const folded = inHalf <= quarter ? inHalf : TABLE_SIZE / 2 - inHalf
    const value = sineOfQuarter((folded * 2 * PI) / TABLE_SIZE)
    // `0 - value`, not `-value`: a zero stays +0, whose bits are hashed.
    table[index] = index % TABLE_SIZE < TABLE_SIZE / 2 ? value : 0 - value
  }
  return table
}

/** Sine of a binary angle (any integer; wraps), linear between 4,096 entries, error < 3e-7. */
export function sinOfAngle(angle: number): number {
  const wrapped = angle & 0xffff
  const index = wrapped >>> INDEX_SHIFT
  const fraction = (wrapped & (ANGLE_PER_ENTRY - 1)) / ANGLE_PER_ENTRY
  const low = SINE[index]!
  return low + (SINE[index + 1]! - low) * fraction
}

/** Cosine of a binary angle. */
export function cosOfAngle(angle: number): number {
  return sinOfAngle(angle + ANGLE_TURN / 4)
}

/**
 * Binary angle of the direction (x, z), 0 for the zero vector. Polynomial arctangent (Abramowitz
 * and Stegun 4.4.49, |error| <= 2e-8 rad on [-1, 1]), folded by octant.
 */
export function angleOfVector(x: number, z: number): number {
  const ax = x < 0 ? -x : x
  const az = z < 0 ? -z : z
  if (ax === 0 && az === 0) return 0
  const swap = az > ax
  const ratio = swap ? ax / az : az / ax
  const r2 = ratio * ratio
  // Written out, not called: what V8 does not inline gets its numbers boxed, one a call.
  let sum = 0.0028662257
  sum = sum * r2 - 0.0161657367
  sum = sum * r2 + 0.0429096138
  sum = sum * r2 - 0.07528964
  sum = sum * r2 + 0.1065626393
  sum = sum * r2 - 0.1420889944
  sum = sum * r2 + 0.1999355085
  sum = sum * r2 - 0.3333314528
  sum = sum * r2 + 1
  let radians = ratio * sum
  if (swap) radians = PI / 2 - radians
  if (x < 0) radians = PI - radians
  if (z < 0) radians = -radians
  return Math.round((radians * ANGLE_TURN) / (2 * PI)) & 0xffff
}

/** Signed shortest turn from `from` to `to`, -32768..32767. */
export function angleDifference(from: number, to: number): number {
  return (((to - from) & 0xffff) ^ 0x8000) - 0x8000
}

export function degreesToAngle(degrees: number): number {
  return Math.round((degrees * ANGLE_TURN) / 360) & 0xffff
}

export function angleToRadians(angle: number): number {
  return ((angle & 0xffff) * 2 * PI) / ANGLE_TURN
}
