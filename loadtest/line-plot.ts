/**
 * One line plot as an SVG string: time along x, up to four series, an optional limit. Pure, no
 * library; colours come from the page's variables, so light and dark need no second drawing.
 */

export interface PlotSeries {
  readonly label: string
  /** One value per point of `xs`; NaN leaves a gap. */
  readonly values: readonly number[]
}

export interface LinePlot {
  readonly title: string
  readonly unit: string
  readonly xs: readonly number[]
  readonly series: readonly PlotSeries[]
  /** Things that are counted: no fractions on the axis. */
  readonly isCount?: boolean
  /** Drawn as a dashed line. */
  readonly limit?: number
}

const WIDTH = 560
const HEIGHT = 210
const LEFT = 52
const RIGHT = 14
const TOP = 12
const BOTTOM = 26
const INNER_WIDTH = WIDTH - LEFT - RIGHT
const INNER_HEIGHT = HEIGHT - TOP - BOTTOM
const TICKS_WANTED = 5

interface Scale {
  readonly isCount: boolean
  readonly xMin: number
  readonly xMax: number
  readonly yMax: number
}

/** The plot, with its legend, as a `<figure>`. */
export function renderLinePlot(plot: LinePlot): string {
  const scale = scaleOf(plot)
  const lines = plot.series.map((one, index) => renderSeries(plot.xs, one, { scale, index }))
  const { title, unit } = plot
  const label = `${title} over time, in ${unit}`
  return `<figure>
<figcaption><b>${escapeHtml(title)}</b> <span>${escapeHtml(unit)}</span>
${renderLegend(plot)}</figcaption>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeHtml(label)}">
${renderGrid(scale)}${renderLimit(plot, scale)}${lines.join('\n')}
</svg></figure>`
}

function scaleOf(plot: LinePlot): Scale {
  const values = plot.series.flatMap((one) => one.values.filter((value) => Number.isFinite(value)))
  const highest = Math.max(0, ...values, plot.limit ?? 0)
  const isCount = plot.isCount === true
  const step = stepOf(highest, isCount)
  return {
    isCount,
    xMin: plot.xs[0] ?? 0,
    xMax: Math.max(plot.xs.at(-1) ?? 1, (plot.xs[0] ?? 0) + 1),
    yMax: Math.max(step, Math.ceil((highest * 1.02) / step) * step),
  }
}

function stepOf(highest: number, isCount: boolean): number {
  const step = niceStep(highest / TICKS_WANTED)
  return isCount ? Math.max(1, step) : step
}

/** 1, 2 or 5 times a power of ten, not below `wanted`. */
export function niceStep(wanted: number): number {
  if (!(wanted > 0)) return 1
  const power = 10 ** Math.floor(Math.log10(wanted))
  for (const factor of [1, 2, 5]) if (factor * power >= wanted * 0.999) return factor * power
  return 10 * power
}

function xOf(scale: Scale, x: number): number {
  return LEFT + ((x - scale.xMin) / (scale.xMax - scale.xMin)) * INNER_WIDTH
}

function yOf(scale: Scale, y: number): number {
  return TOP + INNER_HEIGHT - (y / scale.yMax) * INNER_HEIGHT
}

function renderGrid(scale: Scale): string {
  const parts: string[] = []
  const stepY = stepOf(scale.yMax, scale.isCount)
  for (let y = 0; y <= scale.yMax * 1.001; y += stepY) {
    const at = yOf(scale, y).toFixed(1)
    parts.push(`<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${at}" y2="${at}"/>`)
    parts.push(`<text class="tick" x="${LEFT - 6}" y="${at}" dy="4" text-anchor="end">`)
    parts.push(`${formatNumber(y)}</text>`)
  }
  const stepX = niceStep((scale.xMax - scale.xMin) / 6)
  for (let x = Math.ceil(scale.xMin / stepX) * stepX; x <= scale.xMax; x += stepX) {
    const at = xOf(scale, x).toFixed(1)
    parts.push(`<text class="tick" x="${at}" y="${HEIGHT - 8}" text-anchor="middle">${x} s</text>`)
  }
  return parts.join('')
}

function renderLimit({ limit }: LinePlot, scale: Scale): string {
  if (limit === undefined) return ''
  const at = yOf(scale, limit).toFixed(1)
  return `<line class="limit" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${at}" y2="${at}"/>`
}

function renderSeries(
  xs: readonly number[],
  series: PlotSeries,
  place: { readonly scale: Scale; readonly index: number },
): string {
  let path = ''
  let isDown = false
  series.values.forEach((value, index) => {
    const isKnown = Number.isFinite(value)
    if (isKnown) {
      const x = xOf(place.scale, xs[index]!).toFixed(1)
      path += `${isDown ? 'L' : 'M'}${x} ${yOf(place.scale, value).toFixed(1)}`
    }
    isDown = isKnown
  })
  return path === '' ? '' : `<path class="line s${place.index}" d="${path}"/>`
}

function renderLegend(plot: LinePlot): string {
  const items = plot.series.map(
    (one, index) => `<i class="key s${index}"></i>${escapeHtml(one.label)}`,
  )
  if (plot.limit !== undefined) items.push('<i class="key limit"></i>budget')
  return ` <em>${items.join(' ')}</em>`
}

/** A number short enough for an axis or a table. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return '–'
  const size = Math.abs(value)
  if (size >= 10_000) return `${Number((value / 1000).toPrecision(4))}k`
  if (size >= 100) return String(Math.round(value))
  return String(Number(value.toPrecision(3)))
}

/** Text made safe for HTML. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
