/** Another e-mail address: asked for by password, proved at the new one, told to the old one. */
import assert from 'node:assert/strict'
import { it } from 'node:test'

import { describeDatabase } from '@battalion/testkit/test-database.ts'

import { openTestAccounts, TEST_ORIGIN as origin, tokenOf } from '../../testing/test-accounts.ts'
import type { TestAccounts } from '../../testing/test-accounts.ts'

const password = 'analytical engine'
const address = origin.address
const DAY_MS = 86_400_000

function code(expected: string) {
  return (error: unknown) => (error as { code?: string }).code === expected
}

/** An account whose address is proved. */
async function signUp(test: TestAccounts, name: string): Promise<string> {
  const form = { name, email: `${name}@old.test`, password, inviteCode: undefined, origin }
  const { userId } = await test.accounts.signUp(form)
  await test.accounts.confirmEmail(tokenOf(await test.nextMail()))
  return userId
}

describeDatabase('another e-mail address', (engine) => {
  it('is asked for, proved and told to the old one; sessions stay', async (t) => {
    const test = await openTestAccounts(t, engine)
    const { accounts, nextMail, ended } = test
    const userId = await signUp(test, 'ada')
    const { refreshToken } = await accounts.logIn({ login: 'ada', password, origin })
    await accounts.requestReset('ada@old.test')
    const reset = tokenOf(await nextMail())
    const email = 'Ada@New.test'
    await accounts.requestEmailChange({ userId, email, password, address })
    const asked = await nextMail()
    assert.equal(asked.to, email)
    assert.equal((await accounts.readUser(userId)).email, 'ada@old.test', 'nothing changed yet')
    await accounts.confirmEmail(tokenOf(asked))
    const told = await nextMail()
    assert.equal(told.to, 'ada@old.test')
    assert.ok(!told.text.toLowerCase().includes('new.test'), 'the new address is nobody’s to know')
    assert.ok(!told.text.includes('#'), 'and no link does anything')
    const user = await accounts.readUser(userId)
    assert.equal(user.email, email)
    assert.notEqual(user.emailVerifiedAt, null)
    await accounts.logIn({ login: 'ada@new.test', password, origin })
    const old = accounts.logIn({ login: 'ada@old.test', password, origin })
    await assert.rejects(old, code('unauthenticated'))
    await accounts.refresh({ refreshToken, requestKey: undefined })
    assert.deepEqual(ended, [])
    const late = accounts.resetPassword({ token: reset, password: 'another engine 7' })
    await assert.rejects(late, code('not_found'), 'a link sent to the old address')
    await assert.rejects(accounts.confirmEmail(tokenOf(asked)), code('not_found'), 'good once')
  })

  it('needs the password, another address than now, and a token that is young', async (t) => {
    const test = await openTestAccounts(t, engine)
    const { accounts, nextMail, clock, mails } = test
    const userId = await signUp(test, 'bea')
    const wish = { userId, email: 'bea@new.test', password, address }
    const wrong = accounts.requestEmailChange({ ...wish, password: 'guess guess' })
    await assert.rejects(wrong, code('forbidden'))
    const same = accounts.requestEmailChange({ ...wish, email: ' BEA@old.test ' })
    await assert.rejects(same, code('conflict'))
    const guest = await accounts.signInGuest({ name: 'Guest', origin })
    const noPassword = accounts.requestEmailChange({ ...wish, userId: guest.userId })
    await assert.rejects(noPassword, code('forbidden'))
    await accounts.requestEmailChange(wish)
    const first = tokenOf(await nextMail())
    await accounts.requestEmailChange({ ...wish, email: 'bea@newer.test' })
    const second = tokenOf(await nextMail())
    await assert.rejects(accounts.confirmEmail(first), code('not_found'), 'a newer wish counts')
    clock.advance(2 * DAY_MS)
    await assert.rejects(accounts.confirmEmail(second), code('not_found'))
    assert.equal((await accounts.readUser(userId)).email, 'bea@old.test')
    assert.equal(mails.length, 3)
  })

  it('an address that is taken gets no mail; taken meanwhile it is a conflict', async (t) => {
    const test = await openTestAccounts(t, engine)
    const { accounts, nextMail, mails } = test
    const userId = await signUp(test, 'cat')
    await signUp(test, 'dan')
    const before = mails.length
    await accounts.requestEmailChange({ userId, email: 'dan@old.test', password, address })
    await accounts.requestEmailChange({ userId, email: 'eve@old.test', password, address })
    const asked = await nextMail()
    assert.deepEqual([asked.to, mails.length], ['eve@old.test', before + 1])
    await signUp(test, 'eve')
    await assert.rejects(accounts.confirmEmail(tokenOf(asked)), code('conflict'))
    assert.equal((await accounts.readUser(userId)).email, 'cat@old.test')
  })
})
