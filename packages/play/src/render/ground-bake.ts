/**
 * Paints the still parts of the ground once per map: red = shadow and dirt in the corners of walls,
 * green = worn paths between spawns and objectives, blue = concrete under buildings. The ground
 * shader reads it; nothing here knows colours.
 */
import { assertDefined } from '@battalion/base/assert.ts'
import type { BattleMap, MapBox } from '@battalion/sim/balance.ts'

import { buildFloorPlan } from './floor-plan.ts'

/** Longest side of the painting (px); 2,048 keeps 4 px per metre up to 512 m. */
const BAKE_PX_MAX = 2048
const PX_PER_METRE_MAX = 6

/** Height of boxes (m) by kind: what parallax and shadows show. The rules know no heights. */
export const BOX_HEIGHT_METRES = { wall: 3, cover: 1.05 } as const

/** Shadow per metre of height (m): late afternoon. */
const SUN_X = 0.62
const SUN_Z = 0.44

export function bakeGround(map: BattleMap): HTMLCanvasElement {
  const longest = Math.max(map.widthMetres, map.depthMetres)
  const scale = Math.min(PX_PER_METRE_MAX, BAKE_PX_MAX / longest)
  const canvas = document.createElement('canvas')
  canvas.width = Math.max(1, Math.round(map.widthMetres * scale))
  canvas.height = Math.max(1, Math.round(map.depthMetres * scale))
  const context = assertDefined(canvas.getContext('2d'), 'Canvas 2D exists in a browser')
  context.fillStyle = '#000'
  context.fillRect(0, 0, canvas.width, canvas.height)
  context.globalCompositeOperation = 'lighter'
  context.scale(scale, scale)
  bakePaths(context, map)
  bakeConcrete(context, map)
  bakeOcclusion(context, map.boxes)
  bakeShadows(context, map.boxes)
  return canvas
}

function bakePaths(context: CanvasRenderingContext2D, map: BattleMap): void {
  const places = [...map.objectives, ...map.spawns]
  context.lineCap = 'round'
  for (const [width, alpha] of [
    [10, 0.2],
    [6, 0.34],
    [3.2, 0.4],
  ] as const) {
    context.strokeStyle = `rgba(0,255,0,${alpha})`
    context.fillStyle = `rgba(0,255,0,${alpha})`
    context.lineWidth = width
    for (const objective of map.objectives) {
      for (const other of nearest(objective, places, 3)) {
        context.beginPath()
        context.moveTo(objective.x, objective.z)
        const bend = (objective.x * 7 + other.z * 3) % 2 < 1 ? 0.14 : -0.14
        const middleX = (objective.x + other.x) / 2 + (other.z - objective.z) * bend
        const middleZ = (objective.z + other.z) / 2 - (other.x - objective.x) * bend
        context.quadraticCurveTo(middleX, middleZ, other.x, other.z)
        context.stroke()
      }
    }
    for (const place of places) {
      context.beginPath()
      context.arc(place.x, place.z, place.radius * 0.55 + width / 2, 0, Math.PI * 2)
      context.fill()
    }
  }
}

interface Place {
  readonly x: number
  readonly z: number
  readonly radius: number
}

function nearest(from: Place, places: readonly Place[], count: number): Place[] {
  return places
    .filter((place) => place !== from)
    .sort((a, b) => squaredDistance(from, a) - squaredDistance(from, b))
    .slice(0, count)
}

function squaredDistance(a: Place, b: Place): number {
  return (a.x - b.x) ** 2 + (a.z - b.z) ** 2
}

/** Floors of rooms, and a narrow pavement along walls. */
function bakeConcrete(context: CanvasRenderingContext2D, map: BattleMap): void {
  context.fillStyle = 'rgba(0,0,255,.62)'
  const plan = buildFloorPlan(map)
  const { columns, rows, cellMetres, cells } = plan
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const start = column
      while (column < columns && cells[row * columns + column] === 1) column++
      if (column === start) continue
      const width = (column - start) * cellMetres
      context.fillRect(start * cellMetres, row * cellMetres, width, cellMetres)
    }
  }
  context.fillStyle = 'rgba(0,0,255,.4)'
  context.beginPath()
  for (const { kind, x, z, width, depth } of map.boxes) {
    if (kind !== 'wall' || Math.max(width, depth) < 3) continue
    context.rect(x - 1.8, z - 1.8, width + 3.6, depth + 3.6)
  }
  context.fill()
}

function bakeOcclusion(context: CanvasRenderingContext2D, boxes: readonly MapBox[]): void {
  for (const spread of [0.35, 0.8, 1.4]) {
    context.fillStyle = 'rgba(58,0,0,1)'
    for (const box of boxes) {
      context.beginPath()
      context.roundRect(
        box.x - spread,
        box.z - spread,
        box.width + spread * 2,
        box.depth + spread * 2,
        spread,
      )
      context.fill()
    }
  }
}

function bakeShadows(context: CanvasRenderingContext2D, boxes: readonly MapBox[]): void {
  context.filter = 'blur(1.2px)'
  context.fillStyle = 'rgba(190,0,0,1)'
  context.beginPath()
  for (const box of boxes) {
    const height = BOX_HEIGHT_METRES[box.kind]
    traceShadow(context, box, { x: SUN_X * height, z: SUN_Z * height })
  }
  context.fill()
  context.filter = 'none'
}

function traceShadow(
  context: CanvasRenderingContext2D,
  box: MapBox,
  cast: { x: number; z: number },
): void {
  const right = box.x + box.width
  const bottom = box.z + box.depth
  context.moveTo(box.x, box.z)
  context.lineTo(right, box.z)
  context.lineTo(right + cast.x, box.z + cast.z)
  context.lineTo(right + cast.x, bottom + cast.z)
  context.lineTo(box.x + cast.x, bottom + cast.z)
  context.lineTo(box.x, bottom)
  context.closePath()
}

/** Side of the noise tile (px). */
const NOISE_PX = 256

/** A tile of smooth noise (three different channels) that repeats without seams. */
export function paintNoise(): HTMLCanvasElement {
  const canvas = document.createElement('canvas')
  canvas.width = NOISE_PX
  canvas.height = NOISE_PX
  const context = assertDefined(canvas.getContext('2d'), 'Canvas 2D exists in a browser')
  const image = context.createImageData(NOISE_PX, NOISE_PX)
  const channels = [noiseChannel(8, 11), noiseChannel(16, 29), noiseChannel(64, 47)]
  for (let index = 0; index < NOISE_PX * NOISE_PX; index++) {
    for (let channel = 0; channel < 3; channel++) {
      image.data[index * 4 + channel] = channels[channel]![index]! * 255
    }
    image.data[index * 4 + 3] = 255
  }
  context.putImageData(image, 0, 0)
  return canvas
}

function noiseChannel(cells: number, seed: number): Float32Array {
  const values = new Float32Array(NOISE_PX * NOISE_PX)
  let weight = 0.5
  for (let octave = 0, size = cells; octave < 4; octave++, size *= 2, weight /= 2) {
    const lattice = latticeOf(size, seed + octave * 101)
    for (let index = 0; index < values.length; index++) {
      const x = ((index % NOISE_PX) / NOISE_PX) * size
      const y = (Math.floor(index / NOISE_PX) / NOISE_PX) * size
      values[index]! += weight * sampleLattice(lattice, size, x, y)
    }
  }
  return values
}

function latticeOf(size: number, seed: number): Float32Array {
  const lattice = new Float32Array(size * size)
  let state = seed * 2654435761
  for (let index = 0; index < lattice.length; index++) {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) | 0
    lattice[index] = ((state ^ (state >>> 13)) >>> 0) / 0xffffffff
  }
  return lattice
}

function sampleLattice(lattice: Float32Array, size: number, x: number, y: number): number {
  const x0 = Math.floor(x)
  const y0 = Math.floor(y)
  const fx = smooth(x - x0)
  const fy = smooth(y - y0)
  const at = (ix: number, iy: number): number => lattice[(iy % size) * size + (ix % size)]!
  const top = at(x0, y0) + (at(x0 + 1, y0) - at(x0, y0)) * fx
  const bottom = at(x0, y0 + 1) + (at(x0 + 1, y0 + 1) - at(x0, y0 + 1)) * fx
  return top + (bottom - top) * fy
}

function smooth(t: number): number {
  return t * t * (3 - 2 * t)
}
