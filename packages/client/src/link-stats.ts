/**
 * Figures of one connection, for the engineers' panel and for bots' reports. Plain numbers in
 * place; windows of one second, turned by `update`. Reads no clock.
 */

/** Prediction errors kept for the percentiles: about 25 s at 20 Hz. */
const ERROR_WINDOW = 512
const WINDOW_MS = 1000
/** Weight of a new round trip in the mean (as in RFC 6298). */
const RTT_GAIN = 1 / 8

export class LinkStats {
  /** Round trip by the `rtt` message, smoothed (ms); NaN until measured. */
  rttMs = Number.NaN
  /** Newest single round trip (ms). */
  rttLastMs = Number.NaN
  /** Mean deviation of snapshot arrivals (ms). */
  jitterMs = 0
  /** WebSocket payload per second, last window. */
  bytesPerSec = 0
  bytesSentPerSec = 0
  snapshotsPerSec = 0
  /** Newest correction (m). */
  predictionErrorMetres = 0
  /** Commands waiting at the server, as of the newest snapshot. */
  inputsWaiting = 0
  /** How far behind the newest server tick others are drawn (ms). */
  interpolationDelayMs = 0
  /** Pace of the command clock, 1 = the room's tick rate. */
  commandPace = 1
  /** Totals. */
  snapshotsReceived = 0
  snapshotsRejected = 0
  commandsMade = 0
  framesSent = 0
  reconnects = 0
  readonly #errors = new Float32Array(ERROR_WINDOW)
  #errorCount = 0
  #windowStartMs = Number.NaN
  #received = 0
  #bytesReceived = 0
  #bytesSent = 0

  /** Corrections counted so far. */
  get predictionErrorCount(): number {
    return this.#errorCount
  }

  /** Visits the errors (m) after the first `count`, of those still remembered; newest last. */
  visitErrorsSince(count: number, visit: (metres: number) => void): void {
    const from = Math.max(count, this.#errorCount - ERROR_WINDOW)
    for (let at = from; at < this.#errorCount; at++) visit(this.#errors[at % ERROR_WINDOW]!)
  }

  /** Counts a prediction error (m). */
  addPredictionError(metres: number): void {
    this.predictionErrorMetres = metres
    this.#errors[this.#errorCount++ % ERROR_WINDOW] = metres
  }

  addRoundTrip(ms: number): void {
    this.rttLastMs = ms
    this.rttMs = Number.isNaN(this.rttMs) ? ms : this.rttMs + (ms - this.rttMs) * RTT_GAIN
  }

  /** The error that `share` of corrections stay under (m): 0.5 = p50, 0.99 = p99. */
  predictionErrorPercentile(share: number): number {
    const count = Math.min(this.#errorCount, ERROR_WINDOW)
    if (count === 0) return 0
    const sorted = this.#errors.slice(0, count).sort()
    return sorted[Math.min(count - 1, Math.floor(share * count))]!
  }

  get predictionErrorP50Metres(): number {
    return this.predictionErrorPercentile(0.5)
  }

  get predictionErrorP99Metres(): number {
    return this.predictionErrorPercentile(0.99)
  }

  /** Turns the one-second window; totals come from the link. */
  update(nowMs: number, bytesReceived: number, bytesSent: number): void {
    if (Number.isNaN(this.#windowStartMs)) {
      this.#startWindow(nowMs, bytesReceived, bytesSent)
      return
    }
    const elapsedMs = nowMs - this.#windowStartMs
    if (elapsedMs < WINDOW_MS) return
    const perSec = 1000 / elapsedMs
    this.bytesPerSec = Math.round((bytesReceived - this.#bytesReceived) * perSec)
    this.bytesSentPerSec = Math.round((bytesSent - this.#bytesSent) * perSec)
    this.snapshotsPerSec = (this.snapshotsReceived - this.#received) * perSec
    this.#startWindow(nowMs, bytesReceived, bytesSent)
  }

  #startWindow(nowMs: number, bytesReceived: number, bytesSent: number): void {
    this.#windowStartMs = nowMs
    this.#bytesReceived = bytesReceived
    this.#bytesSent = bytesSent
    this.#received = this.snapshotsReceived
  }
}
