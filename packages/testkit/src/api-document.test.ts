/** The committed OpenAPI document and client types are those of the routes as they are now. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'

import {
  API_DOCUMENT_SUM,
  API_TYPES_SUM,
  KEYED_ROUTES,
  OPEN_ROUTES,
} from '@battalion/client/api-types.ts'

import { tempDir } from '../../../src/testing/temp-dir.ts'
import { addLine, findUntold, marksOf } from './api-changes.ts'
import type { ApiDocument } from './api-document.ts'
import {
  API_DOCUMENT_PATH,
  API_TYPES_PATH,
  formatApiDocument,
  formatApiTypes,
  makeApiDocument,
  sumOf,
  typesIn,
} from './api-document.ts'

const AGAIN = 'run: npm run api'

describe('the API document', () => {
  it('docs/openapi.json is what the routes make', async (t) => {
    const made = formatApiDocument(await makeApiDocument(tempDir(t)))
    assert.ok(readFileSync(API_DOCUMENT_PATH, 'utf8') === made, AGAIN)
  })

  it('the client types were made from this document, and nobody touched them since', async (t) => {
    const document = await makeApiDocument(tempDir(t))
    const file = readFileSync(API_TYPES_PATH, 'utf8')
    const types = typesIn(file)
    assert.equal(API_DOCUMENT_SUM, sumOf(formatApiDocument(document)), AGAIN)
    assert.equal(API_TYPES_SUM, sumOf(types), AGAIN)
    assert.ok(file === formatApiTypes(document, types), AGAIN)
    assert.ok(OPEN_ROUTES.has('POST /v1/auth/login') && !OPEN_ROUTES.has('GET /v1/me'))
    assert.ok(KEYED_ROUTES.has('POST /v1/auth/refresh'))
  })
})

describe('the changelog', () => {
  it('tells of every operation as it is now', async (t) => {
    const document = await makeApiDocument(tempDir(t))
    const untold = findUntold(document, readFileSync('CHANGELOG.md', 'utf8'))
    assert.deepEqual(untold, [], 'run: npm run api -- --change "What a caller notices"')
  })

  it('misses a planted change of an answer, of a parameter, a new route and one that went', async (t) => {
    const document = await makeApiDocument(tempDir(t))
    const changelog = addLine('# Changelog\n\n## 1\n', 'everything there is', [
      ...marksOf(document).values(),
    ])
    assert.deepEqual(findUntold(document, changelog), [])
    const keysOf = (planted: ApiDocument) =>
      findUntold(planted, changelog).map((mark) => mark.replace(/\b[0-9a-f]{8}$/, '…'))

    const answer = structuredClone(document) as Mutable<ApiDocument>
    answer.components.schemas['Regions'] = { type: 'string' }
    assert.deepEqual(keysOf(answer), ['`GET /v1/regions` …'])

    const parameter = structuredClone(document) as Mutable<ApiDocument>
    parameter.paths['/v1/friends']!['get']!.parameters = [
      { name: 'cursor', in: 'query', schema: { type: 'string' } },
    ]
    assert.deepEqual(keysOf(parameter), ['`GET /v1/friends` …'])

    const moved = structuredClone(document) as Mutable<ApiDocument>
    moved.paths['/v2/regions'] = moved.paths['/v1/regions']!
    delete moved.paths['/v1/regions']
    assert.deepEqual(keysOf(moved), ['`GET /v2/regions` …', '`GET /v1/regions` gone'])

    const words = structuredClone(document) as Mutable<ApiDocument>
    Object.assign(words.paths['/v1/regions']!['get']!, { summary: 'Other words' })
    assert.deepEqual(keysOf(words), [], 'what is said about a route is no change of it')
  })

  it('a mark alone says nothing', async (t) => {
    const document = await makeApiDocument(tempDir(t))
    const [mark = ''] = marksOf(document).values()
    assert.ok(findUntold(document, `# Changelog\n\n- ${mark}.`).includes(mark))
  })
})

type Mutable<T> = { -readonly [K in keyof T]: T[K] extends object ? Mutable<T[K]> : T[K] }
