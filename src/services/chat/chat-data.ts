/**
 * A user's part of chat, for the copy he may ask for and for its removal [LEG-1]. His lines stay as
 * numbers without words and author, so that no page has a gap; evidence of reports about him stays
 * for moderators, without his id.
 */
import { sql } from 'kysely'

import type { Db, Trx } from '../../db/database.ts'
import { jsonText } from '../../db/json-text.ts'
import type { EvidenceLine } from './reports.ts'

/** What stands where words were. */
const ERASED_TEXT = '-'

export const CHAT_DATA = { name: 'chat', read: readChat, erase: eraseChat } as const

/** int8 does not survive JSON. */
const plain = <T extends { readonly seq: bigint }>(row: T) => ({ ...row, seq: Number(row.seq) })

async function readChat(db: Db, userId: string): Promise<unknown> {
  const lines = await db
    .selectFrom('chat.messages')
    .select(['channel_id', 'seq', 'text', 'original', 'created_at', 'deleted_at'])
    .where('author_id', '=', userId)
    .orderBy('created_at')
    .execute()
  const memberships = await db
    .selectFrom('chat.channel_members as member')
    .innerJoin('chat.channels as channel', 'channel.id', 'member.channel_id')
    .select(['channel.id', 'channel.kind', 'channel.subject', 'member.is_member'])
    .where('member.user_id', '=', userId)
    .execute()
  const reports = await db
    .selectFrom('chat.reports')
    .select(['channel_id', 'seq', 'reason', 'note', 'created_at'])
    .where('reporter_id', '=', userId)
    .execute()
  return { lines: lines.map(plain), memberships, reports: reports.map(plain) }
}

async function eraseChat(trx: Trx, userId: string): Promise<void> {
  await sql`
    update chat.messages set text = ${ERASED_TEXT}, original = null, author_id = null,
      deleted_at = coalesce(deleted_at, created_at)
    where author_id = ${userId}`.execute(trx)
  // Found by his membership, which only his removal ends: there may be a million of others.
  await sql`
    update chat.channels set subject = id::text, closed_at = coalesce(closed_at, created_at)
    where kind = 'direct' and ${userId} = any(string_to_array(subject, ':'))
      and id in (select channel_id from chat.channel_members where user_id = ${userId})`.execute(
    trx,
  )
  const opened = trx.updateTable('chat.channels').set({ opened_by: null })
  await opened.where('opened_by', '=', userId).execute()
  await trx.deleteFrom('chat.channel_members').where('user_id', '=', userId).execute()
  await eraseModerator(trx, userId)
  await eraseFromReports(trx, userId)
}

/** What he did as a moderator stays, without him; the audit log knows more. */
async function eraseModerator(trx: Trx, userId: string): Promise<void> {
  const ofWords = trx.updateTable('chat.words').set({ added_by: null })
  await ofWords.where('added_by', '=', userId).execute()
  const reports = trx.updateTable('chat.reports')
  await reports.set({ claimed_by: null }).where('claimed_by', '=', userId).execute()
  await reports.set({ settled_by: null }).where('settled_by', '=', userId).execute()
}

async function eraseFromReports(trx: Trx, userId: string): Promise<void> {
  const { rows } = await sql<{ id: string; evidence: { kind?: string; lines: EvidenceLine[] } }>`
    select id, evidence from chat.reports
    where evidence @> ${JSON.stringify({ lines: [{ authorId: userId }] })}::text::jsonb
      or reporter_id = ${userId} or accused_id = ${userId} for update`.execute(trx)
  for (const { id, evidence } of rows) {
    const lines = evidence.lines.map((line) =>
      line.authorId === userId ? { ...line, authorId: null } : line,
    )
    const change = { evidence: jsonText({ kind: evidence.kind ?? '', lines }) }
    await trx.updateTable('chat.reports').set(change).where('id', '=', id).execute()
  }
  const reporter = { reporter_id: null, note: '' }
  await trx.updateTable('chat.reports').set(reporter).where('reporter_id', '=', userId).execute()
  const accused = { accused_id: null }
  await trx.updateTable('chat.reports').set(accused).where('accused_id', '=', userId).execute()
}
