/**
 * The ground: one quad over the picture, coloured by map position from the baked map and a noise
 * tile, so that movement can be read everywhere. One draw call.
 */
import { Geometry, GlProgram, ImageSource, Mesh, Shader, State, UniformGroup } from 'pixi.js'
import type { BattleMap } from '@battalion/sim/balance.ts'

import { bakeGround, paintNoise } from './ground-bake.ts'
import type { Palette, Rgb } from './palette.ts'
import type { ViewUniforms } from './view-uniforms.ts'

const VERTEX = `
in vec2 aPosition;
out vec2 vWorld;
uniform vec4 uView;
void main() {
  vWorld = uView.xy + aPosition / uView.zw;
  gl_Position = vec4(aPosition, 0.9, 1.0);
}
`

const FRAGMENT = `
precision highp float;
in vec2 vWorld;
out vec4 finalColor;
uniform sampler2D uBake;
uniform sampler2D uNoise;
uniform vec4 uEye;
uniform vec4 uMap;
uniform vec3 uGroundA;
uniform vec3 uGroundB;
uniform vec3 uDirt;
uniform vec3 uOutside;
uniform vec3 uGrid;
float gridLine(vec2 world, float step, float pixels) {
  vec2 away = abs(fract(world / step - 0.5) - 0.5) * step;
  float width = pixels / uEye.z;
  return 1.0 - smoothstep(0.0, width, min(away.x, away.y));
}
void main() {
  vec2 uv = vWorld / uMap.xy;
  vec3 bake = texture(uBake, clamp(uv, 0.0, 1.0)).rgb;
  float wide = texture(uNoise, vWorld / 90.0).r;
  float middle = texture(uNoise, vWorld / 23.0).g;
  float fine = texture(uNoise, vWorld / 9.0).b;
  vec3 grass = mix(uGroundA, uGroundB, smoothstep(0.3, 0.7, wide * 0.7 + middle * 0.3));
  float worn = smoothstep(0.32, 0.62, bake.g + (middle - 0.5) * 0.55 + (fine - 0.5) * 0.2);
  vec3 colour = mix(grass, uDirt, worn * 0.85);
  vec3 concrete = mix(uDirt, vec3(dot(uDirt, vec3(0.34))), 0.6) * 1.06;
  vec2 slab = abs(fract(vWorld / 2.0) - 0.5);
  concrete *= 1.0 - 0.07 * smoothstep(0.46, 0.5, max(slab.x, slab.y));
  float paved = smoothstep(0.36, 0.5, bake.b + (middle - 0.5) * 0.4 + (fine - 0.5) * 0.16);
  colour = mix(colour, concrete, paved * 0.82);
  colour *= 0.8 + 0.4 * (fine * 0.6 + middle * 0.4);
  colour = mix(colour, uGrid, gridLine(vWorld, 8.0, 1.2) * 0.045);
  colour = mix(colour, uGrid, gridLine(vWorld, 64.0, 1.6) * 0.07);
  colour *= 1.0 - bake.r * uMap.z;
  vec2 outside = max(-vWorld, vWorld - uMap.xy);
  float beyond = max(outside.x, outside.y);
  float stripes = step(0.5, fract((vWorld.x + vWorld.y) / 4.0));
  vec3 border = uOutside * (0.9 + 0.1 * stripes);
  colour = mix(colour, border, step(0.0, beyond));
  float edge = 1.0 - smoothstep(0.0, 2.2 / uEye.z, abs(beyond));
  colour = mix(colour, uGrid, edge * 0.5);
  finalColor = vec4(colour, 1.0);
}
`

export class GroundLayer {
  readonly mesh: Mesh<Geometry, Shader>
  readonly #colours = new UniformGroup({
    /** width, depth (m), darkness of shadows, 0 */
    uMap: { value: new Float32Array(4), type: 'vec4<f32>' },
    uGroundA: { value: new Float32Array(3), type: 'vec3<f32>' },
    uGroundB: { value: new Float32Array(3), type: 'vec3<f32>' },
    uDirt: { value: new Float32Array(3), type: 'vec3<f32>' },
    uOutside: { value: new Float32Array(3), type: 'vec3<f32>' },
    uGrid: { value: new Float32Array(3), type: 'vec3<f32>' },
  })
  readonly #bake: ImageSource

  constructor(map: BattleMap, palette: Palette, view: ViewUniforms) {
    this.#bake = new ImageSource({ resource: bakeGround(map), scaleMode: 'linear' })
    const noise = new ImageSource({
      resource: paintNoise(),
      scaleMode: 'linear',
      addressMode: 'repeat',
      autoGenerateMipmaps: true,
    })
    const shader = new Shader({
      glProgram: GlProgram.from({ vertex: VERTEX, fragment: FRAGMENT, name: 'ground' }),
      resources: {
        view: view.group,
        colours: this.#colours,
        uBake: this.#bake,
        uBakeSampler: this.#bake.style,
        uNoise: noise,
        uNoiseSampler: noise.style,
      },
    })
    this.mesh = new Mesh({ geometry: createScreenQuad(), shader, state: State.for2d() })
    this.#colours.uniforms.uMap[0] = map.widthMetres
    this.#colours.uniforms.uMap[1] = map.depthMetres
    this.applyPalette(palette)
  }

  applyPalette(palette: Palette): void {
    const uniforms = this.#colours.uniforms
    uniforms.uMap[2] = palette.shadow
    write(uniforms.uGroundA, palette.groundA)
    write(uniforms.uGroundB, palette.groundB)
    write(uniforms.uDirt, palette.dirt)
    write(uniforms.uOutside, palette.outside)
    write(uniforms.uGrid, palette.grid)
    this.#colours.update()
  }

  /** The painting under the minimap. */
  get bakeCanvas(): HTMLCanvasElement {
    return this.#bake.resource as HTMLCanvasElement
  }

  destroy(): void {
    this.mesh.destroy()
    this.#bake.destroy()
  }
}

function write(target: Float32Array, colour: Rgb): void {
  target.set(colour)
}

/** Two triangles over the whole picture. */
export function createScreenQuad(): Geometry {
  return new Geometry({
    topology: 'triangle-strip',
    attributes: {
      aPosition: {
        buffer: new Float32Array([-1, -1, 1, -1, -1, 1, 1, 1]),
        format: 'float32x2',
        stride: 8,
        offset: 0,
      },
    },
  })
}
