/**
 * Words that moderators add to the filter while the game runs, beside the lists that ship. A change
 * is checked against the whole filter before it is stored, so no process ever meets a list it
 * cannot use; it leaves as an event in the same transaction, and every process reads the table anew
 * when it hears of it. A word of rule `allow` takes one away.
 */
import { AppError } from '@battalion/base/app-error.ts'
import { sql } from 'kysely'

import type { Db, Trx } from '../../db/database.ts'
import type { EventOutbox } from '../outbox/event-outbox.ts'
import type { ChatPorts } from './chat-ports.ts'
import { compileWordLists, SHIPPED_WORD_LISTS } from './word-lists.ts'
import type { WordList } from './word-lists.ts'
import type { WordFilter } from './word-filter.ts'

/** Topic of a change; its payload says nothing, the table is read. */
export const WORDS_TOPIC = 'chat.words'
/** Words in the table; one more is refused. The filter takes 60,000 letters in all. */
export const WORDS_MAX = 1000
/** Held while the table changes, so that two additions never make a list too long together. */
const LOCK_KEY = 'chat.words'

export const WORD_RULES = ['anywhere', 'prefix', 'whole', 'allow'] as const
export type WordRuleName = (typeof WORD_RULES)[number]

/** A word and where it hits. */
export interface ListedWord {
  readonly rule: WordRuleName
  readonly word: string
}

/** A change of the table. */
export interface WordChange extends ListedWord {
  readonly moderatorId: string
}

type WordPorts = Pick<ChatPorts, 'clock'> & { readonly outbox: EventOutbox }

/** The words of the table, by rule and letter. */
export async function listWords(db: Db): Promise<ListedWord[]> {
  return await db
    .selectFrom('chat.words')
    .select(['rule', 'word'])
    .orderBy('rule')
    .orderBy('word')
    .limit(WORDS_MAX)
    .execute()
}

/** Adds a word; false when it is there. Refused with the reason where the filter cannot take it. */
export async function addWord(trx: Trx, ports: WordPorts, change: WordChange): Promise<boolean> {
  const { rule, moderatorId } = change
  const word = change.word.normalize('NFC').toLowerCase()
  await lockWords(trx)
  const words = await listWords(trx)
  if (words.some((one) => one.rule === rule && one.word === word)) return false
  if (words.length >= WORDS_MAX) {
    throw new AppError('conflict', `There are ${WORDS_MAX} words; remove some first.`)
  }
  const outcome = compileWordLists([...SHIPPED_WORD_LISTS, toList([...words, { rule, word }])])
  if (!outcome.ok)
    throw new AppError('invalid_request', `This word cannot be used: ${outcome.reason}.`)
  await trx
    .insertInto('chat.words')
    .values({ rule, word, added_by: moderatorId, created_at: new Date(ports.clock.wallMs()) })
    .execute()
  await tellWords(trx, ports)
  return true
}

/** Removes a word of the table; `not_found` for those of the lists that ship. */
export async function removeWord(trx: Trx, ports: WordPorts, change: ListedWord): Promise<void> {
  const { numDeletedRows } = await trx
    .deleteFrom('chat.words')
    .where('rule', '=', change.rule)
    .where('word', '=', change.word.normalize('NFC').toLowerCase())
    .executeTakeFirst()
  if (numDeletedRows === 0n) {
    throw new AppError('not_found', 'There is no such word; use the rule "allow" instead.')
  }
  await tellWords(trx, ports)
}

/** Gives the filter the lists that ship and the table; on failure the old lists stay. */
export async function reloadWords(db: Db, filter: Pick<WordFilter, 'replace'>): Promise<void> {
  const outcome = filter.replace([...SHIPPED_WORD_LISTS, toList(await listWords(db))])
  if (outcome.ok) return
  throw new AppError('internal', 'The word lists cannot be used.', { internal: outcome.reason })
}

function toList(words: readonly ListedWord[]): WordList {
  const of = (rule: WordRuleName) => words.flatMap((one) => (one.rule === rule ? [one.word] : []))
  return {
    version: `table-${words.length}`,
    anywhere: of('anywhere'),
    prefix: of('prefix'),
    whole: of('whole'),
    allow: of('allow'),
    commonPieces: [],
    endings: [],
  }
}

async function lockWords(trx: Trx): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${LOCK_KEY}, 0))`.execute(trx)
}

async function tellWords(trx: Trx, ports: WordPorts): Promise<void> {
  await ports.outbox.emit(trx, { topic: WORDS_TOPIC, key: LOCK_KEY, payload: {} })
}
