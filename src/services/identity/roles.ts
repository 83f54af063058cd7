/**
 * Roles and what they permit [AUTH-7]. A permission is asked of the database at each request that
 * needs one (staff are few), so a change counts at once. A role gives nothing to an account without
 * a second factor. A change of roles ends the sessions of who is changed.
 */
import { AppError } from '@battalion/base/app-error.ts'

import type { Database, Db, Trx } from '../../db/database.ts'
import type { UserRoleRow } from '../../db/tables.ts'
import { endUserSessions } from './end-sessions.ts'
import type { IdentityPorts } from './identity-ports.ts'
import { hasSecondFactor } from './second-factor.ts'
import { findUser } from './user-queries.ts'

/** What staff may be permitted. */
export type Permission =
  | 'players.read'
  | 'players.private'
  | 'kicks.write'
  | 'rooms.read'
  | 'jobs.read'
  | 'jobs.write'
  | 'audit.read'
  | 'maintenance.write'
  | 'reports.read'
  | 'reports.write'
  | 'mutes.write'
  | 'chat.write'
  | 'bans.write'
  | 'matches.lock'
  | 'sessions.write'
  | 'roles.write'
  | 'invites.write'
  | 'providers.write'
  | 'rooms.write'
  | 'results.read'
  | 'webhooks.write'
  | 'balance.read'
  | 'balance.write'
  | 'store.write'
  | 'orders.read'

const MODERATOR = [
  'players.read',
  'rooms.read',
  'reports.read',
  'reports.write',
  'mutes.write',
  'chat.write',
  'kicks.write',
  'bans.write',
  'matches.lock',
  'sessions.write',
] as const satisfies readonly Permission[]

/** What each role permits; whoever has none is a player. All of them need a second factor. */
export const ROLES = {
  moderator: MODERATOR,
  admin: [
    ...MODERATOR,
    'players.private',
    'jobs.read',
    'jobs.write',
    'audit.read',
    'maintenance.write',
    'roles.write',
    'invites.write',
    'providers.write',
    'rooms.write',
    'results.read',
    'webhooks.write',
    'balance.read',
  ],
  'game-team': ['rooms.read', 'results.read', 'balance.read', 'balance.write'],
  'store-manager': ['store.write', 'orders.read'],
} as const satisfies Readonly<Record<UserRoleRow['role'], readonly Permission[]>>
export type Role = keyof typeof ROLES

/** Answers whether a user may. */
export interface Permissions {
  mayUser(userId: string, permission: Permission): Promise<boolean>
}

/** Permissions of a database. */
export function createPermissions(db: Db): Permissions {
  return {
    async mayUser(userId, permission) {
      const { permissions } = await readStaffing(db, userId)
      return permissions.includes(permission)
    },
  }
}

/** What a user is among the staff. */
export interface Staffing {
  readonly roles: readonly Role[]
  /** What the roles permit; nothing without a second factor. */
  readonly permissions: readonly Permission[]
}

/** The roles of a user and what they permit now. */
export async function readStaffing(db: Db, userId: string): Promise<Staffing> {
  const roles = await listRoles(db, userId)
  if (roles.length === 0 || !(await hasSecondFactor(db, userId))) return { roles, permissions: [] }
  const permitted: readonly Permission[] = roles.flatMap((role) => ROLES[role])
  return { roles, permissions: [...new Set(permitted)] }
}

/** The roles of a user, by name. */
export async function listRoles(db: Db, userId: string): Promise<Role[]> {
  const rows = await db
    .selectFrom('identity.user_roles')
    .innerJoin('identity.users', 'id', 'user_id')
    .select('role')
    .where('user_id', '=', userId)
    .where('status', '=', 'active')
    .orderBy('role')
    .execute()
  return rows.map((row) => row.role)
}

/** Rows of staff shown at most. */
const STAFF_COUNT_MAX = 500

type RolePorts = Pick<IdentityPorts, 'clock' | 'outbox' | 'onSessionsEnded' | 'endElsewhere'>

/** A change of one role of one user. */
export interface RoleChange {
  readonly userId: string
  readonly role: Role
  /** Who changes it; null for the operator of the machine. */
  readonly by: string | null
}

/** Gives a role to an account; giving it again changes nothing. */
export async function grantRole(
  database: Database,
  ports: RolePorts,
  change: RoleChange,
): Promise<void> {
  await database.transact((trx) => giveRole(trx, ports, change))
}

/** As {@link grantRole}, in the caller's transaction. */
export async function giveRole(
  trx: Trx,
  ports: RolePorts,
  { userId, role, by }: RoleChange,
): Promise<void> {
  const user = await findUser(trx, userId)
  if (user === undefined) throw new AppError('not_found', 'There is no such user.')
  if (user.kind !== 'account') throw new AppError('conflict', 'Only accounts have roles.')
  const given = await trx
    .insertInto('identity.user_roles')
    .values({ user_id: userId, role, granted_by: by, created_at: new Date(ports.clock.wallMs()) })
    .onConflict((conflict) => conflict.columns(['user_id', 'role']).doNothing())
    .returning('role')
    .executeTakeFirst()
  if (given !== undefined) await endUserSessions(trx, ports, { userId, reason: 'role_changed' })
}

/** Takes a role away; `not_found` when he has none such. */
export async function revokeRole(
  database: Database,
  ports: RolePorts,
  change: RoleChange,
): Promise<void> {
  await database.transact((trx) => takeRole(trx, ports, change))
}

/** As {@link revokeRole}, in the caller's transaction. */
export async function takeRole(
  trx: Trx,
  ports: RolePorts,
  { userId, role }: RoleChange,
): Promise<void> {
  const { numDeletedRows } = await trx
    .deleteFrom('identity.user_roles')
    .where('user_id', '=', userId)
    .where('role', '=', role)
    .executeTakeFirst()
  if (numDeletedRows === 0n) throw new AppError('not_found', 'This user has no such role.')
  await endUserSessions(trx, ports, { userId, reason: 'role_changed' })
}

/** Everybody who has a role, by name of the user. */
export async function listStaff(
  db: Db,
): Promise<readonly { userId: string; name: string; role: Role; since: string }[]> {
  const rows = await db
    .selectFrom('identity.user_roles')
    .innerJoin('identity.users', 'id', 'user_id')
    .select(['user_id', 'name', 'role', 'identity.user_roles.created_at as since'])
    .where('status', '=', 'active')
    .orderBy('name')
    .orderBy('role')
    .limit(STAFF_COUNT_MAX)
    .execute()
  return rows.map(({ user_id, name, role, since }) => ({
    userId: user_id,
    name,
    role,
    since: since.toISOString(),
  }))
}

/** True once an account is admin. */
export async function hasAdmin(db: Db): Promise<boolean> {
  const row = await db
    .selectFrom('identity.user_roles')
    .innerJoin('identity.users', 'id', 'user_id')
    .select('role')
    .where('role', '=', 'admin')
    .where('status', '=', 'active')
    .executeTakeFirst()
  return row !== undefined
}
