/** The users of the service bench: who they are, and one request of each kind. */
import type { HttpLanes, Reply } from './clients/http-lanes.ts'

const PASSWORD = 'correct horse battery staple'

/** One guest. */
interface Guest {
  readonly accessToken: string
  refreshToken: string
  etag: string
}

export class ServiceUsers {
  readonly #lanes: HttpLanes
  readonly #guests: Guest[] = []
  #channelId = ''
  /** Guests that came only to be counted have addresses of their own. */
  #strangers = 1_000_000

  constructor(lanes: HttpLanes) {
    this.#lanes = lanes
  }

  /** Signs in guests and makes accounts. */
  async prepare(guests: number, accounts: number): Promise<void> {
    await this.#lanes.each(guests, async (index) => {
      const { json } = await this.#guest(index)
      const { accessToken, refreshToken } = json as unknown as Guest
      this.#guests[index] = { accessToken, refreshToken, etag: '' }
    })
    await this.#lanes.each(accounts, (index) =>
      this.#lanes.ask({
        method: 'POST',
        path: '/v1/auth/signup',
        from: 500_000 + index,
        body: { name: `Player ${index}`, email: `p${index}@example.org`, password: PASSWORD },
      }),
    )
    const { json } = await this.#get('/v1/channels', 0)
    const { channels } = json as { channels: { id: string; kind: string }[] }
    this.#channelId = channels.find(({ kind }) => kind === 'global')!.id
  }

  signInGuest(_index: number): Promise<Reply> {
    return this.#guest(this.#strangers++)
  }

  logIn(index: number): Promise<Reply> {
    const body = { login: `p${index}@example.org`, password: PASSWORD }
    return this.#lanes.ask({ method: 'POST', path: '/v1/auth/login', from: 500_000 + index, body })
  }

  async refresh(index: number): Promise<void> {
    const guest = this.#guestOf(index)
    const body = { refreshToken: guest.refreshToken }
    const path = '/v1/auth/refresh'
    const { json } = await this.#lanes.ask({ method: 'POST', path, from: index, body })
    guest.refreshToken = json['refreshToken'] as string
  }

  readMe(index: number): Promise<Reply> {
    return this.#get('/v1/me', index)
  }

  /** With `isKnown` only whether there is anything new. */
  async readState(index: number, isKnown: boolean): Promise<void> {
    const guest = this.#guestOf(index)
    const { etag, status } = await this.#get('/v1/me/state', index, isKnown ? guest.etag : '')
    guest.etag = etag
    if (isKnown && status !== 304 && guest.etag === '') throw new RangeError('no version')
  }

  say(index: number): Promise<Reply> {
    const path = `/v1/channels/${this.#channelId}/messages`
    const token = this.#guestOf(index).accessToken
    const body = { text: `Line ${index}: we hold the bridge, come over the left bank.` }
    return this.#lanes.ask({ method: 'POST', path, from: index, token, body })
  }

  #guest(from: number): Promise<Reply> {
    const body = { name: 'Ada' }
    return this.#lanes.ask({ method: 'POST', path: '/v1/auth/guest', from, body })
  }

  #get(path: string, index: number, etag = ''): Promise<Reply> {
    const token = this.#guestOf(index).accessToken
    const known = etag === '' ? {} : { etag }
    return this.#lanes.ask({ method: 'GET', path, from: index, token, ...known })
  }

  #guestOf(index: number): Guest {
    return this.#guests[index % this.#guests.length]!
  }
}
