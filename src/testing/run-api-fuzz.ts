/**
 * A server of its own for a run of hostile requests: any engine, limits wide enough that requests
 * reach what is behind them, addresses by header as behind a proxy. Tests and programs only.
 */
import { randomBytes } from 'node:crypto'
import type { TestContext } from 'node:test'

import { fuzzApi } from '@battalion/testkit/api-fuzz/fuzz-api.ts'
import type { FuzzReport } from '@battalion/testkit/api-fuzz/fuzz-api.ts'
import type { TestEngine } from '@battalion/testkit/test-database.ts'
import { sql } from 'kysely'

import { openFuzzStage } from './open-fuzz-stage.ts'
import { startSmtpSink } from './smtp-sink.ts'
import { startTestApp } from './start-test-app.ts'

const WIDE = '1000000'
const ENV = {
  TRUSTED_PROXIES: '127.0.0.1',
  SOCKETS_PER_ADDRESS_MAX: '10000',
  GUESTS_PER_ADDRESS_PER_MIN: WIDE,
  READS_PER_ADDRESS_PER_MIN: WIDE,
  SIGN_INS_PER_ADDRESS_PER_MIN: WIDE,
  REFRESHES_PER_ADDRESS_PER_MIN: WIDE,
  MATCHMAKES_PER_ADDRESS_PER_MIN: WIDE,
  MATCHMAKES_PER_USER_PER_MIN: WIDE,
  ACCOUNT_PER_USER_PER_MIN: WIDE,
  MAILS_PER_USER_PER_MIN: '1000',
  WEBHOOK_TARGETS: 'any',
  LOG_LEVEL: 'error',
}

/** What came of it, and the errors that the server logged: each is a fault of its own. */
export interface ServerFuzzReport extends FuzzReport {
  readonly logs: readonly string[]
}

/** Starts it, sends the requests, stops it. */
export async function runApiFuzz(
  test: Pick<TestContext, 'after'>,
  engine: TestEngine,
  plan: { readonly seed: number; readonly count: number; onProgress?: (done: number) => void },
): Promise<ServerFuzzReport> {
  const databasePlace = await engine.place(test, 'migrated')
  const mail = await startSmtpSink(test)
  const serverSecret = randomBytes(48).toString('base64url')
  const env = { ...ENV, SMTP_URL: mail.url, SERVER_SECRET: serverSecret }
  const { app, url, logs } = await startTestApp(test, env, { databasePlace })
  const { database } = app.store
  const stage = await openFuzzStage(test, { url, database, mail, serverSecret })
  const { rows } = await sql<{ name: string }>`
    select schemaname || '.' || tablename as name from pg_tables
    where schemaname not in ('pg_catalog', 'information_schema')`.execute(database.patient.db)
  const report = await fuzzApi({ ...plan, url, stage, tables: rows.map(({ name }) => name) })
  return { ...report, logs: logs.filter((line) => line.includes('"http.error"')) }
}
