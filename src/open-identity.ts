/**
 * Accounts of this process: the use cases HTTP is handed, whether sessions live, and the jobs
 * behind them. Here the end of a session meets the sockets: rooms close them as its transaction
 * commits, and for what other processes ended, as the bus says so.
 */
import { randomUUID } from 'node:crypto'

import type { Config } from './config.ts'
import type { Database } from './db/database.ts'
import type { JobPlan } from './open-app-database.ts'
import type { AppDatabase } from './open-app-database.ts'
import type { AccessTokens } from './services/auth/access-tokens.ts'
import type { ServerSecret } from './services/auth/server-secret.ts'
import { createAccounts } from './services/identity/accounts.ts'
import type { Accounts } from './services/identity/accounts.ts'
import { SESSION_ENDED_TOPIC } from './services/identity/end-sessions.ts'
import type { SessionsEnded } from './services/identity/end-sessions.ts'
import { findRecipient } from './services/identity/find-recipient.ts'
import type { IdentityPorts } from './services/identity/identity-ports.ts'
import { KEEP_SMALL_JOB, keepIdentitySmall } from './services/identity/keep-identity-small.ts'
import { LiveSessions } from './services/identity/live-sessions.ts'
import { createMailHandlers } from './services/identity/mail-requests.ts'
import { createOidcAccounts } from './services/identity/oidc-accounts.ts'
import { createOidcClient } from './services/identity/oidc-client.ts'
import type { OidcAccounts } from './services/identity/oidc-accounts.ts'
import { createPasswordHasher } from './services/identity/password-hasher.ts'
import { PasswordProcess } from './services/identity/password-process.ts'
import { createPermissions } from './services/identity/roles.ts'
import type { Permissions } from './services/identity/roles.ts'
import { IDENTITY_DATA } from './services/identity/user-data.ts'
import type { UserDataPart } from './services/identity/user-data.ts'
import { createMailNoticeHandler } from './services/notifications/mail-notices.ts'
import type { MailNoticePorts } from './services/notifications/mail-notices.ts'
import { MAIL_JOB } from './services/notifications/notifications.ts'
import { createUnsubscribeToken } from './services/notifications/unsubscribe-token.ts'
import { createPrintingMailer } from './services/mail/mailer.ts'
import type { Mail, Mailer } from './services/mail/mailer.ts'
import { endConsolesOf } from './services/operators/console-sessions.ts'
import { createSmtpMailer } from './services/mail/smtp-mailer.ts'
import { systemClock, systemTimers } from './system-clock.ts'
import type { AppLogger } from './telemetry/logger.ts'
import type { Metrics } from './telemetry/metrics.ts'
import type { ClosableSeats } from './user-seats.ts'

/** Route that leads a browser back to the page. */
const OIDC_CALLBACK = '/v1/auth/oidc/callback'

/** Accounts and sessions, ready to be handed on. */
export interface Identity {
  readonly accounts: Accounts
  readonly oidcAccounts: OidcAccounts
  readonly sessions: LiveSessions
  readonly permissions: Permissions
  /** For what stands beside accounts: the console. */
  readonly ports: IdentityPorts
  /** Ends the process of the passwords. */
  close(): void
}

/** What they stand on. */
export interface IdentityOptions {
  readonly config: Config
  readonly store: AppDatabase
  readonly tokens: AccessTokens
  readonly secret: ServerSecret
  /** What ends with a session: seats in rooms, streams. */
  readonly seats: Pick<ClosableSeats, 'closeSessions'>
  readonly logger: AppLogger
  readonly metrics: Metrics
  /** Where clients reach this server; known once it listens. */
  readonly publicUrl: () => string
  /** What other modules keep about users. */
  readonly dataParts: readonly UserDataPart[]
}

/** Opens accounts over the database. */
export function openIdentity(options: IdentityOptions): Identity {
  const { config, store, tokens, secret, seats } = options
  const { database, outbox, jobs, bus } = store
  const sessions = new LiveSessions(database.db, systemClock)
  const onSessionsEnded = (ended: SessionsEnded) => {
    sessions.forget(ended.sessionIds)
    seats.closeSessions(ended, ended.reason === 'banned' ? 'kicked' : 'unauthenticated')
  }
  // A group of its own: every process has to hear of every end [G-08].
  const interest = { group: `live-sessions ${randomUUID()}`, topics: [SESSION_ENDED_TOPIC] }
  void bus.subscribe(interest, async ({ payload }) => onSessionsEnded(payload as SessionsEnded))
  const passwords = new PasswordProcess(systemTimers)
  const ports: IdentityPorts = {
    clock: systemClock,
    tokens,
    live: sessions,
    hasher: createPasswordHasher(undefined, passwords),
    outbox,
    jobs,
    onSessionsEnded,
    endElsewhere: endConsolesOf,
    onTokenReused: createReuseListener(options),
    profileChanged: async (trx, change) => {
      for (const part of options.dataParts) await part.profileChanged?.(trx, change)
    },
    chainKey: secret.derive('refresh chain'),
    sealKey: secret.derive('seal'),
    refreshTokenTtlSec: config.refreshTokenTtlSec,
    isInviteOnly: config.inviteOnly === 'on',
  }
  return {
    accounts: createAccounts(database, ports, [IDENTITY_DATA, ...options.dataParts]),
    oidcAccounts: openOidc(options, ports),
    sessions,
    ports,
    permissions: createPermissions(database.db),
    close: () => passwords.close(),
  }
}

/** Whoever looks after the server sees that somebody's refresh token was copied [F-04]. */
function createReuseListener({ logger, metrics }: IdentityOptions) {
  const reuses = metrics.numbers('battalion_refresh_reuses_total').cell()
  return (use: { readonly userId: string; readonly sessionId: string }) => {
    reuses.add(1)
    const line = { event: 'refresh.reused', ...use }
    logger.warn(line, 'an old refresh token was used again; its session is ended')
  }
}

/** Sign-in through providers, with what happens to it logged and counted. */
function openOidc(options: IdentityOptions, ports: IdentityPorts): OidcAccounts {
  const { config, store, logger, metrics, publicUrl } = options
  const events = metrics.numbers('battalion_oidc_events_total')
  const oidc = createOidcClient({
    clock: systemClock,
    onEvent(event, { provider, error }) {
      events.cell(event).add(1)
      logger.warn({ event: `oidc.${event}`, provider, err: error }, `a provider: ${event}`)
    },
  })
  const redirectUris = () => [`${publicUrl()}${OIDC_CALLBACK}`, ...config.oidcRedirectUris]
  return createOidcAccounts(store.database, { ...ports, oidc, redirectUris })
}

/** The jobs of accounts. */
export function planIdentityJobs(
  database: Database,
  ports: {
    readonly mailer: Mailer
    readonly publicUrl: () => string
    readonly unsubscribeKey: Uint8Array
    /** What others share with a guest who goes. */
    readonly dataParts: () => readonly UserDataPart[]
  },
): JobPlan {
  return {
    handlers: {
      ...createMailHandlers(database, { clock: systemClock, ...ports }),
      [MAIL_JOB]: createMailNoticeHandler({
        database,
        clock: systemClock,
        findRecipient: (userId) => findRecipient(database.db, userId),
        send: (mail) => ports.mailer.send(toMail(mail)),
        unsubscribeUrl: (wish) => {
          const token = createUnsubscribeToken(ports.unsubscribeKey, wish)
          return `${ports.publicUrl()}/v1/mail/unsubscribe?token=${token}`
        },
      }),
      [KEEP_SMALL_JOB]: async () =>
        void (await keepIdentitySmall(database, systemClock.wallMs(), ports.dataParts())),
    },
    schedules: [{ kind: KEEP_SMALL_JOB, pattern: '41 * * * *' }],
  }
}

/**
 * Mail by SMTP where configured. Without it the embedded server prints what it would send, for who
 * started it; beside a PostgreSQL there are other people's accounts, and only the fact is printed.
 */
export function createMailer(config: Config, logger: AppLogger): Mailer {
  if (config.smtpUrl !== '') return createSmtpMailer({ url: config.smtpUrl, from: config.mailFrom })
  return createPrintingMailer(({ to, subject, text }) => {
    if (config.databaseUrl === '') logger.warn({ event: 'mail', to, subject, text }, 'a mail')
    else logger.warn({ event: 'mail.off', subject }, 'SMTP_URL is not set: a mail was not sent')
  })
}

/** With the headers by which mail programs show their own button (RFC 8058). */
function toMail(mail: Parameters<MailNoticePorts['send']>[0]): Mail {
  const { to, subject, text, messageId, unsubscribeUrl } = mail
  return {
    to,
    subject,
    text,
    messageId: `<${messageId}@battalion>`,
    headers: {
      'List-Unsubscribe': `<${unsubscribeUrl}>`,
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    },
  }
}
