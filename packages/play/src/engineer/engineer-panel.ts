/**
 * The engineer's panel: what the server, the network and this page are doing, and knobs to make the
 * network worse. Built when first opened; costs nothing while closed.
 */
import type { BattleSource, LinkConditions } from '../game/battle-source.ts'
import { button, el, setShown, setText } from '../hud/dom.ts'
import { formatBytesPerSec } from '../hud/hud-model.ts'
import type { FrameStats } from './frame-stats.ts'
import { LivePlot } from './plot.ts'

/** Bots asked for by one press. */
const BOTS_PER_PRESS = 20

/** What one update of the panel shows. */
export interface EngineerView {
  readonly source: BattleSource
  readonly script: FrameStats
  readonly frame: FrameStats
  readonly drawCalls: number
  readonly soldiersDrawn: number
}

const METRICS = [
  ['tick', 'Server tick p50 · p99'],
  ['overload', 'Overload step'],
  ['ping', 'Ping'],
  ['jitter', 'Jitter'],
  ['bytes', 'Received'],
  ['snapshots', 'Snapshots'],
  ['error', 'Prediction error'],
  ['inputs', 'Inputs waiting'],
  ['script', 'Script p50 · p95'],
  ['fps', 'Pictures'],
  ['draws', 'Draw calls'],
  ['soldiers', 'Soldiers drawn · known'],
] as const
type MetricName = (typeof METRICS)[number][0]

export class EngineerPanel {
  readonly root: HTMLElement
  /** True: the server's ghost is drawn beside the predicted soldier. */
  showGhost = false
  readonly #values = new Map<MetricName, HTMLElement>()
  readonly #addBots: HTMLButtonElement
  readonly #plots: { tick: LivePlot; net: LivePlot; bytes: LivePlot }
  readonly #conditions: LinkConditions = { latencyMs: 0, jitterMs: 0, lossRatio: 0 }
  #source: BattleSource | undefined

  constructor(close: () => void) {
    this.#plots = {
      tick: new LivePlot('Milliseconds', [
        { name: 'server tick p99', colour: '#ff6a3d' },
        { name: 'script p95', colour: '#22c08a' },
      ]),
      net: new LivePlot('Network', [
        { name: 'ping ms', colour: '#3f8cff' },
        { name: 'jitter ms', colour: '#b07bff' },
      ]),
      bytes: new LivePlot('Received', [{ name: 'kB/s', colour: '#f2b430' }]),
    }
    this.#addBots = button({
      class: 'ghost-button',
      text: `Add ${BOTS_PER_PRESS} bots`,
      onClick: () => this.#source?.addBots(BOTS_PER_PRESS),
    })
    this.root = el(
      'aside',
      { class: 'engineer panel', attributes: { 'aria-label': 'Engineer’s panel', hidden: true } },
      el(
        'header',
        { class: 'board-head' },
        el('h2', { text: 'Engineer' }),
        button({ class: 'ghost-button', text: 'Close', onClick: close }),
      ),
      this.#createMetrics(),
      this.#plots.tick.root,
      this.#plots.net.root,
      this.#plots.bytes.root,
      this.#createKnobs(),
      this.#addBots,
    )
  }

  get isOpen(): boolean {
    return !this.root.hidden
  }

  show(isOpen: boolean): void {
    setShown(this.root, isOpen)
  }

  /** A new battle: the knobs keep their places. */
  attach(source: BattleSource): void {
    this.#source = source
    setShown(this.#addBots, source.isDemo)
    source.condition(this.#conditions)
  }

  update(view: EngineerView, timeSec: number): void {
    if (!this.isOpen) return
    const { state, stats, soldiers } = view.source
    const scriptP95 = view.script.percentile(0.95)
    this.#set('tick', `${state.tickMsP50.toFixed(1)} · ${state.tickMsP99.toFixed(1)} ms`)
    this.#set('overload', String(state.overloadStep))
    this.#set('ping', formatMs(stats.rttMs))
    this.#set('jitter', formatMs(stats.jitterMs))
    this.#set('bytes', formatBytesPerSec(stats.bytesPerSec))
    this.#set('snapshots', `${stats.snapshotsPerSec.toFixed(1)} /s`)
    this.#set('error', `${(stats.predictionErrorMetres * 100).toFixed(1)} cm`)
    this.#set('inputs', String(stats.inputsWaiting))
    this.#set('script', `${view.script.percentile(0.5).toFixed(2)} · ${scriptP95.toFixed(2)} ms`)
    this.#set('fps', `${(1000 / Math.max(1, view.frame.percentile(0.5))).toFixed(0)} /s`)
    this.#set('draws', String(view.drawCalls))
    this.#set('soldiers', `${view.soldiersDrawn} · ${soldiers.count}`)
    this.#plots.tick.push(timeSec, [state.tickMsP99, scriptP95])
    this.#plots.net.push(timeSec, [stats.rttMs || 0, stats.jitterMs])
    this.#plots.bytes.push(timeSec, [stats.bytesPerSec / 1000])
  }

  #set(name: MetricName, text: string): void {
    setText(this.#values.get(name)!, text)
  }

  #createMetrics(): HTMLElement {
    const list = el('dl', { class: 'metrics' })
    for (const [name, label] of METRICS) {
      const value = el('dd', { text: '–' })
      this.#values.set(name, value)
      list.append(el('div', {}, el('dt', { text: label }), value))
    }
    return list
  }

  #createKnobs(): HTMLElement {
    const ghost = el('input', { attributes: { type: 'checkbox' } })
    ghost.addEventListener('change', () => {
      this.showGhost = ghost.checked
    })
    return el(
      'fieldset',
      { class: 'knobs' },
      el('legend', { text: 'Worse network' }),
      this.#createKnob({
        label: 'Latency, each way',
        unit: 'ms',
        max: 400,
        set: (value) => ({ latencyMs: value }),
      }),
      this.#createKnob({
        label: 'Jitter',
        unit: 'ms',
        max: 200,
        set: (value) => ({ jitterMs: value }),
      }),
      this.#createKnob({
        label: 'Loss',
        unit: '%',
        max: 20,
        set: (value) => ({ lossRatio: value / 100 }),
      }),
      el('label', { class: 'knob-check' }, ghost, 'Server’s ghost beside the predicted self'),
    )
  }

  #createKnob(knob: {
    label: string
    unit: string
    max: number
    set: (value: number) => Partial<LinkConditions>
  }): HTMLElement {
    const input = el('input', {
      attributes: {
        type: 'range',
        min: '0',
        max: String(knob.max),
        value: '0',
        'aria-label': knob.label,
      },
    })
    const output = el('output', { text: `0 ${knob.unit}` })
    input.addEventListener('input', () => {
      setText(output, `${input.value} ${knob.unit}`)
      Object.assign(this.#conditions, knob.set(Number(input.value)))
      this.#source?.condition(this.#conditions)
    })
    return el('label', { class: 'knob' }, el('span', { text: knob.label }), output, input)
  }
}

function formatMs(value: number): string {
  return Number.isFinite(value) ? `${value.toFixed(0)} ms` : '–'
}
