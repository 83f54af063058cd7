/**
 * The server's side of a fuzz of the API: operators, finished battles, dead jobs and letters,
 * mails, a provider, a webhook's receiver, seats in a battle. Tests and programs only.
 */
import { randomUUID } from 'node:crypto'
import type { TestContext } from 'node:test'

import type { BattleClient } from '@battalion/client/battle-client.ts'
import { joinBattle } from '@battalion/client/join-battle.ts'
import type { FuzzOperator, FuzzStage } from '@battalion/testkit/api-fuzz/fuzz-stage.ts'
import { loadShippedBalance } from '@battalion/testkit/load-shipped-balance.ts'
import { makeMatchReport } from '@battalion/testkit/made-match.ts'
import { FORMULA } from '@battalion/testkit/rating-population.ts'

import type { Database, Session } from '../db/database.ts'
import { jsonText } from '../db/json-text.ts'
import { createServerSecret } from '../services/auth/server-secret.ts'
import { findNames } from '../services/identity/find-names.ts'
import { giveRole, ROLES } from '../services/identity/roles.ts'
import type { Role } from '../services/identity/roles.ts'
import { totpCode, totpStep } from '../services/identity/totp.ts'
import { packMatch } from '../services/matches/pack-match.ts'
import { writeMatch } from '../services/matches/write-match.ts'
import type { WritePorts } from '../services/matches/write-match.ts'
import { createUnsubscribeToken } from '../services/notifications/unsubscribe-token.ts'
import { startConsole } from '../services/operators/console-sessions.ts'
import { createEventOutbox } from '../services/outbox/event-outbox.ts'
import { createMatchProgress } from '../services/progress/progress.ts'
import { createMatchRanking } from '../services/rankings/rank-match.ts'
import { createMatchRating } from '../services/ratings/rate-match.ts'
import { rateIntoColumns } from '../services/ratings/rating-columns.ts'
import { systemClock } from '../system-clock.ts'
import type { SmtpSink } from './smtp-sink.ts'
import { startTestIssuer } from './test-issuer.ts'
import type { TestIssuer } from './test-issuer.ts'
import { consoleHeaders, createOperator, fromBase32 } from './test-operators.ts'
import { startReceiver } from './webhook-receiver.ts'

/** What it stands on. */
export interface FuzzStageOptions {
  readonly url: string
  readonly database: Database
  readonly mail: SmtpSink
  readonly serverSecret: string
}

/** Opens it; what it started ends with the test. */
export async function openFuzzStage(
  test: Pick<TestContext, 'after'>,
  options: FuzzStageOptions,
): Promise<FuzzStage> {
  const { database, mail } = options
  const issuer = await startTestIssuer(test)
  const { url: webhookUrl } = await startReceiver(test)
  const key = createServerSecret(options.serverSecret).derive('unsubscribe')
  const write = resultPorts(database)
  // What is made waits for a busy machine.
  const { patient } = database
  return {
    ...createDead(patient),
    webhookUrl,
    operator: (roles) => createWithRoles(options, roles as readonly Role[]),
    giveRole: (userId, role) => give(patient, userId, role as Role),
    async finishMatch(matchId, userIds) {
      const packed = packMatch(makeMatchReport({ matchId, userIds, endedAtMs: Date.now() }))
      const players = packed.match.players.map((player) => ({ ...player, playedSec: 590 }))
      await writeMatch(database, write, { ...packed, match: { ...packed.match, players } })
    },
    reportOf: (accusedId) => findReport(patient, accusedId),
    mailToken: (email, page) => mail.find(email, new RegExp(`${page}\\S*?=([\\w-]{43})`)),
    unsubscribeToken: (userId, kind) => createUnsubscribeToken(key, { userId, kind }),
    totpCode: (secret) => totpCode(fromBase32(secret), totpStep(systemClock.wallMs())),
    mendProvider: () => mendProvider(patient, issuer),
    async visitProvider(authorizationUrl, sub) {
      issuer.user = { sub, name: `At ${sub}` }
      return issuer.visit(authorizationUrl)
    },
    takeSeat: createSeats(test, options.url),
  }
}

function resultPorts(database: Database): WritePorts {
  const worker = {
    rate: async (given: Parameters<typeof rateIntoColumns>[0]) => rateIntoColumns(given),
  }
  const { levels } = loadShippedBalance()
  return {
    clock: systemClock,
    outbox: createEventOutbox(systemClock),
    findKnownUsers: async (db, ids) => new Set((await findNames(db, ids)).keys()),
    afterMatch: [
      createMatchRating({ database, worker, findFormula: async () => FORMULA }),
      createMatchRanking({ clock: systemClock }),
      createMatchProgress({ clock: systemClock, levels: () => levels }),
    ],
  }
}

async function createWithRoles(
  { url, database }: FuzzStageOptions,
  roles: readonly Role[],
): Promise<FuzzOperator> {
  const { userId, name, password, code } = await createOperator({ url, database }, undefined)
  for (const role of roles) await give(database.patient, userId, role)
  const origin = { address: '127.0.0.1', device: 'test' }
  const session = { userId, isEnrolling: false, ...origin, nowMs: systemClock.wallMs() }
  const { token } = await database.patient.transact((trx) => startConsole(trx, session))
  const permissions = new Set<string>(roles.flatMap((role) => ROLES[role]))
  const who = { userId, headers: consoleHeaders(token), permissions }
  return { ...who, name, password, code: () => code(0) }
}

async function give(session: Session, userId: string, role: Role): Promise<void> {
  const outbox = createEventOutbox(systemClock)
  const ports = { clock: systemClock, outbox, onSessionsEnded: () => undefined }
  await session.transact((trx) => giveRole(trx, ports, { userId, role, by: null }))
}

function createDead({ db }: Session) {
  return {
    async deadJob(): Promise<string> {
      const now = new Date()
      const text = { kind: 'fuzz.nothing', payload: jsonText({}), last_error: 'it failed' }
      const row = { ...text, key: null, attempts: 3, attempts_max: 3, run_at: now, dead_at: now }
      const { id } = await db
        .insertInto('jobs.jobs')
        .values({ ...row, created_at: now })
        .returning('id')
        .executeTakeFirstOrThrow()
      return String(id)
    },
    async deadLetter(): Promise<string> {
      const empty = { payload: jsonText({}), headers: jsonText({}) }
      const about = { consumer: 'fuzz', topic: 'fuzz', key: 'k', reason: 'it failed' }
      const { id } = await db
        .insertInto('stream.dead_letters')
        .values({ ...about, event_id: randomUUID(), ...empty, dead_at: new Date() })
        .returning('id')
        .executeTakeFirstOrThrow()
      return String(id)
    },
    async deadDelivery(webhookId: string): Promise<string> {
      const [id, now] = [randomUUID(), new Date()]
      const about = { endpoint_id: webhookId, type: 'match.finished', body: '{}' }
      const times = { run_at: now, created_at: now, settled_at: now }
      const tried = { state: 'dead', attempts: 9, last_status: 500, last_error: null } as const
      await db
        .insertInto('webhooks.deliveries')
        .values({ id, event_id: randomUUID(), ...about, ...times, ...tried })
        .execute()
      return id
    },
  }
}

async function findReport({ db }: Session, accusedId: string): Promise<string> {
  const { id } = await db
    .selectFrom('chat.reports')
    .select('id')
    .where('accused_id', '=', accusedId)
    .executeTakeFirstOrThrow()
  return id
}

async function mendProvider({ db }: Session, { issuer }: TestIssuer): Promise<void> {
  const good = { label: 'Local', issuer, client_id: 'battalion', client_secret: null }
  await db
    .insertInto('identity.providers')
    .values({ id: 'local', ...good, created_at: new Date() })
    .onConflict((conflict) => conflict.column('id').doUpdateSet({ ...good, enabled: true }))
    .execute()
}

/** One seat at a time: the one before is left. */
function createSeats(test: Pick<TestContext, 'after'>, baseUrl: string) {
  let seated: BattleClient | undefined
  const leave = async () => {
    await seated?.leave().catch(() => undefined)
  }
  test.after(leave)
  return async (accessToken: string): Promise<string> => {
    await leave()
    seated = await joinBattle({ baseUrl, accessToken, options: { mode: 'duel' }, now: nowMs })
    return seated.roomId
  }
}

function nowMs(): number {
  return systemClock.monotonicMs()
}
