/**
 * The same seed and inputs give the same state at every tick, whatever runs it: this process,
 * another one, the next Node, a browser. All are held to one committed file of hashes.
 */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import type { TestContext } from 'node:test'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { chromium } from 'playwright-core'
import { fetchNode } from './fetch-node.ts'
import { CHROMIUM_NAMES, findProgram } from './find-program.ts'
import { GOLDEN_BATTLES } from './golden-battles.ts'
import type { GoldenPage } from './golden-in-browser.ts'
import { hashSimBattle } from './hash-sim-battle.ts'
import { readShippedBalanceFiles } from './load-shipped-balance.ts'
import type { SimWishes } from './sim-plan.ts'

const NEXT_NODE_VERSION = '26.10.0'
const ADVICE = 'if the rules were changed on purpose: print-golden-hashes.ts --write'

type GoldenBattle = SimWishes & { readonly hashes: readonly string[] }

function readJson(path: string): GoldenBattle[] {
  return JSON.parse(readFileSync(join(import.meta.dirname, path), 'utf8')) as GoldenBattle[]
}

const golden = readJson('../seeds/golden-hashes.json')
const goldenHashes = golden.map((battle) => battle.hashes)

async function hashesOfProcess(nodePath: string): Promise<unknown> {
  const program = join(import.meta.dirname, 'print-golden-hashes.ts')
  const { stdout } = await promisify(execFile)(nodePath, [program])
  return (JSON.parse(stdout) as GoldenBattle[]).map((battle) => battle.hashes)
}

/** On a machine that must have everything a skip is a failure. */
function skipOrFail(context: TestContext, reason: string): void {
  assert.notEqual(process.env['CI'], 'true', reason)
  context.skip(reason)
}

async function hashesOfBrowser(executablePath: string): Promise<unknown> {
  const bundle = await build({
    entryPoints: [join(import.meta.dirname, 'golden-in-browser.ts')],
    bundle: true,
    format: 'iife',
    write: false,
  })
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
  try {
    const page = await browser.newPage()
    await page.addScriptTag({ content: bundle.outputFiles[0]!.text })
    return await page.evaluate(
      (files) => (globalThis as unknown as GoldenPage).hashGoldenBattles(files),
      readShippedBalanceFiles(),
    )
  } finally {
    await browser.close()
  }
}

describe('[BAT-2] [E-12] [I-15] one seed, one battle', () => {
  it('in this process, as the golden file has it', () => {
    const files = readShippedBalanceFiles()
    assert.equal(golden.length, GOLDEN_BATTLES.length, ADVICE)
    GOLDEN_BATTLES.forEach((wishes, index) => {
      assert.deepEqual(hashSimBattle(files, wishes), goldenHashes[index], ADVICE)
    })
  })

  it('in another process', async () => {
    assert.deepEqual(await hashesOfProcess(process.execPath), goldenHashes)
  })

  it(`on Node ${NEXT_NODE_VERSION}`, async (context) => {
    const node = await fetchNode(NEXT_NODE_VERSION)
    if (!node.ok) return skipOrFail(context, node.reason)
    assert.deepEqual(await hashesOfProcess(node.path), goldenHashes)
  })

  it('in Chromium', async (context) => {
    const path = findProgram(CHROMIUM_NAMES)
    if (path === undefined) return skipOrFail(context, 'no Chromium on PATH')
    assert.deepEqual(await hashesOfBrowser(path), goldenHashes)
  })
})
