/**
 * Every colour of the picture, for light and dark. Team colours are told apart by people with any
 * of the common colour blindnesses (blue against orange first). The HUD takes its own from CSS.
 */

export type Rgb = readonly [number, number, number]

export interface Palette {
  readonly isDark: boolean
  readonly groundA: Rgb
  readonly groundB: Rgb
  readonly dirt: Rgb
  readonly outside: Rgb
  readonly grid: Rgb
  readonly shadow: number
  readonly roof: Rgb
  readonly side: Rgb
  readonly cover: Rgb
  readonly fog: Rgb
  readonly neutral: Rgb
}

/** Bright and dark shade per team. */
export interface TeamColour {
  readonly name: string
  readonly main: Rgb
  readonly dark: Rgb
  readonly css: string
}

export const TEAM_COLOURS: readonly TeamColour[] = [
  { name: 'Azure', main: rgb(0x3f8cff), dark: rgb(0x14407f), css: '#3f8cff' },
  { name: 'Ember', main: rgb(0xff6a3d), dark: rgb(0x8a2a10), css: '#ff6a3d' },
  { name: 'Jade', main: rgb(0x22c08a), dark: rgb(0x0d5c41), css: '#22c08a' },
  { name: 'Violet', main: rgb(0xb07bff), dark: rgb(0x4a2a80), css: '#b07bff' },
]

const NEUTRAL: TeamColour = {
  name: 'Nobody',
  main: rgb(0xc8ccd4),
  dark: rgb(0x50545c),
  css: '#aeb4c0',
}

/** Colour of a team index; anything out of range is grey. */
export function teamColour(team: number): TeamColour {
  return TEAM_COLOURS[team] ?? NEUTRAL
}

export const DARK_PALETTE: Palette = {
  isDark: true,
  groundA: rgb(0x1b2622),
  groundB: rgb(0x26332b),
  dirt: rgb(0x3a342b),
  outside: rgb(0x0b0f10),
  grid: rgb(0x9fd8c0),
  shadow: 0.62,
  roof: rgb(0x4b5560),
  side: rgb(0x2a3138),
  cover: rgb(0x6d6249),
  fog: rgb(0x070a0c),
  neutral: rgb(0xb9c0c9),
}

export const LIGHT_PALETTE: Palette = {
  isDark: false,
  groundA: rgb(0xa9b783),
  groundB: rgb(0xbcc696),
  dirt: rgb(0xd6c49a),
  outside: rgb(0x8f9a78),
  grid: rgb(0x3c4a2a),
  shadow: 0.5,
  roof: rgb(0xcfc8b9),
  side: rgb(0x99917f),
  cover: rgb(0xb9a06c),
  fog: rgb(0x6f7a68),
  neutral: rgb(0xffffff),
}

function rgb(hex: number): Rgb {
  return [((hex >> 16) & 255) / 255, ((hex >> 8) & 255) / 255, (hex & 255) / 255]
}

/** `rgb(…)` for canvas and CSS. */
export function cssColour(colour: Rgb, alpha = 1): string {
  const [r, g, b] = colour
  return `rgba(${Math.round(r * 255)},${Math.round(g * 255)},${Math.round(b * 255)},${alpha})`
}

/** Packed ABGR, the byte order of an RGBA vertex attribute on little-endian machines. */
export function packTint(colour: Rgb, alpha: number): number {
  const r = Math.round(colour[0] * 255)
  const g = Math.round(colour[1] * 255)
  const b = Math.round(colour[2] * 255)
  return ((Math.round(alpha * 255) << 24) | (b << 16) | (g << 8) | r) >>> 0
}

/** White with an alpha of 0..1. */
export function packWhite(alpha: number): number {
  return ((Math.round(alpha * 255) << 24) | 0xffffff) >>> 0
}
