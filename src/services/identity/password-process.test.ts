/** argon2 in a process of its own: right and wrong, its death, its end. */
import assert from 'node:assert/strict'
import { getPriority } from 'node:os'
import { describe, it } from 'node:test'
import type { TestContext } from 'node:test'

import { waitUntil } from '@battalion/testkit/wait-until.ts'

import { systemTimers } from '../../system-clock.ts'
import { createPasswordHasher } from './password-hasher.ts'
import { PasswordProcess } from './password-process.ts'

function start(t: TestContext): PasswordProcess {
  const passwords = new PasswordProcess(systemTimers)
  t.after(() => passwords.close())
  return passwords
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

describe('the password process', () => {
  it('[AUTH-8] makes and checks hashes as the engine does, and gives way to others', async (t) => {
    const passwords = start(t)
    assert.equal(passwords.pid, undefined, 'nothing is started before it is needed')
    const hasher = createPasswordHasher(undefined, passwords)
    const phc = await hasher.hash('analytical engine')
    assert.match(phc, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
    assert.equal(await hasher.verify(phc, 'analytical engine'), true)
    assert.equal(await hasher.verify(phc, 'Analytical engine'), false)
    assert.equal(await hasher.verify('no hash at all', 'analytical engine'), false)
    assert.equal(await hasher.verify(undefined, 'nothing fits this'), false)
    assert.equal(await createPasswordHasher().verify(phc, 'analytical engine'), true)
    assert.ok(getPriority(passwords.pid) >= 10)
  })

  it('one that dies fails what was under way, and the next demand starts another', async (t) => {
    const passwords = start(t)
    const phc = await passwords.hash('one')
    const { pid } = passwords
    const underWay = Array.from({ length: 8 }, () => passwords.verify(phc, 'one'))
    process.kill(pid!, 'SIGKILL')
    for (const { status, reason } of (await Promise.allSettled(
      underWay,
    )) as PromiseRejectedResult[]) {
      assert.equal(status, 'rejected')
      const { code, retryAfterSec } = reason as { code: string; retryAfterSec: number }
      assert.deepEqual([code, retryAfterSec], ['overloaded', 3])
    }
    assert.equal(await passwords.verify(phc, 'one'), true)
    assert.notEqual(passwords.pid, pid)
  })

  it('a closed one is gone and asks nobody', async (t) => {
    const passwords = start(t)
    await passwords.hash('one')
    const pid = passwords.pid!
    passwords.close()
    await waitUntil('its end', () => !isAlive(pid))
    await assert.rejects(passwords.hash('two'), { code: 'overloaded' })
  })
})
