/**
 * Providers as rows: a new one is data, not code [AUTH-6]. The client secret is sealed; nobody who
 * asks reads it back.
 */
import { AppError } from '@battalion/base/app-error.ts'

import { isStillReferenced } from '../../db/database-error.ts'
import type { Database, Db, Trx } from '../../db/database.ts'
import type { AuditTrail } from '../audit/audit-trail.ts'
import type { IdentityPorts } from './identity-ports.ts'
import { isIssuerAddress } from './oidc-addresses.ts'
import type { OidcProvider } from './oidc-client.ts'
import { seal, unseal } from './seal.ts'

/** More do not fit on a page, nor in the memory that keeps their discovery (providers). */
const PROVIDERS_MAX = 100

/** A provider as staff write it. */
export interface ProviderForm {
  readonly id: string
  readonly label: string
  readonly issuer: string
  readonly clientId: string
  /** Absent: the one that is kept stays; null: a public client has none. */
  readonly clientSecret?: string | null | undefined
  readonly scopes: string
  readonly isEnabled: boolean
}

/** A provider as staff read it. */
export interface ListedProvider {
  readonly id: string
  readonly label: string
  readonly issuer: string
  readonly clientId: string
  readonly hasSecret: boolean
  readonly scopes: string
  readonly isEnabled: boolean
}

/** Makes or changes a provider. */
export async function putProvider(
  database: Database,
  ports: Pick<IdentityPorts, 'clock' | 'sealKey'>,
  trail: AuditTrail,
  form: ProviderForm,
): Promise<void> {
  if (!isIssuerAddress(form.issuer)) {
    throw new AppError('invalid_request', 'The issuer is an https address without a query.')
  }
  const { clientSecret } = form
  const secret =
    typeof clientSecret === 'string' ? seal(Buffer.from(clientSecret), ports.sealKey) : null
  const values = {
    label: form.label,
    issuer: form.issuer,
    client_id: form.clientId,
    scopes: form.scopes,
    enabled: form.isEnabled,
  }
  await database.transact(async (trx) => {
    const before = await readRecorded(trx, form.id)
    await trx
      .insertInto('identity.providers')
      .values({
        ...values,
        id: form.id,
        client_secret: secret,
        created_at: new Date(ports.clock.wallMs()),
      })
      .onConflict((conflict) =>
        conflict.column('id').doUpdateSet({
          ...values,
          ...(clientSecret === undefined ? {} : { client_secret: secret }),
        }),
      )
      .execute()
    const { count } = await trx
      .selectFrom('identity.providers')
      .select((eb) => eb.fn.countAll<bigint>().as('count'))
      .executeTakeFirstOrThrow()
    if (Number(count) > PROVIDERS_MAX) {
      throw new AppError('conflict', `There are ${PROVIDERS_MAX} providers already.`)
    }
    const after = await readRecorded(trx, form.id)
    await trail.record(trx, { target: { kind: 'provider', id: form.id }, before, after })
  })
}

/** What the audit log says of a provider: no secret; undefined when it is not there. */
async function readRecorded(trx: Trx, id: string) {
  return trx
    .selectFrom('identity.providers')
    .select(['label', 'issuer', 'client_id as clientId', 'scopes', 'enabled as isEnabled'])
    .where('id', '=', id)
    .executeTakeFirst()
}

/** Removes a provider nobody signs in by; others are switched off instead. */
export async function deleteProvider(
  database: Database,
  trail: AuditTrail,
  id: string,
): Promise<void> {
  try {
    await database.transact(async (trx) => {
      const { numDeletedRows } = await trx
        .deleteFrom('identity.providers')
        .where('id', '=', id)
        .executeTakeFirst()
      if (numDeletedRows === 0n) throw unknownProvider()
      await trail.record(trx, { target: { kind: 'provider', id }, after: null })
    })
  } catch (error) {
    if (!isStillReferenced(error)) throw error
    throw new AppError('conflict', 'Users sign in by this provider; switch it off instead.', {
      cause: error,
    })
  }
}

/** All of them, for staff. */
export async function listProviders(db: Db): Promise<ListedProvider[]> {
  const rows = await db
    .selectFrom('identity.providers')
    .selectAll()
    .orderBy('id')
    .limit(PROVIDERS_MAX)
    .execute()
  return rows.map((row) => ({
    id: row.id,
    label: row.label,
    issuer: row.issuer,
    clientId: row.client_id,
    hasSecret: row.client_secret !== null,
    scopes: row.scopes,
    isEnabled: row.enabled,
  }))
}

/** What a sign-in page shows. */
export async function listEnabledProviders(db: Db): Promise<{ id: string; label: string }[]> {
  return db
    .selectFrom('identity.providers')
    .select(['id', 'label'])
    .where('enabled', '=', true)
    .orderBy('label')
    .limit(PROVIDERS_MAX)
    .execute()
}

/** The provider to sign in by; `not_found` when it is absent or switched off. */
export async function readProvider(
  db: Db,
  ports: Pick<IdentityPorts, 'sealKey'>,
  id: string,
): Promise<OidcProvider> {
  const row = await db
    .selectFrom('identity.providers')
    .select(['id', 'issuer', 'client_id as clientId', 'client_secret as sealed', 'scopes'])
    .where('id', '=', id)
    .where('enabled', '=', true)
    .executeTakeFirst()
  if (row === undefined) throw unknownProvider()
  const { sealed, ...provider } = row
  return { ...provider, clientSecret: openSecret(sealed, ports.sealKey, id) }
}

function openSecret(sealed: string | null, key: Uint8Array, id: string): string | undefined {
  if (sealed === null) return undefined
  try {
    return Buffer.from(unseal(sealed, key)).toString()
  } catch (error) {
    throw new AppError('unavailable', 'This sign-in provider is not set up at present.', {
      internal: `the client secret of ${id} is sealed with another key; put it anew`,
      cause: error,
    })
  }
}

function unknownProvider(): AppError {
  return new AppError('not_found', 'There is no such sign-in provider.')
}
