/**
 * One user in a battle: with a soldier, or watching. Outlives the connection: who loses it keeps
 * soldier, team and score until the grace is over. Outlives the battle: the next one in the room
 * gives him a new soldier.
 */
import { NET_ID_NONE } from '@battalion/base/ids.ts'
import type { NetId, UserId } from '@battalion/base/ids.ts'
import { createViewer } from '@battalion/wire/snapshot-viewer.ts'
import type { SnapshotViewer } from '@battalion/wire/snapshot-viewer.ts'
import type { Client } from '@colyseus/core'
import type { LastInput } from './parse-input.ts'
import type { BattleParty } from './party-holds.ts'

/** Team of viewers who see everybody. */
export const TEAM_ALL = 0xff
/** Cells around a player's own that he sees, and around a spectator's. */
const PLAYER_BLOCK_RADIUS = 1
const SPECTATOR_BLOCK_RADIUS = 2

export interface Participant {
  readonly userId: UserId
  readonly name: string
  readonly bot: boolean
  readonly isSpectator: boolean
  /** The latest connection, dead or alive. A client that is not the owner has been replaced. */
  owner: Client
  /** True while snapshots go to the owner. */
  isReceiving: boolean
  /** False while the user may still come back. */
  isConnected: boolean
  /** Own soldier of the running battle, NET_ID_NONE for spectators. */
  netId: NetId
  /** Class wished for (index). */
  classId: number
  /** Whom he came with; they stay together from battle to battle. */
  party: BattleParty | undefined
  viewer: SnapshotViewer
  readonly lastInput: LastInput
  /** When the player last pressed, moved or turned, or anybody came (ms, monotonic). */
  activeAtMs: number
  /** When a spectator's view last moved (ms, monotonic). */
  lookedAtMs: number
  /** Round trip as the client said last (ms); null until it says one. */
  pingMs: number | null
  /** What the socket had not sent when this send began (bytes). */
  bufferedBytes: number
  /** Sends up to this number have left the socket; sends up to that one were written to it. */
  drainedSend: number
  writtenSend: number
}

export interface ParticipantOptions {
  readonly userId: UserId
  readonly name: string
  readonly bot: boolean
  readonly isSpectator: boolean
  readonly classId: number
  readonly party?: BattleParty | undefined
  readonly owner: Client
  readonly nowMs: number
}

export function createParticipant(options: ParticipantOptions): Participant {
  const { userId, name, bot, isSpectator, classId, party, owner, nowMs } = options
  return {
    userId,
    name,
    bot,
    isSpectator,
    owner,
    isReceiving: false,
    isConnected: true,
    netId: NET_ID_NONE,
    classId,
    party,
    viewer: createViewer(),
    lastInput: { buttons: 0, moveX: 0, moveZ: 0, yaw: 0 },
    activeAtMs: nowMs,
    lookedAtMs: 0,
    pingMs: null,
    bufferedBytes: 0,
    drainedSend: 0,
    writtenSend: 0,
  }
}

/** A viewer that knows nothing yet: it gets keyframes first. `x`, `z` = where to look (m). */
export function resetViewer(
  participant: Participant,
  team: number,
  centre: { readonly x: number; readonly z: number },
): void {
  const viewer = createViewer()
  viewer.netId = participant.netId
  viewer.team = participant.isSpectator ? TEAM_ALL : team
  viewer.blockRadius = participant.isSpectator ? SPECTATOR_BLOCK_RADIUS : PLAYER_BLOCK_RADIUS
  viewer.centreX = centre.x
  viewer.centreZ = centre.z
  viewer.needKey = true
  participant.viewer = viewer
}
