/** Requests about accounts, sessions and providers that succeed, each with what must be there. */
import { consoleOf, NOBODY } from './fuzz-kit.ts'
import type { FuzzAccount, FuzzKit } from './fuzz-kit.ts'
import type { Recipes } from './recipes.ts'
import type { FuzzPerson } from './fuzz-stage.ts'

export const ACCOUNT_RECIPES: Recipes = {
  'POST /v1/auth/guest': async (kit) => ({ who: NOBODY, body: { name: `Eve ${kit.next()}` } }),
  'POST /v1/auth/signup': async (kit) => ({ who: NOBODY, body: kit.form() }),
  async 'POST /v1/auth/login'(kit) {
    const { name, password } = await kit.account()
    return { who: NOBODY, body: { login: name, password } }
  },
  async 'POST /v1/auth/refresh'(kit) {
    const { refreshToken } = await kit.account()
    return { who: NOBODY, body: { refreshToken } }
  },
  'POST /v1/auth/logout': async (kit) => ({ who: await kit.guest() }),
  'POST /v1/auth/logout-everywhere': async (kit) => ({ who: await kit.guest() }),
  async 'POST /v1/auth/verify-email'(kit) {
    const { email } = await kit.account()
    return { who: NOBODY, body: { token: await kit.stage.mailToken(email, 'verify-email') } }
  },
  async 'POST /v1/auth/forgot-password'(kit) {
    return { who: NOBODY, body: { email: (await kit.account()).email } }
  },
  async 'POST /v1/auth/reset-password'(kit) {
    const { email } = await kit.account()
    const verify = { token: await kit.stage.mailToken(email, 'verify-email') }
    await kit.ask(NOBODY, 'POST /v1/auth/verify-email', verify)
    await kit.ask(NOBODY, 'POST /v1/auth/forgot-password', { email })
    const token = await kit.stage.mailToken(email, 'reset-password')
    return { who: NOBODY, body: { token, password: 'another engine' } }
  },
  async 'GET /v1/auth/oidc/callback'(kit) {
    const { location } = await visit(kit, NOBODY)
    return { who: NOBODY, params: Object.fromEntries(location.searchParams) }
  },
  async 'POST /v1/auth/oidc/{providerId}/start'(kit) {
    await kit.stage.mendProvider()
    return { who: NOBODY, params: { providerId: 'local' }, body: {} }
  },
  'POST /v1/auth/oidc/finish': async (kit) => ({ who: NOBODY, body: await comeBack(kit, NOBODY) }),
  async 'POST /v1/me/identities/{providerId}/start'(kit) {
    await kit.stage.mendProvider()
    return { who: await kit.guest(), params: { providerId: 'local' }, body: {} }
  },
  async 'DELETE /v1/me/identities/{providerId}'(kit) {
    const who = await kit.account()
    await kit.ask(NOBODY, 'POST /v1/auth/oidc/finish', await comeBack(kit, who))
    return { who, params: { providerId: 'local' } }
  },
  'PATCH /v1/me': async (kit) => ({ who: await kit.guest(), body: { locale: 'ko' } }),
  async 'DELETE /v1/me/sessions/{sessionId}'(kit) {
    const who = await kit.guest()
    return { who, params: { sessionId: await sessionOf(kit, who) } }
  },
  'POST /v1/me/upgrade': async (kit) => ({ who: await kit.guest(), body: kit.form() }),
  async 'POST /v1/me/password'(kit) {
    const who = await kit.account()
    return { who, body: { currentPassword: who.password, newPassword: 'another engine' } }
  },
  'POST /v1/me/verify-email': async (kit) => ({ who: await kit.account() }),
  async 'POST /v1/me/email'(kit) {
    const who = await kit.account()
    return { who, body: { email: kit.form().email, password: who.password } }
  },
  async 'POST /v1/me/delete'(kit) {
    const who = await kit.account()
    return { who, body: { password: who.password } }
  },
  async 'POST /v1/me/totp'(kit) {
    const who = await kit.account()
    return { who, body: { password: who.password } }
  },
  async 'POST /v1/me/totp/confirm'(kit) {
    const who = await kit.account()
    const { secret } = await kit.ask(who, 'POST /v1/me/totp', { password: who.password })
    return { who, body: { code: kit.stage.totpCode(String(secret)) } }
  },
  'GET /v1/players': async () => ({ params: { name: 'Resident' } }),
  async 'POST /v1/admin/session'(kit) {
    const { name, password, code } = await kit.operator(['moderator'])
    return { who: NOBODY, body: { login: name, password, code: code() } }
  },
  'DELETE /v1/admin/session': async (kit) => ({ who: await kit.operator(['moderator']) }),
  'POST /v1/admin/session/totp': async (kit) => ({ who: await enrolling(kit) }),
  async 'POST /v1/admin/session/totp/confirm'(kit) {
    const who = await enrolling(kit)
    const { secret } = await kit.ask(who, 'POST /v1/admin/session/totp')
    return { who, body: { code: kit.stage.totpCode(String(secret)) } }
  },
}

/** A player's only session. */
export async function sessionOf(kit: FuzzKit, who: FuzzPerson): Promise<string> {
  const { items } = await kit.ask(who, 'GET /v1/me/sessions')
  return kit.keep('sessionId', (items as { sessionId: string }[])[0]?.sessionId)
}

async function visit(kit: FuzzKit, who: FuzzPerson | FuzzAccount) {
  await kit.stage.mendProvider()
  const isNobody = who === NOBODY
  const path = isNobody ? '/v1/auth/oidc/local/start' : '/v1/me/identities/local/start'
  const body = 'password' in who ? { password: who.password } : {}
  const { authorizationUrl, flow } = await kit.ask(who, `POST ${path}`, body)
  const visited = await kit.stage.visitProvider(String(authorizationUrl), `sub-${kit.next()}`)
  return { ...visited, flow: String(flow) }
}

/** The whole way to the provider and back, up to what finishes it. */
async function comeBack(kit: FuzzKit, who: FuzzPerson): Promise<Record<string, string>> {
  const { location, flow } = await visit(kit, who)
  const key = 'made by GET /v1/auth/oidc/callback'
  const back = await kit.send(NOBODY, key, `GET ${location.pathname}${location.search}`)
  const page = new URL(back.location ?? '', kit.url)
  const { oidc: _, ...behind } = Object.fromEntries(new URLSearchParams(page.hash.slice(1)))
  return { flow, ...behind }
}

/** An operator who has no second factor yet. */
async function enrolling(kit: FuzzKit): Promise<FuzzPerson> {
  const { userId, name, password } = await kit.account()
  await kit.stage.giveRole(userId, 'moderator')
  const body = { login: name, password }
  return consoleOf(await kit.send(NOBODY, 'made', 'POST /v1/admin/session', body))
}
