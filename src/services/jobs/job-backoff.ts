/**
 * How long a failed job waits: e^attempt seconds, at most 4.5 h, so that 25 attempts last about
 * three days, as long as an outside service is likely to be repaired in. Up to a tenth is added by
 * id, so that what failed together does not come back together.
 */

/** Attempts of a job that names none. */
export const JOB_ATTEMPTS_MAX = 25
const BACKOFF_SEC_MAX = 16_200
const SPREAD_RATIO = 0.1
const SPREAD_STEPS = 97n

/** Wait after failed attempt number `attempts` (1 is the first) (ms). */
export function backoffMs(attempts: number, id: bigint): number {
  const baseSec = Math.min(BACKOFF_SEC_MAX, Math.exp(Math.min(attempts, 30)))
  const spread = (Number(id % SPREAD_STEPS) / Number(SPREAD_STEPS)) * SPREAD_RATIO
  return Math.round(baseSec * (1 + spread) * 1000)
}
