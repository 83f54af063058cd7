/**
 * The HTML page of a load run: verdict, figures with budgets, plots, errors by reason. One file, no
 * script, nothing fetched; follows the reader's light or dark setting.
 */
import { escapeHtml, formatNumber, renderLinePlot, type LinePlot } from './line-plot.ts'
import type { LoadReport, ReportRow } from './load-report.ts'
import type { TimelineRow } from './load-timeline.ts'

const STYLE = `
:root{color-scheme:light dark;--ink:#1d2327;--soft:#5d6971;--paper:#fff;--card:#f5f7f8;
--rule:#dde3e6;
--good:#1b7f4b;--bad:#c0392b;--s0:#1f6fb2;--s1:#d9822b;--s2:#2f8f5b;--s3:#9b59b6}
@media(prefers-color-scheme:dark){:root{--ink:#e6eaed;--soft:#9aa7b0;--paper:#14181b;--card:#1c2226;
--rule:#313a40;--good:#4cc38a;--bad:#ff7b6b;--s0:#62b0ee;--s1:#f0a95a;--s2:#63c793;--s3:#c89be0}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:1200px;padding:24px 20px 48px;background:var(--paper);color:var(--ink);
font:15px/1.5 system-ui,sans-serif}
h1{font-size:24px;margin:0 0 4px}h2{font-size:17px;margin:32px 0 10px}
p{margin:0 0 8px;color:var(--soft)}
.verdict{display:inline-block;padding:2px 12px;border-radius:99px;color:#fff;font-weight:600;
font-size:14px;vertical-align:3px;margin-left:10px;background:var(--good)}
.verdict.bad{background:var(--bad)}
@media(prefers-color-scheme:dark){.verdict{color:#10151a}}
.tiles{display:grid;grid-template-columns:repeat(4,1fr);gap:10px;margin-top:18px}
.tile{background:var(--card);border-radius:8px;padding:10px 14px}
.tile b{display:block;font-size:22px;font-variant-numeric:tabular-nums}
.tile span{color:var(--soft);font-size:13px}.tile.bad b{color:var(--bad)}
.plots{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,350px),1fr));gap:14px}
figure{margin:0;background:var(--card);border-radius:8px;padding:12px 14px 6px}
figcaption{display:flex;flex-wrap:wrap;gap:4px 8px;align-items:baseline}
figcaption span,figcaption em{color:var(--soft);font-size:13px;font-style:normal}
figcaption em{margin-left:auto}
.key{display:inline-block;width:14px;height:3px;vertical-align:4px;margin:0 5px 0 8px}
.key.s0{background:var(--s0)}.key.s1{background:var(--s1)}.key.s2{background:var(--s2)}
.key.s3{background:var(--s3)}.key.limit{background:none;border-top:2px dashed var(--bad)}
svg{display:block;width:100%;height:auto}
.grid{stroke:var(--rule)}.tick{fill:var(--soft);font-size:11px}
.line{fill:none;stroke-width:1.8;stroke-linejoin:round}
.line.s0{stroke:var(--s0)}.line.s1{stroke:var(--s1)}.line.s2{stroke:var(--s2)}
.line.s3{stroke:var(--s3)}
.limit{stroke:var(--bad);stroke-dasharray:5 4}
@media(max-width:720px){.tiles{grid-template-columns:repeat(2,1fr)}th,td{padding-right:8px}}
.table{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th{color:var(--soft);font-weight:500;font-size:13px}
th,td{padding:4px 12px 4px 0;text-align:right;border-bottom:1px solid var(--rule);
white-space:nowrap}
th:first-child,td:first-child{text-align:left}
.reasons th:nth-child(2),.reasons td:nth-child(2){text-align:left}
.yes{color:var(--good)}.no{color:var(--bad);font-weight:600}
`

/** Figures shown large, in this order. */
const TILES: readonly (readonly [string, string])[] = [
  ['clients', 'players in battle'],
  ['tick_work_p99_ms', 'tick work p99'],
  ['tick_lateness_p99_ms', 'tick lateness p99'],
  ['bytes_per_client_per_sec', 'received per player'],
  ['round_trip_p50_ms', 'round trip p50'],
  ['joins_failed', 'failed joins'],
  ['disconnects_unexpected', 'lost connections'],
  ['decode_failures', 'unreadable frames'],
]

/** The whole page. */
export function renderReportPage(report: LoadReport): string {
  const { run, rows } = report
  const { scenario } = run
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<title>Load ${escapeHtml(scenario.name)} · Battalion</title>
<style>${STYLE}</style></head><body>
<h1>${escapeHtml(scenario.name)}${renderVerdict(report)}</h1>
<p>${escapeHtml(scenario.about)}</p>
<p>${escapeHtml(describeRun(report))}</p>
<div class="tiles">${TILES.map(([name, label]) => renderTile(rows, name, label)).join('')}</div>
<h2>Over time</h2>
<div class="plots">${plotsOf(report).map(renderLinePlot).join('\n')}</div>
<h2>Figures</h2>
${renderTable(rows)}
<h2>Errors by reason</h2>
${renderReasons(report)}
</body></html>
`
}

function renderVerdict({ passed, isVoid, run }: LoadReport): string {
  if (run.cutShort !== undefined) return `<span class="verdict bad">cut short</span>`
  if (isVoid) return '<span class="verdict bad">void: the bots were the bottleneck</span>'
  return passed
    ? '<span class="verdict">all budgets held</span>'
    : '<span class="verdict bad">over budget</span>'
}

function describeRun({ run, isDisturbed }: LoadReport): string {
  const { scenario, from, to } = run
  const parts = [
    `${scenario.fullBots} full and ${scenario.leanBots} lean bots`,
    `mode ${scenario.mode} on ${scenario.map}`,
    `measured ${Math.round(to.atSec - from.atSec)} s`,
    `seed ${run.seed}`,
    run.startedAt,
    run.machine,
  ]
  if (Number.isFinite(run.stealRatio)) parts.push(`steal ${(run.stealRatio * 100).toFixed(1)} %`)
  if (isDisturbed) parts.push('other programs used the server\u2019s core: judge no times by this')
  if (run.cutShort !== undefined) parts.push(`cut short: ${run.cutShort}`)
  return parts.join(' · ')
}

function findRow(rows: readonly ReportRow[], name: string): ReportRow | undefined {
  return rows.find((row) => shortName(row) === name)
}

function shortName(row: ReportRow): string {
  return row.name.split('.').at(-1)!
}

function renderTile(rows: readonly ReportRow[], name: string, label: string): string {
  const row = findRow(rows, name)
  if (row === undefined) return ''
  const unit = row.unit === 'count' || row.unit === 'clients' ? '' : ` ${row.unit}`
  const value = `${formatNumber(row.value)}${escapeHtml(unit)}`
  return `<div class="tile${row.pass ? '' : ' bad'}"><b>${value}</b><span>${label}</span></div>`
}

interface PlotPlan {
  readonly title: string
  readonly unit: string
  readonly isCount?: boolean
  /** Row whose budget is drawn. */
  readonly budget?: string
  /** Label and column. */
  readonly lines: readonly (readonly [string, keyof TimelineRow])[]
}

/** The plots of the page, in order; those without a single value are left out. */
const PLOTS: readonly PlotPlan[] = [
  {
    title: 'Tick work',
    unit: 'ms',
    budget: 'tick_work_p99_ms',
    lines: [
      ['p50', 'tickP50Ms'],
      ['p99', 'tickP99Ms'],
    ],
  },
  {
    title: 'Tick lateness',
    unit: 'ms',
    budget: 'tick_lateness_p99_ms',
    lines: [
      ['p50', 'latenessP50Ms'],
      ['p99', 'latenessP99Ms'],
    ],
  },
  {
    title: 'Received per player',
    unit: 'B/s',
    budget: 'bytes_per_client_per_sec',
    lines: [['bytes', 'bytesPerClient']],
  },
  {
    title: 'Round trip',
    unit: 'ms',
    budget: 'round_trip_p95_ms',
    lines: [
      ['p50', 'roundTripP50Ms'],
      ['p95', 'roundTripP95Ms'],
    ],
  },
  {
    title: 'Hits the shooter saw, confirmed',
    unit: '%',
    budget: 'hits_confirmed_percent',
    lines: [['confirmed', 'hitsConfirmedPercent']],
  },
  {
    title: 'Hits behind cover',
    unit: '%',
    budget: 'hits_behind_cover_percent',
    lines: [['of all hits', 'hitsBehindCoverPercent']],
  },
  { title: 'Age of shots', unit: 'ms', lines: [['mean', 'shotAgeMs']] },
  {
    title: 'Own movement error',
    unit: 'm',
    budget: 'own_error_p99_m',
    lines: [['p99', 'ownErrorP99Metres']],
  },
  { title: 'Players in battle', unit: 'players', isCount: true, lines: [['playing', 'playing']] },
  { title: 'Joins', unit: 'per second', lines: [['joins', 'joinsPerSec']] },
  { title: 'Time to join', unit: 'ms', budget: 'join_p95_ms', lines: [['p95', 'joinP95Ms']] },
  { title: 'Errors so far', unit: 'count', isCount: true, lines: [['errors', 'errors']] },
  {
    title: 'Server memory',
    unit: 'MB',
    lines: [
      ['resident', 'rssMb'],
      ['live heap', 'liveHeapMb'],
    ],
  },
  {
    title: 'CPU',
    unit: 'cores',
    lines: [
      ['server', 'serverCore'],
      ['bots', 'botsCore'],
    ],
  },
]

function plotsOf({ run, rows }: LoadReport): LinePlot[] {
  const { timeline } = run
  const xs = timeline.map((row) => row.atSec)
  return PLOTS.map(({ title, unit, budget, lines, isCount = false }) => {
    const limit = budget === undefined ? null : (findRow(rows, budget)?.budget ?? null)
    const series = lines.map(([label, column]) => ({
      label,
      values: timeline.map((row) => row[column]),
    }))
    return { title, unit, isCount, xs, series, ...(limit === null ? {} : { limit }) }
  }).filter((plot) => plot.series.some((one) => one.values.some((value) => Number.isFinite(value))))
}

function renderTable(rows: readonly ReportRow[]): string {
  const body = rows.map((row) => {
    const budget =
      row.budget === null ? '' : `${row.better === 'lower' ? '≤' : '≥'} ${formatNumber(row.budget)}`
    const verdict = row.budget === null ? '' : row.pass ? 'held' : 'broken'
    return `<tr><td>${escapeHtml(shortName(row))}</td><td>${formatNumber(row.value)}</td>
<td>${escapeHtml(row.unit)}</td><td>${budget}</td>
<td class="${row.pass ? 'yes' : 'no'}">${verdict}</td></tr>`
  })
  return `<div class="table"><table><tr><th>figure</th><th>value</th><th>unit</th><th>budget</th>
<th></th></tr>${body.join('')}</table></div>`
}

/** Server counters whose labels say why, and what they count. */
const SERVER_REASONS = {
  battalion_inputs_rejected_total: 'server refused an input',
  battalion_frames_rejected_total: 'server refused a frame',
  battalion_patch_skipped_total: 'server skipped a frame',
  battalion_errors_total: 'server error',
  battalion_http_rejected_total: 'server refused a request',
} as const

function renderReasons({ run }: LoadReport): string {
  const { crowd } = run.to
  const rows = [
    ...[...crowd.joinFailures].map(([code, count]) => ['join refused', code, count] as const),
    ...[...crowd.disconnects].map(([reason, count]) => ['connection lost', reason, count] as const),
    ...serverReasons(run),
  ]
  if (rows.length === 0) return '<p>None.</p>'
  const body = rows.map(
    ([what, why, count]) =>
      `<tr><td>${what}</td><td>${escapeHtml(why)}</td><td>${formatNumber(count)}</td></tr>`,
  )
  return `<div class="table reasons"><table><tr><th>what</th><th>reason</th><th>count</th></tr>
${body.join('')}</table></div>`
}

/** What the server counted with a reason, over the whole run. */
function serverReasons({ begin, to }: LoadReport['run']): (readonly [string, string, number])[] {
  const rows: (readonly [string, string, number])[] = []
  for (const [key, value] of to.server?.values ?? []) {
    const name = key.slice(0, key.indexOf('{'))
    const what = SERVER_REASONS[name as keyof typeof SERVER_REASONS]
    const count = value - (begin.server?.values.get(key) ?? 0)
    if (what !== undefined && count > 0) rows.push([what, /"([^"]*)"/.exec(key)?.[1] ?? '', count])
  }
  return rows
}
