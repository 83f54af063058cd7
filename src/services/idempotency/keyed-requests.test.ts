/** What an Idempotency-Key promises, crashes and slow holders included, on both engines. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, it } from 'node:test'

import { AppError } from '@battalion/base/app-error.ts'
import type { ErrorCode } from '@battalion/base/app-error.ts'
import { openSocialWorld } from '@battalion/testkit/social-world.ts'
import type { SocialWorld } from '@battalion/testkit/social-world.ts'
import { describeDatabase } from '@battalion/testkit/test-database.ts'
import { sql } from 'kysely'

import type { Trx } from '../../db/database.ts'
import {
  createKeyedRequests,
  KEEP_MS,
  KEYED_REQUEST_DATA,
  pruneKeyedRequests,
} from './keyed-requests.ts'
import type { KeptAnswer, KeyedRequest, KeyedRequests } from './keyed-requests.ts'

const LEASE_OVER_MS = 30_001
const DONE: KeptAnswer = { status: 200, contentType: 'application/json', body: '{"n":1}' }

function hasCode(code: ErrorCode): (error: unknown) => boolean {
  return (error) => error instanceof AppError && error.code === code
}

function effect(trx: Trx, name: string): Promise<unknown> {
  return sql`insert into probe.effects (name) values (${name})`.execute(trx)
}

describeDatabase('requests with a key', (engine) => {
  let world: SocialWorld
  let requests: KeyedRequests
  let userId: string
  before(async () => {
    world = await openSocialWorld(engine)
    requests = createKeyedRequests(world.database, world.clock)
    userId = await world.user('Ada')
    await sql`create schema probe`.execute(world.database.db)
    await sql`create table probe.effects (name text not null)`.execute(world.database.db)
  })
  after(() => world.close())

  const ask = (key: string, content = 'POST /v1/things'): KeyedRequest => ({ userId, key, content })
  const countEffects = async (name: string) => {
    const { rows } = await sql<{ count: number }>`
      select count(*)::int4 as count from probe.effects where name = ${name}`.execute(
      world.database.db,
    )
    return rows[0]!.count
  }
  /** Work with one effect of this name. */
  const worker =
    (name: string, answer = DONE) =>
    async () => {
      await world.run((trx) => effect(trx, name))
      return answer
    }
  const answerOf = async (request: KeyedRequest, work: () => Promise<KeptAnswer>) =>
    (await requests.answer(request, work)).answer

  it('[F-04] the first answer is given again, and nothing is done twice', async () => {
    const first = await requests.answer(ask('once'), worker('once'))
    assert.deepEqual(first, { answer: DONE, isRepeated: false })
    const again = await requests.answer(ask('once'), worker('once'))
    assert.deepEqual(again, { answer: DONE, isRepeated: true })
    assert.equal(await countEffects('once'), 1)
  })

  it('a 500 and a refusal are answers too', async () => {
    for (const status of [500, 404, 409]) {
      const answer = { status, contentType: 'application/problem+json', body: `{"s":${status}}` }
      const key = `status ${status}`
      assert.deepEqual(await answerOf(ask(key), async () => answer), answer)
      assert.deepEqual(await answerOf(ask(key), worker('never')), answer)
    }
    assert.equal(await countEffects('never'), 0)
  })

  it('another request under the same key is refused, another user has his own keys', async () => {
    await requests.answer(ask('mine'), worker('mine'))
    await assert.rejects(
      requests.answer(ask('mine', 'POST /v1/other'), worker('never')),
      hasCode('idempotency_key_reused'),
    )
    const other = { ...ask('mine'), userId: await world.user('Bob') }
    assert.equal((await requests.answer(other, worker('mine'))).isRepeated, false)
    assert.equal(await countEffects('mine'), 2)
  })

  it('[F-04] of many at once one is carried out, the others are told to come again', async () => {
    const settled = await Promise.allSettled(
      Array.from({ length: 20 }, () => requests.answer(ask('many'), worker('many'))),
    )
    const refused = settled.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []))
    for (const reason of refused) {
      assert.ok(hasCode('request_in_progress')(reason), String(reason))
      assert.equal((reason as AppError).retryAfterSec, 1)
    }
    const done = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
    assert.equal(done.filter(({ isRepeated }) => !isRepeated).length, 1)
    assert.equal(await countEffects('many'), 1)
  })

  it('[C-05] a crash before the effect: the repetition carries it out', async () => {
    void requests.answer(ask('early'), () => new Promise(() => undefined))
    await waitForRow('early')
    await assert.rejects(
      requests.answer(ask('early'), worker('early')),
      hasCode('request_in_progress'),
    )
    world.clock.advance(LEASE_OVER_MS)
    const taken = await requests.answer(ask('early'), worker('early'))
    assert.deepEqual(taken, { answer: DONE, isRepeated: false })
    assert.equal(await countEffects('early'), 1)
  })

  it('[C-05] a crash after the effect: the repetition is told, and does nothing', async () => {
    const isDone = Promise.withResolvers<void>()
    void requests.answer(ask('late'), async () => {
      await worker('late')()
      isDone.resolve()
      return new Promise(() => undefined)
    })
    await isDone.promise
    world.clock.advance(LEASE_OVER_MS)
    await assert.rejects(requests.answer(ask('late'), worker('late')), hasCode('answer_lost'))
    assert.equal(await countEffects('late'), 1)
  })

  it('a holder that was taken over cannot commit: its transaction is undone', async () => {
    const goOn = Promise.withResolvers<void>()
    const slow = requests.answer(ask('slow'), async () => {
      await goOn.promise
      return worker('slow by the first')()
    })
    await waitForRow('slow')
    world.clock.advance(LEASE_OVER_MS)
    await requests.answer(ask('slow'), worker('slow by the second'))
    goOn.resolve()
    await assert.rejects(slow, hasCode('request_in_progress'))
    assert.equal(await countEffects('slow by the first'), 0)
    assert.equal(await countEffects('slow by the second'), 1)
    const kept = await requests.answer(ask('slow'), worker('never'))
    assert.deepEqual(kept, { answer: DONE, isRepeated: true })
  })

  it('"later" is not kept: the same key tries again at once', async () => {
    for (const status of [429, 503]) {
      const key = `later ${status}`
      const later = { ...DONE, status }
      assert.equal((await answerOf(ask(key), async () => later)).status, status)
      assert.equal((await answerOf(ask(key), worker(key))).status, 200)
      assert.equal(await countEffects(key), 1)
    }
  })

  it('"later" after an effect is answer_lost, never a second effect', async () => {
    const busy = { ...DONE, status: 503 }
    await requests.answer(ask('half'), worker('half', busy))
    await assert.rejects(requests.answer(ask('half'), worker('half')), hasCode('answer_lost'))
    assert.equal(await countEffects('half'), 1)
  })

  it('what fails in a transaction leaves no mark', async () => {
    const failed = { ...DONE, status: 409 }
    const work = async () => {
      await world
        .run(async (trx) => {
          await effect(trx, 'undone')
          throw new AppError('conflict', 'Not so.')
        })
        .catch(() => undefined)
      return failed
    }
    assert.deepEqual(await answerOf(ask('undone'), work), failed)
    assert.equal(await countEffects('undone'), 0)
    assert.equal(await isMarked('undone'), false)
  })

  it('background work of a request that is over is no part of it', async () => {
    const later = Promise.withResolvers<void>()
    let background: Promise<unknown> | undefined
    await requests.answer(ask('over'), async () => {
      background = later.promise.then(() => world.run((trx) => effect(trx, 'background')))
      return DONE
    })
    later.resolve()
    await background
    assert.equal(await isMarked('over'), false)
  })

  it('answers stay for 24 hours and then go; with the user they go at once', async () => {
    await requests.answer(ask('kept'), worker('kept'))
    world.clock.advance(KEEP_MS - 1)
    await pruneKeyedRequests(world.database, world.clock.wallMs())
    assert.equal((await requests.answer(ask('kept'), worker('kept'))).isRepeated, true)
    world.clock.advance(2)
    await pruneKeyedRequests(world.database, world.clock.wallMs())
    assert.equal((await requests.answer(ask('kept'), worker('kept'))).isRepeated, false)
    await world.run((trx) => KEYED_REQUEST_DATA.erase(trx, userId))
    assert.deepEqual(await KEYED_REQUEST_DATA.read(world.database.db, userId), [])
  })

  it('a user who is gone meanwhile must sign in again', async () => {
    const gone = { ...ask('gone'), userId: randomUUID() }
    await assert.rejects(requests.answer(gone, worker('never')), hasCode('unauthenticated'))
  })

  async function isMarked(key: string): Promise<boolean> {
    const row = await world.database.db
      .selectFrom('idempotency.requests')
      .select('is_committed')
      .where('key', '=', key)
      .executeTakeFirstOrThrow()
    return row.is_committed
  }

  async function waitForRow(key: string): Promise<void> {
    const find = () =>
      world.database.db
        .selectFrom('idempotency.requests')
        .select('key')
        .where('key', '=', key)
        .executeTakeFirst()
    while ((await find()) === undefined) await new Promise((resolve) => setTimeout(resolve, 5))
  }
})
