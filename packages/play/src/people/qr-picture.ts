/** A QR code as an SVG of one path, dark on white in every theme: cameras want it so. */
import { encodeQR } from 'qr'

/** Empty rim that readers need (modules). */
const QUIET_MODULES = 4
const SVG = 'http://www.w3.org/2000/svg'

/** The code of `text`, with `label` for who does not see it. */
export function createQrPicture(text: string, label: string): SVGSVGElement {
  const rows = encodeQR(text, 'raw', { border: QUIET_MODULES, ecc: 'medium' })
  const svg = document.createElementNS(SVG, 'svg')
  svg.setAttribute('viewBox', `0 0 ${rows.length} ${rows.length}`)
  svg.setAttribute('class', 'qr')
  svg.setAttribute('role', 'img')
  svg.setAttribute('aria-label', label)
  svg.setAttribute('shape-rendering', 'crispEdges')
  const path = document.createElementNS(SVG, 'path')
  const dark = rows.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [[x, y]] : [])))
  path.setAttribute('d', dark.map(([x, y]) => `M${x} ${y}h1v1h-1z`).join(''))
  svg.append(path)
  return svg
}
