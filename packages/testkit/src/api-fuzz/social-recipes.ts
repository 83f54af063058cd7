/** Requests about friends, groups, parties, chat and battles that succeed. */
import type { FuzzKit } from './fuzz-kit.ts'
import type { Recipes } from './recipes.ts'
import type { FuzzPerson } from './fuzz-stage.ts'
import type { FuzzWorld } from './fuzz-world.ts'

export const SOCIAL_RECIPES: Recipes = {
  'POST /matchmake/{method}/{target}': async (kit) => ({
    who: await kit.guest(),
    params: { method: 'joinOrCreate', target: 'battlefield' },
    body: { mode: 'duel' },
  }),
  'POST /v1/friends': toOther,
  'PUT /v1/blocks/{userId}': toOther,
  'DELETE /v1/blocks/{userId}': toOther,
  async 'PUT /v1/friends/{userId}'(kit) {
    const [who, other] = [await kit.guest(), await kit.guest()]
    await kit.ask(other, 'POST /v1/friends', { userId: who.userId })
    return { who, params: { userId: other.userId } }
  },
  async 'DELETE /v1/friends/{userId}'(kit) {
    const [who, other] = [await kit.guest(), await kit.guest()]
    await kit.ask(who, 'POST /v1/friends', { userId: other.userId })
    return { who, params: { userId: other.userId } }
  },
  async 'POST /v1/groups'(kit) {
    return { who: await kit.guest(), body: { name: `Group ${kit.next()}`, isOpen: true } }
  },
  async 'DELETE /v1/groups/{groupId}'(kit) {
    const { owner, groupId } = await group(kit)
    return { who: owner, params: { groupId } }
  },
  async 'GET /v1/groups/{groupId}/members'(kit) {
    const { owner, groupId } = await group(kit)
    return { who: owner, params: { groupId } }
  },
  async 'POST /v1/groups/{groupId}/members'(kit) {
    const { groupId } = await group(kit)
    return { who: await kit.guest(), params: { groupId } }
  },
  async 'PATCH /v1/groups/{groupId}/members/{userId}'(kit) {
    const { owner, groupId, userId } = await fullGroup(kit)
    return { who: owner, params: { groupId, userId }, body: { role: 'officer' } }
  },
  async 'DELETE /v1/groups/{groupId}/members/{userId}'(kit) {
    const { owner, groupId, userId } = await fullGroup(kit)
    return { who: owner, params: { groupId, userId } }
  },
  async 'POST /v1/groups/{groupId}/invites'(kit) {
    const { owner, groupId } = await group(kit)
    return { who: owner, params: { groupId }, body: { userId: (await kit.guest()).userId } }
  },
  async 'DELETE /v1/groups/{groupId}/invites'(kit) {
    const { owner, groupId } = await group(kit)
    const who = await kit.guest()
    await kit.ask(owner, `POST /v1/groups/${groupId}/invites`, { userId: who.userId })
    return { who, params: { groupId } }
  },
  'POST /v1/parties': async (kit) => ({ who: await kit.guest() }),
  'POST /v1/parties/invites': toOther,
  async 'POST /v1/parties/{partyId}/members'(kit) {
    const { guest, partyId } = await party(kit)
    return { who: guest, params: { partyId } }
  },
  async 'DELETE /v1/parties/{partyId}/invites'(kit) {
    const { guest, partyId } = await party(kit)
    return { who: guest, params: { partyId } }
  },
  async 'PUT /v1/parties/leader'(kit) {
    const { leader, guest } = await fullParty(kit)
    return { who: leader, body: { userId: guest.userId } }
  },
  async 'DELETE /v1/parties/members/{userId}'(kit) {
    const { leader, guest } = await fullParty(kit)
    return { who: leader, params: { userId: guest.userId } }
  },
  async 'POST /v1/parties/battle'(kit) {
    const who = await kit.guest()
    await kit.ask(who, 'POST /v1/parties')
    return { who, body: { mode: 'conquest' } }
  },
  'POST /v1/channels': toOther,
  async 'PUT /v1/channels/{channelId}/read'(kit) {
    const { one, channelId, seq } = await talk(kit)
    return { who: one, params: { channelId }, body: { seq: Number(seq) } }
  },
  async 'GET /v1/channels/{channelId}/messages'(kit) {
    const { one, channelId } = await talk(kit)
    return { who: one, params: { channelId } }
  },
  async 'POST /v1/channels/{channelId}/messages'(kit) {
    const { one, channelId } = await talk(kit)
    return { who: one, params: { channelId }, body: { text: `line ${kit.next()}` } }
  },
  async 'PATCH /v1/channels/{channelId}/messages/{seq}'(kit) {
    const { one, channelId, seq } = await talk(kit)
    return { who: one, params: { channelId, seq }, body: { text: 'another line' } }
  },
  async 'DELETE /v1/channels/{channelId}/messages/{seq}'(kit) {
    const { one, channelId, seq } = await talk(kit)
    return { who: one, params: { channelId, seq } }
  },
  async 'POST /v1/channels/{channelId}/messages/{seq}/reports'(kit) {
    const { other, channelId, seq } = await talk(kit)
    return { who: other, params: { channelId, seq }, body: { reason: 'spam', note: 'again' } }
  },
  'POST /v1/notifications/read': async (kit) => ({ who: await kit.guest(), body: { upTo: 1 } }),
  async 'PUT /v1/notifications/mail/{kind}'(kit) {
    const who = await kit.guest()
    return { who, params: { kind: await mailKind(kit, who) }, body: { isOn: false } }
  },
  'GET /v1/mail/unsubscribe': unsubscribe,
  'POST /v1/mail/unsubscribe': unsubscribe,
  'GET /v1/matches/{matchId}': ownMatch,
  'GET /v1/matches/{matchId}/players': ownMatch,
  'GET /v1/matches/{matchId}/course': ownMatch,
  'POST /v1/matches/{matchId}/share': ownMatch,
  'DELETE /v1/matches/{matchId}/share': ownMatch,
  'GET /v1/me/ratings/{matchId}': ownMatch,
  async 'GET /v1/players/{userId}/matches'(kit) {
    return { params: { userId: (await kit.guest()).userId } }
  },
  'GET /v1/rankings/{board}': onBoard,
  'GET /v1/rankings/{board}/me': onBoard,
  'GET /v1/rankings/{board}/friends': onBoard,
  'GET /v1/balance/{version}': async () => ({ params: { version: '1' } }),
}

/** A line of one guest to another. */
export async function talk(kit: FuzzKit) {
  const [one, other] = [await kit.guest(), await kit.guest()]
  const channel = await kit.ask(one, 'POST /v1/channels', { userId: other.userId })
  const channelId = kit.keep('channelId', channel['id'])
  const text = 'hello there'
  const line = await kit.ask(one, `POST /v1/channels/${channelId}/messages`, { text })
  return { one, other, channelId, seq: kit.keep('seq', line['seq']) }
}

async function toOther(kit: FuzzKit) {
  const { userId } = await kit.guest()
  return { who: await kit.guest(), params: { userId }, body: { userId } }
}

/** An open group. */
export async function group(kit: FuzzKit) {
  const owner = await kit.guest()
  const form = { name: `Group ${kit.next()}`, isOpen: true }
  const made = await kit.ask(owner, 'POST /v1/groups', form)
  return { owner, groupId: kit.keep('groupId', made['id']) }
}

async function fullGroup(kit: FuzzKit) {
  const { owner, groupId } = await group(kit)
  const member = await kit.guest()
  await kit.ask(member, `POST /v1/groups/${groupId}/members`)
  return { owner, groupId, userId: member.userId }
}

async function party(kit: FuzzKit) {
  const [leader, guest] = [await kit.guest(), await kit.guest()]
  const made = await kit.ask(leader, 'POST /v1/parties/invites', { userId: guest.userId })
  return { leader, guest, partyId: kit.keep('partyId', made['id']) }
}

async function fullParty(kit: FuzzKit) {
  const made = await party(kit)
  await kit.ask(made.guest, `POST /v1/parties/${made.partyId}/members`)
  return made
}

async function mailKind(kit: FuzzKit, who: FuzzPerson): Promise<string> {
  const { choices } = await kit.ask(who, 'GET /v1/notifications/mail')
  return kit.keep('kind', (choices as { kind: string }[])[0]?.kind)
}

async function unsubscribe(kit: FuzzKit) {
  const who = await kit.guest()
  const token = kit.stage.unsubscribeToken(who.userId, await mailKind(kit, who))
  return { who, params: { token } }
}

async function ownMatch(kit: FuzzKit, { residents }: FuzzWorld) {
  const matchId = `battle-${kit.next() % 6}`
  return { who: residents[kit.next() % residents.length]!, params: { matchId } }
}

async function onBoard(kit: FuzzKit, { residents }: FuzzWorld) {
  const boards = ['global', 'season', 'mode:conquest', 'region:test']
  const board = boards[kit.next() % boards.length]!
  return { who: residents[kit.next() % residents.length]!, params: { board } }
}
