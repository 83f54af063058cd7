/** What is over goes a part at a time, so that no statement outlasts its time on any day's rows. */
import assert from 'node:assert/strict'
import { after, before, it } from 'node:test'

import { openSocialWorld } from '@battalion/testkit/social-world.ts'
import type { SocialWorld } from '@battalion/testkit/social-world.ts'
import { describeDatabase } from '@battalion/testkit/test-database.ts'
import { sql } from 'kysely'

import { PART_COUNT } from './db/delete-in-parts.ts'
import { pruneSocial } from './prune-social.ts'
import { joinChannel } from './services/chat/channels.ts'
import { deleteOldSessions } from './services/identity/session-queries.ts'
import { deleteOldJobs } from './services/jobs/job-queries.ts'
import { deleteOldEvents } from './services/outbox/outbox-queries.ts'
import { readStateVersion } from './services/sync/state-versions.ts'

const DAY_MS = 86_400_000
const ROWS = 2 * PART_COUNT + 1
/** Rows that are long over, by table; `n` counts them, `who` is a user, `place` a channel. */
const OVER: Readonly<Record<string, string>> = {
  'stream.outbox': `(event_id, topic, key, payload, headers, created_at, published_at)
    select gen_random_uuid(), 't', 'k', '{}', '{}', long_ago, long_ago`,
  'stream.inbox': `(consumer, event_id, taken_at) select 'c', gen_random_uuid(), long_ago`,
  'stream.dead_letters': `(consumer, event_id, topic, key, payload, headers, reason, dead_at)
    select 'c', gen_random_uuid(), 't', 'k', '{}', '{}', '', long_ago where n < 10`,
  'jobs.jobs': `(kind, payload, run_at, attempts_max, created_at, done_at)
    select 'mail', '{}', long_ago, 1, long_ago, long_ago`,
  'chat.messages': `(channel_id, seq, author_id, text, created_at)
    select place, n, who, 'x', long_ago`,
  'notify.notifications': `(user_id, seq, cause, kind, body, created_at)
    select who, n, 'c' || n, 'friend_asked', '{}', long_ago`,
  'notify.mails': `(id, user_id, cause, template, state, created_at, settled_at)
    select gen_random_uuid(), who, 'c' || n, 'friend_asked', 'sent', long_ago, long_ago`,
  'identity.sessions': `(id, user_id, family_hash, refresh_hash, device, address, created_at,
      rotated_at, expires_at)
    select gen_random_uuid(), who, '', '', '', '', long_ago, long_ago, long_ago`,
}

describeDatabase('what is over', (engine) => {
  let world: SocialWorld
  before(async () => void (world = await openSocialWorld(engine)))
  after(() => world.close())

  it('goes whole, and never more than a part of it in one statement', async () => {
    const { database, social, clock } = world
    const { db } = database
    const who = await world.user('Ann')
    const { id: place } = await world.run((trx) =>
      joinChannel(trx, social, { kind: 'party', subject: 'p', userIds: [who] }),
    )
    await sql
      .raw(
        `create function refuse_many() returns trigger language plpgsql as $$
        begin
          if (select count(*) from gone) > ${PART_COUNT} then
            raise exception 'too many rows of % in one statement', tg_table_name;
          end if;
          return null;
        end $$`,
      )
      .execute(db)
    const rows = `(select n, '${who}'::uuid as who, '${place}'::uuid as place,
      timestamptz '2020-01-01' as long_ago from generate_series(1, ${ROWS}) n) as given`
    for (const [table, columns] of Object.entries(OVER)) {
      const statement = columns.replace(/( where n < 10)?$/, ` from ${rows}$1`)
      await sql.raw(`insert into ${table} ${statement}`).execute(db)
      await sql
        .raw(
          `create trigger few after delete on ${table} referencing old table as gone
          for each statement execute function refuse_many()`,
        )
        .execute(db)
    }
    const versionBefore = await readStateVersion(db, who)
    const nowMs = clock.wallMs()
    await deleteOldEvents(db, { publishedMs: nowMs - 1, takenMs: nowMs - 1, buriedMs: nowMs - 1 })
    await deleteOldJobs(db, { doneMs: nowMs - 1, deadMs: nowMs - 1 })
    await deleteOldSessions(db, nowMs - 1)
    await pruneSocial(database, nowMs)
    for (const table of Object.keys(OVER)) {
      const { rows: left } = await sql<{ count: number }>`
        select count(*)::int4 as count from ${sql.table(table)} as one
        where one::text like '%2020-01-01%'`.execute(db)
      assert.equal(left[0]!.count, 0, table)
    }
    assert.ok((await readStateVersion(db, who)) > versionBefore, 'SYNC-1: less is unread')
  })

  it('takes channels along of battles whose process ended before it could close them', async () => {
    const { database, social, clock } = world
    const who = await world.user('Bob')
    const open = async (kind: 'match' | 'party', subject: string) =>
      await world.run((trx) => joinChannel(trx, social, { kind, subject, userIds: [who] }))
    const lost = await open('match', 'lost')
    const party = await open('party', 'lasts')
    clock.advance(3 * DAY_MS)
    const running = await open('match', 'runs')
    await pruneSocial(database, clock.wallMs())
    const rows = await database.db
      .selectFrom('chat.channels')
      .select('id')
      .where('closed_at', 'is', null)
      .where('id', 'in', [lost.id, party.id, running.id])
      .orderBy('created_at')
      .execute()
    assert.deepEqual(
      rows.map(({ id }) => id),
      [party.id, running.id],
    )
  })
})
