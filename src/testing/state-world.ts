/**
 * A few people on one database with everything that changes what `GET /v1/me/state` shows of them:
 * the desks that HTTP calls, accounts, results of battles and jobs. Tests only.
 */
import { createHash } from 'node:crypto'

import { loadShippedBalance } from '@battalion/testkit/load-shipped-balance.ts'
import { makeMatchReport } from '@battalion/testkit/made-match.ts'
import { FORMULA } from '@battalion/testkit/rating-population.ts'
import { openSocialWorld } from '@battalion/testkit/social-world.ts'
import type { SocialWorld } from '@battalion/testkit/social-world.ts'
import type { TestEngine } from '@battalion/testkit/test-database.ts'

import type { AuditTrail } from '../services/audit/audit-trail.ts'
import { createAccessTokens } from '../services/auth/access-tokens.ts'
import { createAccounts } from '../services/identity/accounts.ts'
import { findNames } from '../services/identity/find-names.ts'
import type { IdentityPorts } from '../services/identity/identity-ports.ts'
import { LiveSessions } from '../services/identity/live-sessions.ts'
import { IDENTITY_DATA } from '../services/identity/user-data.ts'
import type { UserDataPart } from '../services/identity/user-data.ts'
import { packMatch } from '../services/matches/pack-match.ts'
import { writeMatch } from '../services/matches/write-match.ts'
import { createModerationDesk } from '../services/moderation-desk.ts'
import { NOTIFICATION_DATA } from '../services/notifications/notification-data.ts'
import { createPageCursors } from '../services/page-cursor.ts'
import { createMatchProgress, PROGRESS_DATA } from '../services/progress/progress.ts'
import { rateIntoColumns } from '../services/ratings/rating-columns.ts'
import { createMatchRating } from '../services/ratings/rate-match.ts'
import { createSocialDesk } from '../services/social-desk.ts'
import { createSocialData } from '../services/social/social-data.ts'
import { createStandingsDesk } from '../services/standings-desk.ts'
import { readStateVersion } from '../services/sync/state-versions.ts'
import { createTestKeys } from './test-keys.ts'

const SHIPPED = loadShippedBalance()

/** Leaves no audit rows: what staff do is told elsewhere. */
export const NO_TRAIL: AuditTrail = {
  actor: { kind: 'nobody', id: null, address: '192.0.2.1' },
  record: () => Promise.resolve(),
}

/** What a user's state is, and under which version. */
export interface Seen {
  readonly version: number
  readonly state: string
}

export type StateWorld = Awaited<ReturnType<typeof openStateWorld>>

function shippedLevels() {
  return SHIPPED.levels
}

/** Opens it; close it in `after`. */
export async function openStateWorld(engine: TestEngine) {
  const world = await openSocialWorld(engine)
  const { database, clock, social, chat } = world
  const boards = {
    findNames,
    listVisible: noneVisible,
    listFriendIds: nobody,
    cursors: createPageCursors(Buffer.alloc(32), clock),
  }
  const standings = createStandingsDesk({ database, boards, levels: shippedLevels })
  const desk = createSocialDesk({ database, social, chat, standings })
  const others = [NOTIFICATION_DATA, PROGRESS_DATA]
  const parts: UserDataPart[] = [IDENTITY_DATA, createSocialData(social), ...others]
  const identity = openIdentityPorts(world, parts)
  return {
    ...world,
    desk,
    parts,
    moderation: createModerationDesk({ database, social, chat }),
    accounts: createAccounts(database, identity, parts),
    playMatch: (matchId: string, userIds: readonly string[]) =>
      playMatch(world, shippedLevels, { matchId, userIds }),
    see: (userId: string) => see(database.db, desk, userId),
  }
}

async function see(
  db: SocialWorld['database']['db'],
  desk: ReturnType<typeof createSocialDesk>,
  userId: string,
): Promise<Seen> {
  const { version, ...state } = await desk.state(userId)
  if ((await readStateVersion(db, userId)) !== version) throw new Error('moved while it was read')
  return { version, state: JSON.stringify(state) }
}

function openIdentityPorts(world: SocialWorld, parts: readonly UserDataPart[]): IdentityPorts {
  const { database, clock, social } = world
  return {
    clock,
    tokens: createAccessTokens({ keys: createTestKeys(clock).ring, clock, ttlSec: 900 }),
    live: new LiveSessions(database.db, clock),
    // Real hashes take 20 ms each; passwords are not what this is about.
    hasher: {
      hash: (password: string) => Promise.resolve(digest(password)),
      verify: (hash: string | undefined, password: string) =>
        Promise.resolve(hash === digest(password)),
    },
    outbox: social.outbox,
    jobs: social.jobs,
    onSessionsEnded: () => undefined,
    profileChanged: async (trx, change) => {
      for (const part of parts) await part.profileChanged?.(trx, change)
    },
    chainKey: Buffer.alloc(32, 1),
    sealKey: Buffer.alloc(32, 2),
    refreshTokenTtlSec: 86_400,
    isInviteOnly: false,
  }
}

async function playMatch(
  world: SocialWorld,
  levels: () => ReturnType<typeof loadShippedBalance>['levels'],
  battle: { readonly matchId: string; readonly userIds: readonly string[] },
): Promise<void> {
  const { database, clock, social } = world
  const worker = {
    rate: async (given: Parameters<typeof rateIntoColumns>[0]) => rateIntoColumns(given),
  }
  const rating = createMatchRating({ database, worker, findFormula: async () => FORMULA })
  const progress = createMatchProgress({ clock, levels })
  const findKnownUsers = async (db: typeof database.db, ids: readonly string[]) =>
    new Set((await findNames(db, ids)).keys())
  const afterMatch = [rating, progress]
  const ports = { clock, outbox: social.outbox, findKnownUsers, afterMatch }
  const packed = packMatch(makeMatchReport({ ...battle, endedAtMs: clock.wallMs() }))
  const players = packed.match.players.map((player) => ({ ...player, playedSec: 590 }))
  await writeMatch(database, ports, { ...packed, match: { ...packed.match, players } })
}

function noneVisible(): Promise<ReadonlySet<string>> {
  return Promise.resolve(new Set())
}

function nobody(): Promise<readonly string[]> {
  return Promise.resolve([])
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
