/** What HTTP counts, by route pattern and status; never by address or user. */
import type { Metrics } from './metrics.ts'

const MS_PER_SEC = 1000

/** The counters HTTP is handed. */
export function createHttpMetrics(metrics: Metrics) {
  const durations = metrics.histograms('battalion_http_request_duration_seconds')
  const rejections = metrics.numbers('battalion_http_rejected_total')
  const undocumented = metrics.numbers('battalion_audit_dropped_total')
  const matchmakes = metrics.numbers('battalion_matchmake_requests_total')
  return {
    request(route: string, status: number, durationMs: number) {
      durations.cell(route, String(status)).observe(durationMs / MS_PER_SEC)
    },
    rejected: (reason: string) => rejections.cell(reason).add(1),
    auditDropped: (why: string) => undocumented.cell(why).add(1),
    matchmade: (method: string, status: number) => matchmakes.cell(method, String(status)).add(1),
  }
}
