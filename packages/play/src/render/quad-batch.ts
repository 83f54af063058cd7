/**
 * Any number of textured, turned and tinted rectangles in one draw call: instanced geometry over
 * one texture atlas. A pen: set `frame`, `tint`, `width`… and `put`; nothing is allocated per quad.
 * At capacity further quads are left out and counted.
 */
import { Buffer, BufferUsage, Geometry, GlProgram, Mesh, Shader, State } from 'pixi.js'
import { cosOfAngle, sinOfAngle } from '@battalion/base/trig-table.ts'

import type { Atlas, AtlasFrame } from './atlas.ts'
import { VIEW_GLSL } from './view-uniforms.ts'
import type { ViewUniforms } from './view-uniforms.ts'

const WORDS_PER_QUAD = 11

const VERTEX = `
in vec2 aCorner;
in vec4 aPlace;
in vec4 aTurn;
in vec4 aFrame;
in vec4 aTint;
out vec2 vUv;
out vec4 vTint;
${VIEW_GLSL}
void main() {
  vec2 local = aCorner * aPlace.zw;
  vec2 world = aPlace.xy + vec2(local.x * aTurn.x - local.y * aTurn.y,
                                local.x * aTurn.y + local.y * aTurn.x);
  gl_Position = project(world, aTurn.z);
  vUv = mix(aFrame.xy, aFrame.zw, aCorner + 0.5);
  vTint = vec4(aTint.rgb * aTint.a, aTint.a * (1.0 - aTurn.w));
}
`

const FRAGMENT = `
in vec2 vUv;
in vec4 vTint;
out vec4 finalColor;
uniform sampler2D uAtlas;
void main() {
  vec4 texel = texture(uAtlas, vUv);
  finalColor = vec4(texel.rgb * vTint.rgb, texel.a * vTint.a);
}
`

export class QuadBatch {
  readonly mesh: Mesh<Geometry, Shader>
  readonly capacity: number
  /** Quads since `begin`. */
  count = 0
  /** Quads that found no room since `begin`. */
  droppedCount = 0
  /** Picture of the next quad. */
  frame: AtlasFrame
  /** Packed tint of the next quad (palette.ts). */
  tint = 0xffffffff
  /** Size of the next quad (m). */
  width = 1
  height = 1
  /** Height over the ground (m). */
  lift = 0
  /** 0 = paint over, 1 = add light. */
  glow = 0
  #cos = 1
  #sin = 0
  readonly #floats: Float32Array
  readonly #words: Uint32Array
  readonly #halves: Uint16Array
  readonly #buffer: Buffer
  readonly #geometry: Geometry

  constructor(capacity: number, atlas: Atlas, view: ViewUniforms) {
    this.capacity = capacity
    this.frame = atlas.frame('white')
    const bytes = new ArrayBuffer(capacity * WORDS_PER_QUAD * 4)
    this.#floats = new Float32Array(bytes)
    this.#words = new Uint32Array(bytes)
    this.#halves = new Uint16Array(bytes)
    this.#buffer = new Buffer({
      data: this.#floats,
      usage: BufferUsage.VERTEX | BufferUsage.COPY_DST,
    })
    this.#geometry = createGeometry(this.#buffer)
    const shader = new Shader({
      glProgram: GlProgram.from({ vertex: VERTEX, fragment: FRAGMENT, name: 'quads' }),
      resources: { view: view.group, uAtlas: atlas.source, uSampler: atlas.source.style },
    })
    this.mesh = new Mesh({ geometry: this.#geometry, shader, state: State.for2d() })
  }

  begin(): void {
    this.count = 0
    this.droppedCount = 0
    this.lift = 0
    this.glow = 0
    this.tint = 0xffffffff
    this.straight()
  }

  /** Turns following quads by a binary angle. */
  turn(angle: number): void {
    this.#cos = cosOfAngle(angle)
    this.#sin = sinOfAngle(angle)
  }

  /** Turns following quads along a unit vector. */
  turnAlong(cos: number, sin: number): void {
    this.#cos = cos
    this.#sin = sin
  }

  straight(): void {
    this.#cos = 1
    this.#sin = 0
  }

  /** Writes one quad centred on (x, z). */
  put(x: number, z: number): void {
    if (this.count >= this.capacity) {
      this.droppedCount++
      return
    }
    const at = this.count * WORDS_PER_QUAD
    this.count++
    const floats = this.#floats
    floats[at] = x
    floats[at + 1] = z
    floats[at + 2] = this.width
    floats[at + 3] = this.height
    floats[at + 4] = this.#cos
    floats[at + 5] = this.#sin
    floats[at + 6] = this.lift
    floats[at + 7] = this.glow
    const half = (at + 8) * 2
    this.#halves[half] = this.frame.u0
    this.#halves[half + 1] = this.frame.v0
    this.#halves[half + 2] = this.frame.u1
    this.#halves[half + 3] = this.frame.v1
    this.#words[at + 10] = this.tint
  }

  /** Hands what was put since `begin` to the GPU. */
  end(): void {
    this.#geometry.instanceCount = this.count
    if (this.count > 0) this.#buffer.update(this.count * WORDS_PER_QUAD * 4)
  }
}

function createGeometry(instances: Buffer): Geometry {
  const stride = WORDS_PER_QUAD * 4
  const corners = new Float32Array([-0.5, -0.5, 0.5, -0.5, -0.5, 0.5, 0.5, 0.5])
  const shared = { buffer: instances, stride, instance: true } as const
  return new Geometry({
    topology: 'triangle-strip',
    attributes: {
      aCorner: { buffer: corners, format: 'float32x2', stride: 8, offset: 0 },
      aPlace: { ...shared, format: 'float32x4', offset: 0 },
      aTurn: { ...shared, format: 'float32x4', offset: 16 },
      aFrame: { ...shared, format: 'unorm16x4', offset: 32 },
      aTint: { ...shared, format: 'unorm8x4', offset: 40 },
    },
    instanceCount: 0,
  })
}
