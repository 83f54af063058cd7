/**
 * Who may import whom, as data: layout.md's import matrix. A folder that is not here may hold no
 * code. `types` are imports that must be `import type`. Tests, benches and fuzzers may import
 * anything: they are where the layers meet.
 */

/** What the files of one folder may import. */
export interface MatrixRow {
  /** Project folders; '*' for all. */
  readonly folders: readonly string[]
  /** Third-party packages; '*' for all. */
  readonly packages: readonly string[]
  /** Further folders and packages, by `import type` only. */
  readonly types?: readonly string[]
  /** True where Node's own modules may be used. */
  readonly node: boolean
}

const BASE = 'packages/base'
const SIM = 'packages/sim'
const WIRE = 'packages/wire'
const CLIENT = 'packages/client'
const EVERYTHING: MatrixRow = { folders: ['*'], packages: ['*'], node: true }

/** Longest folder that holds a file decides. */
export const IMPORT_MATRIX: Readonly<Record<string, MatrixRow>> = {
  [BASE]: { folders: [], packages: [], node: false },
  [SIM]: { folders: [BASE], packages: [], node: false },
  [WIRE]: { folders: [BASE, SIM], packages: [], node: false },
  [CLIENT]: {
    folders: [BASE, SIM, WIRE, 'schema'],
    packages: ['@colyseus/sdk'],
    types: ['@colyseus/schema'],
    node: false,
  },
  'packages/client/src/api-client.ts': {
    folders: [BASE],
    packages: ['openapi-fetch'],
    types: ['openapi-typescript-helpers'],
    node: false,
  },
  'packages/play': {
    folders: [CLIENT, BASE, SIM, WIRE],
    packages: ['pixi.js', 'uplot', 'qr'],
    types: ['schema'],
    node: false,
  },
  'packages/console': {
    folders: [CLIENT, BASE],
    packages: ['preact', 'preact-iso', 'uplot', 'qr'],
    node: false,
  },
  'packages/testkit': EVERYTHING,
  schema: { folders: [BASE, SIM], packages: ['@colyseus/schema'], node: false },
  matchmaker: { folders: [BASE], packages: [], node: false },
  rooms: {
    folders: [BASE, SIM, WIRE, 'schema'],
    packages: ['@colyseus/core', '@colyseus/schema', 'zod'],
    types: ['matchmaker'],
    node: true,
  },
  'src/db': { folders: [BASE], packages: ['kysely'], node: true },
  'src/db/postgres-engine.ts': { folders: [BASE], packages: ['pg'], node: true },
  'src/db/pglite-worker.ts': { folders: [BASE], packages: ['@electric-sql/pglite'], node: true },
  'src/services': { folders: [BASE, SIM, 'src/db'], packages: ['kysely', 'zod'], node: true },
  'src/services/ratings/openskill.ts': { folders: [BASE], packages: ['openskill'], node: false },
  'src/services/jobs/job-schedule.ts': { folders: [], packages: ['croner'], node: false },
  'src/services/identity/argon2-engine.ts': {
    folders: [],
    packages: ['@node-rs/argon2'],
    node: false,
  },
  'src/services/identity/oidc-client.ts': {
    folders: [BASE],
    packages: ['openid-client'],
    node: true,
  },
  'src/services/mail/smtp-mailer.ts': {
    folders: [],
    packages: ['nodemailer'],
    node: true,
  },
  'src/services/auth/access-tokens.ts': { folders: [BASE], packages: ['jose'], node: true },
  'src/services/matches/card-pictures.ts': {
    folders: [BASE],
    packages: ['@resvg/resvg-js'],
    node: true,
  },
  'src/transport': {
    folders: [BASE, WIRE],
    packages: ['@colyseus/core', '@colyseus/ws-transport'],
    types: ['rooms', 'ws'],
    node: true,
  },
  'src/http': {
    folders: [BASE, 'src/services'],
    packages: ['hono', 'zod', '@hono/zod-openapi', 'rate-limiter-flexible'],
    types: ['@hono/node-server'],
    node: true,
  },
  'src/http/play-page.ts': {
    folders: [BASE],
    packages: [],
    types: ['@hono/zod-openapi', 'esbuild'],
    node: true,
  },
  'src/http/bundle-page.ts': { folders: [BASE], packages: ['esbuild'], node: true },
  'src/http/console-page.ts': {
    folders: [BASE],
    packages: [],
    types: ['@hono/zod-openapi'],
    node: true,
  },
  'src/admin': {
    folders: [BASE, 'src/services', 'src/http'],
    packages: ['hono', 'zod', '@hono/zod-openapi'],
    node: true,
  },
  'src/http/guard-matchmaking.ts': {
    folders: [BASE, 'matchmaker'],
    packages: ['@colyseus/core'],
    node: false,
  },
  'src/http/room-seats.ts': { folders: [], packages: ['@colyseus/core'], node: false },
  'src/telemetry': {
    folders: [BASE],
    packages: ['prom-client', 'pino'],
    types: ['rooms'],
    node: true,
  },
  src: EVERYTHING,
  'src/testing': EVERYTHING,
  loadtest: {
    folders: [BASE, SIM, WIRE, CLIENT],
    packages: ['ws', 'uplot'],
    types: ['schema', '@colyseus/sdk'],
    node: true,
  },
  'loadtest/chaos': EVERYTHING,
  bench: EVERYTHING,
}

/** The row of a file, undefined when its folder is in no row. */
export function findRow(path: string): { key: string; row: MatrixRow } | undefined {
  const keys = Object.keys(IMPORT_MATRIX).filter((key) => isWithin(path, key))
  const key = keys.sort((a, b) => b.length - a.length)[0]
  return key === undefined ? undefined : { key, row: IMPORT_MATRIX[key]! }
}

/** True when `path` is `folder` or lies in it. */
export function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`)
}
