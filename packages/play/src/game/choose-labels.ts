/**
 * Which soldiers wear their names: the followed one, the one under the pointer, the own squad.
 * Pure.
 */
import type { NameLabel } from '../hud/name-labels.ts'
import { toWorld } from '../render/camera.ts'
import type { Camera } from '../render/camera.ts'
import { NOBODY } from './battle-source.ts'
import type { BattleSource } from './battle-source.ts'

/** Names chosen at most. */
const LABELS_MAX = 10
/** Reach of the pointer (m). */
const POINTER_METRES = 1.8
/** Squad mates further away keep their names to themselves (m). */
const SQUAD_METRES = 45

export interface LabelView {
  readonly camera: Camera
  readonly pointer: { sx: number; sy: number }
  readonly followedId: number
}

/** At most {@link LABELS_MAX} names, in no order. */
export function chooseLabels(source: BattleSource, view: LabelView): NameLabel[] {
  const { soldiers, own, state } = source
  const labels: NameLabel[] = []
  const point = toWorld(view.camera, view.pointer.sx, view.pointer.sy)
  const isPlayer = own.netId !== NOBODY
  for (let row = 0; row < soldiers.count && labels.length < LABELS_MAX; row++) {
    const netId = soldiers.netId[row]!
    if (netId === own.netId) continue
    const x = soldiers.x[row]!
    const z = soldiers.z[row]!
    const isPointed =
      Math.abs(x - point.x) < POINTER_METRES && Math.abs(z - point.z) < POINTER_METRES
    const isNear = isPlayer && Math.hypot(x - own.x, z - own.z) < SQUAD_METRES
    const mayBeMate = isNear && soldiers.team[row] === own.team
    if (netId !== view.followedId && !isPointed && !mayBeMate) continue
    const entry = state.roster.get(String(netId))
    if (entry === undefined) continue
    const isMate = mayBeMate && entry.squad === own.squad
    if (netId !== view.followedId && !isPointed && !isMate) continue
    labels.push({ name: entry.name, team: entry.team, x, z })
  }
  return labels
}
