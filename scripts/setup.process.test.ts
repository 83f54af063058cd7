/**
 * `setup.mjs` against a npm of our own: quiet when nothing changed, one line for each failure. The
 * real install is what `.ci/run` does in a fresh clone.
 */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'

const SETUP = fileURLToPath(new URL('setup.mjs', import.meta.url))
const LOCKED = {
  packages: {
    '': { name: 'x' },
    'packages/base': { name: 'base' },
    'node_modules/zod': { version: '4.0.0' },
    'node_modules/linked': { link: true },
    'node_modules/only-elsewhere': { version: '1.0.0', optional: true },
  },
}
const INSTALLED = {
  packages: { 'node_modules/zod': { version: '4.0.0' }, 'node_modules/linked': { link: true } },
}

interface Clone {
  readonly dir: string
  run(): { code: number | null; output: string }
}

/** A clone with this lock file, and a npm that runs `npmScript`. */
function clone(t: TestContext, npmScript: string, installed?: object): Clone {
  const dir = mkdtempSync(join(tmpdir(), 'battalion-setup-'))
  t.after(() => rmSync(dir, { recursive: true, force: true }))
  mkdirSync(join(dir, 'scripts'))
  copyFileSync(SETUP, join(dir, 'scripts', 'setup.mjs'))
  writeFileSync(join(dir, 'package-lock.json'), JSON.stringify(LOCKED))
  writeFileSync(join(dir, 'npm.cjs'), npmScript)
  if (installed !== undefined) {
    for (const name of ['zod', 'linked'])
      mkdirSync(join(dir, 'node_modules', name), { recursive: true })
    writeFileSync(join(dir, 'node_modules', '.package-lock.json'), JSON.stringify(installed))
  }
  const env = {
    ...process.env,
    npm_execpath: join(dir, 'npm.cjs'),
    npm_node_execpath: process.execPath,
  }
  return {
    dir,
    run() {
      const args = [join(dir, 'scripts', 'setup.mjs')]
      const done = spawnSync(process.execPath, args, { env, encoding: 'utf8' })
      return { code: done.status, output: done.stdout + done.stderr }
    },
  }
}

const NEVER = "throw new Error('npm must not run')"

describe('setup', () => {
  it('does nothing and says nothing when node_modules matches the lock', (t) => {
    assert.deepEqual(clone(t, NEVER, INSTALLED).run(), { code: 0, output: '' })
  })

  it('installs when nothing is there, when a version differs and when a folder is gone', (t) => {
    const old = { packages: { ...INSTALLED.packages, 'node_modules/zod': { version: '3.0.0' } } }
    const reasons: readonly (readonly [object | undefined, RegExp])[] = [
      [undefined, /nothing is installed yet/],
      [old, /the lock file changed/],
    ]
    for (const [installed, reason] of reasons) {
      const { code, output } = clone(
        t,
        "process.argv[2] === 'ci' || process.exit(9)",
        installed,
      ).run()
      assert.equal(code, 0, output)
      assert.match(output, reason)
      assert.match(output, /setup: installed in \d+ s/)
    }
    const broken = clone(t, '', INSTALLED)
    rmSync(join(broken.dir, 'node_modules', 'zod'), { recursive: true })
    assert.match(broken.run().output, /node_modules\/zod is missing/)
  })

  const failures: readonly (readonly [said: string, sentence: RegExp])[] = [
    ['npm error code ENOTFOUND request to x failed', /^setup: npm could not reach its registry/m],
    ['npm error code EAI_AGAIN', /^setup: npm could not reach its registry/m],
    ['npm error code EACCES', /^setup: this user may not write .*node_modules/m],
    ['npm error code EROFS', /^setup: this user may not write/m],
    ['npm error code ENOSPC', /^setup: the disk is full/m],
    [
      'npm error code EUSAGE Missing: x from lock file',
      /^setup: package-lock.json does not match/m,
    ],
    [
      'npm error something new',
      /^setup: "npm ci" failed; its last lines were:\nnpm error something/m,
    ],
  ]
  for (const [said, sentence] of failures) {
    it(`explains "${said}"`, (t) => {
      const npm = `process.stderr.write(${JSON.stringify(said)}); process.exitCode = 1`
      const { code, output } = clone(t, npm).run()
      assert.equal(code, 1)
      assert.match(output, sentence)
    })
  }
})
