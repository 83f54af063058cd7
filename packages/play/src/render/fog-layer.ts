/**
 * Fog over what the player cannot see: everything outside the 3×3 block of cells around the
 * soldier. One quad, one draw call, soft edges. Spectators have none.
 */
import { GlProgram, Mesh, Shader, State, UniformGroup } from 'pixi.js'
import type { Geometry } from 'pixi.js'
import { CELL_METRES } from '@battalion/sim/limits.ts'

import { createScreenQuad } from './ground-layer.ts'
import type { Palette } from './palette.ts'
import type { ViewUniforms } from './view-uniforms.ts'

const VERTEX = `
in vec2 aPosition;
out vec2 vWorld;
uniform vec4 uView;
void main() {
  vWorld = uView.xy + aPosition / uView.zw;
  gl_Position = vec4(aPosition, 0.0, 1.0);
}
`

const FRAGMENT = `
precision highp float;
in vec2 vWorld;
out vec4 finalColor;
uniform vec4 uBlock;
uniform vec4 uFog;
uniform vec4 uEye;
void main() {
  vec2 away = max(uBlock.xy - vWorld, vWorld - uBlock.zw);
  float beyond = max(away.x, away.y);
  float waves = sin(vWorld.x * 0.11 + uEye.y * 0.3) * sin(vWorld.y * 0.13 - uEye.y * 0.2);
  float drift = 0.5 + 0.5 * waves;
  float alpha = smoothstep(-3.0, 5.0, beyond) * uFog.a * (0.86 + 0.14 * drift);
  finalColor = vec4(uFog.rgb * alpha, alpha);
}
`

export class FogLayer {
  readonly mesh: Mesh<Geometry, Shader>
  readonly #uniforms = new UniformGroup({
    uBlock: { value: new Float32Array(4), type: 'vec4<f32>' },
    uFog: { value: new Float32Array(4), type: 'vec4<f32>' },
  })
  #strength = 0

  constructor(palette: Palette, view: ViewUniforms) {
    const shader = new Shader({
      glProgram: GlProgram.from({ vertex: VERTEX, fragment: FRAGMENT, name: 'fog' }),
      resources: { view: view.group, fog: this.#uniforms },
    })
    this.mesh = new Mesh({ geometry: createScreenQuad(), shader, state: State.for2d() })
    this.applyPalette(palette)
  }

  applyPalette(palette: Palette): void {
    this.#uniforms.uniforms.uFog.set(palette.fog)
  }

  /** Centre of the block (a player's soldier), or undefined for no fog. */
  write(centre: { x: number; z: number } | undefined, dtSec: number): void {
    const goal = centre === undefined ? 0 : 0.62
    this.#strength += (goal - this.#strength) * Math.min(1, dtSec * 4)
    const { uBlock, uFog } = this.#uniforms.uniforms
    uFog[3] = this.#strength
    if (centre !== undefined) {
      const cellX = Math.floor(centre.x / CELL_METRES)
      const cellZ = Math.floor(centre.z / CELL_METRES)
      uBlock[0] = (cellX - 1) * CELL_METRES
      uBlock[1] = (cellZ - 1) * CELL_METRES
      uBlock[2] = (cellX + 2) * CELL_METRES
      uBlock[3] = (cellZ + 2) * CELL_METRES
    }
    this.#uniforms.update()
  }
}
