/** Making, listing and switching off invite codes; their use is in sign-up [AUTH-5]. */
import { randomBytes } from 'node:crypto'

import { AppError } from '@battalion/base/app-error.ts'
import { sql } from 'kysely'

import type { Db } from '../../db/database.ts'
import type { IdentityPorts } from './identity-ports.ts'

/** 80 bits: not to be guessed, short enough to be read out. */
const CODE_BYTES = 10

/** A fresh code. */
export async function createInvite(
  db: Db,
  ports: Pick<IdentityPorts, 'clock'>,
  invite: { readonly usesMax: number; readonly expiresAtMs?: number; readonly by: string | null },
): Promise<string> {
  const code = randomBytes(CODE_BYTES).toString('hex')
  await db
    .insertInto('identity.invite_codes')
    .values({
      code,
      uses_max: invite.usesMax,
      created_by: invite.by,
      created_at: new Date(ports.clock.wallMs()),
      expires_at: invite.expiresAtMs === undefined ? null : new Date(invite.expiresAtMs),
      disabled_at: null,
    })
    .execute()
  return code
}

/** Switches a code off; `not_found` when there is none such that is on. */
export async function disableInvite(
  db: Db,
  ports: Pick<IdentityPorts, 'clock'>,
  code: string,
): Promise<void> {
  const { numUpdatedRows } = await db
    .updateTable('identity.invite_codes')
    .set({ disabled_at: new Date(ports.clock.wallMs()) })
    .where('code', '=', code)
    .where('disabled_at', 'is', null)
    .executeTakeFirst()
  if (numUpdatedRows !== 1n) throw new AppError('not_found', 'There is no such code.')
}

/** A code as staff see it. */
export interface ListedInvite {
  readonly code: string
  readonly uses: number
  readonly usesMax: number
  /** Who made it; null for the machine's operator and who is gone. */
  readonly by: string | null
  readonly createdAt: string
  readonly expiresAt: string | null
  readonly disabledAt: string | null
}

/** Newest first; `beforeCode` continues a list. */
export async function listInvites(
  db: Db,
  page: { readonly beforeCode?: string | undefined; readonly limit: number },
): Promise<ListedInvite[]> {
  let query = db
    .selectFrom('identity.invite_codes')
    .selectAll()
    .orderBy('created_at', 'desc')
    .orderBy('code', 'desc')
    .limit(page.limit)
  const { beforeCode } = page
  if (beforeCode !== undefined) {
    query = query.where(
      sql<boolean>`(created_at, code) < (
        select last.created_at, last.code from identity.invite_codes as last
        where last.code = ${beforeCode})`,
    )
  }
  return (await query.execute()).map((row) => ({
    code: row.code,
    uses: row.uses,
    usesMax: row.uses_max,
    by: row.created_by,
    createdAt: row.created_at.toISOString(),
    expiresAt: row.expires_at?.toISOString() ?? null,
    disabledAt: row.disabled_at?.toISOString() ?? null,
  }))
}
