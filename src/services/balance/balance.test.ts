/** Versions of the balance on both engines: drafts, publishing, what each process plays. */
import assert from 'node:assert/strict'
import { after, it } from 'node:test'
import type { TestContext } from 'node:test'

import type { AppError } from '@battalion/base/app-error.ts'
import { FakeClock } from '@battalion/testkit/fake-clock.ts'
import { readShippedBalanceFiles } from '@battalion/testkit/load-shipped-balance.ts'
import { describeDatabase, TEST_PORTS } from '@battalion/testkit/test-database.ts'
import { waitUntil } from '@battalion/testkit/wait-until.ts'
import { sql } from 'kysely'

import type { Database } from '../../db/database.ts'
import { listAudit } from '../audit/audit-log.ts'
import { machineTrail } from '../audit/audit-trail.ts'
import { createEventOutbox } from '../outbox/event-outbox.ts'
import { BalanceBook } from './balance-book.ts'
import type { BookEvent } from './balance-book.ts'
import { BalanceReader } from './balance-reader.ts'
import { BALANCE_BYTES_MAX, createBalanceDesk, DRAFTS_MAX } from './balance-desk.ts'
import { loadFiles } from './balance-version.ts'
import type { BalanceFiles } from './balance-version.ts'

const reader = new BalanceReader()
after(() => reader.stop())

/** Small: the maps are of no account here. */
function shippedFiles(): Record<string, unknown> {
  const files = readShippedBalanceFiles()
  const modes = files['modes.json'] as { modes: { maps: string[] }[] }
  for (const mode of modes.modes) mode.maps = ['skirmish']
  delete files['maps/front.json']
  delete files['maps/duel.json']
  return files
}

function withDamage(damage: unknown): BalanceFiles {
  const file = shippedFiles()['weapons.json'] as { weapons: { damage: unknown }[] }
  file.weapons[0]!.damage = damage
  return { 'weapons.json': file }
}

/** The books of a process, closed with the test. */
function openBook(t: Pick<TestContext, 'after'>, database: Database, version = '1') {
  const events: BookEvent[] = []
  const shipped = loadFiles(shippedFiles(), version)
  const { timers } = TEST_PORTS
  const onEvent = (event: BookEvent) => void events.push(event)
  const book = new BalanceBook({ database, shipped, reader, timers, onEvent })
  book.start()
  t.after(() => book.stop())
  return { book, events }
}

function openDesk(t: Pick<TestContext, 'after'>, database: Database) {
  const clock = new FakeClock()
  const { book, events } = openBook(t, database)
  const outbox = createEventOutbox(clock)
  const validated: string[] = []
  const noting: Pick<typeof reader, 'listFaults'> = {
    listFaults(wish) {
      validated.push(wish.version)
      return reader.listFaults(wish)
    },
  }
  const desk = createBalanceDesk({ database, book, reader: noting, clock, outbox })
  const trail = machineTrail(clock, 'balance.test', 'test')
  const publish = async (damage: number, replaces: string) => {
    const { version } = await desk.create(trail, { base: replaces, note: '' })
    await desk.edit(trail, { version, revision: 1, files: withDamage(damage) })
    return await desk.publish(trail, { version, revision: 2, replaces, reason: 'too weak' })
  }
  return { desk, book, events, trail, publish, validated }
}

const refused = (code: string) => (error: AppError) => error.code === code

describeDatabase('versions of the balance', (engine) => {
  it('[GMD-3] a draft is edited by revision, validated, compared, published as N+1', async (t) => {
    const database = await engine.open(t)
    const { desk, book, trail, validated } = openDesk(t, database)
    const { version } = await desk.create(trail, { base: '1', note: 'rifles' })
    assert.deepEqual(await desk.validate(version), [])
    const wrong = { ...withDamage('x'), 'levels.json': null }
    const edited = await desk.edit(trail, { version, revision: 1, files: wrong })
    assert.deepEqual([edited.revision, edited.note, edited.base], [2, 'rifles', '1'])
    const told = (await desk.validate(version)).map(({ file, path }) => `${file} ${path}`)
    assert.deepEqual(told.sort(), ['levels.json $', 'weapons.json $.weapons[0].damage'])
    const wish = { version, replaces: '1', reason: 'too weak' }
    const before = validated.length
    // Whether it may be published comes before whether it could be played.
    const late = desk.publish(trail, { ...wish, revision: 1 })
    await assert.rejects(late, /revision 2/)
    const blind = desk.publish(trail, { ...wish, revision: 2, replaces: '9' })
    await assert.rejects(blind, /was published meanwhile/)
    assert.equal(validated.length, before)
    await assert.rejects(desk.publish(trail, { ...wish, revision: 2 }), /cannot be played/)
    const stale = desk.edit(trail, { version, revision: 1, files: withDamage(30) })
    await assert.rejects(stale, refused('conflict'))
    const { 'levels.json': levels } = shippedFiles()
    const files = { ...withDamage(30), 'levels.json': levels }
    await desk.edit(trail, { version, revision: 2, files })
    const { changes, against } = await desk.diff({ version })
    assert.equal(against, '1')
    assert.deepEqual(changes, [
      { file: 'weapons.json', path: '$.weapons[rifle].damage', before: '26', after: '30' },
    ])
    await assert.rejects(desk.publish(trail, { ...wish, revision: 2 }), refused('conflict'))
    const made = await desk.publish(trail, { ...wish, revision: 3 })
    assert.deepEqual([made.version, made.state, made.reason], ['2', 'published', 'too weak'])
    await waitUntil('it is played', () => book.played.version === '2')
    assert.equal(book.played.balance.version, '2')
    assert.equal(book.played.balance.weapons[0]!.damage, 30)
    assert.equal((await book.find('1'))?.balance.weapons[0]!.damage, 26, 'the shipped one stays')
    await assert.rejects(desk.read(version), refused('not_found'), 'the draft has a number now')
    const [row] = await listAudit(database.db, { limit: 1 })
    assert.deepEqual([row?.target?.id, row?.reason], ['2', 'too weak'])
  })

  it('[GMD-3] what is published is never changed, whoever asks the database', async (t) => {
    const database = await engine.open(t)
    const { desk, trail, publish } = openDesk(t, database)
    await publish(30, '1')
    const edit = desk.edit(trail, { version: '2', revision: 3, files: {} })
    await assert.rejects(edit, refused('conflict'))
    await assert.rejects(desk.remove(trail, '2'), refused('conflict'))
    for (const change of [
      `update balance.versions set files = '{}'`,
      `update balance.versions set number = null, published_at = null, reason = null`,
      'delete from balance.versions',
      'truncate balance.versions',
    ]) {
      await assert.rejects(sql.raw(change).execute(database.db), /is refused/, change)
    }
  })

  it('[GMD-3] of two who publish at once one is told to look again', async (t) => {
    const database = await engine.open(t)
    const { desk, publish } = openDesk(t, database)
    const outcomes = await Promise.allSettled([publish(30, '1'), publish(31, '1')])
    const lost = outcomes.filter((one) => one.status === 'rejected')
    assert.deepEqual(
      lost.map(({ reason }) => (reason as AppError).code),
      ['conflict'],
    )
    const states = (await desk.list()).map(({ state }) => state)
    assert.deepEqual(states, ['draft', 'published', 'shipped'])
  })

  it('[GMD-3] reaches every process, survives a restart, and old versions are served', async (t) => {
    const database = await engine.open(t)
    const other = openBook(t, database)
    await other.book.asked
    assert.equal(other.book.played.version, '1')
    const { publish } = openDesk(t, database)
    await publish(30, '1')
    await waitUntil('the other process plays it', () => other.book.played.version === '2')
    await publish(31, '2')
    await waitUntil('and the next', () => other.book.played.version === '3')
    assert.equal((await other.book.find('2'))?.balance.weapons[0]!.damage, 30)
    const restarted = openBook(t, database)
    await restarted.book.asked
    assert.equal(restarted.book.played.version, '3')
    assert.equal(await restarted.book.find('4'), undefined)
    const upgraded = openBook(t, database, '9.new')
    await upgraded.book.asked
    assert.equal(upgraded.book.played.version, '9.new', 'a program may ship a higher number')
  })

  it('[GMD-3] what no longer parses is passed over by name; the shipped one is there', async (t) => {
    const database = await engine.open(t)
    const { publish } = openDesk(t, database)
    await publish(30, '1')
    const broken = JSON.stringify({ 'weapons.json': {} })
    await sql`insert into balance.versions
      (number, base, note, revision, files, created_at, updated_at, published_at, reason)
      values (3, '2', '', 1, ${broken}, now(), now(), now(), 'of another program')`.execute(
      database.db,
    )
    const { book, events } = openBook(t, database)
    await book.asked
    assert.equal(book.played.version, '2')
    assert.ok(book.isBroken('3'))
    assert.deepEqual(
      events.flatMap((one) => (one.kind === 'broken' ? [one.version] : [])),
      ['3'],
    )
    const same = openBook(t, database, '3')
    await same.book.asked
    assert.equal(same.book.played.version, '3.shipped', 'the name is taken by the published one')
    assert.equal(same.book.played.balance.version, '3.shipped')
  })

  it('[GMD-3] drafts are bounded in number and size, and thrown away', async (t) => {
    const database = await engine.open(t)
    const { desk, trail } = openDesk(t, database)
    for (let count = 0; count < DRAFTS_MAX; count++) {
      await desk.create(trail, { base: '1', note: '' })
    }
    const draft = { base: '1', note: '' }
    await assert.rejects(desk.create(trail, draft), refused('conflict'))
    const { version } = (await desk.list())[0]!
    const large = { 'maps/huge.json': 'x'.repeat(BALANCE_BYTES_MAX) }
    const edit = { version, revision: 1, files: large }
    await assert.rejects(desk.edit(trail, edit), refused('body_too_large'))
    const stray = { ...edit, files: { 'other.json': {} } }
    await assert.rejects(desk.edit(trail, stray), refused('invalid_request'))
    await desk.remove(trail, version)
    await desk.create(trail, draft)
  })
})
