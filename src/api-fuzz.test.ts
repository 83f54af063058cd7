/** The short form of `npm run fuzz`: some hundred hostile requests on each engine. */
import assert from 'node:assert/strict'

import { judgeAnswer } from '@battalion/testkit/api-fuzz/judge-answer.ts'
import { describeDatabase } from '@battalion/testkit/test-database.ts'
import { describe, it } from 'node:test'

import { runApiFuzz } from './testing/run-api-fuzz.ts'

/** Each route a few times. */
const REQUESTS_COUNT = 500
const SEED = 20260701

describeDatabase('hostile requests from the OpenAPI document', (engine) => {
  it('[G-05, G-06] no 5xx, no insides, nothing of others', async (t) => {
    const { findings, logs } = await runApiFuzz(t, engine, { seed: SEED, count: REQUESTS_COUNT })
    assert.deepEqual([...findings, ...logs], [])
  })
})

describe('the judge of answers', () => {
  const secrets = { canaries: ['canary'], tables: ['identity.users'] }
  const json = { contentType: 'application/problem+json' }
  const cases: readonly (readonly [number, string, number])[] = [
    [200, '{"text":"select 1"}', 0],
    [200, '{"text":"canary"}', 1],
    [404, '{"code":"not_found"}', 0],
    [500, '{"code":"internal"}', 1],
    [400, 'at readBody (file:///srv/read.ts:3:1)', 1],
    [409, 'duplicate key value violates unique constraint', 1],
    [409, 'see identity.users', 1],
    [418, '{}', 1],
  ]
  const operation = { responses: { 200: {}, 400: {}, 404: {}, 409: {}, 500: {} } }
  for (const [status, text, count] of cases) {
    it(`${status} ${text}: ${count === 0 ? 'nothing' : 'a finding'}`, () => {
      const found = judgeAnswer('GET /v1/x', operation, { ...json, status, text }, secrets)
      assert.equal(found.length, count, found.join())
    })
  }
})
