/** The short form of `npm run fuzz`: some hundred hostile requests on each engine. */
import assert from 'node:assert/strict'

import { forbiddenTo } from '@battalion/testkit/api-fuzz/fuzz-world.ts'
import { judgeAnswer } from '@battalion/testkit/api-fuzz/judge-answer.ts'
import { describeDatabase } from '@battalion/testkit/test-database.ts'
import { describe, it } from 'node:test'

import { runApiFuzz } from './testing/run-api-fuzz.ts'

/** Each route as it should be asked, then once more with something wrong. */
const REQUESTS_COUNT = 340
const SEED = 20260701

describeDatabase('hostile requests from the OpenAPI document', (engine) => {
  it('[G-05, G-06] no 5xx, no insides, nothing of others; every route succeeds', async (t) => {
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
    [200, '{"hash":"$argon2id$v=19$m=19456"}', 1],
  ]
  const operation = { responses: { 200: {}, 400: {}, 404: {}, 409: {}, 500: {} } }
  for (const [status, text, count] of cases) {
    it(`${status} ${text}: ${count === 0 ? 'nothing' : 'a finding'}`, () => {
      const found = judgeAnswer('GET /v1/x', operation, { ...json, status, text }, secrets)
      assert.equal(found.length, count, found.join())
    })
  }
})

describe('who may read what', () => {
  const marks = [
    { text: 'mail', owners: new Set(['ann']), permission: 'players.private' },
    { text: 'token', owners: new Set<string>() },
  ]
  const cases: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    ['ann', [], ['token']],
    ['bob', [], ['mail', 'token']],
    ['bob', ['reports.read'], ['mail', 'token']],
    ['bob', ['players.private'], ['token']],
  ]
  for (const [userId, permissions, forbidden] of cases) {
    it(`[G-06] ${userId} with ${permissions.join() || 'no permission'}: not ${forbidden.join()}`, () => {
      const who = { userId, headers: {}, permissions: new Set(permissions) }
      assert.deepEqual(forbiddenTo(who, marks), forbidden)
    })
  }
})
