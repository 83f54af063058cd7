/**
 * How slow this machine runs plain JavaScript now, as a multiple of the one whose figures stand in
 * docs/performance.md: limits in µs of pure code are for that one and stretch with it. Machines of
 * the same name differed fourfold. Never below 1: a faster machine keeps the limit.
 */
import { measureCpuMs } from './bench-row.ts'

const BYTES = 4096
const PASSES = 64
/**
 * Of the work below, on that machine (ms): reckoned back from the costs of composing a snapshot,
 * 0.32 to 0.41 µs there and 0.62 to 1.05 µs where this work took 4.8 to 6.4 ms.
 */
const REFERENCE_MS = 2.2

let known: number | undefined

/** Measured once a process, in some 100 ms. */
export function machineFactor(): number {
  known ??= Math.max(1, workMs() / REFERENCE_MS)
  return known
}

/** Integer arithmetic over typed arrays with branches that depend on the data, as encoders do. */
function workMs(): number {
  const bytes = new Uint8Array(BYTES)
  const out = new Uint8Array(2 * BYTES)
  let state = 1
  const work = (): void => {
    for (let pass = 0; pass < PASSES; pass++) {
      let at = 0
      for (let index = 0; index < BYTES; index++) {
        state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
        const value = (bytes[index]! + (state >>> 24)) & 0xff
        bytes[index] = value
        out[at++] = value & 0x7f
        if (value > 0x7f) out[at++] = value >>> 7
      }
    }
  }
  for (let warm = 0; warm < 50; warm++) work()
  return measureCpuMs(work, { rounds: 31, batch: 2 })
}
