/**
 * What bots know of a map beyond the map itself: where to walk, which way, where to hide. Made once
 * per map and process, shared by all bots; everything in it is read-only or a bounded cache.
 */
import type { CompiledMap } from '@battalion/sim/compiled-map.ts'
import { createCoverMap, type CoverMap } from './cover-spots.ts'
import { FlowFields } from './flow-field.ts'
import { createNavGrid, type NavGrid } from './nav-grid.ts'

export interface BattleGround {
  readonly map: CompiledMap
  readonly nav: NavGrid
  readonly flows: FlowFields
  readonly cover: CoverMap
}

const grounds = new WeakMap<object, BattleGround>()

/** The ground of `map`; the same map gives the same ground. */
export function battleGroundOf(map: CompiledMap): BattleGround {
  const known = grounds.get(map.map)
  if (known !== undefined) return known
  const nav = createNavGrid(map.map)
  const made = { map, nav, flows: new FlowFields(nav), cover: createCoverMap(map.map, nav) }
  grounds.set(map.map, made)
  return made
}
