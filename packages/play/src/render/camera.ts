/**
 * Camera maths, pure: where the eye stands over the map and how metres become pixels. x grows to
 * the right of the screen, z downwards. Never reads the screen or a clock; both are arguments.
 */

export interface Camera {
  /** Centre of the picture (m). */
  x: number
  z: number
  /** CSS pixels per metre. */
  zoom: number
  /** Picture size (CSS pixels). */
  width: number
  height: number
}

export interface Extent {
  readonly width: number
  readonly depth: number
}

/** Closest and widest view (CSS pixels per metre). */
export const ZOOM_MAX = 48
export const ZOOM_MIN = 2.2
/**
 * Metres a player sees across the longer side of the picture; wider shows little more of a block.
 */
export const PLAYER_VIEW_METRES = 72
/** How quickly the eye closes in on its goal (1/s); higher jerks, lower lags behind the soldier. */
const FOLLOW_RATE = 9
const ROAM_RATE = 1.6
/** Share of the way to the aimed point the eye leans, and its limit (m). */
const LOOK_AHEAD_RATIO = 0.22
const LOOK_AHEAD_METRES_MAX = 9

/** A camera over the middle of the map that shows most of it. */
export function createCamera(extent: Extent): Camera {
  return { x: extent.width / 2, z: extent.depth / 2, zoom: 8, width: 1, height: 1 }
}

/** Where a player's zoom lies for this picture size. */
export function playerZoom(width: number, height: number): number {
  return clamp(Math.max(width, height) / PLAYER_VIEW_METRES, 11, 30)
}

/** Where the director's zoom lies for this picture size. */
export function spectatorZoom(width: number, height: number): number {
  return clamp(Math.max(width, height) / 96, 7, 24)
}

/** Moves the eye towards (x, z), smoothly and independent of the frame rate. */
export function follow(camera: Camera, goal: { x: number; z: number }, dtSec: number): void {
  approach(camera, goal, FOLLOW_RATE * dtSec)
}

/** As {@link follow}, unhurried. */
export function drift(camera: Camera, goal: { x: number; z: number }, dtSec: number): void {
  approach(camera, goal, ROAM_RATE * dtSec)
}

function approach(camera: Camera, goal: { x: number; z: number }, amount: number): void {
  const share = 1 - Math.exp(-amount)
  camera.x += (goal.x - camera.x) * share
  camera.z += (goal.z - camera.z) * share
}

/** The zoom glides as well. */
export function approachZoom(camera: Camera, zoom: number, dtSec: number): void {
  camera.zoom += (zoom - camera.zoom) * (1 - Math.exp(-3.2 * dtSec))
}

/** The point between a soldier and what it aims at that the eye should stand over. */
export function lookAhead(
  soldier: { x: number; z: number },
  aim: { x: number; z: number },
): { x: number; z: number } {
  const dx = (aim.x - soldier.x) * LOOK_AHEAD_RATIO
  const dz = (aim.z - soldier.z) * LOOK_AHEAD_RATIO
  const length = Math.hypot(dx, dz)
  const scale = length > LOOK_AHEAD_METRES_MAX ? LOOK_AHEAD_METRES_MAX / length : 1
  return { x: soldier.x + dx * scale, z: soldier.z + dz * scale }
}

/** Keeps the eye over the map; a map smaller than the picture stays centred. */
export function clampToMap(camera: Camera, extent: Extent, marginMetres: number): void {
  const halfX = camera.width / camera.zoom / 2 - marginMetres
  const halfZ = camera.height / camera.zoom / 2 - marginMetres
  camera.x = clampAxis(camera.x, halfX, extent.width)
  camera.z = clampAxis(camera.z, halfZ, extent.depth)
}

function clampAxis(value: number, half: number, size: number): number {
  if (half * 2 >= size) return size / 2
  return clamp(value, half, size - half)
}

/** World point under a screen point. */
export function toWorld(camera: Camera, sx: number, sy: number): { x: number; z: number } {
  return {
    x: camera.x + (sx - camera.width / 2) / camera.zoom,
    z: camera.z + (sy - camera.height / 2) / camera.zoom,
  }
}

/** Screen point of a world point. */
export function toScreen(camera: Camera, x: number, z: number): { sx: number; sy: number } {
  return {
    sx: camera.width / 2 + (x - camera.x) * camera.zoom,
    sy: camera.height / 2 + (z - camera.z) * camera.zoom,
  }
}

/** Zooms by `factor` and keeps the world point under (sx, sy) where it is. */
export function zoomAt(camera: Camera, factor: number, at: { sx: number; sy: number }): void {
  const before = toWorld(camera, at.sx, at.sy)
  camera.zoom = clamp(camera.zoom * factor, ZOOM_MIN, ZOOM_MAX)
  const after = toWorld(camera, at.sx, at.sy)
  camera.x += before.x - after.x
  camera.z += before.z - after.z
}

/** True when a disc of `radius` metres may be in the picture. */
export function isInView(camera: Camera, point: { x: number; z: number }, radius: number): boolean {
  const halfX = camera.width / camera.zoom / 2 + radius
  const halfZ = camera.height / camera.zoom / 2 + radius
  return Math.abs(point.x - camera.x) <= halfX && Math.abs(point.z - camera.z) <= halfZ
}

export function clamp(value: number, min: number, max: number): number {
  return value < min ? min : value > max ? max : value
}
