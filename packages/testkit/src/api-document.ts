/**
 * The OpenAPI document as the app makes it, and what `packages/client/src/api-types.ts` is made of.
 * No database and no socket: the document follows from the routes alone. A test holds the committed
 * document to a running server, so this short way can never tell another story.
 */
import { createHash } from 'node:crypto'

import { createFakeHttp } from '../../../src/testing/fake-http-app.ts'
import { VERSION } from '../../../src/version.ts'

/** Where the document is committed, from the root. */
export const API_DOCUMENT_PATH = 'docs/openapi.json'
/** Where the client's generated types are committed, from the root. */
export const API_TYPES_PATH = 'packages/client/src/api-types.ts'
/** Stands above the generator's own output in the file of types. */
const TYPES_MARK = '// Below: openapi-typescript, as it wrote it.\n'
const METHODS = ['get', 'put', 'post', 'delete', 'patch'] as const

/** One operation of the document, as far as we read it. */
export interface ApiOperation {
  readonly security?: readonly unknown[]
  readonly parameters?: readonly ApiParameter[]
  readonly requestBody?: {
    readonly required?: boolean
    readonly content: Readonly<Record<string, { readonly schema: ApiSchema }>>
  }
  readonly responses: Readonly<Record<string, { readonly content?: Record<string, unknown> }>>
}

/** A parameter in path, query or header. */
export interface ApiParameter {
  readonly name: string
  readonly in: 'path' | 'query' | 'header'
  readonly required?: boolean
  readonly schema: ApiSchema
}

/** A JSON schema; read with care, field by field. */
export type ApiSchema = Readonly<Record<string, unknown>>

/** The document, as far as we read it. */
export interface ApiDocument {
  readonly openapi: string
  readonly info: { readonly version: string }
  readonly paths: Readonly<Record<string, Readonly<Record<string, ApiOperation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, ApiSchema>> }
}

/** The document of the app with all its routes; `dataDir` takes the key of its fakes. */
export async function makeApiDocument(dataDir: string): Promise<ApiDocument> {
  const { fetch } = createFakeHttp({ dataDir, version: VERSION })
  return (await (await fetch('/openapi.json')).json()) as ApiDocument
}

/** The document as it is committed. */
export function formatApiDocument(document: ApiDocument): string {
  return `${JSON.stringify(document, undefined, 2)}\n`
}

/** Every operation by its key in the role table, such as `GET /v1/me`. */
export function operationsOf(document: ApiDocument): ReadonlyMap<string, ApiOperation> {
  const operations = new Map<string, ApiOperation>()
  for (const [path, item] of Object.entries(document.paths)) {
    for (const method of METHODS) {
      const operation = item[method]
      if (operation !== undefined) operations.set(`${method.toUpperCase()} ${path}`, operation)
    }
  }
  return operations
}

/** True where a request must bring an access token. */
export function takesToken({ security = [] }: ApiOperation): boolean {
  return security.length > 0
}

/** What the types are made of: refusals are left out, since the client throws them. */
export function successesOf(document: ApiDocument): ApiDocument {
  const paths = Object.entries(document.paths).map(([path, item]) => {
    const slim = Object.entries(item).map(([method, operation]) => {
      const kept = Object.entries(operation.responses).filter(([status]) => status < '300')
      return [method, { ...operation, responses: Object.fromEntries(kept) }]
    })
    return [path, Object.fromEntries(slim)]
  })
  return { ...document, paths: Object.fromEntries(paths) as ApiDocument['paths'] }
}

/** The whole file of types around what the generator wrote. */
export function formatApiTypes(document: ApiDocument, types: string): string {
  const operations = [...operationsOf(document)]
  const open = operations.filter(([, operation]) => !takesToken(operation))
  const keyed = operations.filter(([, { parameters = [] }]) =>
    parameters.some(({ name }) => name === 'idempotency-key'),
  )
  return [
    '/**',
    ' * The API as types, generated from docs/openapi.json by `npm run api`: never edited by hand. A',
    ' * test holds the sums to the document and to the text below.',
    ' */',
    '',
    `export const API_DOCUMENT_SUM = '${sumOf(formatApiDocument(document))}'`,
    `export const API_TYPES_SUM = '${sumOf(types)}'`,
    '',
    '/** Routes that take no access token. */',
    formatSet('OPEN_ROUTES', open),
    '/** Routes that take an Idempotency-Key. */',
    formatSet('KEYED_ROUTES', keyed),
    TYPES_MARK,
  ]
    .join('\n')
    .concat(types)
}

/** What the generator wrote, out of the whole file. */
export function typesIn(file: string): string {
  return file.slice(file.indexOf(TYPES_MARK) + TYPES_MARK.length)
}

function formatSet(name: string, operations: readonly (readonly [string, unknown])[]): string {
  const keys = operations.map(([key]) => `  '${key}',\n`).join('')
  return `export const ${name}: ReadonlySet<string> = new Set([\n${keys}])\n`
}

/** A short hash of a text. */
export function sumOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32)
}
