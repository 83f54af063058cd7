/**
 * One texture for every sprite, painted with Canvas 2D when the page starts: nothing is
 * downloaded. Frames are packed on shelves; a frame that does not fit is a programmer error.
 */
import { CanvasSource } from 'pixi.js'
import { assert, assertDefined } from '@battalion/base/assert.ts'

/** Corners in 1/65535 of the atlas. */
export interface AtlasFrame {
  readonly u0: number
  readonly v0: number
  readonly u1: number
  readonly v1: number
}

export type Painter = (context: CanvasRenderingContext2D, size: number) => void

/** Side of the atlas (px); every WebGL 2 device takes it. */
const ATLAS_PX = 2048
/** Empty pixels around each frame, so that mipmaps do not bleed. */
const GUTTER_PX = 8

export class Atlas {
  readonly source: CanvasSource
  readonly #canvas: HTMLCanvasElement
  readonly #context: CanvasRenderingContext2D
  readonly #frames = new Map<string, AtlasFrame>()
  #shelfX = GUTTER_PX
  #shelfY = GUTTER_PX
  #shelfHeight = 0

  constructor() {
    this.#canvas = document.createElement('canvas')
    this.#canvas.width = ATLAS_PX
    this.#canvas.height = ATLAS_PX
    this.#context = assertDefined(this.#canvas.getContext('2d'), 'Canvas 2D exists in a browser')
    this.source = new CanvasSource({
      resource: this.#canvas,
      autoGenerateMipmaps: true,
      scaleMode: 'linear',
      alphaMode: 'premultiply-alpha-on-upload',
    })
    this.paint('white', 16, (context, size) => {
      context.fillStyle = '#fff'
      context.fillRect(0, 0, size, size)
    })
  }

  /** Paints a square frame; the context's origin is the frame's corner. */
  paint(name: string, size: number, painter: Painter): AtlasFrame {
    if (this.#shelfX + size + GUTTER_PX > ATLAS_PX) {
      this.#shelfX = GUTTER_PX
      this.#shelfY += this.#shelfHeight + GUTTER_PX
      this.#shelfHeight = 0
    }
    assert(this.#shelfY + size + GUTTER_PX <= ATLAS_PX, 'the atlas has room for every frame')
    const x = this.#shelfX
    const y = this.#shelfY
    this.#context.save()
    this.#context.translate(x, y)
    this.#context.beginPath()
    this.#context.rect(0, 0, size, size)
    this.#context.clip()
    painter(this.#context, size)
    this.#context.restore()
    this.#shelfX += size + GUTTER_PX
    this.#shelfHeight = Math.max(this.#shelfHeight, size)
    const inset = name === 'white' ? 4 : 0
    const frame = {
      u0: toUnit(x + inset),
      v0: toUnit(y + inset),
      u1: toUnit(x + size - inset),
      v1: toUnit(y + size - inset),
    }
    this.#frames.set(name, frame)
    return frame
  }

  frame(name: string): AtlasFrame {
    return assertDefined(this.#frames.get(name), `the atlas has a frame ${name}`)
  }

  /** Uploads what was painted. */
  commit(): void {
    this.source.update()
  }
}

function toUnit(pixels: number): number {
  return Math.round((pixels / ATLAS_PX) * 65535)
}
