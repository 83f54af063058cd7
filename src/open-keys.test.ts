/** The secret as the configuration gives it: refused in one line that does not repeat it. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'

import { ConfigError, readConfig } from './config.ts'
import { openServerSecret } from './open-keys.ts'
import { tempDir } from './testing/temp-dir.ts'

const DATABASE_URL = 'postgresql://127.0.0.1:1/none'
const STRONG = 'fI0hN2+3k9QpZ7vXw1sLr8tYb4mC6dEa'

function seal(env: Readonly<Record<string, string>>): Uint8Array {
  return openServerSecret(readConfig(env)).derive('seal')
}

describe('the secret of the server', () => {
  it('[AUTH-10] missing, weak or not to be read, it stops the start with one line', (t) => {
    const weak = join(tempDir(t), 'weak')
    writeFileSync(weak, 'hunter2\n')
    const wrong: readonly (readonly [Readonly<Record<string, string>>, RegExp])[] = [
      [{ DATABASE_URL }, /^SERVER_SECRET: beside DATABASE_URL it must be set/],
      [{ DATABASE_URL, SERVER_SECRET: 'hunter2' }, /^SERVER_SECRET: "\(hidden\)" is not 32 or/],
      [{ SERVER_SECRET: 'a'.repeat(64) }, /^SERVER_SECRET: "\(hidden\)"/],
      [{ DATABASE_URL, SERVER_SECRET_FILE: weak }, /^SERVER_SECRET_FILE: the first line of/],
      [{ DATABASE_URL, SERVER_SECRET_FILE: `${weak}er` }, /^SERVER_SECRET_FILE: .* is not there/],
      [{ DATABASE_URL, SERVER_SECRET_FILE: tempDir(t) }, /^SERVER_SECRET_FILE: .* cannot be read/],
    ]
    for (const [env, line] of wrong) {
      assert.throws(
        () => openServerSecret(readConfig(env)),
        (error) => {
          assert.ok(error instanceof ConfigError)
          assert.match(error.message, line)
          assert.ok(!/hunter2|\n/.test(error.message))
          return true
        },
      )
    }
  })

  it('[AUTH-10] given by environment or file it is the same; PGlite makes its own once', (t) => {
    const file = join(tempDir(t), 'secret')
    writeFileSync(file, `${STRONG}\nsecond line\n`)
    const given = seal({ DATABASE_URL, SERVER_SECRET: STRONG })
    assert.deepEqual(seal({ DATABASE_URL, SERVER_SECRET_FILE: file }), given)
    const own = { DATA_DIR: tempDir(t) }
    assert.deepEqual(seal(own), seal(own))
    assert.notDeepEqual(seal(own), given)
  })
})
