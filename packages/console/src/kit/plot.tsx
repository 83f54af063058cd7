/** Lines over time by uPlot, in the colours of the theme, with the last values in words beside. */
import { useEffect, useRef } from 'preact/hooks'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'

/** One line. */
export interface Line {
  readonly label: string
  /** A custom property of the style sheet. */
  readonly color: '--accent' | '--danger' | '--good' | '--warn' | '--soft'
  readonly values: readonly (number | null)[]
}

const HEIGHT_PX = 180

/** A plot; `times` are seconds since 1970, as many as each line has values. */
export function Plot(props: {
  readonly title: string
  readonly unit: string
  readonly times: readonly number[]
  readonly lines: readonly Line[]
}) {
  const { title, unit, times, lines } = props
  const place = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot | undefined>(undefined)
  const data = [times, ...lines.map(({ values }) => values)] as uPlot.AlignedData
  // A theme that changes draws anew: what is there now, not what was at first.
  const latest = useRef(data)
  latest.current = data
  const shape = lines.map(({ label }) => label).join('|')
  useEffect(() => {
    const element = place.current!
    const made = () => {
      plot.current?.destroy()
      plot.current = new uPlot(optionsOf(element, lines), latest.current, element)
    }
    made()
    const onTheme = matchMedia('(prefers-color-scheme: dark)')
    onTheme.addEventListener('change', made)
    const resized = new ResizeObserver(() => {
      plot.current?.setSize({ width: element.clientWidth, height: HEIGHT_PX })
    })
    resized.observe(element)
    return () => {
      onTheme.removeEventListener('change', made)
      resized.disconnect()
      plot.current?.destroy()
      plot.current = undefined
    }
  }, [shape])
  useEffect(() => plot.current?.setData(data), [times, lines])
  return (
    <figure class="plot">
      <figcaption>
        {title} <span class="soft">({unit})</span>
        <span class="legend">
          {lines.map(({ label, color, values }) => (
            <span key={label} class={`key ${color.slice(2)}`}>
              {label} <strong>{lastOf(values)}</strong>
            </span>
          ))}
        </span>
      </figcaption>
      <div ref={place} role="img" aria-label={`${title} over time`} />
    </figure>
  )
}

function lastOf(values: readonly (number | null)[]): string {
  const last = values.at(-1)
  if (last === undefined || last === null) return '–'
  return last.toLocaleString(undefined, { maximumFractionDigits: 2 })
}

function optionsOf(element: HTMLElement, lines: readonly Line[]): uPlot.Options {
  const ink = colorOf(element, '--soft')
  const grid = { stroke: colorOf(element, '--line'), width: 1 }
  const axis = { stroke: ink, grid, ticks: grid }
  return {
    width: Math.max(element.clientWidth, 100),
    height: HEIGHT_PX,
    legend: { show: false },
    cursor: { y: false },
    scales: { y: { range: (_, __, max) => [0, Math.max(max * 1.1, 1)] } },
    axes: [
      { ...axis, space: 80, values: timeLabels },
      { ...axis, size: 56 },
    ],
    series: [
      {},
      ...lines.map(({ label, color }) => ({
        label,
        stroke: colorOf(element, color),
        width: 2,
        points: { show: false },
      })),
    ],
  }
}

/** Seconds, minutes or days, as far apart as the labels stand. */
function timeLabels(...[, times, , , stepSec]: Parameters<uPlot.Axis.DynamicValues>): string[] {
  return times.map((time) => {
    const date = new Date(time * 1000)
    if (stepSec >= 86_400) return date.toLocaleDateString(undefined, { dateStyle: 'short' })
    return date.toLocaleTimeString(undefined, { timeStyle: stepSec < 60 ? 'medium' : 'short' })
  })
}

/** What the theme makes of a custom property: a canvas does not know `light-dark()`. */
function colorOf(element: HTMLElement, property: string): string {
  element.style.color = `var(${property})`
  const { color } = getComputedStyle(element)
  element.style.color = ''
  return color
}
