/**
 * A PostgreSQL of a bench's own, on the clients' cores, and the server under test on it. Without
 * PostgreSQL's binaries a bench says so and is skipped.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { findPostgresBin, NO_POSTGRES } from '@battalion/testkit/private-cluster.ts'
import { startPrivateCluster } from '@battalion/testkit/private-cluster.ts'
import { TEST_PORTS, postgresPlaceAt } from '@battalion/testkit/test-database.ts'
import { Client } from 'pg'

import { openDatabase } from '../src/db/database.ts'
import { tellProgress, tellSkipped } from './bench-voice.ts'
import { pinToClients } from './pinned-process.ts'

/** What a bench on PostgreSQL gets. */
export interface BenchCluster {
  /** Address of a new, empty database; migrated where asked. */
  create(name: string, state: 'empty' | 'migrated'): Promise<string>
  /** A folder that goes with it. */
  readonly folder: string
}

/** Does `work` with a cluster; undefined, and said so, where there is none. */
export async function withCluster<T>(
  what: string,
  work: (cluster: BenchCluster) => Promise<T>,
): Promise<T | undefined> {
  const bin = findPostgresBin()
  if (bin === undefined) {
    tellSkipped(`${what}: ${NO_POSTGRES}`)
    return undefined
  }
  pinToClients()
  tellProgress(`${what}: starting PostgreSQL`)
  const folder = mkdtempSync(join(tmpdir(), 'battalion-bench-'))
  const cluster = await startPrivateCluster(bin)
  try {
    return await work({ folder, create: (name, state) => createDatabase(cluster.url, name, state) })
  } finally {
    await cluster.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function createDatabase(
  clusterUrl: string,
  name: string,
  state: 'empty' | 'migrated',
): Promise<string> {
  const admin = new Client({ connectionString: clusterUrl })
  await admin.connect()
  await admin.query(`create database ${name} template template0 locale 'C.UTF-8'`)
  await admin.end()
  const url = new URL(clusterUrl)
  url.pathname = `/${name}`
  if (state === 'migrated') {
    const database = openDatabase({ ...TEST_PORTS, place: postgresPlaceAt(url.href) })
    await database.ready
    await database.close()
  }
  return url.href
}
