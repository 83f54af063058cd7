/**
 * Capture circles: a tinted disc, a ring and the arc of progress, all objectives in one draw call
 * with their own instanced attributes.
 */
import { Buffer, BufferUsage, Geometry, GlProgram, Mesh, Shader, State } from 'pixi.js'
import { OBJECTIVES_MAX } from '@battalion/sim/limits.ts'

import type { ObjectiveView } from '../game/battle-source.ts'
import { teamColour } from './palette.ts'
import { VIEW_GLSL } from './view-uniforms.ts'
import type { ViewUniforms } from './view-uniforms.ts'

const FLOATS = 10

const VERTEX = `
in vec2 aCorner;
in vec4 aPlace;
in vec3 aOwner;
in vec3 aTaker;
out vec2 vLocal;
out vec2 vInfo;
out vec3 vOwner;
out vec3 vTaker;
${VIEW_GLSL}
void main() {
  vLocal = aCorner * (aPlace.z + 1.5);
  vInfo = aPlace.zw;
  vOwner = aOwner;
  vTaker = aTaker;
  gl_Position = project(aPlace.xy + vLocal, 0.0);
}
`

const FRAGMENT = `
precision highp float;
in vec2 vLocal;
in vec2 vInfo;
in vec3 vOwner;
in vec3 vTaker;
out vec4 finalColor;
uniform vec4 uEye;
void main() {
  float radius = vInfo.x;
  float away = length(vLocal);
  float pixel = 1.0 / uEye.z;
  float rim = abs(away - radius);
  float line = 1.0 - smoothstep(0.13, 0.13 + 1.5 * pixel, rim);
  float turn = atan(vLocal.x, -vLocal.y) / 6.2831853 + 0.5;
  turn = fract(turn + 0.5);
  float done = step(turn, vInfo.y);
  float band = 1.0 - smoothstep(0.3, 0.3 + 1.5 * pixel, abs(away - radius + 0.55));
  float inside = 1.0 - smoothstep(radius - pixel, radius, away);
  float sweep = 0.5 + 0.5 * sin(away * 1.6 - uEye.y * 3.0);
  float busy = step(0.001, vInfo.y) * step(vInfo.y, 0.999);
  vec3 colour = mix(vOwner, vTaker, max(band * done, inside * busy * sweep * 0.6));
  float fill = inside * (0.07 + 0.05 * smoothstep(radius * 0.4, radius, away));
  fill += inside * busy * sweep * 0.07;
  float alpha = max(max(line * 0.9, band * done * busy * 0.95), fill);
  finalColor = vec4(colour * alpha, alpha);
}
`

export class ObjectiveLayer {
  readonly mesh: Mesh<Geometry, Shader>
  readonly #data = new Float32Array(OBJECTIVES_MAX * FLOATS)
  readonly #buffer: Buffer
  readonly #geometry: Geometry

  constructor(view: ViewUniforms) {
    this.#buffer = new Buffer({
      data: this.#data,
      usage: BufferUsage.VERTEX | BufferUsage.COPY_DST,
    })
    this.#geometry = createGeometry(this.#buffer)
    const shader = new Shader({
      glProgram: GlProgram.from({ vertex: VERTEX, fragment: FRAGMENT, name: 'objectives' }),
      resources: { view: view.group },
    })
    this.mesh = new Mesh({ geometry: this.#geometry, shader, state: State.for2d() })
  }

  write(objectives: Iterable<ObjectiveView>): void {
    let count = 0
    for (const objective of objectives) {
      if (count === OBJECTIVES_MAX) break
      const at = count * FLOATS
      this.#data[at] = objective.x
      this.#data[at + 1] = objective.z
      this.#data[at + 2] = objective.radius
      this.#data[at + 3] = objective.progress / 100
      this.#data.set(teamColour(objective.owner).main, at + 4)
      this.#data.set(teamColour(objective.capturing).main, at + 7)
      count++
    }
    this.#geometry.instanceCount = count
    this.#buffer.update()
  }
}

function createGeometry(instances: Buffer): Geometry {
  const shared = { buffer: instances, stride: FLOATS * 4, instance: true } as const
  return new Geometry({
    topology: 'triangle-strip',
    attributes: {
      aCorner: {
        buffer: new Float32Array([-1, -1, 1, -1, -1, 1, 1, 1]),
        format: 'float32x2',
        stride: 8,
        offset: 0,
      },
      aPlace: { ...shared, format: 'float32x4', offset: 0 },
      aOwner: { ...shared, format: 'float32x3', offset: 16 },
      aTaker: { ...shared, format: 'float32x3', offset: 28 },
    },
    instanceCount: 0,
  })
}
