/**
 * The copy and the removal of a user against the live schema: every column that says who somebody
 * is has a declared fate, and what is declared as copied or erased is really named by the SQL of a
 * part. A table that another change adds fails here until its fate is said [LEG-1, GMD-4].
 */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { describe, it } from 'node:test'

import { NO_POSTGRES } from '@battalion/testkit/private-cluster.ts'
import { createTestEngine, TEST_DATABASE_URL } from '@battalion/testkit/test-database.ts'
import { sql } from 'kysely'
import type { KyselyPlugin, RootOperationNode } from 'kysely'

import type { Db } from './db/database.ts'
import { CHAT_DATA } from './services/chat/chat-data.ts'
import { IDENTITY_DATA } from './services/identity/user-data.ts'
import { insertUser } from './services/identity/user-queries.ts'
import { NOTIFICATION_DATA } from './services/notifications/notification-data.ts'
import { createSocialData } from './services/social/social-data.ts'
import type { SocialPorts } from './services/social/social-ports.ts'
import { joinDataParts, OTHER_DATA_PARTS } from './user-data-parts.ts'

/** `copied`: in the copy. `erased`: gone or nobody's afterwards. Anything else is a reason. */
const FATES: Readonly<Record<string, string>> = {
  'audit.entries.actor_id': 'kept: what staff did; the chain breaks if a row changes',
  'chat.channel_members.user_id': 'copied erased',
  'chat.channels.opened_by': 'erased; the channel itself is copied',
  'chat.messages.author_id': 'copied erased',
  'chat.reports.accused_id': 'erased; evidence stays for moderators',
  'chat.reports.claimed_by': 'kept: an id of staff, whose row says nothing after removal',
  'chat.reports.reporter_id': 'copied erased',
  'chat.reports.settled_by': 'kept: an id of staff, whose row says nothing after removal',
  'chat.words.added_by': 'kept: an id of staff, whose row says nothing after removal',
  'idempotency.requests.user_id': 'copied erased',
  'identity.credentials.user_id': 'copied erased',
  'identity.identities.user_id': 'copied erased',
  'identity.invite_codes.created_by': 'erased; a code says nothing about its maker',
  'identity.mail_tokens.user_id': 'copied erased',
  'identity.oidc_flows.proved_user_id': 'erased; ten minutes of a sign-in on its way',
  'identity.oidc_flows.user_id': 'erased; ten minutes of a sign-in on its way',
  'identity.sanctions.created_by': 'erased; what he did as staff is in the audit log',
  'identity.sanctions.lifted_by': 'erased; what he did as staff is in the audit log',
  'identity.sanctions.user_id': 'copied erased',
  'identity.sessions.user_id': 'copied erased',
  'identity.user_roles.granted_by': 'kept: an id of staff, whose row says nothing after removal',
  'identity.user_roles.user_id': 'copied erased',
  'matches.player_stats.user_id': 'copied erased',
  'matches.session_players.user_id': 'copied erased',
  'matches.shares.user_id': 'copied erased',
  'notify.counters.user_id': 'erased; a number',
  'notify.mail_opt_outs.user_id': 'copied erased',
  'notify.mails.user_id': 'copied erased',
  'notify.notifications.user_id': 'copied erased',
  'operations.maintenance.changed_by': 'kept: an id of staff, whose row says nothing after removal',
  'operators.sessions.user_id': 'copied erased',
  'progress.achievements.user_id': 'copied erased',
  'progress.characters.user_id': 'copied erased',
  'progress.deeds.user_id': 'copied erased',
  'progress.taken.user_id': 'erased; which battles counted',
  'rankings.entries.user_id': 'copied erased',
  'rankings.season_results.user_id': 'copied erased',
  'ratings.mmr_calculations.user_id': 'copied erased',
  'ratings.ratings.user_id': 'copied erased',
  'social.blocks.blocked_id': 'erased; who blocks him is theirs',
  'social.blocks.user_id': 'copied erased',
  'social.friend_links.asked_by': 'copied erased',
  'social.friend_links.hi': 'copied erased',
  'social.friend_links.lo': 'copied erased',
  'social.group_invites.invited_by': 'copied erased',
  'social.group_invites.user_id': 'copied erased',
  'social.group_members.user_id': 'copied erased',
  'social.party_invites.invited_by': 'erased; for minutes',
  'social.party_invites.user_id': 'erased; for minutes',
  'social.party_members.user_id': 'copied erased',
  'sync.state_versions.user_id': 'kept: a number that says nothing',
}

/** Names of columns that mean a user, whatever they point at. */
const USER_COLUMN = /^(user|author|actor|owner|member|sender|player)_?id$|_user_id$|_by$/
/** Columns of such a name that mean something else. */
const NO_USER: ReadonlySet<string> = new Set([
  'jobs.jobs.locked_by',
  'webhooks.endpoints.locked_by',
])
/** Who did something long ago: no foreign key, so that a chain of rows never changes. */
const WITHOUT_KEY: ReadonlySet<string> = new Set(['audit.entries.actor_id'])

const skip = TEST_DATABASE_URL === undefined ? NO_POSTGRES : false

describe('data of users and the live schema', { skip }, () => {
  it('[LEG-1] every column of a user has a fate, and the parts do what it says', async (t) => {
    const database = await createTestEngine('postgres').open(t)
    const { columns, keyed } = await readColumns(database.db)
    const named = columns.filter((column) => USER_COLUMN.test(column.split('.')[2] ?? ''))
    const found = new Set([...keyed, ...named.filter((column) => !NO_USER.has(column))])
    assert.deepEqual(
      [...found].sort(),
      Object.keys(FATES).sort(),
      'declare what is to become of it',
    )
    for (const column of found) {
      const hasKey = keyed.has(column) || WITHOUT_KEY.has(column)
      assert.ok(hasKey, `[GMD-4] ${column} has no foreign key to the users`)
    }
    const social = createSocialData({} as SocialPorts)
    const parts = [IDENTITY_DATA, CHAT_DATA, NOTIFICATION_DATA, social, ...OTHER_DATA_PARTS]
    const userId = randomUUID()
    await insertUser(database.db, { id: userId, kind: 'guest', name: 'Gone', nowMs: 0 })
    const read = recordTables()
    const erased = recordTables()
    for (const part of parts) {
      await part.read(database.db.withPlugin(read.plugin), userId)
      await database.transact(async (trx) => {
        await part.erase(trx.withPlugin(erased.plugin), userId)
      })
    }
    for (const [column, fate] of Object.entries(FATES)) {
      const table = column.split('.').slice(0, 2).join('.')
      if (fate.startsWith('copied')) assert.ok(read.tables.has(table), `${table} is in no copy`)
      if (fate.includes('erased')) assert.ok(erased.tables.has(table), `${table} is not erased`)
    }
  })
})

/** All columns as `schema.table.column`, and those with a foreign key to the users. */
async function readColumns(db: Db): Promise<{ columns: string[]; keyed: Set<string> }> {
  const all = await sql<{ column: string }>`
    select table_schema || '.' || table_name || '.' || column_name as column
    from information_schema.columns join information_schema.tables
      using (table_schema, table_name)
    where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')
  `.execute(db)
  const keys = await sql<{ column: string }>`
    select n.nspname || '.' || c.relname || '.' || a.attname as column
    from pg_constraint k join pg_class c on c.oid = k.conrelid
      join pg_namespace n on n.oid = c.relnamespace
      join pg_attribute a on a.attrelid = c.oid and a.attnum = any(k.conkey)
    where k.contype = 'f' and k.confrelid = 'identity.users'::regclass`.execute(db)
  const columns = all.rows.map(({ column }) => column)
  assert.ok(columns.length > 100, 'the schema was read')
  return { columns, keyed: new Set(keys.rows.map(({ column }) => column)) }
}

/** Which tables the statements name, in kysely's words or in texts of SQL. */
function recordTables(): { plugin: KyselyPlugin; tables: Set<string> } {
  const tables = new Set<string>()
  const note = (node: RootOperationNode) => {
    const text = JSON.stringify(node, (_, value: unknown) =>
      typeof value === 'bigint' ? 0 : value,
    )
    const names =
      /"schema":\{"kind":"IdentifierNode","name":"(\w+)"\},"identifier":\{"kind":"IdentifierNode","name":"(\w+)"/g
    for (const [, schema, table] of text.matchAll(names)) tables.add(`${schema}.${table}`)
    for (const [, name = ''] of text.matchAll(/\b([a-z]+\.[a-z_]+)\b/g)) tables.add(name)
    return node
  }
  const plugin: KyselyPlugin = {
    transformQuery: ({ node }) => note(node),
    transformResult: ({ result }) => Promise.resolve(result),
  }
  return { plugin, tables }
}

describe('the order of a removal', () => {
  it('[LEG-1] leaves boards before the state of others, as results take them', () => {
    const social = [NOTIFICATION_DATA, CHAT_DATA]
    const names = joinDataParts(social).map(({ name }) => name)
    const boards = names.indexOf('rankings')
    assert.ok(boards >= 0)
    for (const { name } of social) assert.ok(names.indexOf(name) > boards, name)
  })
})
