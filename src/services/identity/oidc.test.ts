/** Sign-in through providers, on both engines, against a real issuer on this machine. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { it } from 'node:test'
import type { TestContext } from 'node:test'

import { FakeClock } from '@battalion/testkit/fake-clock.ts'
import { describeDatabase } from '@battalion/testkit/test-database.ts'
import type { TestEngine } from '@battalion/testkit/test-database.ts'

import { openTestAccounts, TEST_ORIGIN as origin, tokenOf } from '../../testing/test-accounts.ts'
import { startTestIssuer } from '../../testing/test-issuer.ts'
import type { TestIssuer } from '../../testing/test-issuer.ts'
import { machineTrail } from '../audit/audit-trail.ts'
import { createOidcAccounts } from './oidc-accounts.ts'
import type { OidcAccounts } from './oidc-accounts.ts'
import { createOidcClient } from './oidc-client.ts'
import type { SignedIn } from './identity-ports.ts'
import type { StartedFlow } from './oidc-flows.ts'
import { totpCode, totpStep } from './totp.ts'

const TRAIL = machineTrail(new FakeClock(), 'provider.put', 'test')
const CALLBACK = 'https://game.test/v1/auth/oidc/callback'
const APP_CALLBACK = 'org.example.game:/signed-in'
const ADA = {
  name: 'Ada',
  email: 'ada@example.org',
  password: 'analytical engine',
  inviteCode: undefined,
  origin,
}
const PROVIDER = {
  id: 'local',
  label: 'Local issuer',
  clientId: 'battalion',
  clientSecret: 'client secret',
  scopes: 'openid email',
  isEnabled: true,
}

function code(expected: string) {
  return (error: unknown) => (error as { code?: string }).code === expected
}

const redirectUris = () => [CALLBACK, APP_CALLBACK]

async function setUp(t: TestContext, engine: TestEngine, more: { isInviteOnly?: boolean } = {}) {
  const kept = await openTestAccounts(t, engine, more)
  const issuer = await startTestIssuer(t)
  const events: string[] = []
  const issuerClock = new FakeClock()
  const onEvent = (event: string) => void events.push(event)
  const client = createOidcClient({ clock: issuerClock, issuerMsMax: 2000, onEvent })
  const oidc = createOidcAccounts(kept.database, { ...kept.ports, oidc: client, redirectUris })
  await oidc.putProvider(TRAIL, { ...PROVIDER, issuer: issuer.issuer })
  return { ...kept, issuer, oidc, events, issuerClock }
}

/** What a client posts when the user is back. */
async function comeBack(issuer: TestIssuer, { flow, authorizationUrl }: StartedFlow) {
  const { code: given, state } = await issuer.visit(authorizationUrl)
  const none = { iss: undefined, inviteCode: undefined, totpCode: undefined }
  return { flow, state, code: given, ...none, origin }
}

async function signInBy(oidc: OidcAccounts, issuer: TestIssuer): Promise<SignedIn> {
  const started = await oidc.start({ providerId: 'local', redirectUri: undefined })
  return oidc.finish(await comeBack(issuer, started))
}

describeDatabase('sign-in through a provider', (engine) => {
  it('[AUTH-6] a provider is a row: code, PKCE, state and nonce, then the same user again', async (t) => {
    const { oidc, issuer, accounts, ports, database } = await setUp(t, engine)
    issuer.user = { sub: '1', name: 'Ada', email: 'Ada@Example.org', email_verified: true }
    const started = await oidc.start({ providerId: 'local', redirectUri: undefined })
    const asked = new URL(started.authorizationUrl).searchParams
    assert.equal(asked.get('redirect_uri'), CALLBACK)
    assert.equal(asked.get('code_challenge_method'), 'S256')
    for (const name of ['state', 'nonce', 'code_challenge']) {
      assert.match(asked.get(name) ?? '', /^[\w-]{43}$/, name)
    }
    const first = await oidc.finish(await comeBack(issuer, started))
    assert.match(String(issuer.redeemed[0]?.['code_verifier']), /^[\w-]{43}$/)
    const me = await accounts.readUser(first.userId)
    assert.deepEqual([me.kind, me.name, me.email], ['account', 'Ada', 'Ada@Example.org'])
    assert.notEqual(me.emailVerifiedAt, null)
    assert.equal((await ports.tokens.verify(first.accessToken)).kind, 'account')
    assert.equal((await signInBy(oidc, issuer)).userId, first.userId)
    issuer.user = { sub: '2', name: 'Ada' }
    const other = await signInBy(oidc, issuer)
    assert.notEqual(other.userId, first.userId)
    assert.match((await accounts.readUser(other.userId)).name, /^Ada \d{4}$/, 'names differ')
    const flows = await database.db.selectFrom('identity.oidc_flows').selectAll().execute()
    assert.deepEqual(flows, [], 'nothing of a flow stays')
  })

  it('[AUTH-6] a state is good once, for its time, for the client that began', async (t) => {
    const { oidc, issuer, database, clock } = await setUp(t, engine)
    const started = await oidc.start({ providerId: 'local', redirectUri: undefined })
    const answer = await comeBack(issuer, started)
    const both = await Promise.allSettled([oidc.finish(answer), oidc.finish(answer)])
    assert.equal(both.filter(({ status }) => status === 'fulfilled').length, 1)
    await assert.rejects(oidc.finish(answer), code('unauthenticated'))
    const users = await database.db.selectFrom('identity.users').select('id').execute()
    assert.equal(users.length, 1)
    const begin = () => oidc.start({ providerId: 'local', redirectUri: undefined })
    const [mine, theirs] = [await begin(), await begin()]
    const stolen = { ...(await comeBack(issuer, mine)), flow: theirs.flow }
    await assert.rejects(oidc.finish(stolen), code('unauthenticated'), 'not the client that began')
    const late = await comeBack(issuer, theirs)
    clock.advance(600_001)
    await assert.rejects(oidc.finish(late), code('unauthenticated'))
  })

  const lies: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
    ['another nonce', { nonce: 'of-another-flow' }],
    ['no nonce', { nonce: undefined }],
    ['another audience', { aud: 'somebody-else' }],
    ['another issuer', { iss: 'https://elsewhere.example' }],
    ['an end that has passed', { exp: 1_000_000_000 }],
  ]
  it('[AUTH-6] an ID token that is not for this flow, from this issuer, of now, is refused', async (t) => {
    const { oidc, issuer, database, events } = await setUp(t, engine)
    for (const [name, claims] of lies) {
      issuer.user = { sub: '1', ...claims }
      await assert.rejects(signInBy(oidc, issuer), code('unauthenticated'), name)
    }
    assert.deepEqual(new Set(events), new Set(['refused']))
    const users = await database.db.selectFrom('identity.users').select('id').execute()
    assert.deepEqual(users, [])
    const forger = await startTestIssuer(t)
    issuer.user = { sub: '1' }
    const started = await oidc.start({ providerId: 'local', redirectUri: undefined })
    const nonce = new URL(started.authorizationUrl).searchParams.get('nonce')
    const claims = { ...issuer.user, iss: issuer.issuer, nonce, aud: 'battalion' }
    const forged = await forger.server.issuer.buildToken({
      scopesOrTransform: (_header, payload) => void Object.assign(payload, claims),
    })
    issuer.server.service.once('beforeResponse', (answer: { body: unknown }) => {
      answer.body = { ...(answer.body as object), id_token: forged }
    })
    const refused = oidc.finish(await comeBack(issuer, started))
    await assert.rejects(refused, code('unauthenticated'), 'signed with keys of another')
  })

  it('[AUTH-6] a guest who signs in becomes the account and keeps id, name and friends', async (t) => {
    const { oidc, issuer, accounts, ports } = await setUp(t, engine)
    issuer.user = { sub: '1', name: 'Ada', email: 'ada@example.org', email_verified: true }
    const guest = await accounts.signInGuest({ name: 'Gunner', origin })
    const { userId, sessionId } = await ports.tokens.verify(guest.accessToken)
    const link = { userId, sessionId }
    const request = { password: undefined, address: origin.address, redirectUri: APP_CALLBACK }
    const started = await oidc.startLink({ providerId: 'local', link, ...request })
    const signedIn = await oidc.finish(await comeBack(issuer, started))
    assert.equal(signedIn.userId, guest.userId)
    const me = await accounts.readUser(guest.userId)
    assert.deepEqual([me.kind, me.name, me.email], ['account', 'Gunner', 'ada@example.org'])
    assert.equal((await signInBy(oidc, issuer)).userId, guest.userId)
    await assert.rejects(
      oidc.unlink({ userId, providerId: 'local' }),
      code('conflict'),
      'the last way in stays',
    )
    const [other] = [await accounts.signInGuest({ name: 'Other', origin })]
    const claims = await ports.tokens.verify(other.accessToken)
    const second = await oidc.startLink({ providerId: 'local', link: claims, ...request })
    const taken = oidc.finish(await comeBack(issuer, second))
    await assert.rejects(taken, code('conflict'), 'it is another account already')
  })

  it('[AUTH-6] an account links with its password, in a session that still lives', async (t) => {
    const { oidc, issuer, accounts, ports } = await setUp(t, engine)
    const account = await accounts.signUp(ADA)
    const link = await ports.tokens.verify(account.accessToken)
    const request = { providerId: 'local', link, address: origin.address, redirectUri: undefined }
    const start = (password: string | undefined) => oidc.startLink({ ...request, password })
    await assert.rejects(start(undefined), code('forbidden'))
    await assert.rejects(start('wrong password'), code('forbidden'))
    const linked = await oidc.finish(await comeBack(issuer, await start(ADA.password)))
    assert.equal(linked.userId, account.userId)
    assert.deepEqual(
      (await oidc.listLinks(account.userId)).map(({ providerId }) => providerId),
      ['local'],
    )
    assert.equal((await signInBy(oidc, issuer)).userId, account.userId)
    await oidc.unlink({ userId: account.userId, providerId: 'local' })
    const late = await comeBack(issuer, await start(ADA.password))
    await accounts.logOutEverywhere(account.userId)
    await assert.rejects(oidc.finish(late), code('unauthenticated'))
  })

  it('[AUTH-6] an e-mail address never takes an account over, proved or not', async (t) => {
    const { oidc, issuer, accounts, ports, nextMail } = await setUp(t, engine)
    const account = await accounts.signUp(ADA)
    issuer.user = { sub: 'thief', name: 'Thief', email: ADA.email, email_verified: false }
    const thief = await signInBy(oidc, issuer)
    assert.notEqual(thief.userId, account.userId)
    assert.equal((await accounts.readUser(thief.userId)).email, null, 'nor is it written down')
    issuer.user = { sub: 'owner', name: 'Owner', email: 'ADA@example.org', email_verified: true }
    await assert.rejects(signInBy(oidc, issuer), code('conflict'))
    const link = await ports.tokens.verify(account.accessToken)
    const from = { address: origin.address, redirectUri: undefined, password: ADA.password }
    const squat = await oidc.startLink({ providerId: 'local', link, ...from })
    issuer.user = { sub: 'squatter' }
    await oidc.finish(await comeBack(issuer, squat))
    await nextMail()
    await accounts.requestReset(ADA.email)
    const token = tokenOf(await nextMail())
    await accounts.resetPassword({ token, password: 'difference engine' })
    const left = await oidc.listLinks(account.userId)
    assert.deepEqual(left, [], 'who proves the address is rid of links made before')
    issuer.user = { sub: 'text', name: 'Text', email: 'b@example.org', email_verified: 'true' }
    assert.equal((await accounts.readUser((await signInBy(oidc, issuer)).userId)).email, null)
  })

  it('[AUTH-6] a second factor and a ban hold here too', async (t) => {
    const { oidc, issuer, accounts, ports, clock } = await setUp(t, engine)
    const { userId } = await signInBy(oidc, issuer)
    const { address } = origin
    const { secret } = await accounts.enrolTotp({ userId, password: undefined, address })
    const present = () => totpCode(fromBase32(secret), totpStep(clock.wallMs()))
    const { sessionId } = await ports.tokens.verify((await signInBy(oidc, issuer)).accessToken)
    await accounts.confirmTotp({ userId, sessionId, code: present() })
    const started = await oidc.start({ providerId: 'local', redirectUri: undefined })
    const answer = await comeBack(issuer, started)
    await assert.rejects(oidc.finish(answer), code('totp_required'))
    await assert.rejects(oidc.finish({ ...answer, totpCode: '000000' }), code('totp_required'))
    clock.advance(30_000)
    const signedIn = await oidc.finish({ ...answer, totpCode: present() })
    assert.equal(signedIn.userId, userId)
    clock.advance(30_000)
    const again = oidc.finish({ ...answer, totpCode: present() })
    await assert.rejects(again, code('unauthenticated'), 'a proved flow is good once')
    await accounts.ban({ userId, reason: 'aim bot', by: null })
    const third = await oidc.start({ providerId: 'local', redirectUri: undefined })
    const banned = await comeBack(issuer, third)
    await assert.rejects(oidc.finish({ ...banned, totpCode: present() }))
  })

  it('[AUTH-5] where signing up needs a code, a new account here needs one too', async (t) => {
    const { oidc, issuer, accounts } = await setUp(t, engine, { isInviteOnly: true })
    await assert.rejects(signInBy(oidc, issuer), code('forbidden'))
    const guest = await accounts.signInGuest({ name: undefined, origin })
    const inviteCode = await accounts.createInvite({ usesMax: 1, by: guest.userId })
    const started = await oidc.start({ providerId: 'local', redirectUri: undefined })
    await oidc.finish({ ...(await comeBack(issuer, started)), inviteCode })
    await signInBy(oidc, issuer)
  })

  it('[AUTH-6] providers: redirects by configuration alone, secrets sealed, used ones stay', async (t) => {
    const { oidc, issuer, database, ports } = await setUp(t, engine)
    const start = (redirectUri: string) => oidc.start({ providerId: 'local', redirectUri })
    for (const uri of ['https://evil.example/', `${CALLBACK}/..`, `${CALLBACK}?x=1`, '//evil']) {
      await assert.rejects(start(uri), code('invalid_request'), uri)
    }
    await start(APP_CALLBACK)
    const { client_secret: kept } = await database.db
      .selectFrom('identity.providers')
      .select('client_secret')
      .executeTakeFirstOrThrow()
    assert.ok(!kept?.includes('client secret'))
    const form = { ...PROVIDER, issuer: issuer.issuer }
    const { clientSecret, ...withoutSecret } = form
    await oidc.putProvider(TRAIL, { ...withoutSecret, label: 'Other' })
    await signInBy(oidc, issuer)
    assert.equal(issuer.redeemed[0]?.['client_secret'], clientSecret, 'the secret stayed')
    await assert.rejects(oidc.deleteProvider(TRAIL, 'local'), code('conflict'))
    await assert.rejects(oidc.deleteProvider(TRAIL, 'nobody'), code('not_found'))
    const far = { ...form, id: 'far', issuer: 'http://issuer.example' }
    await assert.rejects(oidc.putProvider(TRAIL, far), code('invalid_request'))
    assert.deepEqual(await oidc.listEnabled(), [{ id: 'local', label: 'Other' }])
    await oidc.putProvider(TRAIL, { ...form, isEnabled: false })
    assert.deepEqual(await oidc.listEnabled(), [])
    await assert.rejects(signInBy(oidc, issuer), code('not_found'))
    await oidc.putProvider(TRAIL, form)
    const moved = createOidcAccounts(database, {
      ...ports,
      sealKey: new Uint8Array(32),
      oidc: createOidcClient({ clock: new FakeClock() }),
      redirectUris: () => [CALLBACK],
    })
    await assert.rejects(signInBy(moved, issuer), code('unavailable'))
    await oidc.putProvider(TRAIL, { ...form, clientSecret: null })
    assert.equal((await oidc.listProviders())[0]?.hasSecret, false)
  })

  it('[AUTH-6] an issuer that is down is a clear error, then a breaker, then well again', async (t) => {
    const { oidc, issuer, events, issuerClock, database } = await setUp(t, engine)
    const { port } = issuer.server.address()
    const start = () => oidc.start({ providerId: 'local', redirectUri: undefined })
    const started = await start()
    const answer = await comeBack(issuer, started)
    await issuer.server.stop()
    await assert.rejects(oidc.finish(answer), (error: Error & { retryAfterSec?: number }) => {
      return code('unavailable')(error) && (error.retryAfterSec ?? 0) > 0
    })
    issuerClock.advance(3_600_000)
    for (let count = 0; count < 4; count++) await assert.rejects(start(), code('unavailable'))
    assert.deepEqual(events.slice(0, 4), ['failed', 'failed', 'opened', 'failed'])
    assert.ok(events.includes('turned_away'))
    const flows = await database.db.selectFrom('identity.oidc_flows').selectAll().execute()
    assert.deepEqual(flows, [], 'nothing is written for who could not start')
    await issuer.server.start(port, '127.0.0.1')
    issuer.server.issuer.url = issuer.issuer
    await assert.rejects(start(), code('unavailable'), 'still open')
    issuerClock.advance(15_000)
    await start()
    assert.equal(events.at(-1), 'closed')
    const silent = createServer().listen(0, '127.0.0.1')
    t.after(() => silent.close())
    await once(silent, 'listening')
    const { port: silentPort } = silent.address() as AddressInfo
    await oidc.putProvider(TRAIL, { ...PROVIDER, issuer: `http://127.0.0.1:${silentPort}` })
    await assert.rejects(start(), code('unavailable'), 'one that takes calls and never answers')
  })
})

function fromBase32(text: string): Uint8Array {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  const digits = Array.from(text, (letter) => letters.indexOf(letter).toString(2).padStart(5, '0'))
  const bytes = digits.join('').match(/.{8}/g) ?? []
  return Uint8Array.from(bytes, (byte) => Number.parseInt(byte, 2))
}
