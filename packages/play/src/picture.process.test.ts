/**
 * The picture in a real browser: no complaints, draw calls that do not grow with the soldiers, and
 * a page small enough to send.
 */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'

import { bundleEntry, findChromium } from './harness/browser.ts'
import { measurePicture } from './harness/measure-picture.ts'

/** The whole page, every chunk, as it goes over the line. */
const BUNDLE_BYTES_MAX = 350 * 1024
/** What comes before the first picture. */
const FIRST_BYTES_MAX = 265 * 1024
const skip = findChromium() === undefined ? 'needs Chromium' : false

describe('the play page', () => {
  it('is at most 350 KB gzipped, all parts together', async () => {
    const { files } = await bundleEntry('main.ts')
    let bytes = 0
    let firstBytes = 0
    for (const [name, file] of files) {
      const { length } = gzipSync(file)
      bytes += length
      if (name.startsWith('main.')) firstBytes += length
    }
    assert.ok(firstBytes <= FIRST_BYTES_MAX, `${firstBytes} bytes before the first picture`)
    assert.ok(bytes > 0)
    assert.ok(bytes <= BUNDLE_BYTES_MAX, `the bundle has ${bytes} bytes`)
  })

  it('draws 50 and 1,000 soldiers with the same few draw calls', { skip }, async () => {
    const wish = { frames: 8, isWide: true }
    const [few, many] = await measurePicture([
      { ...wish, soldierCount: 50 },
      { ...wish, soldierCount: 1000 },
    ])
    assert.ok(few !== undefined && many !== undefined)
    assert.equal(few.soldiersDrawn, 50)
    assert.equal(many.soldiersDrawn, 1000)
    assert.equal(many.drawCalls, few.drawCalls)
    assert.ok(many.drawCalls <= 8, `${many.drawCalls} draw calls`)
    assert.deepEqual([...few.complaints, ...many.complaints], [])
  })
})
