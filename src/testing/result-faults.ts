/**
 * Writers of results that are killed, and what the database then says of every battle. Tests only.
 */
import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import type { TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'

import { waitUntil } from '@battalion/testkit/wait-until.ts'
import { sql } from 'kysely'

import { openDatabase } from '../db/database.ts'
import type { DatabasePlace } from '../db/database.ts'
import { systemClock, systemTimers } from '../system-clock.ts'
import type { ResultWriterOrders } from './result-writer.ts'

const PROGRAM = new URL('./result-writer.ts', import.meta.url)
export const USERS = ['ann', 'bob']
/** A process under load (ms). */
export const RUN_MS_MAX = 120_000

/** A running writer and what it told. */
export class Writer {
  readonly kept = new Set<string>()
  isDrained = false
  readonly gone: Promise<void>
  readonly #child

  constructor(t: TestContext, orders: ResultWriterOrders) {
    const child = fork(PROGRAM, [JSON.stringify(orders)], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    t.after(() => child.kill('SIGKILL'))
    this.#child = child
    this.gone = new Promise((resolve) => child.once('exit', () => resolve()))
    child.on('message', (message) => {
      const { outcome, about } = message as { outcome: string; about: string }
      if (outcome === 'kept') this.kept.add(about)
      if (outcome === 'drained') this.isDrained = true
    })
  }

  kill(): void {
    this.#child.kill('SIGKILL')
  }
}

/** What the database says of every battle, and how often it was counted anywhere. */
export async function readBooks(place: DatabasePlace) {
  const database = openDatabase({ place, clock: systemClock, timers: systemTimers })
  try {
    await database.ready
    const { rows } = await sql<{ id: string; players: number; rows: number; events: number }>`
      select match_id as id,
        (select count(*)::int from matches.session_players p where p.match_id = s.match_id)
          as players,
        (select sum(row_count)::int - s.log_rows from matches.battle_logs l
          where l.match_id = s.match_id) as rows,
        (select count(*)::int from stream.outbox where key = s.match_id) as events
      from matches.game_sessions s order by 1`.execute(database.db)
    const { rows: people } = await sql<{ matches: number; marks: number }>`
      select matches::int, length(locale) - 2 as marks from matches.player_stats
      join identity.users on id = user_id where name = ${USERS[0]}`.execute(database.db)
    return { battles: rows, matches: people[0]?.matches ?? 0, marks: people[0]?.marks ?? 0 }
  } finally {
    await database.close()
  }
}

/** Each of these battles, and no other, is there once and whole. */
export async function checkOnce(place: DatabasePlace, ids: readonly string[]): Promise<void> {
  const { battles, matches, marks } = await readBooks(place)
  assert.deepEqual(
    battles,
    ids.toSorted().map((id) => ({ id, players: USERS.length, rows: 0, events: 1 })),
    'each battle once, whole',
  )
  assert.equal(matches, ids.length, 'each counted once for the player')
  assert.equal(marks, ids.length, 'what follows a battle followed once')
}

/** Kills one process at each place in turn, then lets one finish what is left. */
export async function killEverywhere(t: TestContext, place: DatabasePlace, dataDir: string) {
  const ids: string[] = []
  for (const killAt of ['after keeping', 'in transaction', 'after commit'] as const) {
    const own = [`${killAt} 1`, `${killAt} 2`].map((id) => id.replaceAll(' ', '-'))
    // The first of its battles is on disk when it dies; the second it may not have come to.
    ids.push(own[0]!)
    await new Writer(t, { place, dataDir, users: USERS, matchIds: own, killAt }).gone
  }
  const last = new Writer(t, { place, dataDir, users: USERS, matchIds: ['last', ...ids] })
  await last.gone
  assert.ok(last.isDrained)
  ids.push('last')
  const { battles } = await readBooks(place)
  const extra = battles.map(({ id }) => id).filter((id) => !ids.includes(id))
  await checkOnce(place, [...ids, ...extra])
}

/** Kills processes at any moment while they report one battle after another. */
export async function killAnywhere(t: TestContext, place: DatabasePlace, dataDir: string) {
  const kept = new Set<string>()
  for (let round = 0; round < 2; round++) {
    const matchIds = Array.from({ length: 300 }, (_, index) => `r${round}-${index}`)
    const writer = new Writer(t, { place, dataDir, users: USERS, matchIds })
    await waitUntil('battles are kept', () => writer.kept.size > 10, RUN_MS_MAX)
    await sleep(Math.random() * 200)
    writer.kill()
    await writer.gone
    for (const id of writer.kept) kept.add(id)
  }
  const last = new Writer(t, { place, dataDir, users: USERS, matchIds: ['last'] })
  await last.gone
  assert.ok(last.isDrained)
  const { battles } = await readBooks(place)
  const ids = battles.map(({ id }) => id)
  assert.deepEqual(
    [...kept].filter((id) => !ids.includes(id)),
    [],
    'nothing kept is lost',
  )
  await checkOnce(place, ids)
  t.diagnostic(`${kept.size} told as kept over 2 kills, ${ids.length} written, each once`)
}
