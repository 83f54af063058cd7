/**
 * A small live plot on uPlot: the newest values of one to two series, pushed twice a second.
 */
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'

import { el } from '../hud/dom.ts'

/** Points kept: one minute at two a second. */
const POINTS = 120
const HEIGHT_PX = 76

export interface PlotSeries {
  readonly name: string
  readonly colour: string
}

export class LivePlot {
  readonly root: HTMLElement
  readonly #host = el('div', { class: 'plot-host' })
  readonly #series: readonly PlotSeries[]
  readonly #times: number[] = []
  readonly #values: number[][]
  #plot: uPlot | undefined

  constructor(title: string, series: readonly PlotSeries[]) {
    this.#series = series
    this.#values = series.map(() => [])
    const legend = series.map(({ name, colour }) => {
      const item = el('span', { class: 'plot-key', text: name })
      item.style.setProperty('--colour', colour)
      return item
    })
    this.root = el('figure', { class: 'plot' }, el('figcaption', {}, title, ...legend), this.#host)
  }

  push(timeSec: number, values: readonly number[]): void {
    this.#times.push(timeSec)
    for (const [index, value] of values.entries()) this.#values[index]!.push(value)
    if (this.#times.length > POINTS) {
      this.#times.shift()
      for (const column of this.#values) column.shift()
    }
    const width = this.#host.clientWidth
    if (width === 0) return
    this.#plot ??= this.#create(width)
    if (this.#plot.width !== width) this.#plot.setSize({ width, height: HEIGHT_PX })
    this.#plot.setData([this.#times, ...this.#values])
  }

  #create(width: number): uPlot {
    const axisColour = getComputedStyle(this.root).getPropertyValue('--dim').trim()
    const grid = { stroke: 'rgba(128,140,160,.18)', width: 1 }
    const font = '10px system-ui, sans-serif'
    return new uPlot(
      {
        width,
        height: HEIGHT_PX,
        cursor: { show: false },
        legend: { show: false },
        // Half a line below, or the lowest figure is cut.
        padding: [6, 4, 6, 0],
        scales: {
          x: { time: false },
          y: { range: (_, min, max) => [Math.min(0, min), max * 1.15 || 1] },
        },
        axes: [
          { show: false },
          { stroke: axisColour, grid, size: 34, font, ticks: { show: false }, space: 26 },
        ],
        series: [
          {},
          ...this.#series.map(({ name, colour }) => ({
            label: name,
            stroke: colour,
            width: 1.5,
            points: { show: false },
          })),
        ],
      },
      [this.#times, ...this.#values],
      this.#host,
    )
  }
}
