/**
 * Becoming an account may give a guest another name: whoever shows it hears of it in the same
 * transaction, as of an edit of the profile.
 */
import type { Trx } from '../../db/database.ts'
import type { IdentityPorts } from './identity-ports.ts'
import { isHidden } from './profile-privacy.ts'
import type { User } from './user-queries.ts'

/** Tells of the new name, where it is new. */
export async function tellRenamed(
  trx: Trx,
  ports: Pick<IdentityPorts, 'profileChanged'>,
  { before, name }: { readonly before: User; readonly name: string },
): Promise<void> {
  if (before.name === name) return
  const change = { userId: before.id, name, isRenamed: true, isHidden: isHidden(before.privacy) }
  await ports.profileChanged?.(trx, change)
}
