/** Requests of operators that succeed, each on something made for it. */
import { sessionOf } from './account-recipes.ts'
import type { FuzzKit } from './fuzz-kit.ts'
import type { Recipes, Wish } from './recipes.ts'
import type { FuzzWorld } from './fuzz-world.ts'
import { group, talk } from './social-recipes.ts'

const REASON = 'a reason to read later'
const ADMIN = '/v1/admin'
/** Drafts and webhooks have a limit; so many are left lying around. */
const LEFT_COUNT_MAX = 6

export const STAFF_RECIPES: Recipes = {
  async 'PUT /v1/admin/oidc-providers/{providerId}'(kit, world) {
    return { who: admin(world), ...(await provider(kit)) }
  },
  async 'DELETE /v1/admin/oidc-providers/{providerId}'(kit, world) {
    const { params, body } = await provider(kit)
    await kit.ask(admin(world), `PUT ${ADMIN}/oidc-providers/${params.providerId}`, body)
    return { who: admin(world), params }
  },
  async 'PUT /v1/admin/users/{userId}/roles/{role}'(kit, world) {
    const { userId } = await kit.account()
    return { who: admin(world), params: { userId, role: 'moderator' } }
  },
  async 'DELETE /v1/admin/users/{userId}/roles/{role}'(kit, world) {
    const { userId } = await kit.account()
    await kit.stage.giveRole(userId, 'moderator')
    return { who: admin(world), params: { userId, role: 'moderator' } }
  },
  'POST /v1/admin/invites': async (_, world) => ({ who: admin(world), body: { usesMax: 3 } }),
  async 'DELETE /v1/admin/invites/{code}'(kit, world) {
    const { code } = await kit.ask(admin(world), `POST ${ADMIN}/invites`, { usesMax: 3 })
    return { who: admin(world), params: { code: kit.keep('code', code) } }
  },
  async 'POST /v1/admin/balances'(kit, world) {
    await tidyDrafts(kit, world)
    return { who: admin(world), body: { base: '1', note: 'of a recipe' } }
  },
  'GET /v1/admin/balances/{version}': onDraft,
  'DELETE /v1/admin/balances/{version}': onDraft,
  'POST /v1/admin/balances/{version}/validate': onDraft,
  async 'GET /v1/admin/balances/{version}/diff'(kit, world) {
    const { who, params } = await onDraft(kit, world)
    return { who, params: { ...params, against: '1' } }
  },
  async 'PUT /v1/admin/balances/{version}'(kit, world) {
    const { who, params } = await onDraft(kit, world)
    return { who, params, body: { revision: 1, note: 'edited', files: {} } }
  },
  async 'POST /v1/admin/balances/{version}/publish'(kit, world) {
    const { who, params } = await onDraft(kit, world)
    const items = await list(kit, world, 'balances')
    const played = items.find((item) => item['isPlayed'] === true)
    const body = { revision: 1, replaces: String(played?.['version']), reason: REASON }
    return { who, params, body }
  },
  async 'POST /v1/admin/jobs/{jobId}/retry'(kit, world) {
    return { who: admin(world), params: { jobId: kit.keep('jobId', await kit.stage.deadJob()) } }
  },
  async 'DELETE /v1/admin/jobs/{jobId}'(kit, world) {
    return { who: admin(world), params: { jobId: await kit.stage.deadJob(), reason: REASON } }
  },
  async 'DELETE /v1/admin/letters/{letterId}'(kit, world) {
    const letterId = kit.keep('letterId', await kit.stage.deadLetter())
    return { who: admin(world), params: { letterId, reason: REASON } }
  },
  'GET /v1/admin/audit': async (_, world) => ({ who: admin(world), params: { limit: '5' } }),
  'GET /v1/admin/users/{userId}/sanctions': onGuest,
  'GET /v1/admin/users/{userId}': onGuest,
  'POST /v1/admin/users/{userId}/ban': onGuest,
  async 'DELETE /v1/admin/users/{userId}/ban'(kit, world) {
    const wish = await onGuest(kit, world)
    const { userId } = wish.params
    await kit.ask(admin(world), `POST ${ADMIN}/users/${userId}/ban`, { reason: REASON })
    return wish
  },
  'PUT /v1/admin/users/{userId}/match-lock': onGuest,
  async 'DELETE /v1/admin/users/{userId}/match-lock'(kit, world) {
    const wish = await onGuest(kit, world)
    const { userId } = wish.params
    await kit.ask(admin(world), `PUT ${ADMIN}/users/${userId}/match-lock`, { reason: REASON })
    return wish
  },
  'DELETE /v1/admin/users/{userId}/sessions': onGuest,
  async 'DELETE /v1/admin/users/{userId}/sessions/{sessionId}'(kit, world) {
    const guest = await kit.guest()
    const sessionId = await sessionOf(kit, guest)
    return { who: admin(world), params: { userId: guest.userId, sessionId, reason: REASON } }
  },
  'GET /v1/admin/rooms/{roomId}': onRoom,
  'GET /v1/admin/rooms/{roomId}/live': onRoom,
  'POST /v1/admin/rooms/{roomId}/kick': onRoom,
  async 'POST /v1/admin/rooms/{roomId}/close'(kit, world) {
    return { ...(await onRoom(kit, world)), body: { reason: REASON, withinSec: 0 } }
  },
  async 'PUT /v1/admin/maintenance'(kit, world) {
    const isOn = kit.next() % 2 === 0
    return { who: admin(world), body: isOn ? { isOn, text: 'Back soon.' } : { isOn } }
  },
  async 'POST /v1/admin/webhooks'(kit, world) {
    await tidyWebhooks(kit, world)
    return { who: admin(world), body: webhookForm(kit) }
  },
  async 'PUT /v1/admin/webhooks/{webhookId}'(kit, world) {
    const params = { webhookId: await webhook(kit, world) }
    return { who: admin(world), params, body: { ...webhookForm(kit), isOn: true } }
  },
  'DELETE /v1/admin/webhooks/{webhookId}': onWebhook,
  'POST /v1/admin/webhooks/{webhookId}/test': onWebhook,
  'GET /v1/admin/webhooks/{webhookId}/deliveries': onWebhook,
  async 'POST /v1/admin/webhooks/{webhookId}/deliveries/{deliveryId}/retry'(kit, world) {
    const webhookId = await webhook(kit, world)
    const deliveryId = kit.keep('deliveryId', await kit.stage.deadDelivery(webhookId))
    return { who: admin(world), params: { webhookId, deliveryId } }
  },
  'GET /v1/admin/reports/{reportId}': onReport,
  'PUT /v1/admin/reports/{reportId}/claim': onReport,
  'DELETE /v1/admin/reports/{reportId}/claim': onClaimed,
  async 'PUT /v1/admin/reports/{reportId}/verdict'(kit, world) {
    return { ...(await onClaimed(kit, world)), body: { verdict: 'upheld', note: 'as told' } }
  },
  'PUT /v1/admin/users/{userId}/mutes/{scope}': onMute,
  async 'DELETE /v1/admin/users/{userId}/mutes/{scope}'(kit, world) {
    const wish = await onMute(kit, world)
    await kit.ask(wish.who, `PUT ${ADMIN}/users/${wish.params.userId}/mutes/all`, wish.body)
    return wish
  },
  async 'DELETE /v1/admin/channels/{channelId}/messages/{seq}'(kit, world) {
    const { owner } = await group(kit)
    const channelId = await groupChannel(kit, owner)
    const text = 'a line of the group'
    const line = await kit.ask(owner, `POST /v1/channels/${channelId}/messages`, { text })
    return { who: admin(world), params: { channelId, seq: String(line['seq']) } }
  },
  async 'GET /v1/admin/channels/{channelId}/messages'(kit, world) {
    const { owner } = await group(kit)
    return { who: admin(world), params: { channelId: await groupChannel(kit, owner) } }
  },
  async 'PUT /v1/admin/users/{userId}/notices/{noticeId}'(kit, world) {
    const { userId } = await kit.guest()
    const noticeId = kit.keep('noticeId', crypto.randomUUID())
    return { who: admin(world), params: { userId, noticeId }, body: { text: 'A notice.' } }
  },
  'PUT /v1/admin/words/{rule}/{word}': async (kit, world) => ({
    who: admin(world),
    params: { rule: 'whole', word: kit.keep('word', `fuzzword${letters(kit.next())}`) },
  }),
  async 'DELETE /v1/admin/words/{rule}/{word}'(kit, world) {
    const word = `fuzzword${letters(kit.next())}`
    await kit.ask(admin(world), `PUT ${ADMIN}/words/whole/${word}`)
    return { who: admin(world), params: { rule: 'whole', word } }
  },
  'GET /v1/admin/matches/report': async (_, world) => ({
    who: admin(world),
    params: { from: dayFromNow(-2), until: dayFromNow(1) },
  }),
  'GET /v1/admin/matches/{matchId}/report': onMatch,
  'GET /v1/admin/matches/{matchId}': onMatch,
  'GET /v1/admin/matches/{matchId}/players': onMatch,
  'GET /v1/admin/matches/{matchId}/log': onMatch,
}

function admin({ admins }: FuzzWorld) {
  return admins[0]!
}

async function list(kit: FuzzKit, world: FuzzWorld, what: string) {
  const made = await kit.ask(admin(world), `GET ${ADMIN}/${what}`)
  return Object.values(made)[0] as readonly Readonly<Record<string, unknown>>[]
}

async function provider(kit: FuzzKit) {
  const providerId = kit.keep('providerId', `p${kit.next() % 9}`)
  const body = { label: 'Some', issuer: 'https://id.example.org', clientId: 'battalion' }
  return { params: { providerId }, body }
}

async function onDraft(kit: FuzzKit, world: FuzzWorld) {
  await tidyDrafts(kit, world)
  const { version } = await kit.ask(admin(world), `POST ${ADMIN}/balances`, { base: '1' })
  return { who: admin(world), params: { version: kit.keep('version', version) } }
}

async function tidyDrafts(kit: FuzzKit, world: FuzzWorld): Promise<void> {
  const drafts = (await list(kit, world, 'balances')).filter(({ state }) => state === 'draft')
  for (const { version } of drafts.slice(LEFT_COUNT_MAX)) {
    await kit.ask(admin(world), `DELETE ${ADMIN}/balances/${String(version)}`)
  }
}

async function onGuest(kit: FuzzKit, world: FuzzWorld) {
  const { userId } = await kit.guest()
  return { who: admin(world), params: { userId, reason: REASON }, body: { reason: REASON } }
}

async function onRoom(kit: FuzzKit, world: FuzzWorld): Promise<Wish> {
  const guest = await kit.guest()
  const token = String(guest.headers['authorization']).slice('Bearer '.length)
  const roomId = kit.keep('roomId', await kit.stage.takeSeat(token))
  return { who: admin(world), params: { roomId }, body: { userId: guest.userId, reason: REASON } }
}

function webhookForm(kit: FuzzKit) {
  const url = `${kit.stage.webhookUrl}/${kit.next()}`
  return { url, events: ['match.finished'], note: 'of a recipe' }
}

async function webhook(kit: FuzzKit, world: FuzzWorld): Promise<string> {
  await tidyWebhooks(kit, world)
  const made = await kit.ask(admin(world), `POST ${ADMIN}/webhooks`, webhookForm(kit))
  return kit.keep('webhookId', made['id'])
}

async function tidyWebhooks(kit: FuzzKit, world: FuzzWorld): Promise<void> {
  for (const { id } of (await list(kit, world, 'webhooks')).slice(LEFT_COUNT_MAX)) {
    await kit.ask(admin(world), `DELETE ${ADMIN}/webhooks/${String(id)}`)
  }
}

async function onWebhook(kit: FuzzKit, world: FuzzWorld) {
  return { who: admin(world), params: { webhookId: await webhook(kit, world) } }
}

async function onReport(kit: FuzzKit, world: FuzzWorld) {
  const { one, other, channelId, seq } = await talk(kit)
  const path = `/v1/channels/${channelId}/messages/${seq}/reports`
  await kit.ask(other, `POST ${path}`, { reason: 'spam', note: 'again' })
  const reportId = kit.keep('reportId', await kit.stage.reportOf(one.userId))
  return { who: admin(world), params: { reportId } }
}

async function onClaimed(kit: FuzzKit, world: FuzzWorld) {
  const wish = await onReport(kit, world)
  await kit.ask(wish.who, `PUT ${ADMIN}/reports/${wish.params.reportId}/claim`)
  return wish
}

async function onMute(kit: FuzzKit, world: FuzzWorld) {
  const { userId } = await kit.guest()
  const body = { until: dayFromNow(1), reason: REASON }
  return { who: admin(world), params: { userId, scope: 'all', reason: REASON }, body }
}

async function groupChannel(kit: FuzzKit, owner: Awaited<ReturnType<typeof group>>['owner']) {
  const { channels } = await kit.ask(owner, 'GET /v1/channels')
  const found = (channels as { id: string; kind: string }[]).find(({ kind }) => kind === 'group')
  return kit.keep('channelId', found?.id)
}

async function onMatch(kit: FuzzKit, world: FuzzWorld) {
  return { who: admin(world), params: { matchId: `battle-${kit.next() % 6}` } }
}

function dayFromNow(days: number): string {
  return new Date(Date.now() + days * 86_400_000).toISOString()
}

/** The number in letters: words of the filter have no digits. */
function letters(number: number): string {
  return Array.from(String(number), (digit) => 'abcdefghij'[Number(digit)]).join('')
}
