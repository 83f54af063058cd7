/**
 * Script time of the page per picture with 1,000 soldiers, all of them in view, in headless
 * Chromium. Painting itself is the GPU's (here: a software one) and not counted.
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
    rows.push(
      benchRow({
        ...base,
        name: `page script p50, ${SOLDIERS} soldiers ${name}`,
        value: figures.scriptMsP50,
        unit: 'ms',
        budget: null,
      }),
      benchRow({
        ...base,
        name: `page script p95, ${SOLDIERS} soldiers ${name}`,
        value: figures.scriptMsP95,
        unit: 'ms',
        budget: SCRIPT_MS_P95_MAX,
      }),
      benchRow({
        ...base,
        name: `draw calls, ${SOLDIERS} soldiers ${name}`,
        value: figures.drawCalls,
        unit: 'calls',
        budget: DRAW_CALLS_MAX,
      }),
    )
  }
  return rows
}
