/** The lock beside a database directory, and PGlite killed while it writes. */
import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, it } from 'node:test'

import { tempDir } from '../testing/temp-dir.ts'
import { findStartTime, LockHeldError, takeLock } from './directory-lock.ts'

describe('the directory lock', () => {
  it('is held by one, free after it was given back, and leaves no draft', (t) => {
    const path = join(tempDir(t), 'db.lock')
    const giveBack = takeLock(path)
    assert.throws(
      () => takeLock(path),
      (error) => error instanceof LockHeldError && error.pid === process.pid,
    )
    assert.deepEqual(readdirSync(dirname(path)), ['db.lock'])
    giveBack()
    assert.ok(!existsSync(path))
    takeLock(path)()
  })

  it('is taken over from the dead, from a reused pid, and from rubbish', (t) => {
    const path = join(tempDir(t), 'db.lock')
    const stale = [
      JSON.stringify({ pid: 2 ** 22 - 1, startTime: '1' }),
      JSON.stringify({ pid: process.pid, startTime: `${findStartTime(process.pid)}9` }),
      '',
      'null',
      '{"pid":"x"}',
    ]
    for (const text of stale) {
      writeFileSync(path, text)
      takeLock(path)()
    }
    assert.deepEqual(readdirSync(dirname(path)), [])
  })

  it('goes to exactly one of eight processes that find a stale one', async (t) => {
    const path = join(tempDir(t), 'db.lock')
    writeFileSync(path, JSON.stringify({ pid: 2 ** 22 - 1, startTime: '1' }))
    const module = new URL('directory-lock.ts', import.meta.url).href
    const program = `
      const { takeLock } = await import(${JSON.stringify(module)})
      // Who holds it stays; a holder that ends leaves a stale lock to the next one, rightly.
      setInterval(() => {}, 60_000)
      process.once('message', () => {
        try { takeLock(${JSON.stringify(path)}); process.send('held') }
        catch { process.send('refused') }
      })
      process.send('there')`
    const url = `data:text/javascript,${encodeURIComponent(program)}`
    const children = Array.from({ length: 8 }, () =>
      fork('-', [], { execArgv: ['--import', url], stdio: ['ignore', 'ignore', 'ignore', 'ipc'] }),
    )
    t.after(() => children.forEach((child) => child.kill('SIGKILL')))
    const said = (child: (typeof children)[number]) =>
      new Promise<unknown>((resolve) => child.once('message', resolve))
    await Promise.all(children.map(said))
    const answers = Promise.all(children.map(said))
    for (const child of children) child.send('go')
    const held = (await answers).filter((answer) => answer === 'held')
    assert.equal(held.length, 1)
    assert.ok(readFileSync(path, 'utf8').includes('"pid"'))
  })
})
