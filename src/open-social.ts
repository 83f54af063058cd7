/**
 * Friends, groups, parties, chat and notifications of this process, put together: the services on
 * the one database, the hub of home rooms and the streams, and the bus that both listen to.
 */
import { randomUUID } from 'node:crypto'

import { HomeHub } from '../rooms/home-hub.ts'
import type { HomeRoomPorts } from '../rooms/home-room.ts'
import type { HomeEvent } from '../rooms/home-ports.ts'
import { createHomeDesk, listenToLive } from './home-desk.ts'
import { NotificationStreams } from './http/notification-streams.ts'
import type { SocialRoutePorts } from './http/social-routes.ts'
import type { Config } from './config.ts'
import type { Database } from './db/database.ts'
import type { AppDatabase } from './open-app-database.ts'
import { openChannel } from './services/chat/channels.ts'
import { CHAT_DATA } from './services/chat/chat-data.ts'
import type { ChatPorts } from './services/chat/chat-ports.ts'
import { LINE_RATE_LIMITS, LineRate } from './services/chat/line-rate.ts'
import { MatchChannels } from './services/chat/match-channels.ts'
import { createWordFilter } from './services/chat/word-filter.ts'
import type { WordFilter } from './services/chat/word-filter.ts'
import { SHIPPED_WORD_LISTS } from './services/chat/word-lists.ts'
import { reloadWords, WORDS_TOPIC } from './services/chat/word-table.ts'
import { findNames } from './services/identity/find-names.ts'
import { isPresenceHidden } from './services/identity/profile.ts'
import type { UserDataPart } from './services/identity/user-data.ts'
import { NOTIFICATION_DATA } from './services/notifications/notification-data.ts'
import { createModerationDesk } from './services/moderation-desk.ts'
import { createSocialDesk } from './services/social-desk.ts'
import { listBlocked } from './services/social/blocks.ts'
import { areFriends, refuseWriting } from './services/social/contact-rules.ts'
import { createSocialData } from './services/social/social-data.ts'
import type { SocialPorts } from './services/social/social-ports.ts'
import type { StandingsDesk } from './services/standings-desk.ts'
import { systemClock, systemTimers } from './system-clock.ts'
import type { AppLogger } from './telemetry/logger.ts'
import type { Metrics } from './telemetry/metrics.ts'
import type { ClosableSeats } from './user-seats.ts'

const MS_PER_SEC = 1000

/** What it is made from. */
export interface SocialOptions {
  readonly store: Pick<AppDatabase, 'database' | 'jobs' | 'outbox' | 'bus'>
  readonly standings: Pick<StandingsDesk, 'shownRatings' | 'myProgress'>
  readonly config: Config
  /** Key of the links that stop mails. */
  readonly unsubscribeKey: Uint8Array
  readonly logger: AppLogger
  readonly metrics: Metrics
}

/** What rooms and HTTP get of it. */
export interface AppSocial {
  readonly home: HomeRoomPorts
  readonly http: SocialRoutePorts
  readonly matchChat: MatchChannels
  /** What is kept about users, for its copy and removal. */
  readonly dataParts: readonly UserDataPart[]
}

/** Puts it together; the open channels are made as soon as the database is there. */
export function openSocial(options: SocialOptions): AppSocial {
  const { store, standings, logger, metrics, config, unsubscribeKey } = options
  const { database, bus } = store
  const { social, chat, filter } = createServices(options)
  const onError = (error: unknown) =>
    logger.error({ event: 'home.error', err: error }, 'a command of a home room failed')
  const resyncs = metrics.numbers('battalion_home_resyncs_total').cell()
  const graceMs = config.presenceGraceSec * MS_PER_SEC
  const hub = new HomeHub(systemTimers, { resynced: () => resyncs.add(1) }, graceMs)
  const desk = createSocialDesk({ database, social, chat, standings, unsubscribeKey })
  const moderation = createModerationDesk({ database, social, chat })
  const streams = new NotificationStreams({
    clock: systemClock,
    timers: systemTimers,
    read: desk.notificationsAfter,
  })
  const hear = (event: HomeEvent) => {
    hub.hear(event)
    if (event.about === 'users' && event.type === 'notification') streams.wake(event.userIds)
  }
  listenToLive(bus, `live ${randomUUID()}`, hear).catch(onError)
  openPublicChannels(options, chat).catch(onError)
  followWords(options, filter).catch(onError)
  return {
    home: {
      hub,
      desk: createHomeDesk({ database, chat, social, isHidden: isPresenceHidden, onError }),
      clientsMax: config.homeClientsMax,
    },
    http: { desk, moderation, streams, isHere: (userId) => hub.isHere(userId) },
    matchChat: createMatchChannels(options, chat),
    dataParts: [createSocialData(social), CHAT_DATA, NOTIFICATION_DATA],
  }
}

/** What ends with a session: seats in rooms, and streams [F-06]. */
export function endWithSession(
  seats: ClosableSeats,
  { http }: AppSocial,
): Pick<ClosableSeats, 'closeSessions'> {
  return {
    closeSessions(ended, reason) {
      seats.closeSessions(ended, reason)
      http.streams.closeSessions(ended.sessionIds)
    },
  }
}

function createServices({ store, config }: SocialOptions): {
  readonly social: SocialPorts
  readonly chat: ChatPorts
  readonly filter: WordFilter
} {
  const { jobs, outbox } = store
  const filter = createWordFilter(SHIPPED_WORD_LISTS)
  const clock = systemClock
  const rate = new LineRate({
    linesMax: config.chatLinesMax,
    windowMs: config.chatWindowMs,
    muteMs: config.chatMuteSec * MS_PER_SEC,
    usersMax: LINE_RATE_LIMITS.usersMax,
  })
  const { groupMembersMax, partyMembersMax } = config
  const isCleanName = (name: string) => filter.isClean(name)
  const sizes = { groupMembersMax, partyMembersMax }
  return {
    social: { clock, outbox, jobs, findNames, isCleanName, sizes },
    chat: { clock, outbox, filter, rate, blocks: { listBlocked, refuseWriting, areFriends } },
    filter,
  }
}

/** The filter has the words of the table from the start, and each change as it happens. */
async function followWords({ store }: SocialOptions, filter: WordFilter): Promise<void> {
  const { database, bus } = store
  const interest = { group: `words ${randomUUID()}`, topics: [WORDS_TOPIC] }
  await bus.subscribe(interest, () => reloadWords(database.db, filter))
  if (await isOpened(database)) await reloadWords(database.db, filter)
}

/** False when the database cannot be used; whoever opened it says why. */
async function isOpened({ ready }: Database): Promise<boolean> {
  return await ready.then(
    () => true,
    () => false,
  )
}

function createMatchChannels({ store, logger }: SocialOptions, chat: ChatPorts): MatchChannels {
  return new MatchChannels({
    ...chat,
    database: store.database,
    findNames,
    onLost: (error) =>
      logger.warn({ event: 'chat.lost', err: error }, 'a change of a battle channel was lost'),
  })
}

async function openPublicChannels(options: SocialOptions, chat: ChatPorts): Promise<void> {
  const { database } = options.store
  if (!(await isOpened(database))) return
  // Patient: a server that is busy as it starts must not go without them.
  await database.patient.transact(async (trx) => {
    await openChannel(trx, chat, { kind: 'global', subject: 'all' })
    await openChannel(trx, chat, { kind: 'region', subject: options.config.region })
  })
}
