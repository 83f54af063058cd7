/** The recurring and mailed work of all services, as one plan for the worker. */
import type { Config } from './config.ts'
import type { Database } from './db/database.ts'
import { joinPlans } from './open-app-database.ts'
import type { JobPlan } from './open-app-database.ts'
import { planIdentityJobs } from './open-identity.ts'
import { planKeyJobs } from './open-keys.ts'
import { planMatchJobs } from './open-matches.ts'
import { planStandingJobs } from './open-standings.ts'
import { planBackups } from './plan-backups.ts'
import { planSocialJobs } from './prune-social.ts'
import type { AppLogger } from './telemetry/logger.ts'
import { planWebhookJobs } from './open-webhooks.ts'

/** What the plan stands on. */
export interface PlanOptions {
  readonly config: Config
  readonly logger: AppLogger
  readonly secret: Parameters<typeof planKeyJobs>[1]
  readonly mail: Parameters<typeof planIdentityJobs>[1]
}

/** The plan for a database. */
export function planAllJobs(database: Database, options: PlanOptions): JobPlan {
  const { config, secret, mail, logger } = options
  return joinPlans(
    planIdentityJobs(database, mail),
    planKeyJobs(config, secret, database),
    planMatchJobs(database),
    planStandingJobs(database),
    planSocialJobs(database),
    planBackups(database, { config, logger }),
    planWebhookJobs(database),
  )
}
