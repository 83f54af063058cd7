/**
 * Hostile requests against a running server, made from its OpenAPI document and a seed: every route
 * in turn, wrong types, edges, other people's ids, broken bodies and headers. One request at a
 * time, so that a finding is the request that is named in it.
 */
import { createPrng } from '@battalion/base/prng.ts'

import type { ApiDocument, ApiOperation, ApiParameter, ApiSchema } from '../api-document.ts'
import { operationsOf } from '../api-document.ts'
import { FuzzValues } from './fuzz-values.ts'
import { Attackers, openFuzzWorld } from './fuzz-world.ts'
import { judgeAnswer } from './judge-answer.ts'
import type { FuzzAnswer } from './judge-answer.ts'

const ATTACKERS_COUNT = 24
/** A stream is left after its first bytes, or this long without any (ms). */
const STREAM_MS_MAX = 200
/** A request without an answer for so long is a finding (ms). */
const ANSWER_MS_MAX = 60_000
/** How often a busy database is asked, and the first pause between (ms). */
const TRIES_MAX = 5
const RETRY_MS = 500
const BODY_SHOWN_CHARS = 200

/** What to do. */
export interface FuzzPlan {
  readonly url: string
  readonly seed: number
  readonly count: number
  /** Tables of the database, which no answer may name. */
  readonly tables: readonly string[]
  readonly onProgress?: (done: number) => void
}

/** What came of it. */
export interface FuzzReport {
  readonly requests: number
  readonly byStatus: Readonly<Record<number, number>>
  /** Routes that were never answered with success. */
  readonly neverGood: readonly string[]
  readonly findings: readonly string[]
}

interface FuzzRequest {
  readonly path: string
  readonly method: string
  readonly headers: Record<string, string>
  readonly body: string | Uint8Array<ArrayBuffer> | undefined
}

/** Runs the plan. */
export async function fuzzApi(plan: FuzzPlan): Promise<FuzzReport> {
  const document = (await (await fetch(`${plan.url}/openapi.json`)).json()) as ApiDocument
  const world = await openFuzzWorld(plan.url)
  const attackers = new Attackers(plan.url)
  const values = new FuzzValues(
    createPrng(plan.seed),
    document,
    (name) => world.ids[name] ?? (name.endsWith('Id') ? (world.ids['userId'] ?? []) : []),
  )
  const operations = [...operationsOf(document)]
  const byStatus: Record<number, number> = {}
  const good = new Set<string>()
  const findings: string[] = []
  for (let index = 0; index < plan.count; index++) {
    const [key, operation] = operations[index % operations.length]!
    const attacker = values.index(ATTACKERS_COUNT)
    const token = await attackers.token(attacker)
    const request = makeRequest(values, key, operation, token)
    const answer = await send(plan.url, request)
    byStatus[answer.status] = (byStatus[answer.status] ?? 0) + 1
    if (answer.status < 300) good.add(key)
    // His own doing (log-out, removal): whoever sends the good token again signs in first.
    if (answer.status === 401 || /\/(logout|delete)/.test(key)) attackers.forget(attacker)
    const secrets = { canaries: world.canaries, tables: plan.tables }
    for (const what of judgeAnswer(key, operation, answer, secrets)) {
      findings.push(`request ${index}: ${key} ${what}\n  ${describe(request)}\n  ${show(answer)}`)
    }
    plan.onProgress?.(index + 1)
  }
  const neverGood = operations.map(([key]) => key).filter((key) => !good.has(key))
  return { requests: plan.count, byStatus, neverGood, findings }
}

function makeRequest(
  values: FuzzValues,
  key: string,
  operation: ApiOperation,
  token: string,
): FuzzRequest {
  const [method = '', template = ''] = key.split(' ')
  const { parameters = [] } = operation
  const valueOf = (parameter: ApiParameter): string => {
    if (values.chance(25)) return values.edgeText()
    return asText(values.good(parameter.schema, parameter.name))
  }
  const query = new URLSearchParams()
  let path = template
  const headers = makeHeaders(values, token)
  for (const parameter of parameters) {
    if (parameter.in === 'path') {
      path = path.replace(`{${parameter.name}}`, encodeText(valueOf(parameter)))
    } else if (parameter.in === 'query' && (parameter.required === true || values.chance(60))) {
      query.append(parameter.name, valueOf(parameter))
    } else if (parameter.in === 'header' && values.chance(40)) {
      headers[parameter.name] = headerText(
        values.chance(70) ? `k${values.index(9)}` : valueOf(parameter),
      )
    }
  }
  if (values.chance(5)) query.append('extra', values.edgeText())
  const search = query.toString()
  const schema = operation.requestBody?.content['application/json']?.schema
  const body = method === 'GET' ? undefined : makeBody(values, schema)
  return { method, path: search === '' ? path : `${path}?${search}`, headers, body }
}

function makeHeaders(values: FuzzValues, token: string): Record<string, string> {
  const address = `203.0.${values.index(256)}.${values.index(256)}`
  const headers: Record<string, string> = { 'x-forwarded-for': address }
  if (values.chance(92)) headers['authorization'] = `Bearer ${token}`
  else if (values.chance(50)) headers['authorization'] = `Bearer ${token.slice(0, -3)}abc`
  else headers['authorization'] = headerText(values.edgeText())
  if (values.chance(95)) headers['content-type'] = 'application/json'
  else headers['content-type'] = values.pick(['text/plain', 'application/xml', 'a', ''])
  if (values.chance(10)) headers['accept-language'] = headerText(values.edgeText())
  if (values.chance(10)) headers['if-none-match'] = headerText(values.edgeText())
  return headers
}

function makeBody(values: FuzzValues, schema: ApiSchema | undefined): FuzzRequest['body'] {
  if (schema === undefined) return values.chance(90) ? undefined : JSON.stringify(values.edge())
  const kind = values.index(20)
  if (kind === 0) return values.pick(['', '{', '[]', '"x"', 'null', '{"a":1}}', '\ufeff{}'])
  if (kind === 1) return new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])
  if (kind === 2) return JSON.stringify({ x: 'x'.repeat(9000) })
  if (kind === 3) return '{"a":'.repeat(40) + '1' + '}'.repeat(40)
  if (kind === 4) return '{"__proto__":{"isAdmin":true},"constructor":1}'
  if (kind < 12) return JSON.stringify(values.good(schema, 'body'))
  return JSON.stringify(values.spoiled(schema, 'body'))
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

async function send(url: string, request: FuzzRequest): Promise<FuzzAnswer> {
  const { method, headers, body, path } = request
  const signal = AbortSignal.timeout(ANSWER_MS_MAX)
  const init = { method, headers, redirect: 'manual', signal } as const
  const full = body === undefined ? init : { ...init, body }
  const response = await fetchPatiently(url + path, full)
  const contentType = response.headers.get('content-type') ?? ''
  const isStream = contentType.startsWith('text/event-stream')
  const text = isStream ? await readSome(response) : await response.text()
  return { status: response.status, contentType, text }
}

/**
 * A database that had no time is asked again, as the answer says: on a busy machine that is no
 * fault. A request that it never has time for stays one.
 */
async function fetchPatiently(url: string, init: RequestInit): Promise<Response> {
  for (let tries = 1; ; tries++) {
    const response = await fetch(url, init)
    if (response.status !== 503 || tries === TRIES_MAX) return response
    const text = await response.clone().text()
    if (!text.includes('"database_unavailable"')) return response
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS * tries))
  }
}

async function readSome(response: Response): Promise<string> {
  const reader = response.body!.getReader()
  const timer = setTimeout(() => void reader.cancel(), STREAM_MS_MAX)
  const { value } = await reader.read()
  clearTimeout(timer)
  await reader.cancel()
  return new TextDecoder().decode(value)
}

function describe({ method, path, headers, body }: FuzzRequest): string {
  const said = typeof body === 'string' ? body.slice(0, BODY_SHOWN_CHARS) : String(body)
  const { authorization = '', ...rest } = headers
  const head = `${JSON.stringify(rest)} ${authorization.slice(0, 12)}`
  return `${method} ${path.slice(0, BODY_SHOWN_CHARS)} ${head} ${said}`
}

function show({ status, text }: FuzzAnswer): string {
  return `${status} ${text.slice(0, BODY_SHOWN_CHARS)}`
}
