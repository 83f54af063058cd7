/**
 * A whole server for one test: any free ports, a data directory of its own, log lines kept, stopped
 * when the test ends. Colyseus keeps globals, so a process runs one of these at a time. Tests only.
 */
import type { TestContext } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'

import { createTestEngine } from '@battalion/testkit/test-database.ts'

import { startApp } from '../app.ts'
import type { App, AppOptions } from '../app.ts'
import { readConfig } from '../config.ts'
import { tempDir } from './temp-dir.ts'

const BUSY_WAIT_MS = 500

/** A running server and what it logged. */
export interface TestApp {
  readonly app: App
  readonly url: string
  readonly logs: string[]
}

/** Starts one; `env` overrides options. */
export async function startTestApp(
  test: Pick<TestContext, 'after'>,
  env: Readonly<Record<string, string>> = {},
  extra: Partial<AppOptions> = {},
): Promise<TestApp> {
  const logs: string[] = []
  const dataDir = tempDir(test)
  const config = readConfig({
    HOST: '127.0.0.1',
    PORT: '0',
    OPS_PORT: '0',
    DATA_DIR: dataDir,
    LOG_LEVEL: 'debug',
    // Colyseus keeps a timer per seat and a lost client that outlive a stopped server.
    SEAT_TIMEOUT_SEC: '2',
    RECONNECT_GRACE_SEC: '2',
    ...env,
  })
  const { databasePlace = await createTestEngine('pglite').place(test, 'migrated') } = extra
  const writeLog = (line: string) => void logs.push(line)
  const app = await startApp({ config, writeLog, ...extra, databasePlace })
  test.after(() => app.stop())
  // Signing in needs it; a busy machine opens it later than a request waits.
  await app.store.database.ready
  return { app, url: app.publicUrl, logs }
}

/** Asks again while a machine that is busy with other things answers 503. */
export async function askPatiently(url: string, init: RequestInit = {}): Promise<Response> {
  for (;;) {
    const answer = await fetch(url, init)
    if (answer.status !== 503) return answer
    await answer.body?.cancel()
    await delay(BUSY_WAIT_MS)
  }
}

/** A new guest's access token. */
export async function signIn(url: string, headers: Record<string, string> = {}): Promise<string> {
  const answer = await fetch(`${url}/v1/auth/guest`, { method: 'POST', headers })
  const { accessToken } = (await answer.json()) as { accessToken: string }
  return accessToken
}

/** Asks matchmaking as the SDK does. */
export function matchmake(
  url: string,
  path: string,
  request: { token?: string; options?: unknown; body?: string } = {},
): Promise<Response> {
  const { token, options = {}, body = JSON.stringify(options) } = request
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` }
  return fetch(`${url}/matchmake/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...authorization },
    body,
  })
}
