/** Which kinds of mail a user takes (NTF-2): all that there are, until he switches one off. */
import type { Clock } from '@battalion/base/clock.ts'
import { AppError } from '@battalion/base/app-error.ts'

import type { Db, Trx } from '../../db/database.ts'
import { touchState } from '../sync/state-versions.ts'
import { MAIL_KINDS } from './render-template.ts'

/** A kind of mail and whether the user takes it. */
export interface MailChoice {
  readonly kind: string
  readonly isOn: boolean
}

/** Every kind there is, as the user has chosen. */
export async function listMailChoices(db: Db, userId: string): Promise<MailChoice[]> {
  const rows = await db
    .selectFrom('notify.mail_opt_outs')
    .select('kind')
    .where('user_id', '=', userId)
    .execute()
  const off = new Set(rows.map((row) => row.kind))
  return MAIL_KINDS.map((kind) => ({ kind, isOn: !off.has(kind) }))
}

/** True when the user does not want mails of this kind. */
export async function hasOptedOut(db: Db, userId: string, kind: string): Promise<boolean> {
  const row = await db
    .selectFrom('notify.mail_opt_outs')
    .select('kind')
    .where('user_id', '=', userId)
    .where('kind', '=', kind)
    .executeTakeFirst()
  return row !== undefined
}

/** Switches a kind on or off; twice is once. */
export async function chooseMail(
  trx: Trx,
  { clock }: { readonly clock: Pick<Clock, 'wallMs'> },
  choice: MailChoice & { readonly userId: string },
): Promise<void> {
  const { userId, kind, isOn } = choice
  if (!MAIL_KINDS.includes(kind)) throw new AppError('not_found', 'There is no such mail.')
  const isChanged = isOn
    ? await switchOn(trx, userId, kind)
    : await switchOff(trx, { userId, kind, now: new Date(clock.wallMs()) })
  if (isChanged) await touchState(trx, [userId])
}

async function switchOn(trx: Trx, userId: string, kind: string): Promise<boolean> {
  const { numDeletedRows } = await trx
    .deleteFrom('notify.mail_opt_outs')
    .where('user_id', '=', userId)
    .where('kind', '=', kind)
    .executeTakeFirst()
  return numDeletedRows > 0n
}

async function switchOff(
  trx: Trx,
  row: { readonly userId: string; readonly kind: string; readonly now: Date },
): Promise<boolean> {
  const inserted = await trx
    .insertInto('notify.mail_opt_outs')
    .values({ user_id: row.userId, kind: row.kind, created_at: row.now })
    .onConflict((conflict) => conflict.columns(['user_id', 'kind']).doNothing())
    .returning('kind')
    .executeTakeFirst()
  return inserted !== undefined
}
