/** The providers a user signs in by: reading, linking, and taking a link away. */
import { AppError } from '@battalion/base/app-error.ts'

import type { Database, Db } from '../../db/database.ts'
import { checkOwnPassword } from './log-in.ts'
import { startFlow } from './oidc-flows.ts'
import type { FlowStart, OidcPorts, StartedFlow } from './oidc-flows.ts'
import { findPasswordHash } from './user-queries.ts'

/** One link. */
export interface LinkedProvider {
  readonly providerId: string
  readonly label: string
  readonly createdAt: Date
}

/** The links of a user. */
export async function listLinks(db: Db, userId: string): Promise<LinkedProvider[]> {
  return db
    .selectFrom('identity.identities as identity')
    .innerJoin('identity.providers as provider', 'provider.id', 'identity.provider_id')
    .select(['provider.id as providerId', 'provider.label', 'identity.created_at as createdAt'])
    .where('identity.user_id', '=', userId)
    .orderBy('provider.id')
    .execute()
}

/** Begins linking. Who has a password gives it: a stolen token alone makes no lasting way in. */
export async function startLink(
  database: Database,
  ports: OidcPorts,
  start: FlowStart & {
    readonly link: NonNullable<FlowStart['link']>
    readonly password: string | undefined
    readonly address: string
  },
): Promise<StartedFlow> {
  const { userId } = start.link
  const hash = await findPasswordHash(database.db, userId)
  if (hash !== undefined) {
    const { password = '', address } = start
    await checkOwnPassword(database, ports, { userId, hash, password, address })
  }
  return startFlow(database, ports, start)
}

/** Takes a link away, but never the last way in. */
export async function unlink(
  database: Database,
  link: { readonly userId: string; readonly providerId: string },
): Promise<void> {
  const { userId, providerId } = link
  await database.transact(async (trx) => {
    // Held until the end, so that two requests do not take the last two links.
    await trx
      .selectFrom('identity.users')
      .select('id')
      .where('id', '=', userId)
      .forUpdate()
      .executeTakeFirst()
    const { numDeletedRows } = await trx
      .deleteFrom('identity.identities')
      .where('user_id', '=', userId)
      .where('provider_id', '=', providerId)
      .executeTakeFirst()
    if (numDeletedRows === 0n) throw new AppError('not_found', 'There is no such link.')
    const hasPassword = (await findPasswordHash(trx, userId)) !== undefined
    if (hasPassword || (await listLinks(trx, userId)).length > 0) return
    throw new AppError('conflict', 'This is the only way into your account; set a password first.')
  })
}
