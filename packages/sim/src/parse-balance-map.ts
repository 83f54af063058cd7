/**
 * Reads a map: boxes, spawn areas and objectives inside the ground, and places where soldiers stand
 * free of boxes.
 */
import type { BattleMap, MapBox, MapObjective, SpawnArea } from './balance.ts'
import { isFree } from './collision.ts'
import { compileMap } from './compiled-map.ts'
import { MAP_METRES_MAX, OBJECTIVES_MAX, SOLDIER_RADIUS_METRES, TEAMS_MAX } from './limits.ts'
import type { BalanceFields, BalanceNode } from './parse-balance-node.ts'

/** Boxes of one map: their indexes are u16, and the page draws them all. */
const BOXES_MAX = 16_384
const SPAWNS_MAX = 64
/** Thinnest box (m). */
const BOX_SIDE_METRES_MIN = 0.1
const MAP_METRES_MIN = 16
const SPAWN_RADIUS_METRES_MAX = 128

interface Ground {
  readonly widthMetres: number
  readonly depthMetres: number
}

export function readMap(node: BalanceNode): BattleMap {
  return node.record((fields) => {
    const ground: Ground = {
      widthMetres: readSide(fields.get('widthMetres')),
      depthMetres: readSide(fields.get('depthMetres')),
    }
    const boxes = fields.get('boxes').list(0, BOXES_MAX)
    const spawns = fields.get('spawns').list(1, SPAWNS_MAX)
    const objectives = fields.get('objectives').list(0, OBJECTIVES_MAX)
    const map: BattleMap = {
      id: fields.get('id').id(),
      name: fields.get('name').text(),
      ...ground,
      boxes: boxes.map((box) => readBox(box, ground)),
      spawns: spawns.map((spawn) => readSpawn(spawn, ground)),
      objectives: objectives.map((objective) => readObjective(objective, ground)),
    }
    if (!node.isFaulty) refuseBlockedPlaces(map, spawns, objectives)
    return map
  })
}

/** Where a side is wrong, the largest stands in: what lies on the map is not at fault. */
function readSide(node: BalanceNode): number {
  const metres = node.number(MAP_METRES_MIN, MAP_METRES_MAX)
  return node.isFaulty ? MAP_METRES_MAX : metres
}

function readBox(node: BalanceNode, ground: Ground): MapBox {
  return node.record((fields) => {
    const box: MapBox = {
      kind: fields.get('kind').choice(['wall', 'cover']),
      x: fields.get('x').number(0, ground.widthMetres),
      z: fields.get('z').number(0, ground.depthMetres),
      width: fields.get('width').number(BOX_SIDE_METRES_MIN, ground.widthMetres),
      depth: fields.get('depth').number(BOX_SIDE_METRES_MIN, ground.depthMetres),
    }
    if (box.x + box.width > ground.widthMetres) node.refuse('the box ends outside the map in x')
    if (box.z + box.depth > ground.depthMetres) node.refuse('the box ends outside the map in z')
    return box
  })
}

function readDisc(fields: BalanceFields, ground: Ground): { x: number; z: number; radius: number } {
  const radius = fields.get('radius').number(1, SPAWN_RADIUS_METRES_MAX)
  return {
    x: fields.get('x').number(radius, ground.widthMetres - radius),
    z: fields.get('z').number(radius, ground.depthMetres - radius),
    radius,
  }
}

function readSpawn(node: BalanceNode, ground: Ground): SpawnArea {
  return node.record((fields) => {
    return { team: fields.get('team').whole(0, TEAMS_MAX - 1), ...readDisc(fields, ground) }
  })
}

function readObjective(node: BalanceNode, ground: Ground): MapObjective {
  return node.record((fields) => {
    return {
      id: fields.get('id').id(),
      name: fields.get('name').text(),
      ...readDisc(fields, ground),
    }
  })
}

/** A centre is where a soldier is put when all else is taken, so no box may stand on it. */
function refuseBlockedPlaces(
  map: BattleMap,
  spawns: readonly BalanceNode[],
  objectives: readonly BalanceNode[],
): void {
  const compiled = compileMap(map)
  map.spawns.forEach((spawn, index) => {
    if (isFree(compiled, spawn.x, spawn.z, SOLDIER_RADIUS_METRES)) return
    spawns[index]!.fail('a box stands on the centre of this spawn area')
  })
  map.objectives.forEach((objective, index) => {
    if (!isFree(compiled, objective.x, objective.z, SOLDIER_RADIUS_METRES)) {
      objectives[index]!.fail('a box stands on the centre of this objective')
    }
    if (map.objectives.findIndex((other) => other.id === objective.id) !== index) {
      objectives[index]!.fail(`the id "${objective.id}" is taken`)
    }
  })
}
