/**
 * The numbers every shader shares: where the eye is, how high it stands, and the time. One uniform
 * group, written once per picture.
 */
import { UniformGroup } from 'pixi.js'

import type { Camera } from './camera.ts'

/** GLSL that turns world metres and a height into clip space; the parallax gives walls a height. */
export const VIEW_GLSL = `
uniform vec4 uView;
uniform vec4 uEye;
vec4 project(vec2 world, float lift) {
  vec2 offset = (world - uView.xy) * (1.0 + lift * uEye.x);
  return vec4(offset * uView.zw, 0.5 - lift * 0.05, 1.0);
}
`

/** How much a metre of height spreads the picture outwards at the widest and closest zoom. */
const LIFT_SHARE_PER_METRE = 0.013
/** From this zoom (px per metre) on walls lean fully; a high eye sees them from straight above. */
const LIFT_FULL_ZOOM = 16

export class ViewUniforms {
  readonly group = new UniformGroup({
    /** centre x, z (m), scale to clip x, y */
    uView: { value: new Float32Array(4), type: 'vec4<f32>' },
    /** lift share, time (s), pixels per metre, 0 */
    uEye: { value: new Float32Array(4), type: 'vec4<f32>' },
  })

  write(camera: Camera, timeSec: number): void {
    const view = this.group.uniforms.uView
    view[0] = camera.x
    view[1] = camera.z
    view[2] = (2 * camera.zoom) / camera.width
    view[3] = (-2 * camera.zoom) / camera.height
    const eye = this.group.uniforms.uEye
    eye[0] = LIFT_SHARE_PER_METRE * Math.min(1, Math.max(0.3, camera.zoom / LIFT_FULL_ZOOM))
    eye[1] = timeSec
    eye[2] = camera.zoom
    this.group.update()
  }
}
