/**
 * The people of a fuzz run: a victim whose private things hold canaries, and attackers who know all
 * of his ids. Attackers are replaced when a request of theirs ended their session.
 */
import { createApiClient } from '@battalion/client/api-client.ts'
import type { ApiClient } from '@battalion/client/api-client.ts'
import { ApiError } from '@battalion/client/api-error.ts'

/** How often a busy database is asked, and the first pause between (ms). */
const TRIES_MAX = 8
const RETRY_MS = 500
/** Begins every canary, so that none is there by chance. */
const CANARY = 'canary9f3b'

/** The victim's things. */
export interface FuzzWorld {
  readonly canaries: readonly string[]
  /** Ids by the name of a parameter or field. */
  readonly ids: Readonly<Record<string, readonly string[]>>
}

/** Signs up the victim and a friend of his, and lets them have secrets. */
export async function openFuzzWorld(url: string): Promise<FuzzWorld> {
  const victim = createApiClient({ baseUrl: url, headers: { 'user-agent': `${CANARY}-device` } })
  const email = `${CANARY}-mail@example.org`
  const account = { name: 'Victim', email, password: `${CANARY} password` }
  const pair = await patiently(() => victim.post('/v1/auth/signup', { body: account }))
  victim.tokens.write(pair)
  const friend = createApiClient({ baseUrl: url })
  const other = await patiently(() => friend.post('/v1/auth/guest', { body: { name: 'Friend' } }))
  friend.tokens.write(other)

  const group = await patiently(() =>
    victim.post('/v1/groups', {
      body: { name: `${CANARY} group`.slice(0, 24), isOpen: false },
    }),
  )
  const channel = await patiently(() =>
    victim.post('/v1/channels', { body: { userId: other.userId } }),
  )
  const line = await patiently(() => say(victim, channel.id, `${CANARY} line`))
  await patiently(() =>
    friend.post('/v1/channels/{channelId}/messages/{seq}/reports', {
      params: { path: { channelId: channel.id, seq: line.seq } },
      body: { reason: 'other', note: `${CANARY} note` },
    }),
  )
  await patiently(() => victim.post('/v1/friends', { body: { userId: other.userId } }))
  const party = await patiently(() =>
    victim.post('/v1/parties/invites', { body: { userId: other.userId } }),
  )
  const { items } = await patiently(() => victim.get('/v1/me/sessions'))
  const userIds = [pair.userId, other.userId]
  return {
    canaries: [CANARY, pair.refreshToken, pair.accessToken, other.refreshToken],
    ids: {
      userId: userIds,
      ids: userIds,
      groupId: [group.id],
      partyId: party === null ? [] : [party.id],
      channelId: [channel.id],
      sessionId: items.map(({ sessionId }) => sessionId),
      seq: [String(line.seq)],
    },
  }
}

async function say(api: ApiClient, channelId: string, text: string) {
  return await api.post('/v1/channels/{channelId}/messages', {
    params: { path: { channelId } },
    body: { text },
  })
}

/** Asks again while the database has no time: on a busy machine that is no fault. */
async function patiently<T>(ask: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await ask()
    } catch (error) {
      const isBusy = error instanceof ApiError && error.code === 'database_unavailable'
      if (!isBusy || tries === TRIES_MAX) throw error
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS * tries))
    }
  }
}

/** Signs attackers in; each is a guest who can do everything a guest can. */
export class Attackers {
  readonly #url: string
  readonly #tokens: string[] = []

  constructor(url: string) {
    this.#url = url
  }

  /** The access token of attacker `index`, signed in when he is not. */
  async token(index: number): Promise<string> {
    const known = this.#tokens[index]
    if (known !== undefined && known !== '') return known
    const api = createApiClient({
      baseUrl: this.#url,
      headers: { 'x-forwarded-for': `198.51.100.${index}` },
    })
    const guest = { name: `Eve ${index}` }
    const { accessToken } = await patiently(() => api.post('/v1/auth/guest', { body: guest }))
    this.#tokens[index] = accessToken
    return accessToken
  }

  /** His session is over: the next request signs him in anew. */
  forget(index: number): void {
    this.#tokens[index] = ''
  }
}
