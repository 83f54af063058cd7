/** Every migration in order. A new one is appended here; none is ever changed or removed. */
import type { Migration } from '../migrate.ts'
import { jobsMigration } from './0001-jobs.ts'
import { outboxMigration } from './0002-outbox.ts'
import { identityMigration } from './0003-identity.ts'
import { socialMigration } from './0004-social.ts'
import { notifyMigration } from './0005-notify.ts'
import { idempotencyMigration } from './0006-idempotency.ts'
import { oidcMigration } from './0007-oidc.ts'
import { moderationMigration } from './0008-moderation.ts'
import { auditMigration } from './0009-audit.ts'
import { matchesMigration } from './0010-matches.ts'
import { ratingsMigration } from './0011-ratings.ts'
import { rankingsMigration } from './0012-rankings.ts'
import { peopleMigration } from './0013-people.ts'
import { operationsMigration } from './0014-operations.ts'
import { sanctionsMigration } from './0015-sanctions.ts'
import { webhooksMigration } from './0016-webhooks.ts'
import { balanceMigration } from './0018-balance.ts'
import { deedsMigration } from './0019-deeds.ts'
import { erasureMigration } from './0020-erasure.ts'
import { emptyBattlesMigration } from './0021-empty-battles.ts'
import { directOpenersMigration } from './0022-direct-openers.ts'
import { calledAsMigration } from './0023-called-as.ts'

export const ALL_MIGRATIONS: readonly Migration[] = [
  jobsMigration,
  outboxMigration,
  identityMigration,
  socialMigration,
  notifyMigration,
  idempotencyMigration,
  oidcMigration,
  moderationMigration,
  auditMigration,
  matchesMigration,
  ratingsMigration,
  rankingsMigration,
  peopleMigration,
  operationsMigration,
  sanctionsMigration,
  webhooksMigration,
  balanceMigration,
  deedsMigration,
  erasureMigration,
  emptyBattlesMigration,
  directOpenersMigration,
  calledAsMigration,
]
