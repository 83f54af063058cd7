/**
 * `npm run grant -- NAME ROLE`: gives an account a role, on the machine; how the first admin comes
 * to be. With PGlite the server must be stopped; with PostgreSQL it hears of it by the outbox.
 */
import { randomUUID } from 'node:crypto'

import { ConfigError } from './config.ts'
import { runDatabaseProgram } from './database-program.ts'
import { machineTrail } from './services/audit/audit-trail.ts'
import { toLoginKey } from './services/identity/account-fields.ts'
import { giveRole, listRoles, ROLES } from './services/identity/roles.ts'
import type { Role } from './services/identity/roles.ts'
import { findLogin } from './services/identity/user-queries.ts'
import { endConsolesOf } from './services/operators/console-sessions.ts'
import { createEventOutbox } from './services/outbox/event-outbox.ts'
import { systemClock } from './system-clock.ts'

await runDatabaseProgram('grant', async (database) => {
  const [name = '', given] = process.argv.slice(2)
  const role = (Object.keys(ROLES) as Role[]).find((known) => known === given)
  if (role === undefined) {
    throw new ConfigError(`usage: npm run grant -- NAME ${Object.keys(ROLES).join('|')}`)
  }
  const found = await findLogin(database.db, toLoginKey(name))
  if (found?.user.kind !== 'account') throw new ConfigError(`there is no account "${name}".`)
  const userId = found.user.id
  const ports = {
    clock: systemClock,
    outbox: createEventOutbox(systemClock),
    onSessionsEnded: () => undefined,
    endElsewhere: endConsolesOf,
  }
  const trail = machineTrail(systemClock, 'role.grant', randomUUID())
  await database.transact(async (trx) => {
    const before = { roles: await listRoles(trx, userId) }
    await giveRole(trx, ports, { userId, role, by: null })
    const after = { roles: await listRoles(trx, userId) }
    await trail.record(trx, { target: { kind: 'user', id: userId }, before, after })
  })
  process.stdout.write(`${found.user.name} is ${role} now, once a second factor is set.\n`)
})
