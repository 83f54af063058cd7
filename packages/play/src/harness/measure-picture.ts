/**
 * Runs the whole page over a made-up battle in headless Chromium and reads its figures.
 */
import type { DebugHandle } from '../game/debug-handle.ts'
import { openBrowser, openPage, serveHarness } from './browser.ts'

export interface PictureFigures {
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

interface DebugPage {
  readonly battalionDebug: DebugHandle
}

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
  await page.waitForFunction(
    (count) => (globalThis as unknown as DebugPage).battalionDebug.frameCount >= count,
    wish.frames,
  )
  const figures = await page.evaluate(() => {
    const debug = (globalThis as unknown as DebugPage).battalionDebug
    const { scriptMsP50, scriptMsP95, frameCount, drawCalls, soldiersDrawn } = debug
    return { scriptMsP50, scriptMsP95, frameCount, drawCalls, soldiersDrawn }
  })
  await page.context().close()
  return { ...figures, complaints }
}
