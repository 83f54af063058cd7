/**
 * Runs the whole page over a made-up battle in headless Chromium and reads its figures: the page's
 * own (wall time) and the CPU time of each animation frame from the browser's trace, which a busy
 * machine does not distort.
 */
import { openBrowser, openPage, serveHarness } from './browser.ts'
import type { DebugPage } from './debug-page.ts'

export interface PictureFigures {
  /** CPU time of our frame function (ms). */
  readonly cpuMsP50: number
  readonly cpuMsP95: number
  readonly scriptMsP50: number
  readonly scriptMsP95: number
  readonly frameCount: number
  readonly drawCalls: number
  readonly soldiersDrawn: number
  readonly complaints: readonly string[]
}

export interface MeasureOptions {
  readonly soldierCount: number
  /** Pictures measured, after as many for warming up as the browser needs. */
  readonly frames: number
  /** Zoom that shows the whole map, so that every soldier is drawn. */
  readonly isWide: boolean
}

const WARM_UP_FRAMES = 20
const WAIT_MS_MAX = 120_000
/** A picture painted by a processor that others use too may take this long (ms). */
const PICTURE_MS_MAX = 1000

/** Figures for each of several numbers of soldiers, one browser for all. */
export async function measurePicture(wishes: readonly MeasureOptions[]): Promise<PictureFigures[]> {
  const server = await serveHarness('harness/whole-page.ts')
  const browser = await openBrowser()
  try {
    const figures: PictureFigures[] = []
    for (const wish of wishes) figures.push(await measureOne(browser, server.url, wish))
    return figures
  } finally {
    await browser.close()
    await server.close()
  }
}

async function measureOne(
  browser: Awaited<ReturnType<typeof openBrowser>>,
  url: string,
  wish: MeasureOptions,
): Promise<PictureFigures> {
  const { page, complaints } = await openPage(browser, { viewport: { width: 800, height: 600 } })
  page.setDefaultTimeout(WAIT_MS_MAX)
  await page.goto(`${url}?n=${wish.soldierCount}${wish.isWide ? '&wide' : ''}`)
  await page.waitForFunction(
    (count) => (globalThis as unknown as DebugPage).battalionDebug?.frameCount > count,
    WARM_UP_FRAMES,
  )
  await page.evaluate(() => (globalThis as unknown as DebugPage).battalionDebug.resetStats())
  await browser.startTracing(page, { categories: ['devtools.timeline'] })
  await page.waitForFunction(
    (count) => (globalThis as unknown as DebugPage).battalionDebug.frameCount >= count,
    wish.frames,
    // Not by animation frames: those are what is measured.
    { polling: 200, timeout: Math.max(WAIT_MS_MAX, wish.frames * PICTURE_MS_MAX) },
  )
  const figures = await page.evaluate(() => {
    const debug = (globalThis as unknown as DebugPage).battalionDebug
    const { scriptMsP50, scriptMsP95, frameCount, drawCalls, soldiersDrawn } = debug
    return { scriptMsP50, scriptMsP95, frameCount, drawCalls, soldiersDrawn }
  })
  const cpuMs = readFrameCpuMs(await browser.stopTracing())
  await page.context().close()
  const cpu = { cpuMsP50: percentile(cpuMs, 0.5), cpuMsP95: percentile(cpuMs, 0.95) }
  return { ...figures, ...cpu, complaints }
}

interface TraceEvent {
  readonly name: string
  /** Start and length by the clock, length by the thread's CPU time (µs). */
  readonly ts: number
  readonly dur?: number
  readonly tdur?: number
}

/** Callbacks closer than this belong to one picture (µs): the renderer has a ticker of its own. */
const SAME_PICTURE_US = 1500

function readFrameCpuMs(trace: Buffer): number[] {
  const { traceEvents } = JSON.parse(trace.toString('utf8')) as { traceEvents: TraceEvent[] }
  const callbacks = traceEvents.filter(({ name }) => name === 'FireAnimationFrame')
  callbacks.sort((a, b) => a.ts - b.ts)
  const pictures: number[] = []
  let endUs = Number.NEGATIVE_INFINITY
  for (const { ts, dur = 0, tdur = 0 } of callbacks) {
    if (ts - endUs > SAME_PICTURE_US) pictures.push(0)
    pictures[pictures.length - 1]! += tdur / 1000
    endUs = ts + dur
  }
  return pictures
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN
}
