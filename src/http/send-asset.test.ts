/** Prepared bytes: as they are to who takes gzip; all others cost one unpacking together. */
import { strict as assert } from 'node:assert'
import { describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'

import { Hono } from 'hono'

import { sendAsset, type Asset } from './send-asset.ts'

const TEXT = 'a prepared answer'

/** An asset that counts how often its packed bytes are asked for. */
function createAsset(): { asset: Asset; reads: () => number } {
  const packed = gzipSync(TEXT)
  let count = 0
  const asset: Asset = {
    contentType: 'text/plain',
    etag: '"one"',
    headers: {},
    get gzipped() {
      count++
      return packed
    },
  }
  return { asset, reads: () => count }
}

function createApp(asset: Asset): Hono {
  const app = new Hono()
  app.get('/', (context) => sendAsset(context, asset))
  return app
}

describe('prepared answers', () => {
  it('[A-08] unpacks once, however often somebody without gzip asks', async () => {
    const { asset, reads } = createAsset()
    const app = createApp(asset)
    for (let request = 0; request < 20; request++) {
      assert.equal(await (await app.request('/')).text(), TEXT)
    }
    assert.equal(reads(), 1)
  })

  it('sends the packed bytes to who takes them, and nothing to who has them', async () => {
    const { asset } = createAsset()
    const app = createApp(asset)
    const packed = await app.request('/', { headers: { 'accept-encoding': 'br, gzip' } })
    assert.equal(packed.headers.get('content-encoding'), 'gzip')
    const known = await app.request('/', { headers: { 'if-none-match': 'W/"one"' } })
    assert.equal(known.status, 304)
  })
})
