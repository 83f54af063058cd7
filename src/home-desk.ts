/**
 * The services behind home rooms: reads what a client finds, carries out what it says, and turns
 * bus events into what the hub understands. A bounded number of commands runs at once and a bounded
 * number waits; beyond that the answer is `overloaded`, so a slow database never grows a queue
 * without end.
 */
import { randomUUID } from 'node:crypto'

import { AppError } from '@battalion/base/app-error.ts'
import { BoundedQueue } from '@battalion/base/bounded-queue.ts'
import { z } from 'zod'

import type { HomeAnswer, HomeCommand, HomeDesk, HomeEvent } from '../rooms/home-ports.ts'
import type { HomeSnapshot } from '../rooms/home-ports.ts'
import type { Database, Db } from './db/database.ts'
import { listChannels, markChannelRead } from './services/chat/channels.ts'
import type { ChatPorts } from './services/chat/chat-ports.ts'
import { deleteLine, editLine, sendLine } from './services/chat/lines.ts'
import { LIVE_TOPICS } from './services/live-events.ts'
import { countUnreadNotifications } from './services/notifications/notifications.ts'
import type { Bus, BusEvent, BusSubscription } from './services/outbox/bus.ts'
import { withRequest } from './services/request-scope.ts'
import { listBlocked } from './services/social/blocks.ts'
import { listFriends } from './services/social/friends.ts'
import { findPartyOf } from './services/social/parties.ts'
import type { SocialPorts } from './services/social/social-ports.ts'
import { readStateVersion } from './services/sync/state-versions.ts'

/** Commands carried out at once; the pool of a database is about as large. */
const RUNNING_MAX = 8
/** Commands that wait; beyond it a client is told to come back. */
export const WAITING_COMMANDS_MAX = 2000
const RETRY_AFTER_SEC = 2

/** What the desk stands on. */
export interface HomeDeskPorts {
  readonly database: Database
  readonly chat: ChatPorts
  readonly social: Pick<SocialPorts, 'findNames'>
  /** Whether friends do not see the user online. */
  readonly isHidden: (db: Db, userId: string) => Promise<boolean>
  readonly onError: (error: unknown) => void
}

/** The desk of this process. */
export function createHomeDesk(ports: HomeDeskPorts): HomeDesk {
  const waiting = new BoundedQueue<() => Promise<void>>(WAITING_COMMANDS_MAX)
  let runningCount = 0
  const next = () => {
    while (runningCount < RUNNING_MAX) {
      const work = waiting.shift()
      if (work === undefined) return
      runningCount++
      void work().finally(() => {
        runningCount--
        next()
      })
    }
  }
  return {
    load: (userId) => loadHome(ports, userId),
    carryOut(userId, command) {
      const { promise, resolve } = Promise.withResolvers<HomeAnswer>()
      const run = async () => resolve(await answer(ports, userId, command))
      // A command is a request, as one over HTTP is (OBS-2).
      const work = () => withRequest(randomUUID(), run)
      if (!waiting.push(work)) resolve(OVERLOADED)
      next()
      return promise
    },
  }
}

const OVERLOADED: HomeAnswer = {
  ok: false,
  code: 'overloaded',
  message: 'Too much is being said; try again in a moment.',
  retryAfterSec: RETRY_AFTER_SEC,
}

async function loadHome(ports: HomeDeskPorts, userId: string): Promise<HomeSnapshot> {
  const { db } = ports.database
  return {
    channels: await listChannels(db, userId),
    friends: await listFriends(db, ports.social, userId),
    blockedIds: await listBlocked(db, userId),
    isHidden: await ports.isHidden(db, userId),
    party: (await findPartyOf(db, userId)) ?? null,
    unreadNotifications: await countUnreadNotifications(db, userId),
    stateVersion: await readStateVersion(db, userId),
  }
}

async function answer(
  ports: HomeDeskPorts,
  userId: string,
  command: HomeCommand,
): Promise<HomeAnswer> {
  try {
    return { ok: true, seq: await carryOut(ports, userId, command) }
  } catch (error) {
    if (!(error instanceof AppError)) ports.onError(error)
    const known = error instanceof AppError ? error : undefined
    return {
      ok: false,
      code: known?.code ?? 'internal',
      message: known?.message ?? 'Something went wrong on our side.',
      ...(known?.retryAfterSec === undefined ? {} : { retryAfterSec: known.retryAfterSec }),
    }
  }
}

/** Answers the number the command was about. */
async function carryOut(
  { database, chat }: HomeDeskPorts,
  userId: string,
  command: HomeCommand,
): Promise<number> {
  switch (command.type) {
    case 'say':
      return (await sendLine(database, chat, { ...command, userId })).seq
    case 'edit':
      return (await editLine(database, chat, { ...command, userId })).seq
    case 'delete': {
      const wish = { ...command, userId, isModerator: false }
      await database.transact((trx) => deleteLine(trx, chat, wish))
      return command.seq
    }
    default:
      return await database.transact((trx) => markChannelRead(trx, chat, { ...command, userId }))
  }
}

const lineSchema = z.object({
  channelId: z.string(),
  seq: z.number(),
  authorId: z.string().nullable(),
  text: z.string().nullable(),
  createdAt: z.string(),
  isEdited: z.boolean(),
})
const usersSchema = z.object({
  userIds: z.array(z.string()),
  type: z.string(),
  body: z.unknown(),
})
const membersSchema = z.object({
  channelId: z.string(),
  kind: z.string(),
  subject: z.string(),
  userIds: z.array(z.string()),
  isMember: z.boolean(),
})

/** Lets `hear` know of every live event from now on; `group` is this process's own. */
export function listenToLive(
  bus: Bus,
  group: string,
  hear: (event: HomeEvent) => void,
): Promise<BusSubscription> {
  const topics = Object.values(LIVE_TOPICS)
  return bus.subscribe({ group, topics }, async (event) => hear(parseLive(event)))
}

function parseLive({ topic, payload }: BusEvent): HomeEvent {
  switch (topic) {
    case LIVE_TOPICS.users:
      return { about: 'users', ...usersSchema.parse(payload) }
    case LIVE_TOPICS.members:
      return { about: 'members', ...membersSchema.parse(payload) }
    default:
      return {
        about: 'line',
        ...z.object({ type: z.string(), line: lineSchema }).parse(payload),
      }
  }
}
