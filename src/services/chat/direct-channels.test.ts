/** Direct channels and the locks of their users, on PostgreSQL, where others may hold them. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'

import { NO_POSTGRES } from '@battalion/testkit/private-cluster.ts'
import { openSocialWorld } from '@battalion/testkit/social-world.ts'
import type { SocialWorld } from '@battalion/testkit/social-world.ts'
import { createTestEngine, TEST_DATABASE_URL } from '@battalion/testkit/test-database.ts'
import { waitUntil } from '@battalion/testkit/wait-until.ts'
import { sql } from 'kysely'

import { blockUser } from '../social/blocks.ts'
import { lockUsers } from '../social/social-ports.ts'
import { createSocialDesk } from '../social-desk.ts'

const skip = TEST_DATABASE_URL === undefined ? NO_POSTGRES : false
describe('direct channels while somebody else holds their users', { skip }, () => {
  let world: SocialWorld
  let desk: ReturnType<typeof createSocialDesk>
  before(async () => {
    world = await openSocialWorld(createTestEngine('postgres'))
    desk = createSocialDesk(world)
  })
  after(() => world.close())

  it('[SOC-4] what is refused or there already waits for nobody; what is new does', async () => {
    const [ann, bob, cat, dan] = await fourUsers(world)
    const known = await desk.openDirect({ userId: ann, otherId: bob })
    await world.run((trx) => blockUser(trx, world.social, { userId: ann, otherId: cat }))
    await world.wish(dan, { directMessages: 'nobody' })
    const release = await holdUsers(world, [ann, bob, cat, dan])
    try {
      const refused = { code: 'forbidden' }
      await assert.rejects(desk.openDirect({ userId: cat, otherId: ann }), refused)
      await assert.rejects(desk.openDirect({ userId: cat, otherId: dan }), refused)
      await assert.rejects(desk.openDirect({ userId: ann, otherId: ann }), {
        code: 'invalid_request',
      })
      assert.deepEqual(await desk.openDirect({ userId: ann, otherId: bob }), known)
      assert.equal((await desk.openDirect({ userId: bob, otherId: ann })).id, known.id)
      const opening = desk.openDirect({ userId: bob, otherId: cat })
      await waitUntil('the new one waits', () => isWaiting(world))
      await release()
      assert.equal((await opening).kind, 'direct')
    } finally {
      await release()
    }
  })

  it('[SOC-4] a wish that came while it waited counts', async () => {
    const [eve, fay] = (await world.users('Eve', 'Fay')) as [string, string]
    const release = await holdUsers(world, [eve])
    const opening = assert.rejects(desk.openDirect({ userId: eve, otherId: fay }), {
      code: 'forbidden',
    })
    try {
      await waitUntil('it waits', () => isWaiting(world))
      await world.wish(fay, { directMessages: 'nobody' })
    } finally {
      await release()
    }
    await opening
  })
})

function fourUsers(world: SocialWorld) {
  return world.users('Ann', 'Bob', 'Cat', 'Dan') as Promise<[string, string, string, string]>
}

/** Holds locks in a transaction of its own until it is told to end. */
async function holdUsers(world: SocialWorld, userIds: string[]): Promise<() => Promise<void>> {
  const held = Promise.withResolvers<void>()
  const end = Promise.withResolvers<void>()
  const holding = world.run(async (trx) => {
    await lockUsers(trx, userIds)
    held.resolve()
    await end.promise
  })
  await Promise.race([held.promise, holding])
  return () => {
    end.resolve()
    return holding
  }
}

async function isWaiting({ database }: SocialWorld): Promise<boolean> {
  const { rows } = await sql`
    select from pg_locks where locktype = 'advisory' and not granted
      and database = (select oid from pg_database where datname = current_database())`.execute(
    database.db,
  )
  return rows.length > 0
}
