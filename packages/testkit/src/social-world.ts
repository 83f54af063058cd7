/**
 * A world for tests of friends, groups, parties, chat and notifications: users by name in a fresh
 * database, the ports of the services with a clock that is moved by hand, and every event that was
 * emitted, in order.
 */
import { createHash } from 'node:crypto'

import { sql } from 'kysely'

import type { Database, Db, Trx } from '../../../src/db/database.ts'
import type { ChatPorts } from '../../../src/services/chat/chat-ports.ts'
import { LineRate } from '../../../src/services/chat/line-rate.ts'
import { createWordFilter } from '../../../src/services/chat/word-filter.ts'
import { SHIPPED_WORD_LISTS } from '../../../src/services/chat/word-lists.ts'
import { createJobQueue } from '../../../src/services/jobs/job-queue.ts'
import { createEventOutbox } from '../../../src/services/outbox/event-outbox.ts'
import { listBlocked } from '../../../src/services/social/blocks.ts'
import { areFriends, refuseWriting } from '../../../src/services/social/contact-rules.ts'
import type { SocialPorts } from '../../../src/services/social/social-ports.ts'
import { FakeClock } from './fake-clock.ts'
import type { TestEngine } from './test-database.ts'

/** An event as it was put into the outbox. */
export interface SeenEvent {
  readonly topic: string
  readonly key: string
  readonly payload: Record<string, unknown>
}

/** The world of one suite. */
export interface SocialWorld {
  readonly database: Database
  readonly clock: FakeClock
  readonly social: SocialPorts
  readonly chat: ChatPorts
  /** The id of a user of this name, made at first use; the same name is the same id. */
  user(name: string): Promise<string>
  users(...names: string[]): Promise<string[]>
  /** Sets a user's privacy. */
  wish(userId: string, privacy: Readonly<Record<string, string>>): Promise<void>
  run<T>(work: (trx: Trx) => Promise<T>): Promise<T>
  events(topic?: string): Promise<SeenEvent[]>
  /** Forgets what was said, so that a test sees its own events only. */
  clearEvents(): Promise<void>
  close(): Promise<void>
}

/** Opens a world on an engine; close it in `after`. */
export async function openSocialWorld(engine: TestEngine): Promise<SocialWorld> {
  const closers: (() => unknown)[] = []
  const database = await engine.open({ after: (close) => void closers.push(close as never) })
  const clock = new FakeClock()
  const outbox = createEventOutbox(clock)
  const filter = createWordFilter(SHIPPED_WORD_LISTS)
  const social: SocialPorts = {
    clock,
    outbox,
    jobs: createJobQueue(clock),
    findNames: findTestNames,
    isCleanName: (name) => filter.isClean(name),
  }
  const rate = new LineRate({ linesMax: 1e6, windowMs: 1, muteMs: 1, usersMax: 1000 })
  const blocks = { listBlocked, refuseWriting, areFriends }
  const chat: ChatPorts = { clock, outbox, filter, rate, blocks }
  const user = (name: string) => insertTestUser(database, name)
  return {
    database,
    clock,
    social,
    chat,
    user,
    async users(...names) {
      const ids: string[] = []
      for (const name of names) ids.push(await user(name))
      return ids
    },
    async wish(userId, privacy) {
      const text = JSON.stringify(privacy)
      await sql`update identity.users set privacy = ${text}::jsonb where id = ${userId}`.execute(
        database.db,
      )
    },
    run: (work) => database.transact(work),
    events: (topic) => readEvents(database.db, topic),
    async clearEvents() {
      await sql`delete from stream.outbox`.execute(database.db)
    },
    async close() {
      for (const close of closers.toReversed()) await close()
    },
  }
}

/** A guest of this name, in a test database. */
export async function insertTestUser(database: Database, name: string): Promise<string> {
  const hex = createHash('sha256').update(name).digest('hex')
  const id = [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`]
  const uuid = [...id, hex.slice(20, 32)].join('-')
  const now = new Date(0)
  await database.db
    .insertInto('identity.users')
    .values({ id: uuid, kind: 'guest', name, created_at: now, last_seen_at: now } as never)
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute()
  return uuid
}

async function findTestNames(
  db: Db,
  userIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const { rows } = await sql<{ id: string; name: string }>`
    select id, name from identity.users
    where status = 'active' and id = any(${[...userIds]}::uuid[])`.execute(db)
  return new Map(rows.map(({ id, name }) => [id, name]))
}

async function readEvents(db: Db, topic: string | undefined): Promise<SeenEvent[]> {
  const rows = await db
    .selectFrom('stream.outbox')
    .select(['topic', 'key', 'payload'])
    .orderBy('id')
    .execute()
  return rows
    .filter((row) => topic === undefined || row.topic === topic)
    .map((row) => ({ ...row, payload: row.payload as Record<string, unknown> }))
}
