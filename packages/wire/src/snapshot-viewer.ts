/**
 * One receiver of snapshots, as the encoder sees it. The room owns it: it sets who looks, from
 * where, and `needKey` after a skipped frame; the rest is the encoder's book of what this viewer
 * was told last.
 */
import type { NetId } from '@battalion/base/ids.ts'
import { NET_ID_NONE } from '@battalion/base/ids.ts'

/** Team of a viewer who sees the far tier of all teams. */
export const TEAM_ALL = 0xff

export interface SnapshotViewer {
  /** Own soldier, NET_ID_NONE for spectators. */
  netId: NetId
  /** Whose far tier it gets; TEAM_ALL for spectators. */
  team: number
  /** Where a viewer without a soldier, or whose soldier was never on the field, looks (m). */
  centreX: number
  centreZ: number
  /** 1 = 3×3 cells, 2 = 5×5. Players have 1 (E-11). */
  blockRadius: 1 | 2
  /**
   * Set by the room: the last frame did not go out, tell everything again. Cleared by `compose`.
   */
  needKey: boolean
  /** Set by the room: commands of this soldier that wait for a step. */
  inputsWaiting: number
  /** Soldiers in the last frame's block, for metrics. */
  visibleCount: number
  /** Centre and radius of the last frame; the client knows exactly these cells. */
  toldCentreCell: number
  toldBlockRadius: number
  toldX: number
  toldZ: number
}

/** What a room knows of a viewer when it joins. */
export interface ViewerOptions {
  /** Own soldier; left out for spectators. */
  readonly netId?: NetId
  /** Team of the soldier; left out for spectators. */
  readonly team?: number
  readonly centreX?: number
  readonly centreZ?: number
  readonly blockRadius?: 1 | 2
}

/** A viewer that has been told nothing yet: its first frame is fresh. */
export function createViewer(options: ViewerOptions = {}): SnapshotViewer {
  return {
    netId: options.netId ?? NET_ID_NONE,
    team: options.team ?? TEAM_ALL,
    centreX: options.centreX ?? 0,
    centreZ: options.centreZ ?? 0,
    blockRadius: options.blockRadius ?? 1,
    needKey: true,
    inputsWaiting: 0,
    visibleCount: 0,
    toldCentreCell: -1,
    toldBlockRadius: 0,
    toldX: 0,
    toldZ: 0,
  }
}
