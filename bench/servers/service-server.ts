/**
 * Our server on PostgreSQL as a program under test: the whole app, with everything it says to the
 * database written down and, when asked, said again by `pg` alone in this same process. Started by
 * the bench runner, never by hand.
 */
import { setTimeout as delay } from 'node:timers/promises'

import { startApp } from '../../src/app.ts'
import { readConfig } from '../../src/config.ts'
import { OWN_MACHINE_LIMITS } from './own-machine-limits.ts'
import type { ServiceAnswer, ServiceQuestion, ServiceServerOptions } from './service-talk.ts'
import { StatementRecorder } from './statement-recorder.ts'
import { randomSecret } from '../../src/testing/test-keys.ts'

/** Nothing was said for so long: relay and jobs are done with what the requests left them (ms). */
const QUIET_MS = 40
const CHANNELS_TABLE = 'chat.channels'

const options = JSON.parse(process.argv[2] ?? '{}') as ServiceServerOptions
const recorder = new StatementRecorder(options.floorUrl)
const app = await startApp({
  config: readConfig({
    LOG_LEVEL: 'error',
    ...process.env,
    ...OWN_MACHINE_LIMITS,
    // Every client of the bench has an address of its own.
    TRUSTED_PROXIES: '127.0.0.1',
    DATABASE_URL: options.databaseUrl,
    SERVER_SECRET: randomSecret(),
    HOST: '127.0.0.1',
    PORT: '0',
    OPS_PORT: '0',
  }),
})
await app.store.database.ready
const { db } = app.store.database
// The open channels are made beside the start.
while ((await db.selectFrom(CHANNELS_TABLE).select('id').execute()).length < 2) await delay(20)
await quiet()
await recorder.copyRows(options.databaseUrl, CHANNELS_TABLE)
recorder.clear()
let markCpu = process.cpuUsage()

async function quiet(): Promise<void> {
  for (let seen = -1; seen !== recorder.count; await delay(QUIET_MS)) seen = recorder.count
}

function cpuMsSince(mark: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(mark)
  return (user + system) / 1000
}

async function answer({ type }: ServiceQuestion): Promise<ServiceAnswer> {
  if (type === 'record') {
    recorder.clear()
    globalThis.gc?.()
    markCpu = process.cpuUsage()
    return { type: 'recording' }
  }
  if (type === 'take') {
    await quiet()
    const cpuMs = cpuMsSince(markCpu)
    return { type: 'window', window: { cpuMs, statements: recorder.count, failures: 0 } }
  }
  await recorder.prepare()
  globalThis.gc?.()
  const mark = process.cpuUsage()
  const failures = await recorder.replay()
  const cpuMs = cpuMsSince(mark)
  return { type: 'window', window: { cpuMs, statements: recorder.count, failures } }
}

process.on('message', (question: ServiceQuestion) => {
  void answer(question).then((said) => process.send?.(said))
})
process.on('SIGTERM', () => {
  void app.stop().finally(() => process.exit(0))
})
process.on('disconnect', () => process.exit(0))
process.send?.({ type: 'ready', url: app.publicUrl } satisfies ServiceAnswer)
