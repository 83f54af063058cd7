/**
 * One request of a route: as its recipe says, the same with one thing wrong, or drawn wildly from
 * the document and the known ids. Follows from the generator and the wish alone.
 */
import type { ApiOperation, ApiParameter, ApiSchema } from '../api-document.ts'
import type { FuzzPerson } from './fuzz-stage.ts'
import type { FuzzValues } from './fuzz-values.ts'
import type { Wish } from './recipes.ts'
import type { FuzzRequest } from './send-request.ts'

/**
 * `plain` should succeed, and `good`, which has optional parts too; `wrong` has one thing wrong;
 * `wild` follows nothing.
 */
export type FuzzMode = 'plain' | 'good' | 'wrong' | 'wild'

/** What a request is made of. */
export interface RequestParts {
  readonly key: string
  readonly operation: ApiOperation
  readonly mode: FuzzMode
  readonly who: FuzzPerson
  readonly wish: Wish
  readonly address: Readonly<Record<string, string>>
}

const BODY = 'body'
const HEADERS = 'headers'

/** Makes it. */
export function makeRequest(values: FuzzValues, parts: RequestParts): FuzzRequest {
  const [method = '', template = ''] = parts.key.split(' ')
  const { parameters = [] } = parts.operation
  const schema = parts.operation.requestBody?.content['application/json']?.schema
  const bodies = schema === undefined ? [] : [BODY, BODY]
  const places = [...parameters.map(({ name }) => name), ...bodies, HEADERS]
  const wrong = parts.mode === 'wrong' ? values.pick(places) : undefined
  const headers = makeHeaders(values, parts, wrong === HEADERS)
  const query = new URLSearchParams()
  let path = template
  for (const parameter of parameters) {
    const value = parameterOf(values, parts, { parameter, isWrong: wrong === parameter.name })
    if (value === undefined) continue
    if (parameter.in === 'path') path = path.replace(`{${parameter.name}}`, encodeText(value))
    else if (parameter.in === 'query') query.append(parameter.name, value)
    else headers[parameter.name] = headerText(value)
  }
  if (parts.mode === 'wild' && values.chance(5)) query.append('extra', values.edgeText())
  const search = query.toString()
  const body = method === 'GET' ? undefined : bodyOf(values, parts, wrong === BODY)
  return { method, path: search === '' ? path : `${path}?${search}`, headers, body }
}

function parameterOf(
  values: FuzzValues,
  { mode, wish }: RequestParts,
  { parameter, isWrong }: { readonly parameter: ApiParameter; readonly isWrong: boolean },
): string | undefined {
  const { name, required = false } = parameter
  const isHeader = parameter.in === 'header'
  const isNeeded = parameter.in === 'path' || required
  const good = () => asText(values.good(parameter.schema, name))
  if (mode === 'wild') {
    if (!isNeeded && !values.chance(isHeader ? 40 : 60)) return undefined
    if (name === 'idempotency-key' && values.chance(70)) return `k${values.index(9)}`
    return values.chance(25) ? values.edgeText() : good()
  }
  // Another's id is as wrong as no id at all.
  if (isWrong) return values.chance(50) ? values.edgeText() : good()
  const wished = wish.params?.[name]
  if (wished !== undefined) return wished
  if (isNeeded) return good()
  if (mode === 'plain' || name === 'cursor') return undefined
  return isHeader || wish.params !== undefined || !values.chance(30) ? undefined : good()
}

function makeHeaders(
  values: FuzzValues,
  { key, mode, who, address }: RequestParts,
  isWrong: boolean,
): Record<string, string> {
  const once = key.startsWith('GET') ? {} : { 'idempotency-key': `once-${address[ADDRESS]}` }
  const json = { 'content-type': 'application/json' }
  const headers: Record<string, string> = { ...address, ...json, ...once, ...who.headers }
  if (mode === 'wild' ? !values.chance(20) : !isWrong) return headers
  const kind = values.index(6)
  if (kind === 0) headers['authorization'] = headerText(values.edgeText())
  if (kind === 1) headers['authorization'] = `${headers['authorization']?.slice(0, -3)}abc`
  if (kind === 2) headers['x-csrf-token'] = headerText(values.edgeText())
  if (kind === 3) headers['content-type'] = values.pick(['text/plain', 'application/xml', 'a', ''])
  if (kind === 4) headers['accept-language'] = headerText(values.edgeText())
  if (kind === 5) headers['if-none-match'] = headerText(values.edgeText())
  return headers
}

const ADDRESS = 'x-forwarded-for'

function bodyOf(
  values: FuzzValues,
  { mode, wish, operation }: RequestParts,
  isWrong: boolean,
): FuzzRequest['body'] {
  const schema = operation.requestBody?.content['application/json']?.schema
  if (mode === 'wild') return wildBody(values, schema)
  if (schema === undefined) return undefined
  const good = wish.body ?? values.good(schema, BODY)
  return JSON.stringify(isWrong ? values.spoil(good) : good)
}

function wildBody(values: FuzzValues, schema: ApiSchema | undefined): FuzzRequest['body'] {
  if (schema === undefined) return values.chance(90) ? undefined : JSON.stringify(values.edge())
  const kind = values.index(20)
  if (kind === 0) return values.pick(['', '{', '[]', '"x"', 'null', '{"a":1}}', '\ufeff{}'])
  if (kind === 1) return new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])
  if (kind === 2) return JSON.stringify({ x: 'x'.repeat(9000) })
  if (kind === 3) return '{"a":'.repeat(40) + '1' + '}'.repeat(40)
  if (kind === 4) return '{"__proto__":{"isAdmin":true},"constructor":1}'
  if (kind < 12) return JSON.stringify(values.good(schema, BODY))
  return JSON.stringify(values.spoiled(schema, BODY))
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** Lone surrogates have no address: they go as the bytes they would be. */
function encodeText(text: string): string {
  return text.isWellFormed() ? encodeURIComponent(text) || '%20' : '%ED%A0%80'
}

/** What a header can carry. */
function headerText(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?').slice(0, 2000)
}
