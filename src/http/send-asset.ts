/**
 * Answers with bytes that were prepared once: gzipped, with an ETag, 304 to whoever has them. A
 * client that does not take gzip (none we know) gets them unpacked; unpacking is remembered, as it
 * takes milliseconds on the core that ticks and costs the client nothing to ask for.
 */
import { gunzipSync } from 'node:zlib'

import type { Context } from 'hono'

/** Prepared bytes. */
export interface Asset {
  readonly contentType: string
  readonly gzipped: Uint8Array
  /** Quoted, strong. */
  readonly etag: string
  readonly headers: Readonly<Record<string, string>>
}

/** Each asset unpacked, at the first request that wanted it so; lives as long as the asset. */
const unpacked = new WeakMap<Asset, Uint8Array>()

function unpack(asset: Asset): Uint8Array {
  const known = unpacked.get(asset)
  if (known !== undefined) return known
  const bytes = gunzipSync(asset.gzipped)
  unpacked.set(asset, bytes)
  return bytes
}

/** The answer to this request. */
export function sendAsset(context: Context, asset: Asset): Response {
  const headers = new Headers(asset.headers)
  headers.set('etag', asset.etag)
  headers.set('cache-control', 'no-cache')
  headers.set('vary', 'accept-encoding')
  const known = context.req.header('if-none-match') ?? ''
  if (known.split(',').some((tag) => tag.trim().replace(/^W\//, '') === asset.etag)) {
    return new Response(null, { status: 304, headers })
  }
  headers.set('content-type', asset.contentType)
  headers.set('x-content-type-options', 'nosniff')
  const takesGzip = /\bgzip\b/.test(context.req.header('accept-encoding') ?? '')
  if (takesGzip) headers.set('content-encoding', 'gzip')
  const body = takesGzip ? asset.gzipped : unpack(asset)
  headers.set('content-length', String(body.byteLength))
  return new Response(new Uint8Array(body), { status: 200, headers })
}
