/**
 * What a program may know of its own soldier: drawn position (predicted, smoothed), the bare
 * prediction, the server's last word (the ghost), and the figures of the snapshot head. Written in
 * place by the client, never by the program. Spectators have one too, with netId 65535, empty.
 */
import { NET_ID_NONE } from '@battalion/base/ids.ts'
import { LifeState } from '@battalion/sim/world.ts'

export interface OwnView {
  netId: number
  /** LifeState. */
  state: LifeState
  /** Counts spawns, wraps. */
  life: number
  team: number
  squad: number
  classId: number
  /** Draw here (m). */
  x: number
  z: number
  /** Binary angle of the last intent. */
  yaw: number
  /** Prediction without smoothing (m). */
  predictedX: number
  predictedZ: number
  /** Newest position the server told (m): the ghost. */
  serverX: number
  serverZ: number
  hp: number
  hpMax: number
  armour: number
  /** Weapon slot in hand, 0 or 1, and its weapon index. */
  slot: number
  weapon: number
  magazine: number
  reserve: number
  reloadRemainingMs: number
  abilityRemainingMs: number
  respawnRemainingMs: number
  protectedRemainingMs: number
  /** While down: time left to be revived. */
  downRemainingMs: number
  /** Newest correction of the prediction by the server (m). */
  predictionErrorMetres: number
}

/** Everything at rest, at nobody's place. */
export function createOwnView(): OwnView {
  return {
    netId: NET_ID_NONE,
    state: LifeState.empty,
    life: 0,
    team: 0xff,
    squad: 0,
    classId: 0,
    x: 0,
    z: 0,
    yaw: 0,
    predictedX: 0,
    predictedZ: 0,
    serverX: 0,
    serverZ: 0,
    hp: 0,
    hpMax: 0,
    armour: 0,
    slot: 0,
    weapon: 0,
    magazine: 0,
    reserve: 0,
    reloadRemainingMs: 0,
    abilityRemainingMs: 0,
    respawnRemainingMs: 0,
    protectedRemainingMs: 0,
    downRemainingMs: 0,
    predictionErrorMetres: 0,
  }
}
