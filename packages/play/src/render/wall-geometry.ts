/**
 * Turns the boxes of a map into one list of triangles: five faces each, with what the wall shader
 * needs to paint bricks, bags and roofs. Pure; built once per map.
 */
import type { BattleMap, MapBox } from '@battalion/sim/balance.ts'

import { BOX_HEIGHT_METRES } from './ground-bake.ts'

/** Floats per corner: x, z, height, face, u, v, faceWidth, faceHeight, kind, seed. */
export const WALL_FLOATS = 10
/** Face numbers: 0 roof, 1 north (-z), 2 east (+x), 3 south (+z), 4 west (-x). */
const FACES_PER_BOX = 5

export interface WallGeometry {
  /** Corners, {@link WALL_FLOATS} each. */
  readonly vertices: Float32Array
  readonly indices: Uint32Array
}

/** A solid is drawn as sides first and roof last, so that the depth buffer does the rest. */
export function buildWallGeometry(map: BattleMap): WallGeometry {
  const boxCount = map.boxes.length
  const vertices = new Float32Array(boxCount * FACES_PER_BOX * 4 * WALL_FLOATS)
  const indices = new Uint32Array(boxCount * FACES_PER_BOX * 6)
  for (let box = 0; box < boxCount; box++) {
    for (let face = 0; face < FACES_PER_BOX; face++) {
      writeFace(vertices, { box: map.boxes[box]!, face, at: box * FACES_PER_BOX + face })
    }
  }
  for (let quad = 0; quad < boxCount * FACES_PER_BOX; quad++) {
    indices.set(
      [0, 1, 2, 2, 1, 3].map((corner) => quad * 4 + corner),
      quad * 6,
    )
  }
  return { vertices, indices }
}

function writeFace(
  vertices: Float32Array,
  { box, face, at }: { box: MapBox; face: number; at: number },
): void {
  const height = BOX_HEIGHT_METRES[box.kind]
  const alongX = face === 1 || face === 3
  const faceWidth = face === 0 || alongX ? box.width : box.depth
  const faceHeight = face === 0 ? box.depth : height
  for (let corner = 0; corner < 4; corner++) {
    const s = corner & 1
    const t = corner >> 1
    const place = cornerPlace(box, face, s, t)
    const offset = (at * 4 + corner) * WALL_FLOATS
    vertices[offset] = place.x
    vertices[offset + 1] = place.z
    vertices[offset + 2] = face === 0 ? height : t * height
    vertices[offset + 3] = face
    vertices[offset + 4] = s * faceWidth
    vertices[offset + 5] = t * faceHeight
    vertices[offset + 6] = faceWidth
    vertices[offset + 7] = faceHeight
    vertices[offset + 8] = box.kind === 'wall' ? 0 : 1
    vertices[offset + 9] = seedOf(box)
  }
}

function cornerPlace(box: MapBox, face: number, s: number, t: number): { x: number; z: number } {
  const right = box.x + box.width
  const bottom = box.z + box.depth
  switch (face) {
    case 1:
      return { x: s ? right : box.x, z: box.z }
    case 2:
      return { x: right, z: s ? bottom : box.z }
    case 3:
      return { x: s ? right : box.x, z: bottom }
    case 4:
      return { x: box.x, z: s ? bottom : box.z }
    default:
      return { x: s ? right : box.x, z: t ? bottom : box.z }
  }
}

/** 0..1, steady for a box: varies colours from building to building. */
function seedOf(box: MapBox): number {
  const mixed = Math.imul(
    Math.round(box.x * 16) ^ Math.imul(Math.round(box.z * 16), 2654435),
    40503,
  )
  return ((mixed ^ (mixed >>> 11)) & 1023) / 1023
}
