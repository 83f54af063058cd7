/**
 * Walls, buildings and cover with height, in one draw call: the eye's parallax comes from the
 * vertex shader, hidden faces from the depth buffer, bricks and sandbags from the fragment shader.
 */
import {
  Buffer,
  BufferUsage,
  Geometry,
  GlProgram,
  Mesh,
  Shader,
  State,
  UniformGroup,
} from 'pixi.js'
import type { BattleMap } from '@battalion/sim/balance.ts'

import type { Palette } from './palette.ts'
import { VIEW_GLSL } from './view-uniforms.ts'
import type { ViewUniforms } from './view-uniforms.ts'
import { buildWallGeometry, WALL_FLOATS } from './wall-geometry.ts'

const VERTEX = `
in vec4 aPlace;
in vec4 aFace;
in vec2 aKind;
out vec4 vFace;
out vec3 vKind;
out vec2 vWorld;
${VIEW_GLSL}
void main() {
  gl_Position = project(aPlace.xy, aPlace.z);
  vFace = aFace;
  vKind = vec3(aPlace.w, aKind);
  vWorld = aPlace.xy;
}
`

const FRAGMENT = `
precision highp float;
in vec4 vFace;
in vec3 vKind;
in vec2 vWorld;
out vec4 finalColor;
uniform vec4 uEye;
uniform vec3 uRoof;
uniform vec3 uSide;
uniform vec3 uCover;
float band(float value, float width) {
  return smoothstep(0.0, width, value);
}
float edgeAway() {
  vec2 away = min(vFace.xy, vFace.zw - vFace.xy);
  return min(away.x, away.y);
}
vec3 paintBags(vec3 base) {
  vec2 size = vec2(0.9, 0.45);
  vec2 cell = vFace.xy / size;
  cell.x += 0.5 * mod(floor(cell.y), 2.0);
  vec2 inside = abs(fract(cell) - 0.5) * 2.0;
  float bag = 1.0 - pow(max(inside.x, inside.y * 0.95), 6.0);
  float tone = fract(sin(dot(floor(cell), vec2(12.9, 78.2))) * 43.0);
  return base * (0.6 + 0.4 * bag) * (0.9 + 0.2 * tone);
}
vec3 paintRoof(vec3 base) {
  vec3 colour = base * (0.9 + 0.2 * vKind.z);
  float small = min(vFace.z, vFace.w);
  float away = edgeAway();
  float rim = 1.0 - band(away - 0.34, 0.06);
  float seam = abs(fract(vFace.x / 1.6 + vKind.z) - 0.5);
  float ribs = smoothstep(0.44, 0.5, seam) * step(4.0, small);
  colour *= 1.0 - 0.1 * ribs;
  colour *= mix(1.0, 0.86 + 0.14 * band(away - 0.4, 1.1), step(4.0, small));
  return mix(colour, base * 1.22, rim * 0.8);
}
vec3 paintSide(vec3 base, float face) {
  float light = face < 1.5 ? 0.86 : face < 2.5 ? 0.62 : face < 3.5 ? 0.7 : 1.0;
  float up = vFace.y / vFace.w;
  vec3 colour = base * light * (0.62 + 0.5 * up);
  vec2 pane = vec2(fract(vFace.x / 2.4), up);
  float window = step(0.3, pane.x) * step(pane.x, 0.7) * step(0.35, up) * step(up, 0.8);
  float big = step(5.0, vFace.z);
  return mix(colour, colour * 0.45 + vec3(0.02, 0.04, 0.06), window * big * 0.8);
}
void main() {
  float face = vKind.x;
  bool isCover = vKind.y > 0.5;
  vec3 colour;
  if (isCover) {
    colour = paintBags(uCover) * (face < 0.5 ? 1.0 : 0.6);
  } else if (face < 0.5) {
    colour = paintRoof(uRoof);
  } else {
    colour = paintSide(uSide, face);
  }
  float line = 1.0 - band(edgeAway(), 1.6 / uEye.z);
  colour = mix(colour, colour * 0.55, line * 0.7);
  finalColor = vec4(colour, 1.0);
}
`

export class WallLayer {
  readonly mesh: Mesh<Geometry, Shader>
  readonly #colours = new UniformGroup({
    uRoof: { value: new Float32Array(3), type: 'vec3<f32>' },
    uSide: { value: new Float32Array(3), type: 'vec3<f32>' },
    uCover: { value: new Float32Array(3), type: 'vec3<f32>' },
  })

  constructor(map: BattleMap, palette: Palette, view: ViewUniforms) {
    const state = State.for2d()
    state.depthTest = true
    state.depthMask = true
    const shader = new Shader({
      glProgram: GlProgram.from({ vertex: VERTEX, fragment: FRAGMENT, name: 'walls' }),
      resources: { view: view.group, colours: this.#colours },
    })
    this.mesh = new Mesh({ geometry: createGeometry(map), shader, state })
    this.applyPalette(palette)
  }

  applyPalette(palette: Palette): void {
    this.#colours.uniforms.uRoof.set(palette.roof)
    this.#colours.uniforms.uSide.set(palette.side)
    this.#colours.uniforms.uCover.set(palette.cover)
    this.#colours.update()
  }

  destroy(): void {
    this.mesh.destroy()
  }
}

function createGeometry(map: BattleMap): Geometry {
  const { vertices, indices } = buildWallGeometry(map)
  const buffer = new Buffer({ data: vertices, usage: BufferUsage.VERTEX | BufferUsage.STATIC })
  const stride = WALL_FLOATS * 4
  return new Geometry({
    indexBuffer: indices,
    attributes: {
      aPlace: { buffer, format: 'float32x4', stride, offset: 0 },
      aFace: { buffer, format: 'float32x4', stride, offset: 16 },
      aKind: { buffer, format: 'float32x2', stride, offset: 32 },
    },
  })
}
