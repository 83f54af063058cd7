/** Signing in to the console against a ban that is under way, on both engines. */
import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import { it } from 'node:test'

import { describeDatabase } from '@battalion/testkit/test-database.ts'

import { openTestAccounts, TEST_ORIGIN as origin } from '../../testing/test-accounts.ts'
import { machineTrail } from '../audit/audit-trail.ts'
import { banUser } from '../identity/bans.ts'
import { createPasswordHasher } from '../identity/password-hasher.ts'
import { endConsolesOf } from './console-sessions.ts'
import { createOperatorDesk } from './operator-desk.ts'

const password = 'analytical engine'
/** What signing in does until it waits for the ban takes less, and if not, is refused earlier. */
const AHEAD_MS = 300

describeDatabase('signing in to the console', (engine) => {
  it('[ADM-2] never slips past a ban that is written at the same time', async (t) => {
    const hasher = createPasswordHasher()
    const isChecked = Promise.withResolvers<void>()
    const mayGoOn = Promise.withResolvers<void>()
    const verify = async (phc: string | undefined, given: string) => {
      const isRight = await hasher.verify(phc, given)
      isChecked.resolve()
      await mayGoOn.promise
      return isRight
    }
    const { accounts, database, ports, clock } = await openTestAccounts(t, engine, {
      hasher: { hash: (given) => hasher.hash(given), verify },
      endElsewhere: endConsolesOf,
    })
    const form = { name: 'Mod', email: 'mod@example.org', password, inviteCode: undefined, origin }
    const { userId } = await accounts.signUp(form)
    await accounts.grantRole({ userId, role: 'moderator', by: null })
    const desk = createOperatorDesk(database, ports)
    const trail = { ...machineTrail(clock, 'console.signIn', 'test'), setUser: () => undefined }
    const signing = desk.signIn(trail, { login: 'mod', password, code: undefined, origin })
    const outcome = signing.then(
      () => 'signed in',
      (error: unknown) => (error as { code?: string }).code,
    )
    await isChecked.promise
    await database.transact(async (trx) => {
      await banUser(trx, ports, { userId, reason: 'rogue', by: null })
      mayGoOn.resolve()
      await delay(AHEAD_MS)
    })
    assert.equal(await outcome, 'forbidden')
    const left = await database.db.selectFrom('operators.sessions').select('user_id').execute()
    assert.deepEqual(left, [])
  })
})
