/** Another password on both engines: what was begun under the old one comes to nothing [F-06]. */
import assert from 'node:assert/strict'
import { it } from 'node:test'

import { describeDatabase } from '@battalion/testkit/test-database.ts'

import { openTestAccounts, TEST_ORIGIN as origin, tokenOf } from '../../testing/test-accounts.ts'
import { fromBase32 } from '../../testing/test-operators.ts'
import { createPasswordHasher } from './password-hasher.ts'
import type { PasswordHasher } from './password-hasher.ts'
import { totpCode, totpStep } from './totp.ts'

const OLD = 'analytical engine'
const NEW = 'difference engine'
const { address } = origin

function code(expected: string) {
  return (error: unknown) => (error as { code?: string }).code === expected
}

/** Once, between the check of a password and what comes of it, something else happens. */
function createSlowHasher() {
  const hasher = createPasswordHasher()
  let meanwhile: (() => Promise<unknown>) | undefined
  const slow: PasswordHasher = {
    hash: (password) => hasher.hash(password),
    async verify(phc, password) {
      const isRight = await hasher.verify(phc, password)
      const work = meanwhile
      meanwhile = undefined
      await work?.()
      return isRight
    },
  }
  return { slow, during: (work: () => Promise<unknown>) => void (meanwhile = work) }
}

describeDatabase('another password', (engine) => {
  const open = async (t: Parameters<typeof openTestAccounts>[0]) => {
    const { slow, during } = createSlowHasher()
    const opened = await openTestAccounts(t, engine, { hasher: slow })
    const { accounts, nextMail } = opened
    const form = {
      name: 'ada',
      email: 'ada@old.test',
      password: OLD,
      inviteCode: undefined,
      origin,
    }
    const { userId } = await accounts.signUp(form)
    await accounts.confirmEmail(tokenOf(await nextMail()))
    const logIn = (password: string) => accounts.logIn({ login: 'ada', password, origin })
    const askReset = async () => {
      await accounts.requestReset('ada@old.test')
      return tokenOf(await nextMail())
    }
    const askEmail = async () => {
      await accounts.requestEmailChange({ userId, email: 'foe@foe.test', password: OLD, address })
      return tokenOf(await nextMail())
    }
    const change = (currentPassword: string, newPassword: string) =>
      accounts.changePassword({ userId, currentPassword, newPassword, origin })
    return { ...opened, userId, logIn, askReset, askEmail, change, during }
  }

  it('[F-06] a change voids the address and the reset that were asked for before', async (t) => {
    const { accounts, userId, askReset, askEmail, change, logIn } = await open(t)
    const [reset, email] = [await askReset(), await askEmail()]
    await change(OLD, NEW)
    await assert.rejects(accounts.confirmEmail(email), code('not_found'))
    const late = accounts.resetPassword({ token: reset, password: 'stolen engine' })
    await assert.rejects(late, code('not_found'))
    assert.equal((await accounts.readUser(userId)).email, 'ada@old.test')
    await logIn(NEW)
  })

  it('[F-06] a reset voids an address that was asked for before', async (t) => {
    const { accounts, userId, askReset, askEmail } = await open(t)
    const email = await askEmail()
    await accounts.resetPassword({ token: await askReset(), password: NEW })
    await assert.rejects(accounts.confirmEmail(email), code('not_found'))
    assert.equal((await accounts.readUser(userId)).email, 'ada@old.test')
  })

  it('[F-06] the old address is told of a change all the same', async (t) => {
    const { accounts, askEmail, change, nextMail } = await open(t)
    await accounts.confirmEmail(await askEmail())
    await change(OLD, NEW)
    assert.equal((await nextMail()).to, 'ada@old.test')
  })

  it('[F-06] a log-in whose password is reset while it is checked gets no session', async (t) => {
    const { accounts, userId, logIn, askReset, during } = await open(t)
    const token = await askReset()
    during(() => accounts.resetPassword({ token, password: NEW }))
    await assert.rejects(logIn(OLD), code('unauthenticated'))
    assert.deepEqual(await accounts.listSessions(userId), [])
    await logIn(NEW)
  })

  it('[F-06] who knew the old one changes neither password nor address meanwhile', async (t) => {
    const { accounts, userId, logIn, askReset, change, during, database } = await open(t)
    const first = await askReset()
    during(() => accounts.resetPassword({ token: first, password: NEW }))
    await assert.rejects(change(OLD, 'stolen engine'), code('forbidden'))
    await logIn(NEW)
    during(() => change(NEW, OLD))
    const wish = { userId, email: 'foe@foe.test', password: NEW, address }
    await assert.rejects(accounts.requestEmailChange(wish), code('forbidden'))
    const tokens = database.db.selectFrom('identity.mail_tokens').select('email')
    assert.ok((await tokens.execute()).every(({ email }) => email !== 'foe@foe.test'))
    during(() => change(OLD, NEW))
    await assert.rejects(accounts.erase({ userId, password: OLD, address }), code('forbidden'))
    await logIn(NEW)
  })

  it('[F-06] a factor that is set while a password is checked is asked for', async (t) => {
    const { accounts, userId, logIn, during, clock, ports } = await open(t)
    const { accessToken } = await logIn(OLD)
    const { sessionId } = await ports.tokens.verify(accessToken)
    const { secret } = await accounts.enrolTotp({ userId, password: OLD, address })
    const now = totpCode(fromBase32(secret), totpStep(clock.wallMs()))
    during(() => accounts.confirmTotp({ userId, sessionId, code: now }))
    await assert.rejects(logIn(OLD), code('totp_required'))
    const sessions = await accounts.listSessions(userId)
    assert.deepEqual(
      sessions.map(({ id }) => id),
      [sessionId],
    )
  })

  it('edits of one profile at once keep what each of them sets', async (t) => {
    const { accounts, userId } = await open(t)
    for (let round = 0; round < 8; round++) {
      const wish = round % 2 === 0 ? 'nobody' : 'everyone'
      await Promise.all(
        ['friendRequests', 'directMessages', 'presence', 'profile'].map((name) =>
          accounts.editProfile(userId, { privacy: { [name]: wish } }),
        ),
      )
      const { privacy } = await accounts.readUser(userId)
      assert.deepEqual(privacy, {
        friendRequests: wish,
        directMessages: wish,
        presence: wish,
        profile: wish,
      })
    }
  })
})
