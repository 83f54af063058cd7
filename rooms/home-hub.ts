/**
 * Who hears what: every client of the process's home rooms by user and by channel, and the events
 * from the bus handed to those they concern. Nothing is sent at once: what comes within FLUSH_MS
 * shares one message per client, and clients that hear the same share one feed. Queues are bounded;
 * a client that would miss something is told to read anew (`resync`) instead. Knows no Colyseus and
 * no storage.
 */
import { AppError } from '@battalion/base/app-error.ts'
import type { Timers } from '@battalion/base/clock.ts'

import { Feed } from './home-feed.ts'
import type { FeedItem } from './home-feed.ts'
import type { HomeEvent, HomeFriend, HomeSnapshot } from './home-ports.ts'
import { HomePresence } from './home-presence.ts'

/** What comes within this time shares one message per client (ms). */
export const FLUSH_MS = 50
/** Clients that get theirs in one go; then others, a battle's tick among them, have the thread. */
export const FLUSH_CLIENTS_MAX = 128
/** Between two such turns (ms). */
const FLUSH_TURN_MS = 1
/** Items that wait for one client; one more and all of them become one `resync`. */
export const FEED_ITEMS_MAX = 256
/** Events kept for a client whose state is being read; one more and its join is refused. */
export const LOADING_EVENTS_MAX = 512

/** Where a member's items go. */
export interface FeedTaker {
  /** False: cannot take more now; the items wait. */
  mayTake(): boolean
  take(feed: Feed): void
}

/** A client of a home room. */
export class HomeMember {
  readonly userId: string
  readonly name: string
  readonly taker: FeedTaker
  readonly channelIds = new Set<string>()
  readonly friends = new Map<string, HomeFriend>()
  readonly blockedIds = new Set<string>()
  /** What waits for it; undefined when nothing does. */
  feed: Feed | undefined
  /** Events of the time in which its state is read; undefined afterwards. */
  missed: HomeEvent[] | undefined = []

  constructor(user: { readonly userId: string; readonly name: string }, taker: FeedTaker) {
    this.userId = user.userId
    this.name = user.name
    this.taker = taker
  }
}

/** What hubs count. */
export interface HubMetrics {
  resynced(): void
}

/** The clients of this process. */
export class HomeHub {
  readonly #timers: Timers
  readonly #metrics: HubMetrics
  readonly #presence: HomePresence<HomeMember>
  readonly #members = new Map<string, HomeMember>()
  readonly #channels = new Map<string, Set<HomeMember>>()
  readonly #loading = new Set<HomeMember>()
  /** Members for whom something waits, for the next flush. */
  readonly #dirty = new Set<HomeMember>()
  /** Members of the flush under way who have not had their turn. */
  #due: Iterator<HomeMember> | undefined
  /** What feeds grow from; a new one with each flush, or old ones would be kept for ever. */
  #start = Feed.empty()
  /** True while the next flush is due. */
  #isFlushDue = false

  /** `presenceGraceMs`: how long friends still see who has gone (ms). */
  constructor(timers: Timers, metrics: HubMetrics, presenceGraceMs = 0) {
    this.#timers = timers
    this.#metrics = metrics
    this.#presence = new HomePresence<HomeMember>({
      timers,
      graceMs: presenceGraceMs,
      tell: (member, userId, isOnline) => this.push(member, ['presence', { userId, isOnline }]),
    })
  }

  /** Home rooms of this process. */
  roomCount = 0

  /** Users who are here. */
  get count(): number {
    return this.#members.size
  }

  /** From now on nothing that concerns the member is lost, while its state is being read. */
  expect(member: HomeMember): void {
    this.#loading.add(member)
  }

  /** The member's state is read: it hears what happened meanwhile, and all that comes. */
  enter(member: HomeMember, snapshot: HomeSnapshot): void {
    const { missed } = member
    this.#loading.delete(member)
    member.missed = undefined
    if (missed === undefined || missed.length > LOADING_EVENTS_MAX) {
      throw new AppError('overloaded', 'Too much happens at once; join again.')
    }
    const lastSeqs = new Map(snapshot.channels.map(({ id, lastSeq }) => [id, lastSeq]))
    for (const friend of snapshot.friends) this.#setFriend(member, friend)
    for (const id of snapshot.blockedIds) member.blockedIds.add(id)
    const earlier = this.#members.get(member.userId)
    if (earlier !== undefined) this.#forget(earlier)
    this.#members.set(member.userId, member)
    for (const { id } of snapshot.channels) this.#joinChannel(member, id)
    for (const event of missed) {
      if (!isInSnapshot(event, lastSeqs)) this.#tell(member, event, toItem(event))
    }
    this.#presence.came(member.userId, snapshot.isHidden)
  }

  /** The member is gone; a newer one of the same user stays. */
  leave(member: HomeMember): void {
    this.#loading.delete(member)
    this.#forget(member)
    if (this.#members.get(member.userId) !== member) return
    this.#members.delete(member.userId)
    this.#presence.went(member.userId)
  }

  /** True while this client, and no newer one of its user, is here. */
  has(member: HomeMember): boolean {
    return this.#members.get(member.userId) === member
  }

  /** True while the user has a client here, hidden or not. */
  isHere(userId: string): boolean {
    return this.#members.has(userId)
  }

  /** True while friends see the user online. */
  isOnline(userId: string): boolean {
    return this.#presence.isSeen(userId)
  }

  /** Something happened. */
  hear(event: HomeEvent): void {
    for (const member of this.#loading) {
      // One beyond the limit is kept: it tells `enter` that some are missing.
      if (member.missed!.length <= LOADING_EVENTS_MAX) member.missed!.push(event)
    }
    const item = toItem(event)
    if (event.about === 'line') {
      const members = this.#channels.get(event.line.channelId) ?? []
      for (const member of members) this.#tell(member, event, item)
      return
    }
    for (const userId of event.userIds) {
      const member = this.#members.get(userId)
      if (member !== undefined) this.#tell(member, event, item)
    }
  }

  /** An item for everybody who is here. */
  tellAll(item: FeedItem): void {
    for (const member of this.#members.values()) this.push(member, item)
  }

  /** An item for one member, in turn with all others. */
  push(member: HomeMember, item: FeedItem): void {
    if (member.feed !== undefined && member.feed.length >= FEED_ITEMS_MAX) {
      member.feed = this.#start.append(RESYNC)
      this.#metrics.resynced()
    }
    member.feed = (member.feed ?? this.#start).append(item)
    this.#dirty.add(member)
    this.#planFlush()
  }

  #planFlush(): void {
    if (this.#isFlushDue) return
    this.#isFlushDue = true
    this.#timers.setTimeout(() => this.#flush(), FLUSH_MS)
  }

  #flush(): void {
    this.#isFlushDue = false
    // The one before is not through: whoever waits has the next one.
    if (this.#due !== undefined) return this.#planFlush()
    this.#due = [...this.#dirty].values()
    this.#dirty.clear()
    this.#start = Feed.empty()
    this.#takeTurn()
  }

  /** What comes meanwhile plans the next flush: its time counts from the beginning of this one. */
  #takeTurn(): void {
    for (let count = 0; count < FLUSH_CLIENTS_MAX; count++) {
      const next = this.#due?.next()
      if (next === undefined || next.done === true) return this.#endFlush()
      this.#flushMember(next.value)
    }
    this.#timers.setTimeout(() => this.#takeTurn(), FLUSH_TURN_MS)
  }

  #endFlush(): void {
    this.#due = undefined
    if (this.#dirty.size > 0) this.#planFlush()
  }

  #flushMember(member: HomeMember): void {
    const { feed, taker } = member
    this.#dirty.delete(member)
    if (feed === undefined) return
    if (!taker.mayTake()) {
      this.#dirty.add(member)
      return
    }
    member.feed = undefined
    taker.take(feed)
  }

  #tell(member: HomeMember, event: HomeEvent, item: FeedItem): void {
    if (event.about === 'line') {
      const { channelId, authorId } = event.line
      if (!member.channelIds.has(channelId)) return
      // The blocker does not receive (SOC-4).
      if (authorId === null || !member.blockedIds.has(authorId)) this.push(member, item)
      return
    }
    if (!event.userIds.includes(member.userId)) return
    if (event.about === 'users') return this.#tellUser(member, item)
    if (event.isMember) this.#joinChannel(member, event.channelId)
    else this.#leaveChannel(member, event.channelId)
    this.push(member, item)
  }

  #tellUser(member: HomeMember, item: FeedItem): void {
    this.push(member, item)
    const [type, body] = item
    if (typeof body !== 'object' || body === null) return
    const change: UserChange = body
    if (type === 'privacy') this.#presence.setHidden(member.userId, change.isHidden === true)
    const { userId } = change
    if (typeof userId !== 'string') return
    if (type === 'block') {
      if (change.isBlocked === true) member.blockedIds.add(userId)
      else member.blockedIds.delete(userId)
    }
    if (type === 'friend') this.#tellFriend(member, { ...change, userId })
  }

  #tellFriend(member: HomeMember, change: UserChange & { readonly userId: string }): void {
    const { userId, name, state } = change
    if (typeof state !== 'string') return
    const wereFriends = member.friends.get(userId)?.state === 'friends'
    this.#setFriend(member, { userId, name: typeof name === 'string' ? name : '', state })
    if (wereFriends || state !== 'friends' || !this.isOnline(userId)) return
    this.push(member, ['presence', { userId, isOnline: true }])
  }

  /** Friends hear of each other; who has only asked does not. */
  #setFriend(member: HomeMember, friend: HomeFriend): void {
    const { userId, state } = friend
    if (state === 'none') member.friends.delete(userId)
    else member.friends.set(userId, friend)
    if (state === 'friends') this.#presence.watch(member, userId)
    else this.#presence.unwatch(member, userId)
  }

  #joinChannel(member: HomeMember, channelId: string): void {
    member.channelIds.add(channelId)
    const members = this.#channels.get(channelId) ?? new Set()
    this.#channels.set(channelId, members.add(member))
  }

  #leaveChannel(member: HomeMember, channelId: string): void {
    member.channelIds.delete(channelId)
    const members = this.#channels.get(channelId)
    members?.delete(member)
    if (members?.size === 0) this.#channels.delete(channelId)
  }

  #forget(member: HomeMember): void {
    for (const channelId of member.channelIds) this.#leaveChannel(member, channelId)
    for (const userId of member.friends.keys()) this.#presence.unwatch(member, userId)
    this.#dirty.delete(member)
    member.feed = undefined
  }
}

/** What bodies for one user may say that the hub itself must know. */
interface UserChange {
  readonly userId?: unknown
  readonly name?: unknown
  readonly state?: unknown
  readonly isBlocked?: unknown
  readonly isHidden?: unknown
}

const RESYNC: FeedItem = ['resync', {}]

/** What clients hear of an event; made once for all of them. */
function toItem(event: HomeEvent): FeedItem {
  if (event.about === 'line') return [event.type, event.line]
  if (event.about === 'users') return [event.type, event.body]
  const { channelId, kind, subject, isMember } = event
  return ['channel', { channelId, kind, subject, isMember }]
}

/** A line that its reader finds by the channel's last number. */
function isInSnapshot(event: HomeEvent, lastSeqs: ReadonlyMap<string, number>): boolean {
  if (event.about !== 'line' || event.type !== 'line') return false
  return event.line.seq <= (lastSeqs.get(event.line.channelId) ?? 0)
}
