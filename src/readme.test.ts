/**
 * The first lines of the README against what they talk about: the output shown is the output
 * printed, the figures are those of balance, limits and formats. And every link of the documents
 * leads somewhere.
 */
import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'

import { REWIND_MS_MAX, TICK_RATE_HZ_MAX, TICK_RATE_HZ_MIN } from '@battalion/sim/limits.ts'
import { COMMAND_BYTES } from '@battalion/wire/wire-limits.ts'

import { loadBalance } from './load-balance.ts'
import { describeAddresses, parseStartOptions } from './start.ts'

const ROOT_DIR = fileURLToPath(new URL('..', import.meta.url))
const README = readFileSync(`${ROOT_DIR}README.md`, 'utf8')
const DOCUMENTS = ['*.md', 'docs/**/*.md', '{src,rooms,schema,matchmaker,loadtest,bench}/**/*.md']

describe('the README', () => {
  it('prints what npm start prints', () => {
    const options = parseStartOptions([])
    assert.ok(typeof options === 'object')
    const urls = { publicUrl: 'http://localhost:2567', opsUrl: 'http://127.0.0.1:2568' }
    const printed = describeAddresses(urls, options).replace(/ in \S+\/\.\n$/, ' in .data/.\n')
    const shown = /```text\n([^]*?)```/.exec(README)?.[1]
    assert.equal(shown, printed.trimStart())
  })

  it('names the size of battles, the tick rates, the rewind and the size of a command', () => {
    const { balance } = loadBalance(`${ROOT_DIR}packages/sim/balance/1`)
    const playersMax = Math.max(...balance.modes.map((mode) => mode.playersMax))
    const claims = [
      `up to ${playersMax.toLocaleString('en')} soldiers at ${balance.modes[0]!.tickRateHz} ticks`,
      `modes may ask for ${TICK_RATE_HZ_MIN} to ${TICK_RATE_HZ_MAX} Hz`,
      `at most ${REWIND_MS_MAX} ms\n  back`,
      `inputs are ${COMMAND_BYTES} bytes a command`,
    ].map((claim) => claim.replaceAll(/\s+/g, ' '))
    const text = README.replaceAll(/\s+/g, ' ')
    for (const claim of claims) assert.ok(text.includes(claim), claim)
  })

  it('has its picture, its folders and its commands', () => {
    const { scripts } = JSON.parse(readFileSync(`${ROOT_DIR}package.json`, 'utf8')) as {
      scripts: Record<string, string>
    }
    for (const [, name] of README.matchAll(/`npm run ([\w-]+)/g))
      assert.ok(name !== undefined && name in scripts, name)
    for (const [, folder] of README.matchAll(/^\| `([\w/]+)` \|/gm)) {
      assert.ok(existsSync(`${ROOT_DIR}${folder}`), folder)
    }
  })
})

describe('the documents', () => {
  it('link only to what is there', () => {
    const broken: string[] = []
    const paths = [...DOCUMENTS, 'packages/**/*.md'].flatMap((pattern) =>
      globSync(pattern, { cwd: ROOT_DIR, exclude: (name) => name === 'node_modules' }),
    )
    assert.ok(paths.length > 10)
    for (const path of paths) {
      const text = readFileSync(join(ROOT_DIR, path), 'utf8')
      for (const [, target] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
        if (!isThere(path, target!)) broken.push(`${path}: ${target}`)
      }
    }
    assert.deepEqual(broken, [])
  })
})

/** Links to the web are not followed; anchors must be a heading of their document. */
function isThere(path: string, target: string): boolean {
  if (/^https?:/.test(target)) return true
  const [file, anchor] = target.split('#')
  const linked = file === '' ? join(ROOT_DIR, path) : join(ROOT_DIR, dirname(path), file!)
  if (!existsSync(linked)) return false
  if (anchor === undefined) return true
  return headings(readFileSync(linked, 'utf8')).includes(anchor)
}

/** As they are addressed: lower case, words joined by hyphens. */
function headings(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, title]) =>
    title!
      .toLowerCase()
      .replaceAll(/[^\w\s-]/g, '')
      .replaceAll(/\s/g, '-'),
  )
}
