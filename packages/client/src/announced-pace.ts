/**
 * The pace a room announces in its slow state, checked: an old server says nothing, and no value of
 * the network may stop a clock. Reads state, keeps nothing.
 */
import { FAR_SHARE_OVERLOADED } from '@battalion/wire/far-share.ts'
import type { BattleState } from './battle-state.ts'

/** A room slows its time down to half at most; less than this is no pace but a fault. */
export const TIME_SCALE_MIN = 0.1

/** How fast a battle goes and how often it is told. */
export interface AnnouncedPace {
  /** Seconds of battle per second, TIME_SCALE_MIN..1. */
  readonly timeScale: number
  /** Ticks from one snapshot to the next, 1 or more. */
  readonly ticksPerSend: number
  /** Share of the far tier's rate, 0..1. */
  readonly farShare: number
}

type Announcement = Partial<Pick<BattleState, 'overloadStep' | 'snapshotRateHz' | 'timeScale'>>

/** What `state` says of a room that makes `tickRateHz` steps per second of battle. */
export function readAnnouncedPace(
  state: Announcement | undefined,
  tickRateHz: number,
): AnnouncedPace {
  const { overloadStep = 0, snapshotRateHz = 0, timeScale = 1 } = state ?? {}
  const isScale = timeScale >= TIME_SCALE_MIN && timeScale <= 1
  const scale = isScale ? timeScale : 1
  const sends = snapshotRateHz > 0 ? (tickRateHz * scale) / snapshotRateHz : 1
  return {
    timeScale: scale,
    ticksPerSend: Math.max(1, sends),
    farShare: overloadStep > 0 ? FAR_SHARE_OVERLOADED : 1,
  }
}
