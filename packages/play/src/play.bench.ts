/**
 * Script time of the page per picture with 1,000 soldiers, all of them in view, in headless
 * Chromium, as CPU time of the page's thread. Painting itself is the GPU's (here: a software one)
 * and not counted. Wall time is reported beside it, without a limit: it measures the machine's
 * load.
 */
import { benchRow } from '@battalion/testkit/bench-row.ts'
import type { BenchOptions, BenchRow } from '@battalion/testkit/bench-row.ts'

import { findChromium } from './harness/browser.ts'
import { measurePicture } from './harness/measure-picture.ts'

const SOLDIERS = 1000
/** Issue 2, section 6: smooth. */
const SCRIPT_MS_P95_MAX = 6
const DRAW_CALLS_MAX = 8

/** No rows where there is no browser. */
export async function runBench({ small }: BenchOptions): Promise<BenchRow[]> {
  if (findChromium() === undefined) return []
  const frames = small ? 60 : 300
  const [wide, near] = await measurePicture([
    { soldierCount: SOLDIERS, frames, isWide: true },
    { soldierCount: SOLDIERS, frames, isWide: false },
  ])
  const rows: BenchRow[] = []
  for (const [name, figures] of [
    ['all in view', wide],
    ['as watched', near],
  ] as const) {
    if (figures === undefined) continue
    const base = { better: 'lower' } as const
    const of = `${SOLDIERS} soldiers ${name}`
    const { cpuMsP50, cpuMsP95, scriptMsP95, drawCalls } = figures
    rows.push(
      benchRow({
        ...base,
        name: `page cpu a picture p50, ${of}`,
        value: cpuMsP50,
        unit: 'ms',
        budget: null,
      }),
      benchRow({
        ...base,
        name: `page cpu a picture p95, ${of}`,
        value: cpuMsP95,
        unit: 'ms',
        budget: SCRIPT_MS_P95_MAX,
      }),
      benchRow({
        ...base,
        name: `page wall a picture p95, ${of}`,
        value: scriptMsP95,
        unit: 'ms',
        budget: null,
      }),
      benchRow({
        ...base,
        name: `page draw calls, ${of}`,
        value: drawCalls,
        unit: 'calls',
        budget: DRAW_CALLS_MAX,
      }),
    )
  }
  return rows
}
