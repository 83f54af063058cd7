/**
 * What is asked for one user is found by indexes: his channels, and everything that his removal
 * looks for. Among thousands of others nothing of these tables is read whole.
 */
import assert from 'node:assert/strict'
import { after, before, it } from 'node:test'

import { openSocialWorld } from '@battalion/testkit/social-world.ts'
import type { SocialWorld } from '@battalion/testkit/social-world.ts'
import { describeDatabase } from '@battalion/testkit/test-database.ts'
import { sql } from 'kysely'

import { CHAT_DATA } from './services/chat/chat-data.ts'
import { listChannels } from './services/chat/channels.ts'
import { NOTIFICATION_DATA } from './services/notifications/notification-data.ts'
import { createSocialData } from './services/social/social-data.ts'
import { explainStatements } from './testing/explain-statements.ts'
import type { ExplainedStatement } from './testing/explain-statements.ts'

const ROWS = 20_000
const BIG = ['chat.channels', 'chat.channel_members', 'chat.messages', 'chat.reports'].concat([
  'notify.notifications',
  'notify.mails',
])

describeDatabase('what is asked for one user', (engine) => {
  let world: SocialWorld
  let ann: string
  before(async () => {
    world = await openSocialWorld(engine)
    const [user, other] = (await world.users('Ann', 'Bob')) as [string, string]
    ann = user
    await fill(world, other)
  })
  after(() => world.close())

  it('[SOC-1] his channels are found by his memberships, not among all there are', async () => {
    const { db } = world.database
    const statements = await explainStatements(db, (plugin) =>
      listChannels(db.withPlugin(plugin), ann),
    )
    checkPlans(statements)
  })

  it('[LEG-1] his removal reads no table whole, so it ends in its time', async () => {
    const { database, social } = world
    const parts = [createSocialData(social), CHAT_DATA, NOTIFICATION_DATA]
    const statements = await explainStatements(database.db, (plugin) =>
      world.run(async (trx) => {
        for (const part of parts) await part.erase(trx.withPlugin(plugin), ann)
      }),
    )
    assert.ok(statements.length > 10)
    checkPlans(statements)
  })
})

function checkPlans(statements: readonly ExplainedStatement[]): void {
  for (const { sql: text, plan } of statements) {
    for (const table of BIG) {
      const name = table.split('.')[1]!
      assert.doesNotMatch(plan, new RegExp(`Seq Scan on ${name}\\b`), `${text}\n${plan}`)
    }
  }
}

/** Rows of others. */
async function fill({ database }: SocialWorld, other: string): Promise<void> {
  const rows = sql`(select n, ${other}::uuid as who, timestamptz '2029-12-01' as at,
    md5(n::text)::uuid as id, md5('x' || n)::uuid as one
    from generate_series(1, ${ROWS}::int4) n) as g`
  const statements = [
    sql`insert into chat.channels (id, kind, subject, created_at)
      select id, 'direct', id || ':' || one, at from ${rows}`,
    sql`insert into chat.channel_members (channel_id, user_id, is_member, joined_at)
      select id, who, true, at from ${rows}`,
    sql`insert into chat.messages (channel_id, seq, author_id, text, created_at)
      select id, 1, who, 'x', at from ${rows}`,
    sql`insert into chat.reports (id, accused_id, channel_id, seq, reason, note, evidence, created_at)
      select id, who, id, 1, 'spam', '', jsonb_build_object('kind', 'squad', 'lines',
        jsonb_build_array(jsonb_build_object('seq', 1, 'authorId', one, 'text', 'x'))), at
      from ${rows}`,
    sql`insert into notify.notifications (user_id, seq, cause, kind, body, created_at)
      select who, n, 'friend_asked:' || one || ':2030', 'friend_asked',
        jsonb_build_object('userId', one), at from ${rows}`,
    sql`insert into notify.mails (id, user_id, cause, template, state, created_at)
      select id, who, 'friend_asked:' || one || ':2030', 'friend_asked', 'queued', at from ${rows}`,
  ]
  for (const statement of statements) await statement.execute(database.db)
  for (const table of BIG) await sql`analyze ${sql.table(table)}`.execute(database.db)
}
