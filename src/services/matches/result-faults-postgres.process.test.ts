/**
 * Results on PostgreSQL under faults that are really done: processes killed with -9 between any two
 * steps, a server that crashes and comes back. Each battle that was kept is there once, whole.
 */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'

import { findPostgresBin, NO_POSTGRES } from '@battalion/testkit/private-cluster.ts'
import { startPrivateCluster } from '@battalion/testkit/private-cluster.ts'
import type { PrivateCluster } from '@battalion/testkit/private-cluster.ts'
import { postgresPlaceAt } from '@battalion/testkit/test-database.ts'
import { waitUntil } from '@battalion/testkit/wait-until.ts'
import { sql } from 'kysely'

import { openDatabase } from '../../db/database.ts'
import type { DatabasePlace } from '../../db/database.ts'
import { systemClock, systemTimers } from '../../system-clock.ts'
import { checkOnce, killAnywhere, killEverywhere, readBooks } from '../../testing/result-faults.ts'
import { RUN_MS_MAX, USERS, Writer } from '../../testing/result-faults.ts'
import { tempDir } from '../../testing/temp-dir.ts'

const bin = findPostgresBin()
const skip = bin === undefined ? NO_POSTGRES : false

describe('results on PostgreSQL under faults', { skip }, () => {
  let cluster: PrivateCluster
  before(async () => {
    cluster = await startPrivateCluster(bin!)
  })
  after(() => cluster.stop())

  async function freshPlace(name: string): Promise<DatabasePlace> {
    const admin = openDatabase({
      place: postgresPlaceAt(cluster.url),
      clock: systemClock,
      timers: systemTimers,
      migrations: [],
    })
    await admin.ready
    await sql.raw(`create database ${name} template template0 locale 'C.UTF-8'`).execute(admin.db)
    await admin.close()
    const url = new URL(cluster.url)
    url.pathname = `/${name}`
    return postgresPlaceAt(url.href)
  }

  it('[I-8] kill -9 after keeping, in the transaction, after the commit: once each', async (t) => {
    await killEverywhere(t, await freshPlace('kill_everywhere'), tempDir(t))
  })

  it('[I-8] kill -9 at any moment: what was kept is there, once', async (t) => {
    await killAnywhere(t, await freshPlace('kill_anywhere'), tempDir(t))
  })

  it('[C-05] PostgreSQL crashes and comes back in mid-write: nothing lost, all once', async (t) => {
    const place = await freshPlace('restarts')
    const matchIds = Array.from({ length: 400 }, (_, index) => `s${index}`)
    const dataDir = tempDir(t)
    const writer = new Writer(t, { place, dataDir, users: USERS, matchIds, gapMs: 20 })
    await waitUntil('battles are kept', () => writer.kept.size > 20, RUN_MS_MAX)
    for (const awayMs of [200, 2000]) {
      await cluster.crash()
      const keptBefore = writer.kept.size
      await sleep(awayMs)
      if (awayMs > 1000)
        assert.ok(writer.kept.size > keptBefore, 'rooms go on without the database')
      await cluster.start()
      await sleep(300)
    }
    await waitUntil('all is written', () => writer.isDrained, RUN_MS_MAX)
    await writer.gone
    await checkOnce(place, matchIds)
  })

  it('[C-05] a database away from the start: results wait on disk and are written by it', async (t) => {
    const place = await freshPlace('away')
    await cluster.crash()
    const dataDir = tempDir(t)
    const matchIds = ['a1', 'a2', 'a3']
    const orders = { place, dataDir, users: USERS, matchIds, waits: false }
    const writer = new Writer(t, orders)
    await waitUntil('they are kept', () => writer.kept.size === matchIds.length, RUN_MS_MAX)
    assert.equal(writer.isDrained, false)
    await cluster.start()
    await waitUntil('all is written', () => writer.isDrained, RUN_MS_MAX)
    await writer.gone
    const { battles } = await readBooks(place)
    assert.deepEqual(
      battles.map(({ id }) => id),
      matchIds,
    )
  })
})
