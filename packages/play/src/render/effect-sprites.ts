/**
 * Paints what flashes, glows and fades: all white or grey, tinted when drawn. Canvas 2D only.
 */
import type { Atlas } from './atlas.ts'

type Context = CanvasRenderingContext2D

/** Paints the effect frames into the atlas. */
export function paintEffects(atlas: Atlas): void {
  atlas.paint('glow', 64, (context, size) => paintRadial(context, size, GLOW_STOPS))
  atlas.paint('blob', 64, (context, size) => paintRadial(context, size, BLOB_STOPS))
  atlas.paint('smoke', 128, paintSmoke)
  atlas.paint('flash', 96, paintFlash)
  atlas.paint('tracer', 64, paintTracer)
  atlas.paint('ring', 256, (context, size) => paintRing(context, size, 0.06))
  atlas.paint('hair-ring', 256, (context, size) => paintRing(context, size, 0.014))
  atlas.paint('thin-ring', 128, (context, size) => paintRing(context, size, 0.045))
  atlas.paint('dashed-ring', 128, paintDashedRing)
  atlas.paint('scorch', 128, paintScorch)
  atlas.paint('disc', 64, paintDisc)
  atlas.paint('spark', 32, (context, size) => paintRadial(context, size, SPARK_STOPS))
  atlas.paint('plus', 48, paintPlus)
  atlas.paint('arrow', 64, paintArrow)
  atlas.paint('grenade', 32, paintGrenade)
}

type Stops = readonly (readonly [number, number])[]
const GLOW_STOPS: Stops = [
  [0, 1],
  [0.2, 0.62],
  [0.5, 0.2],
  [1, 0],
]
const BLOB_STOPS: Stops = [
  [0, 1],
  [0.55, 0.8],
  [1, 0],
]
const SPARK_STOPS: Stops = [
  [0, 1],
  [0.35, 0.9],
  [1, 0],
]

function paintRadial(context: Context, size: number, stops: Stops): void {
  const half = size / 2
  const gradient = context.createRadialGradient(half, half, 0, half, half, half)
  for (const [at, alpha] of stops) gradient.addColorStop(at, `rgba(255,255,255,${alpha})`)
  context.fillStyle = gradient
  context.fillRect(0, 0, size, size)
}

function paintSmoke(context: Context, size: number): void {
  const half = size / 2
  for (let puff = 0; puff < 14; puff++) {
    const angle = puff * 2.4
    const reach = (puff / 14) * half * 0.5
    const radius = half * (0.5 - puff * 0.018)
    const x = half + Math.cos(angle) * reach
    const y = half + Math.sin(angle) * reach
    const gradient = context.createRadialGradient(x, y, 0, x, y, radius)
    gradient.addColorStop(0, 'rgba(255,255,255,.3)')
    gradient.addColorStop(1, 'rgba(255,255,255,0)')
    context.fillStyle = gradient
    context.fillRect(0, 0, size, size)
  }
}

/** A muzzle flash that opens towards +x; its root is the middle of the left edge. */
function paintFlash(context: Context, size: number): void {
  const half = size / 2
  context.fillStyle = '#fff'
  context.shadowColor = '#fff'
  context.shadowBlur = 10
  context.beginPath()
  context.moveTo(4, half)
  context.quadraticCurveTo(half, half - 12, size - 10, half)
  context.quadraticCurveTo(half, half + 12, 4, half)
  context.moveTo(8, half)
  context.lineTo(half, half - 24)
  context.lineTo(half * 0.8, half)
  context.lineTo(half, half + 24)
  context.closePath()
  context.fill()
}

function paintTracer(context: Context, size: number): void {
  const half = size / 2
  for (const [width, alpha] of [
    [half * 0.7, 0.25],
    [half * 0.26, 1],
  ] as const) {
    const gradient = context.createLinearGradient(0, 0, size, 0)
    gradient.addColorStop(0, 'rgba(255,255,255,0)')
    gradient.addColorStop(0.85, `rgba(255,255,255,${alpha})`)
    gradient.addColorStop(1, 'rgba(255,255,255,0)')
    context.fillStyle = gradient
    context.beginPath()
    context.ellipse(half, half, half, width / 2, 0, 0, Math.PI * 2)
    context.fill()
  }
}

function paintRing(context: Context, size: number, width: number): void {
  context.strokeStyle = '#fff'
  context.lineWidth = size * width
  context.beginPath()
  context.arc(size / 2, size / 2, size / 2 - size * width, 0, Math.PI * 2)
  context.stroke()
}

function paintDashedRing(context: Context, size: number): void {
  const radius = size / 2 - 6
  context.setLineDash([(radius * Math.PI) / 6, (radius * Math.PI) / 6])
  context.lineCap = 'butt'
  paintRing(context, size, 0.05)
}

function paintScorch(context: Context, size: number): void {
  const half = size / 2
  paintRadial(context, size, [
    [0, 0.85],
    [0.35, 0.55],
    [0.7, 0.14],
    [1, 0],
  ])
  context.strokeStyle = 'rgba(255,255,255,.35)'
  context.lineCap = 'round'
  for (let ray = 0; ray < 18; ray++) {
    const angle = ray * 2.399
    const reach = half * (0.55 + ((ray * 37) % 11) / 28)
    context.lineWidth = 1 + (ray % 4)
    context.beginPath()
    context.moveTo(half, half)
    context.lineTo(half + Math.cos(angle) * reach, half + Math.sin(angle) * reach)
    context.stroke()
  }
}

function paintDisc(context: Context, size: number): void {
  context.fillStyle = '#fff'
  context.beginPath()
  context.arc(size / 2, size / 2, size / 2 - 2, 0, Math.PI * 2)
  context.fill()
}

function paintPlus(context: Context, size: number): void {
  context.fillStyle = '#fff'
  const bar = size / 4
  context.fillRect((size - bar) / 2, 6, bar, size - 12)
  context.fillRect(6, (size - bar) / 2, size - 12, bar)
}

function paintArrow(context: Context, size: number): void {
  context.fillStyle = '#fff'
  context.beginPath()
  context.moveTo(size - 8, size / 2)
  context.lineTo(12, 10)
  context.lineTo(22, size / 2)
  context.lineTo(12, size - 10)
  context.closePath()
  context.fill()
}

function paintGrenade(context: Context, size: number): void {
  context.fillStyle = '#fff'
  context.strokeStyle = 'rgba(10,12,16,.9)'
  context.lineWidth = 3
  context.beginPath()
  context.ellipse(size / 2, size / 2, size * 0.34, size * 0.26, 0, 0, Math.PI * 2)
  context.fill()
  context.stroke()
}
