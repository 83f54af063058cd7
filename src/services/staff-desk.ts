/**
 * What staff do to each other and hand out, bound to a database: each use case in one transaction
 * with its row of the audit log, appended last. What they do to players is sanction-desk.ts.
 */
import { AppError } from '@battalion/base/app-error.ts'

import type { Database } from '../db/database.ts'
import type { AuditTrail } from './audit/audit-trail.ts'
import type { IdentityPorts } from './identity/identity-ports.ts'
import { createInvite, disableInvite } from './identity/invites.ts'
import { giveRole, listRoles, listStaff, takeRole } from './identity/roles.ts'
import type { Role } from './identity/roles.ts'

const INVITE_SHOWN_CHARS = 6

/** Who acts, as far as rows name him; the machine's operator is nobody in the database. */
function by(trail: AuditTrail): string | null {
  return trail.actor.id
}

export type StaffDesk = ReturnType<typeof createStaffDesk>

/** Binds the use cases. */
export function createStaffDesk(database: Database, ports: IdentityPorts) {
  return {
    ...roleDesk(database, ports),
    ...inviteDesk(database, ports),
  }
}

interface RoleOf {
  readonly userId: string
  readonly role: Role
}

function roleDesk(database: Database, ports: IdentityPorts) {
  const change = (trail: AuditTrail, { userId, role }: RoleOf, act: typeof giveRole) =>
    database.transact(async (trx) => {
      const before = { roles: await listRoles(trx, userId) }
      await act(trx, ports, { userId, role, by: by(trail) })
      const after = { roles: await listRoles(trx, userId) }
      await trail.record(trx, { target: { kind: 'user', id: userId }, before, after })
    })
  return {
    staff: () => listStaff(database.db),
    grantRole: (trail: AuditTrail, of: RoleOf) => change(trail, of, giveRole),
    async revokeRole(trail: AuditTrail, of: RoleOf): Promise<void> {
      // Nobody locks the last admin out, himself least of all.
      if (of.role === 'admin' && of.userId === by(trail)) {
        throw new AppError('conflict', 'Another admin has to take your own role away.')
      }
      await change(trail, of, takeRole)
    },
  }
}

interface NewInvite {
  readonly usesMax: number
  readonly expiresAtMs?: number
}

/** A code is as good as an account: the log shows its beginning alone. */
function inviteTarget(code: string) {
  return { kind: 'invite', id: code.slice(0, INVITE_SHOWN_CHARS) }
}

function inviteDesk(database: Database, ports: IdentityPorts) {
  return {
    createInvite: (trail: AuditTrail, invite: NewInvite) =>
      database.transact(async (trx) => {
        const code = await createInvite(trx, ports, { ...invite, by: by(trail) })
        await trail.record(trx, { target: inviteTarget(code), after: invite })
        return code
      }),
    disableInvite: (trail: AuditTrail, code: string) =>
      database.transact(async (trx) => {
        await disableInvite(trx, ports, code)
        await trail.record(trx, { target: inviteTarget(code), after: { isOn: false } })
      }),
  }
}
