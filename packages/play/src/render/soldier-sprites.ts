/**
 * Paints the soldiers: seen from above, looking to +x, one picture per team, class and pose, and
 * the badges that tell classes apart at a glance. Only Canvas 2D; 40 px are one metre.
 */
import type { Balance, SoldierClass } from '@battalion/sim/balance.ts'

import type { Atlas } from './atlas.ts'
import { cssColour, teamColour } from './palette.ts'
import type { TeamColour } from './palette.ts'

/** Side of a soldier's frame (m and px). */
export const SOLDIER_METRES = 2.8
const SOLDIER_PX = 112
const BADGE_PX = 48

export type Pose = 'stand' | 'crouch' | 'down'
export const POSES: readonly Pose[] = ['stand', 'crouch', 'down']

export type Glyph = 'chevron' | 'cross' | 'gear' | 'eye' | 'shield' | 'star'
const GLYPHS: readonly Glyph[] = ['chevron', 'cross', 'gear', 'eye', 'shield', 'star']
const GLYPH_OF_ABILITY = {
  grenade: 'chevron',
  heal: 'cross',
  resupply: 'gear',
  scan: 'eye',
} as const

/** The badge of a class: by what it can do, so that a new class gets a fitting one. */
export function classGlyph(balance: Balance, classIndex: number): Glyph {
  const soldierClass = balance.classes[classIndex]
  const ability = soldierClass === undefined ? undefined : balance.abilities[soldierClass.ability]
  if (ability !== undefined) return GLYPH_OF_ABILITY[ability.form]
  return GLYPHS[classIndex % GLYPHS.length]!
}

export function soldierFrameName(team: number, classIndex: number, pose: Pose): string {
  return `soldier-${team}-${classIndex}-${pose}`
}

/** Paints every soldier, badge and overlay this balance needs. */
export function paintSoldiers(atlas: Atlas, balance: Balance, teamCount: number): void {
  for (let team = 0; team < teamCount; team++) {
    for (const [index, soldierClass] of balance.classes.entries()) {
      const look = lookOf(balance, index, soldierClass)
      for (const pose of POSES) {
        atlas.paint(soldierFrameName(team, index, pose), SOLDIER_PX, (context, size) =>
          paintSoldier(context, size, { pose, colour: teamColour(team), ...look }),
        )
      }
    }
  }
  for (const glyph of GLYPHS) {
    atlas.paint(`badge-${glyph}`, BADGE_PX, (context, size) => {
      context.translate(size / 2, size / 2)
      context.scale(size / 48, size / 48)
      drawGlyph(context, glyph, '#fff')
    })
  }
  atlas.paint('boots', SOLDIER_PX, paintBoots)
  atlas.paint('silhouette', SOLDIER_PX, paintSilhouette)
}

interface SoldierLook {
  readonly barrelMetres: number
  readonly bulk: number
  readonly glyph: Glyph
}

function lookOf(balance: Balance, index: number, soldierClass: SoldierClass): SoldierLook {
  const weapon = balance.weapons[soldierClass.weapons[0]]
  const range = weapon?.rangeMetres ?? 40
  return {
    barrelMetres: 0.62 + Math.min(range, 60) / 110,
    bulk: 1 + Math.min(soldierClass.armour, 100) / 500,
    glyph: classGlyph(balance, index),
  }
}

interface SoldierPaint extends SoldierLook {
  readonly pose: Pose
  readonly colour: TeamColour
}

function paintSoldier(context: CanvasRenderingContext2D, size: number, paint: SoldierPaint): void {
  context.translate(size / 2, size / 2)
  context.scale(size / SOLDIER_METRES, size / SOLDIER_METRES)
  context.lineJoin = 'round'
  context.lineCap = 'round'
  if (paint.pose === 'down') paintFallen(context, paint)
  else paintUpright(context, paint)
}

function paintUpright(context: CanvasRenderingContext2D, paint: SoldierPaint): void {
  const squeeze = paint.pose === 'crouch' ? 0.86 : 1
  context.scale(squeeze, squeeze)
  paintPack(context, paint)
  paintWeapon(context, paint)
  paintArms(context, paint)
  paintTorso(context, paint)
  paintHelmet(context, paint.colour, paint.pose === 'crouch' ? 0.08 : 0)
}

function paintPack(context: CanvasRenderingContext2D, paint: SoldierPaint): void {
  const depth = paint.glyph === 'gear' ? 0.36 : paint.glyph === 'cross' ? 0.3 : 0.22
  const width = paint.glyph === 'gear' ? 0.62 : 0.5
  context.fillStyle = cssColour(paint.colour.dark)
  context.strokeStyle = 'rgba(8,10,14,.85)'
  context.lineWidth = 0.06
  context.beginPath()
  context.roundRect(-0.2 - depth, -width / 2, depth + 0.14, width, 0.09)
  context.fill()
  context.stroke()
  if (paint.glyph === 'cross') {
    context.fillStyle = 'rgba(255,255,255,.92)'
    context.fillRect(-0.42, -0.035, 0.2, 0.07)
    context.fillRect(-0.355, -0.1, 0.07, 0.2)
  }
}

function paintWeapon(context: CanvasRenderingContext2D, paint: SoldierPaint): void {
  const end = 0.36 + paint.barrelMetres
  context.strokeStyle = 'rgba(8,10,14,.95)'
  context.lineWidth = 0.19
  line(context, [0.12, 0.16, end - 0.3, 0.16])
  context.lineWidth = 0.11
  line(context, [0.12, 0.16, end, 0.16])
  context.strokeStyle = '#6c7683'
  context.lineWidth = 0.09
  line(context, [0.2, 0.145, end - 0.34, 0.145])
  context.strokeStyle = '#424a55'
  context.lineWidth = 0.05
  line(context, [end - 0.3, 0.155, end - 0.03, 0.155])
}

function paintArms(context: CanvasRenderingContext2D, paint: SoldierPaint): void {
  for (const [width, style] of [
    [0.25, 'rgba(8,10,14,.85)'],
    [0.17, cssColour(paint.colour.main)],
  ] as const) {
    context.strokeStyle = style
    context.lineWidth = width
    context.beginPath()
    context.moveTo(-0.02, 0.4)
    context.quadraticCurveTo(0.26, 0.42, 0.36, 0.2)
    context.stroke()
    context.beginPath()
    context.moveTo(-0.02, -0.4)
    context.quadraticCurveTo(0.42, -0.36, 0.64, 0.12)
    context.stroke()
  }
}

function paintTorso(context: CanvasRenderingContext2D, paint: SoldierPaint): void {
  const gradient = context.createLinearGradient(-0.1, -0.55, 0.1, 0.55)
  gradient.addColorStop(0, lighten(paint.colour, 0.3))
  gradient.addColorStop(0.5, cssColour(paint.colour.main))
  gradient.addColorStop(1, cssColour(paint.colour.dark))
  context.fillStyle = gradient
  context.strokeStyle = 'rgba(8,10,14,.9)'
  context.lineWidth = 0.07
  context.beginPath()
  context.ellipse(-0.03, 0, 0.27 * paint.bulk, 0.52 * paint.bulk, 0, 0, Math.PI * 2)
  context.fill()
  context.stroke()
}

function paintHelmet(context: CanvasRenderingContext2D, colour: TeamColour, forward: number): void {
  const gradient = context.createRadialGradient(forward + 0.08, -0.1, 0.03, forward, 0, 0.3)
  gradient.addColorStop(0, lighten(colour, 0.55))
  gradient.addColorStop(0.55, cssColour(colour.main))
  gradient.addColorStop(1, cssColour(colour.dark))
  context.fillStyle = gradient
  context.strokeStyle = 'rgba(8,10,14,.92)'
  context.lineWidth = 0.07
  context.beginPath()
  context.arc(forward, 0, 0.28, 0, Math.PI * 2)
  context.fill()
  context.stroke()
  context.strokeStyle = 'rgba(10,14,20,.75)'
  context.lineWidth = 0.09
  context.beginPath()
  context.arc(forward, 0, 0.2, -0.75, 0.75)
  context.stroke()
}

function paintFallen(context: CanvasRenderingContext2D, paint: SoldierPaint): void {
  context.globalAlpha = 0.92
  for (const [width, style] of [
    [0.3, 'rgba(8,10,14,.8)'],
    [0.19, cssColour(paint.colour.dark)],
  ] as const) {
    context.strokeStyle = style
    context.lineWidth = width
    line(context, [-0.25, -0.1, -0.95, -0.28])
    line(context, [-0.25, 0.1, -0.9, 0.3])
    line(context, [0.2, -0.3, 0.05, -0.78])
    line(context, [0.2, 0.3, 0.62, 0.66])
  }
  context.fillStyle = cssColour(paint.colour.dark)
  context.strokeStyle = 'rgba(8,10,14,.85)'
  context.lineWidth = 0.06
  context.beginPath()
  context.ellipse(0, 0, 0.44, 0.33, 0, 0, Math.PI * 2)
  context.fill()
  context.stroke()
  context.translate(0.56, 0)
  paintHelmet(context, paint.colour, 0)
}

function paintBoots(context: CanvasRenderingContext2D, size: number): void {
  context.translate(size / 2, size / 2)
  context.scale(size / SOLDIER_METRES, size / SOLDIER_METRES)
  context.fillStyle = '#15181d'
  for (const [x, z] of [
    [0.2, -0.2],
    [-0.24, 0.2],
  ] as const) {
    context.beginPath()
    context.ellipse(x, z, 0.25, 0.12, 0, 0, Math.PI * 2)
    context.fill()
  }
}

function paintSilhouette(context: CanvasRenderingContext2D, size: number): void {
  context.translate(size / 2, size / 2)
  context.scale(size / SOLDIER_METRES, size / SOLDIER_METRES)
  context.fillStyle = '#fff'
  context.beginPath()
  context.ellipse(-0.03, 0, 0.36, 0.58, 0, 0, Math.PI * 2)
  context.arc(0.02, 0, 0.3, 0, Math.PI * 2)
  context.rect(0.1, 0.06, 0.95, 0.18)
  context.fill()
}

/** Draws a class glyph in a 48-unit square centred on the origin; also used by the HUD's cards. */
export function drawGlyph(context: CanvasRenderingContext2D, glyph: Glyph, style: string): void {
  context.strokeStyle = style
  context.fillStyle = style
  context.lineWidth = 6
  context.lineCap = 'round'
  context.lineJoin = 'round'
  context.stroke(new Path2D(GLYPH_PATHS[glyph]))
}

/** Stroke paths of the glyphs, in a 48-unit square centred on the origin. */
export const GLYPH_PATHS: Readonly<Record<Glyph, string>> = {
  chevron: 'M-13 4 L0 -9 L13 4 M-13 15 L0 2 L13 15',
  cross: 'M0 -14 V14 M-14 0 H14',
  gear: 'M-12 -4 H12 V13 H-12 Z M-5 -4 V-12 H5 V-4',
  eye: 'M-17 0 C-8 -13 8 -13 17 0 C8 13 -8 13 -17 0 Z M-2 0 A2 2 0 1 0 2 0 A2 2 0 1 0 -2 0',
  shield: 'M0 -15 L13 -10 V1 C13 9 6 14 0 16 C-6 14 -13 9 -13 1 V-10 Z',
  star: 'M0 -15 L4 -5 L15 -4 L7 3 L9 14 L0 8 L-9 14 L-7 3 L-15 -4 L-4 -5 Z',
}

function lighten(colour: TeamColour, share: number): string {
  const [r, g, b] = colour.main
  return cssColour([r + (1 - r) * share, g + (1 - g) * share, b + (1 - b) * share])
}

function line(
  context: CanvasRenderingContext2D,
  [x1, y1, x2, y2]: readonly [number, number, number, number],
): void {
  context.beginPath()
  context.moveTo(x1, y1)
  context.lineTo(x2, y2)
  context.stroke()
}
