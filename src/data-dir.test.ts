/** The lock on the data directory. */
import assert from 'node:assert/strict'
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'

import { ConfigError } from './config.ts'
import { openDataDir } from './data-dir.ts'
import { findStartTime } from './db/directory-lock.ts'
import { tempDir } from './testing/temp-dir.ts'

describe('the data directory', () => {
  it('is made, locked for one process, and free again after release', (t) => {
    const path = join(tempDir(t), 'deep', 'data')
    const dir = openDataDir(path)
    assert.ok(existsSync(join(path, 'lock')))
    assert.throws(
      () => openDataDir(path),
      (error) => error instanceof ConfigError && /in use by process \d+/.test(error.message),
    )
    dir.release()
    openDataDir(path).release()
  })

  it('takes over from a holder that is gone, or whose pid is another program now', (t) => {
    const path = tempDir(t)
    const stale = [
      { pid: 2 ** 22 - 1, startTime: '1' },
      { pid: process.pid, startTime: `${findStartTime(process.pid)}9` },
    ]
    for (const holder of stale) {
      writeFileSync(join(path, 'lock'), JSON.stringify(holder))
      const dir = openDataDir(path)
      const now = JSON.parse(readFileSync(join(path, 'lock'), 'utf8')) as { pid: number }
      assert.equal(now.pid, process.pid)
      dir.release()
    }
  })

  it('takes over a lock that is no lock', (t) => {
    const path = tempDir(t)
    for (const text of ['', 'null', '[]', '{"pid":"x"}', 'garbage']) {
      writeFileSync(join(path, 'lock'), text)
      const dir = openDataDir(path)
      const now = JSON.parse(readFileSync(join(path, 'lock'), 'utf8')) as { pid: number }
      assert.equal(now.pid, process.pid, `over "${text}"`)
      dir.release()
    }
  })

  it('says in one line when it cannot be written', (t) => {
    const file = join(tempDir(t), 'file')
    writeFileSync(file, '')
    chmodSync(file, 0o400)
    assert.throws(
      () => openDataDir(join(file, 'data')),
      (error) => {
        assert.ok(error instanceof ConfigError)
        assert.match(error.message, /^DATA_DIR: .* is not a directory this user may write/)
        return true
      },
    )
  })
})
