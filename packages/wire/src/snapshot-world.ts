/**
 * What the encoder reads of a world; it never writes there. Narrower than `World`, so that tests
 * can fill columns by hand.
 */
import type { World } from '@battalion/sim/world.ts'

export type SnapshotWorld = Pick<
  World,
  | 'balance'
  | 'mode'
  | 'map'
  | 'capacity'
  | 'slotsUsed'
  | 'tick'
  | 'soldiers'
  | 'projectiles'
  | 'events'
>

/** Everything the encoder had to leave out since it was made; each a limit with a name. */
export interface EncoderCounters {
  /** Effects over EFFECTS_PER_SEND_MAX or EFFECTS_PER_CELL_MAX. */
  effectsDropped: number
  /** Effects that a crowded block had no bytes for (BLOCK_BYTES_BUDGET). */
  effectsThinned: number
  /** Changes of soldiers in crowded cells that wait for another send, counted per send. */
  updatesHeld: number
  /** Kills over KILLS_PER_SEND_MAX. */
  killsDropped: number
  /** Marks over MARKS_PER_SEND_MAX or MARKS_PER_FRAME_MAX. */
  marksDropped: number
  /** Far slices that were due more than one to a send. */
  farThinned: number
  /** Cells encoded as keyframes, and frames made from scratch. */
  keyCells: number
  freshFrames: number
}

export function createEncoderCounters(): EncoderCounters {
  return {
    effectsDropped: 0,
    effectsThinned: 0,
    updatesHeld: 0,
    killsDropped: 0,
    marksDropped: 0,
    farThinned: 0,
    keyCells: 0,
    freshFrames: 0,
  }
}
