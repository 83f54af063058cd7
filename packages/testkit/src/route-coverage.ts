/**
 * Holds the routes that really are on the app to the role table and the OpenAPI document to both:
 * no route without a row, no row without a route, no route that lets in whom its row keeps out, no
 * row that the document tells otherwise. Each check answers sentences; none when all is well.
 */
import type { RouteRule } from '../../../src/http/role-table.ts'
import { takesToken } from './api-document.ts'
import type { ApiOperation } from './api-document.ts'

/** A route or middleware as Hono lists it. */
export interface RegisteredRoute {
  readonly method: string
  readonly path: string
}

type Table = Readonly<Record<string, RouteRule>>

/** Middlewares that stand before routes; anything else for all methods or paths is a route. */
const MIDDLEWARE_PATHS = new Set(['/*', '/matchmake/*'])
const API_KEY = /^\w+ \/v1\//
/** A user, group or whatever else that is not there. */
export const NOBODY = '00000000-0000-4000-8000-000000000000'
const PATH_VALUES: Readonly<Record<string, string>> = {
  version: 'current',
  file: 'main.js',
  method: 'joinOrCreate',
  target: 'battlefield',
  role: 'admin',
  code: 'code',
  seq: '1',
  providerId: 'local',
}

/** A real address for a row of the role table; parameters that end in `Id` are ids. */
export function addressOf(key: string): { method: string; path: string } {
  const [method = '', path = ''] = key.split(' ')
  return { method, path: path.replace(/\{(\w+)\}/g, (_, name: string) => valueOf(name)) }
}

function valueOf(name: string): string {
  return PATH_VALUES[name] ?? (name.endsWith('Id') ? NOBODY : 'x')
}

/** Routes without a row, rows without a route, routes for every method or any path. */
export function checkRouteTable(registered: readonly RegisteredRoute[], table: Table): string[] {
  const isWide = ({ method, path }: RegisteredRoute) => method === 'ALL' || path.includes('*')
  const wide = registered.filter((route) => isWide(route) && !MIDDLEWARE_PATHS.has(route.path))
  const there = new Set(registered.filter((route) => !isWide(route)).map(keyOf))
  return [
    ...wide.map(({ method, path }) => `${method} ${path} has no one row: name method and path`),
    ...[...there].filter((key) => !(key in table)).map((key) => `${key} is in no role table`),
    ...Object.keys(table)
      .filter((key) => !there.has(key))
      .map((key) => `${key} is in the role table and nowhere else`),
  ]
}

function keyOf({ method, path }: RegisteredRoute): string {
  return `${method} ${path.replace(/:(\w+)(\{.*?\})?/g, '{$1}')}`
}

/** How a route answers who brings no token. */
export function checkUnauthorised(key: string, rule: RouteRule, status: number): string[] {
  const isRefused = status === 401
  if (isRefused === (rule.role !== 'anyone')) return []
  return [`${key} is for ${rule.role} and answers ${status} without a token`]
}

/** What the document tells otherwise than the table. */
export function checkDocumented(
  operations: ReadonlyMap<string, ApiOperation>,
  table: Table,
): string[] {
  const missing = Object.keys(table).filter((key) => API_KEY.test(key) && !operations.has(key))
  const wrong = [...operations].flatMap(([key, operation]) => {
    const rule = table[key]
    return rule === undefined ? [`${key} has no row`] : checkOperation(key, rule, operation)
  })
  return [...missing.map((key) => `${key} is not in the document`), ...wrong]
}

function checkOperation(key: string, rule: RouteRule, operation: ApiOperation): string[] {
  const isSignedIn = rule.role !== 'anyone'
  const requestKey = (operation.parameters ?? []).find(({ name }) => name === 'idempotency-key')
  const mayHaveKey = rule.takesIdempotencyKey === true || rule.needsIdempotencyKey
  const { responses } = operation
  const claims: readonly (readonly [what: string, told: boolean, held: boolean])[] = [
    ['takes a token', takesToken(operation), isSignedIn],
    ['answers 401', '401' in responses || !isSignedIn, true],
    ['answers 403', '403' in responses || rule.permission === undefined, true],
    ['answers 429', '429' in responses, true],
    ['takes a body', operation.requestBody !== undefined, rule.bodyBytesMax > 0],
    ['needs an Idempotency-Key', requestKey?.required === true, rule.needsIdempotencyKey],
    ['takes an Idempotency-Key', requestKey !== undefined, mayHaveKey],
  ]
  return claims
    .filter(([, told, held]) => told !== held)
    .map(([what, told]) => `${key} ${what}: the document says ${told ? 'yes' : 'no'}, wrongly`)
}
