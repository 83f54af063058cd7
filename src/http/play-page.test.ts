/** The play page's bundle, from a page of three lines. */
import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { gunzipSync } from 'node:zlib'

import { tempDir } from '../testing/temp-dir.ts'
import { bundlePlayPage, preparePlayPage } from './play-page.ts'

const HTML =
  '<!doctype html><html><head><title>x</title></head><body>' +
  '<script type="module" src="./main.ts"></script></body></html>'

function page(dir: string, main: string): string {
  mkdirSync(dir, { recursive: true })
  writeFileSync(join(dir, 'index.html'), HTML)
  writeFileSync(join(dir, 'style.css'), 'body { margin: 0 }')
  writeFileSync(join(dir, 'later.ts'), 'export const later = "later"')
  writeFileSync(join(dir, 'main.ts'), main)
  return dir
}

function textOf(gzipped: Uint8Array): string {
  return gunzipSync(gzipped).toString('utf8')
}

describe('the play page', () => {
  it('is bundled with its style and its later parts, and runs only our scripts', async (t) => {
    const main =
      "import './style.css'\nconst x: number = 1\nvoid import('./later.ts').then(() => x)"
    const { document, files } = await bundlePlayPage(page(tempDir(t), main))
    const html = textOf(document.gzipped)
    assert.match(html, /<script type="module" src="\/play\/main\.js"><\/script><\/body>/)
    assert.match(html, /<link rel="stylesheet" href="\/play\/main\.css">/)
    assert.ok(!html.includes('./main.ts'))
    assert.ok(files.has('main.js') && files.has('main.css'))
    assert.deepEqual([...files.keys()].sort(), ['main.css', 'main.js'], 'later parts are inside')
    const csp = document.headers['content-security-policy'] ?? ''
    assert.match(csp, /script-src 'self';/)
    assert.match(csp, /default-src 'none'/)
  })

  it('has its people in a file of their own, asked for beside the entry', async (t) => {
    const dir = page(tempDir(t), "import('./people/people.ts').then(({ mount }) => mount())")
    mkdirSync(join(dir, 'people'))
    const part = "import '../style.css'\nexport const mount = () => 'the people'"
    writeFileSync(join(dir, 'people', 'people.ts'), part)
    const { files } = await bundlePlayPage(dir)
    assert.deepEqual([...files.keys()].sort(), ['main.js', 'people.css', 'people.js'])
    const main = textOf(files.get('main.js')!.gzipped)
    assert.match(main, /import\("\.\/people\.js"\)/)
    assert.ok(!main.includes('the people'))
  })

  it('says so in plain words when it cannot be built, and the server goes on', async (t) => {
    const logged: string[] = []
    const log = (_: object, message: string) => logged.push(message)
    const logger = { debug: log, info: log, warn: log, error: log }
    const broken = page(tempDir(t), "import './not-there.ts'")
    const { document } = await preparePlayPage(broken, logger)
    assert.match(textOf(document.gzipped), /The play page could not be built/)
    assert.deepEqual(logged, ['a page could not be built'])
  })
})
