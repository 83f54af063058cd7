/**
 * Which folder of `src/services` owns which schema. A query may name tables of its own folder's
 * schema only; modules know each other by ids and functions, never by SQL [DAT-5]. The one foreign
 * key that crosses is the one to the users. Held by module-walls.test.ts.
 */
export const SCHEMA_OF_MODULE: Readonly<Record<string, string>> = {
  audit: 'audit',
  balance: 'balance',
  chat: 'chat',
  idempotency: 'idempotency',
  identity: 'identity',
  jobs: 'jobs',
  matches: 'matches',
  notifications: 'notify',
  operations: 'operations',
  operators: 'operators',
  outbox: 'stream',
  progress: 'progress',
  rankings: 'rankings',
  ratings: 'ratings',
  social: 'social',
  sync: 'sync',
  webhooks: 'webhooks',
}

/** The one table that others may reference by foreign key [GMD-4]. */
export const SHARED_KEY_TABLE = 'identity.users'

/** The schema of the migrations themselves; belongs to `src/db`. */
export const META_SCHEMA = 'meta'
