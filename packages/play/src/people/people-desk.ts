/**
 * What this part knows of the player's people, and how it comes to know: the welcome and the feed
 * of the home room, pages of the API where the feed only says that something happened. Views listen
 * to `changed` and read; what players want to do stands in `people-actions.ts`.
 */
import type { ApiClient } from '@battalion/client/api-client.ts'
import type { components } from '@battalion/client/api-types.ts'
import type { HomeItem, HomeLink } from '@battalion/client/home-link.ts'
import type { HomeFriend, HomeItems, HomeLine, HomeParty } from '@battalion/client/home-messages.ts'

import { ChannelBook } from './channel-book.ts'
import type { Channel } from './channel-book.ts'
import { GroupBook } from './group-book.ts'
import { HomeKeeper } from './home-keeper.ts'
import type { HomeMode } from './home-keeper.ts'
import { NameBook } from './name-book.ts'
import type { PeopleHost } from './people-host.ts'
import { Signal } from './signal.ts'

type Schemas = components['schemas']
export type Me = Schemas['Me']
export type Notice = Schemas['Notification']
export interface PartyInvite {
  readonly partyId: string
  readonly invitedBy: string
  readonly expiresAt: string
}

/** Lines of one page of history. */
export const PAGE_LINES = 50
/** Notices shown; older ones are of no use here. */
const NOTICES_MAX = 40

/** A party the player is in. */
export interface Party {
  readonly leaderId: string
  readonly memberIds: readonly string[]
}

export class PeopleDesk {
  readonly changed = new Signal()
  readonly channels = new ChannelBook()
  readonly friends = new Map<string, HomeFriend>()
  readonly blockedIds = new Set<string>()
  /** End of a mute by scope (a channel's id or `all`), RFC 3339. */
  readonly mutes = new Map<string, string>()
  readonly names: NameBook
  readonly groups: GroupBook
  readonly api: ApiClient
  me: Me | undefined
  party: Party | undefined
  invites: readonly PartyInvite[] = []
  notices: readonly Notice[] = []
  unreadNotices = 0
  /** The channel whose tab is chosen. */
  activeId: string | undefined
  /** True while its lines are seen. */
  isChatSeen = false
  /** A notice or line that came while the page is open, for toasts and the faded lines. */
  onNotice: (notice: Notice) => void = () => undefined
  onLine: (line: HomeLine, channel: Channel) => void = () => undefined
  /** The leader takes the party into a battle. */
  onPartyBattle: (battle: HomeItems['party_battle']) => void = () => undefined
  readonly #home: HomeKeeper
  readonly #host: PeopleHost
  #token = ''

  constructor(host: PeopleHost) {
    this.#host = host
    this.api = host.api
    this.names = new NameBook(host.api, this.changed)
    const { names, changed } = this
    this.groups = new GroupBook({ api: host.api, names, changed })
    this.#home = new HomeKeeper({
      open: async () => {
        const link = await host.openHome()
        this.#token = host.session.findToken() ?? ''
        return link
      },
      opened: (link) => void this.#opened(link),
      item: (item) => this.#take(item),
      changed: () => this.changed.fire(),
      refused: () => host.session.distrust(this.#token),
    })
  }

  get mode(): HomeMode {
    return this.#home.mode
  }
  get link(): HomeLink | undefined {
    return this.#home.link
  }
  get active(): Channel | undefined {
    return this.channels.find(this.activeId) ?? this.channels.findKind('global')
  }
  get isAccount(): boolean {
    return this.me?.kind === 'account'
  }
  get unreadLines(): number {
    return this.channels.all.reduce((sum, channel) => sum + countedUnread(channel), 0)
  }
  /** Requests and invitations that wait for an answer. */
  get waitingCount(): number {
    const asking = [...this.friends.values()].filter(({ state }) => state === 'asks')
    return asking.length + this.invites.length + this.groups.invites.length
  }

  /** Connects as whoever is signed in now; what was known of another is forgotten. */
  connect(): void {
    if (this.me !== undefined && this.me.userId !== this.#host.session.userId) this.#forget()
    this.#home.start()
  }

  /** Reads who is signed in. */
  async readMe(): Promise<void> {
    this.me = await this.api.get('/v1/me')
    this.names.learn(this.me.userId, this.me.name)
    this.changed.fire()
  }

  /** Reads notices and invitations, whose texts the feed does not carry. */
  async readNotices(): Promise<void> {
    const query = { limit: NOTICES_MAX }
    const { notifications } = await this.api.get('/v1/notifications', { params: { query } })
    this.notices = notifications
    await this.readInvites()
  }

  async readInvites(): Promise<void> {
    const { party, invites } = await this.api.get('/v1/parties')
    this.invites = invites
    this.#setParty(party ?? undefined)
    for (const { invitedBy } of invites) this.names.nameOf(invitedBy)
    this.changed.fire()
  }

  async #opened(link: HomeLink): Promise<void> {
    const { welcome } = link
    this.channels.welcome(welcome.channels)
    this.friends.clear()
    for (const friend of welcome.friends) this.#setFriend(friend)
    this.#setParty(welcome.party ?? undefined)
    this.unreadNotices = welcome.unreadNotifications
    this.changed.fire()
    try {
      await this.readMe()
      const { userIds } = await this.api.get('/v1/blocks')
      this.blockedIds.clear()
      for (const userId of userIds) this.blockedIds.add(userId)
      await this.readNotices()
      await this.groups.read()
    } catch {
      // Shown as far as it is known; the views that need more ask again when they open.
    }
    this.changed.fire()
  }

  #take(item: HomeItem): void {
    const [type, body] = item
    switch (type) {
      case 'line':
        this.#addLine(body)
        break
      case 'line_edited':
      case 'line_deleted':
        this.channels.change(body)
        break
      case 'channel':
        this.#moveChannel(body)
        break
      case 'friend':
        this.#setFriend(body)
        break
      case 'presence':
        this.#setPresence(body)
        break
      case 'block':
        this.#setBlocked(body)
        break
      case 'party':
        this.#setParty(body)
        void this.readInvites().catch(() => undefined)
        break
      case 'group':
        void this.groups.read().catch(() => undefined)
        break
      case 'party_battle':
        this.onPartyBattle(body)
        break
      case 'notification':
        void this.#readNotice(body.seq)
        break
      case 'mute':
        if (body.until === null) this.mutes.delete(body.scope)
        else this.mutes.set(body.scope, body.until)
        break
      default:
      // A server newer than this page may say more.
    }
    this.changed.fire()
  }

  #moveChannel(change: HomeItems['channel']): void {
    const { channelId: id, kind, isMember } = change
    if (isMember) this.channels.open({ ...change, id })
    else this.channels.close(id)
    // Who goes into a battle talks to his team, and back to where he talked before.
    if (isMember && kind === 'team') this.activeId = id
    if (!isMember && this.activeId === id && !this.isChatSeen) this.activeId = undefined
  }

  #addLine(line: HomeLine): void {
    const isOwn = line.authorId === this.me?.userId
    const isSeen = isOwn || (this.isChatSeen && this.active?.id === line.channelId)
    const channel = this.channels.find(line.channelId)
    if (!this.channels.add(line, isSeen) || channel === undefined) return
    if (isSeen && !isOwn) this.markRead(channel)
    this.onLine(line, channel)
  }

  /** Everything in it was seen. */
  markRead(channel: Channel): void {
    if (channel.readSeq === channel.lastSeq) return
    this.channels.markRead(channel.id)
    this.changed.fire()
    const mark = { channelId: channel.id, seq: channel.lastSeq }
    // Lost marks are made up for by the next one.
    void this.link?.send('read', mark).catch(() => undefined)
  }

  #setFriend(friend: HomeFriend): void {
    this.names.learn(friend.userId, friend.name)
    const known = this.friends.get(friend.userId)
    if (friend.state === 'none') this.friends.delete(friend.userId)
    else this.friends.set(friend.userId, { isOnline: known?.isOnline ?? false, ...friend })
  }

  #setPresence({ userId, isOnline }: { readonly userId: string; readonly isOnline: boolean }) {
    const friend = this.friends.get(userId)
    if (friend !== undefined) this.friends.set(userId, { ...friend, isOnline })
  }

  #setBlocked({ userId, isBlocked }: { readonly userId: string; readonly isBlocked: boolean }) {
    if (this.blockedIds.has(userId) === isBlocked) return
    if (isBlocked) this.blockedIds.add(userId)
    else this.blockedIds.delete(userId)
    this.channels.forgetLines()
  }

  #setParty(party: HomeParty | undefined): void {
    const isOver = party === undefined || party.leaderId === null
    this.party = isOver ? undefined : { ...party, leaderId: party.leaderId }
  }

  async #readNotice(seq: number): Promise<void> {
    try {
      const query = { after: seq - 1, limit: 1 }
      const { notifications } = await this.api.get('/v1/notifications', { params: { query } })
      const [notice] = notifications
      if (notice === undefined || this.notices.some((one) => one.seq === notice.seq)) return
      this.notices = [notice, ...this.notices].slice(0, NOTICES_MAX)
      this.unreadNotices++
      this.onNotice(notice)
      if (notice.kind.startsWith('party')) await this.readInvites()
      if (notice.kind.startsWith('group')) await this.groups.read()
      this.changed.fire()
    } catch {
      // It stays in the list that is read with the next welcome.
    }
  }

  #forget(): void {
    this.me = undefined
    this.friends.clear()
    this.blockedIds.clear()
    this.mutes.clear()
    this.channels.welcome([])
    this.party = undefined
    this.invites = []
    this.groups.forget()
    this.notices = []
    this.unreadNotices = 0
    this.activeId = undefined
    this.changed.fire()
  }
}

/** Open channels are a crowd: they are marked in their tab, but call nobody. */
export function countedUnread({ kind, unreadCount }: Channel): number {
  return kind === 'global' || kind === 'region' || kind === 'match' ? 0 : unreadCount
}
