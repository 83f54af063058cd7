/** Roles, permissions and the second factor on both engines. */
import assert from 'node:assert/strict'
import { it } from 'node:test'

import { describeDatabase } from '@battalion/testkit/test-database.ts'

import { openTestAccounts, TEST_ORIGIN as origin } from '../../testing/test-accounts.ts'
import { createPermissions, listRoles } from './roles.ts'
import type { Permission } from './roles.ts'
import { totpCode, totpStep } from './totp.ts'

const ADA = {
  name: 'Ada',
  email: 'ada@example.org',
  password: 'analytical engine',
  inviteCode: undefined,
  origin,
}
const STEP_MS = 30_000
const { address } = origin

function code(expected: string) {
  return (error: unknown) => (error as { code?: string }).code === expected
}

describeDatabase('staff', (engine) => {
  const open = async (t: Parameters<typeof openTestAccounts>[0]) => {
    const opened = await openTestAccounts(t, engine)
    const first = await opened.accounts.signUp(ADA)
    const { sessionId } = await opened.ports.tokens.verify(first.accessToken)
    const { userId } = first
    const { uri } = await opened.accounts.enrolTotp({ userId, password: ADA.password, address })
    const secret = fromBase32(/secret=([A-Z2-7]+)/.exec(uri)![1]!)
    const codeNow = () => totpCode(secret, totpStep(opened.clock.wallMs()))
    const logIn = (given?: string) =>
      opened.accounts.logIn({ login: 'ada', password: ADA.password, code: given, origin })
    return { ...opened, userId, sessionId, codeNow, logIn }
  }

  it('a second factor counts once proved, each code once, and other sessions end', async (t) => {
    const { accounts, clock, codeNow, logIn, userId, sessionId, ended } = await open(t)
    await logIn()
    const wrong = codeNow() === '000000' ? '111111' : '000000'
    const confirm = (given: string) => accounts.confirmTotp({ userId, sessionId, code: given })
    await assert.rejects(confirm(wrong), code('totp_required'))
    await confirm(codeNow())
    assert.equal(ended.at(-1)?.reason, 'factor_changed')
    assert.ok(!ended.at(-1)!.sessionIds.includes(sessionId), 'who proved it stays')
    await assert.rejects(logIn(), code('totp_required'))
    await assert.rejects(logIn(codeNow()), code('totp_required'), 'the code was used')
    clock.advance(STEP_MS)
    const both = await Promise.allSettled([logIn(codeNow()), logIn(codeNow())])
    assert.equal(both.filter(({ status }) => status === 'fulfilled').length, 1)
    const enrol = (password?: string) => accounts.enrolTotp({ userId, password, address })
    await assert.rejects(enrol(ADA.password), code('conflict'), 'it is not replaced')
  })

  it('[F-07] codes are not guessed for free: they lock the account as passwords do', async (t) => {
    const { accounts, clock, codeNow, logIn, userId, sessionId } = await open(t)
    await accounts.confirmTotp({ userId, sessionId, code: codeNow() })
    clock.advance(STEP_MS)
    const right = codeNow()
    const wrong = right === '000000' ? '111111' : '000000'
    for (let tries = 0; tries < 5; tries++) {
      await assert.rejects(logIn(wrong), code('totp_required'))
    }
    await assert.rejects(logIn(right), code('unauthenticated'))
  })

  it('[F-06] a stolen token sets no second factor where there is a password', async (t) => {
    const { accounts } = await open(t)
    const { userId } = await accounts.signUp({ ...ADA, name: 'Bea', email: 'b@example.org' })
    for (const password of [undefined, '', 'guess guess']) {
      const enrolling = accounts.enrolTotp({ userId, password, address })
      await assert.rejects(enrolling, code('forbidden'), String(password))
    }
    await accounts.logIn({ login: 'bea', password: ADA.password, origin })
  })

  it('the secret is sealed in the database', async (t) => {
    const { database, accounts } = await open(t)
    const { userId } = await accounts.signUp({ ...ADA, name: 'Bea', email: 'b@example.org' })
    const { password } = ADA
    const { secret } = await accounts.enrolTotp({ userId, password, address })
    const rows = await database.db.selectFrom('identity.credentials').selectAll().execute()
    const kept = JSON.stringify(rows, (_, value: unknown) =>
      typeof value === 'bigint' ? String(value) : value,
    )
    assert.ok(!kept.includes(secret))
    const raw = Buffer.from(fromBase32(secret))
    assert.ok(!kept.includes(raw.toString('base64url')) && !kept.includes(raw.toString('hex')))
  })

  it('[AUTH-7] a role permits what its row says, only with a second factor, at once', async (t) => {
    const { accounts, database, codeNow, userId, sessionId, ended } = await open(t)
    const permissions = createPermissions(database.db)
    const may = (permission: Permission) => permissions.mayUser(userId, permission)
    const change = { userId, role: 'moderator', by: null } as const
    await accounts.grantRole(change)
    assert.equal(ended.at(-1)?.reason, 'role_changed')
    assert.equal(await may('bans.write'), false, 'no second factor yet')
    const before = { roles: ['moderator'], permissions: [] }
    assert.deepEqual(await accounts.readStaffing(userId), before, 'what GET /v1/me tells')
    await accounts.confirmTotp({ userId, sessionId, code: codeNow() })
    assert.equal(await may('bans.write'), true)
    assert.equal(await may('roles.write'), false)
    const { permissions: told } = await accounts.readStaffing(userId)
    assert.ok(told.includes('bans.write') && !told.includes('roles.write'))
    const { length } = ended
    await accounts.grantRole(change)
    assert.equal(ended.length, length, 'nothing changed')
    assert.deepEqual(await listRoles(database.db, userId), ['moderator'])
    await accounts.revokeRole(change)
    assert.equal(await may('bans.write'), false)
    await assert.rejects(accounts.revokeRole(change), code('not_found'))
  })

  it('[AUTH-7] guests and unknown users get none', async (t) => {
    const { accounts } = await open(t)
    const guest = await accounts.signInGuest({ name: 'Guest', origin })
    const give = (userId: string) => accounts.grantRole({ userId, role: 'admin', by: null })
    await assert.rejects(give(guest.userId), code('conflict'))
    await assert.rejects(give(crypto.randomUUID()), code('not_found'))
    const enrolling = { userId: guest.userId, password: undefined, address }
    await assert.rejects(accounts.enrolTotp(enrolling), code('forbidden'))
  })

  it('a ban that is lifted lets in again; there is none to lift twice', async (t) => {
    const { accounts, logIn, userId } = await open(t)
    await accounts.ban({ userId, reason: 'test', by: null })
    await assert.rejects(logIn(), code('forbidden'))
    await accounts.liftBans(userId)
    await logIn()
    await assert.rejects(accounts.liftBans(userId), code('not_found'))
    const nobody = { userId: crypto.randomUUID(), reason: 'test', by: null }
    await assert.rejects(accounts.ban(nobody), code('not_found'))
  })

  it('[AUTH-5] a code made by staff works until it is switched off', async (t) => {
    const { accounts, userId, ports } = await open(t)
    Object.assign(ports, { isInviteOnly: true })
    const inviteCode = await accounts.createInvite({ usesMax: 2, by: userId })
    await accounts.signUp({ ...ADA, name: 'Bea', email: 'bea@example.org', inviteCode })
    await accounts.disableInvite(inviteCode)
    const late = { ...ADA, name: 'Cyd', email: 'cyd@example.org', inviteCode }
    await assert.rejects(accounts.signUp(late), code('forbidden'))
    await assert.rejects(accounts.disableInvite(inviteCode), code('not_found'))
  })
})

function fromBase32(text: string): Uint8Array {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  const bits = Array.from(text, (letter) =>
    letters.indexOf(letter).toString(2).padStart(5, '0'),
  ).join('')
  return Uint8Array.from(bits.match(/.{8}/g) ?? [], (byte) => Number.parseInt(byte, 2))
}
