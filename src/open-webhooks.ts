/**
 * Outgoing webhooks of this process, put together: what takes events in, what sends them, what
 * staff do with both.
 */
import { randomInt, randomUUID } from 'node:crypto'

import type { Config } from './config.ts'
import type { Database } from './db/database.ts'
import type { AppDatabase, JobPlan } from './open-app-database.ts'
import type { ServerSecret } from './services/auth/server-secret.ts'
import { BALANCE_TOPIC } from './services/balance/balance-desk.ts'
import { seal, unseal } from './services/identity/seal.ts'
import { MATCHES_TOPIC } from './services/matches/write-match.ts'
import { MODERATION_TOPIC } from './services/moderation-events.ts'
import { resolveBySystem } from './services/webhooks/post-webhook.ts'
import type { CallPorts } from './services/webhooks/post-webhook.ts'
import { createWebhookDesk } from './services/webhooks/webhook-desk.ts'
import type { WebhookDesk } from './services/webhooks/webhook-desk.ts'
import { takeEvent } from './services/webhooks/webhook-events.ts'
import { deleteSettled } from './services/webhooks/webhook-queries.ts'
import { WebhookSender } from './services/webhooks/webhook-sender.ts'
import { systemClock, systemTimers } from './system-clock.ts'
import type { AppLogger } from './telemetry/logger.ts'
import type { Metrics } from './telemetry/metrics.ts'

const MS_PER_DAY = 86_400_000
/** How long what is settled stays to be looked at (days). */
const KEEP_DAYS = { delivered: 7, dead: 90 }
/** Grains of chance in pauses. */
const CHANCES = 1_000_000
const PRUNE_JOB = 'webhooks.prune'

/** What the console and the stop get. */
export interface AppWebhooks {
  readonly desk: WebhookDesk
  stop(): Promise<void>
}

/** Opens them; sends as soon as the database is there. */
export function openWebhooks(options: {
  readonly config: Config
  readonly secret: ServerSecret
  readonly store: AppDatabase
  readonly logger: AppLogger
  readonly metrics: Metrics
}): AppWebhooks {
  const { config, secret, store, logger, metrics } = options
  const { database, bus } = store
  const key = secret.derive('webhooks')
  const call: CallPorts = { rule: config.webhookTargets, resolve: resolveBySystem }
  const outcomes = metrics.numbers('battalion_webhooks_total')
  const onError = (error: unknown) =>
    logger.warn({ event: 'webhooks.delayed', err: error }, 'webhooks wait for the database')
  const sender = new WebhookSender({
    database,
    clock: systemClock,
    timers: systemTimers,
    call,
    unseal: (sealed) => unseal(sealed, key),
    senderId: randomUUID(),
    chance: () => randomInt(CHANCES) / CHANCES,
    onOutcome: (outcome) => outcomes.cell(outcome).add(1),
    onError,
  })
  const wake = () => sender.wake()
  const topics = [MATCHES_TOPIC, MODERATION_TOPIC, BALANCE_TOPIC]
  const subscribed = bus.subscribe({ group: 'webhooks', topics }, async (event) => {
    if ((await takeEvent(database, event, systemClock.wallMs())) > 0) wake()
  })
  subscribed.catch(onError)
  database.ready.then(() => sender.start()).catch(() => undefined)
  const seal64 = (bytes: Uint8Array) => seal(bytes, key)
  const desk = createWebhookDesk({ database, clock: systemClock, call, seal: seal64, wake })
  return { desk, stop: () => sender.stop() }
}

/** The job that forgets what is settled. */
export function planWebhookJobs(database: Database): JobPlan {
  const prune = async () => {
    await deleteSettled(database.db, {
      delivered: daysAgo(KEEP_DAYS.delivered),
      dead: daysAgo(KEEP_DAYS.dead),
    })
  }
  return {
    handlers: { [PRUNE_JOB]: prune },
    schedules: [{ kind: PRUNE_JOB, pattern: '41 * * * *' }],
  }
}

function daysAgo(days: number): Date {
  return new Date(systemClock.wallMs() - days * MS_PER_DAY)
}
