/**
 * Accounts over a real database of one engine, with a clock that stands still, mails kept in a list
 * and the end of sessions written down. Tests only.
 */
import { randomBytes } from 'node:crypto'
import type { TestContext } from 'node:test'

import { FakeClock } from '@battalion/testkit/fake-clock.ts'
import type { TestEngine } from '@battalion/testkit/test-database.ts'
import { waitUntil } from '@battalion/testkit/wait-until.ts'

import type { Database } from '../db/database.ts'
import { createAccessTokens } from '../services/auth/access-tokens.ts'
import { createAccounts } from '../services/identity/accounts.ts'
import type { Accounts } from '../services/identity/accounts.ts'
import type { SessionsEnded } from '../services/identity/end-sessions.ts'
import type { IdentityPorts } from '../services/identity/identity-ports.ts'
import { LiveSessions } from '../services/identity/live-sessions.ts'
import { createMailHandlers } from '../services/identity/mail-requests.ts'
import { createPasswordHasher } from '../services/identity/password-hasher.ts'
import { IDENTITY_DATA } from '../services/identity/user-data.ts'
import { createJobQueue } from '../services/jobs/job-queue.ts'
import { JobWorker } from '../services/jobs/job-worker.ts'
import type { Mail } from '../services/mail/mailer.ts'
import { createEventOutbox } from '../services/outbox/event-outbox.ts'
import { systemTimers } from '../system-clock.ts'
import { createTestKeys } from './test-keys.ts'

const HOUR_MS = 3_600_000

/** What a test gets. */
export interface TestAccounts {
  readonly database: Database
  readonly clock: FakeClock
  readonly accounts: Accounts
  readonly ports: IdentityPorts
  readonly ended: SessionsEnded[]
  /** The next mail that goes out; its token is behind the last `=`. */
  readonly nextMail: () => Promise<Mail>
  readonly mails: Mail[]
}

/** Where every request of a test comes from. */
export const TEST_ORIGIN = { device: 'test', address: '192.0.2.1' }

/** Opens accounts on a fresh database. */
export async function openTestAccounts(
  test: Pick<TestContext, 'after'>,
  engine: TestEngine,
  more: Partial<IdentityPorts> = {},
): Promise<TestAccounts> {
  const database = await engine.open(test)
  const clock = new FakeClock()
  const ended: SessionsEnded[] = []
  const mails: Mail[] = []
  const keys = createTestKeys(clock).ring
  const live = new LiveSessions(database.db, clock)
  const ports: IdentityPorts = {
    clock,
    tokens: createAccessTokens({ keys, clock, ttlSec: 900 }),
    live,
    hasher: createPasswordHasher(),
    outbox: createEventOutbox(clock),
    jobs: createJobQueue(clock),
    onSessionsEnded(end) {
      live.forget(end.sessionIds)
      ended.push(end)
    },
    chainKey: randomBytes(32),
    sealKey: randomBytes(32),
    refreshTokenTtlSec: (30 * 24 * HOUR_MS) / 1000,
    isInviteOnly: false,
    ...more,
  }
  const mailer = { send: async (mail: Mail) => void mails.push(mail), close: () => undefined }
  const worker = new JobWorker({
    database,
    queue: ports.jobs,
    clock,
    timers: systemTimers,
    workerId: 'test',
    handlers: createMailHandlers(database, { clock, mailer, publicUrl: testUrl }),
  })
  worker.start()
  test.after(() => worker.stop())
  let read = 0
  const nextMail = async () => {
    await waitUntil('a mail', () => mails.length > read)
    return mails[read++]!
  }
  const accounts = createAccounts(database, ports, [IDENTITY_DATA])
  return { database, clock, accounts, ports, ended, mails, nextMail }
}

function testUrl(): string {
  return 'https://game.test'
}

/** The token in a mail's link. */
export function tokenOf(mail: Mail): string {
  return /=([\w-]{43})/.exec(mail.text)?.[1] ?? ''
}
