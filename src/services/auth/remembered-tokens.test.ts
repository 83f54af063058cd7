/** Remembered tokens: verified once a minute, never past their end, never one for another. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { toUserId } from '@battalion/base/ids.ts'
import { FakeClock } from '@battalion/testkit/fake-clock.ts'

import { createTestKeys } from '../../testing/test-keys.ts'
import { createAccessTokens } from './access-tokens.ts'
import type { AccessTokens } from './access-tokens.ts'
import { REMEMBERED_MS_MAX, REMEMBERED_TOKENS_MAX, rememberVerified } from './remembered-tokens.ts'
import type { Remembered } from './remembered-tokens.ts'

const TTL_SEC = 90
const ADA = {
  userId: toUserId('ada'),
  kind: 'guest',
  displayName: 'Ada',
  sessionId: 'session',
} as const

const clock = new FakeClock()

/** Tokens that are remembered, which of them were really checked, and what is kept of them. */
function open() {
  const checked: string[] = []
  const memory = new Map<string, Remembered>()
  const strict = createAccessTokens({ keys: createTestKeys(clock).ring, clock, ttlSec: TTL_SEC })
  const verify = (token: string) => {
    checked.push(token)
    return strict.verify(token)
  }
  const tokens: AccessTokens = rememberVerified({ ...strict, verify }, clock, memory)
  return { tokens, checked, kept: () => [...memory.keys()] }
}

describe('remembered tokens', () => {
  it('[AUTH-2] a token is verified once, then again after a minute', async () => {
    const { tokens, checked } = open()
    const { accessToken } = await tokens.issue(ADA)
    const claims = await tokens.verify(accessToken)
    clock.advance(REMEMBERED_MS_MAX - 1)
    assert.deepEqual(await tokens.verify(accessToken), claims)
    assert.equal(checked.length, 1)
    clock.advance(1)
    await tokens.verify(accessToken)
    assert.equal(checked.length, 2)
  })

  it('[F-03] one that was good is refused from its end on', async () => {
    const { tokens } = open()
    const { accessToken } = await tokens.issue(ADA)
    clock.advance((TTL_SEC - 10) * 1000)
    await tokens.verify(accessToken)
    clock.advance(9999)
    await tokens.verify(accessToken)
    clock.advance(1)
    await assert.rejects(tokens.verify(accessToken), { code: 'unauthenticated' })
  })

  it('[AUTH-2] what no longer counts is dropped from memory when the next one comes', async () => {
    const { tokens, kept } = open()
    const issue = async () => (await tokens.issue(ADA)).accessToken
    const [first, second] = [await issue(), await issue()]
    await tokens.verify(first)
    clock.advance(1000)
    await tokens.verify(second)
    assert.deepEqual(kept(), [first, second])
    clock.advance(REMEMBERED_MS_MAX - 1000 - 1)
    const third = await issue()
    await tokens.verify(third)
    assert.deepEqual(kept(), [first, second, third], 'the first counts for 1 ms more')
    clock.advance(1)
    const fourth = await issue()
    await tokens.verify(fourth)
    assert.deepEqual(kept(), [second, third, fourth])
    clock.advance(TTL_SEC * 1000)
    await assert.rejects(tokens.verify(third), { code: 'unauthenticated' })
    assert.deepEqual(kept(), [second, fourth], 'one that ended goes when it is shown')
    const fifth = await issue()
    await tokens.verify(fifth)
    assert.deepEqual(kept(), [fifth])
  })

  it('[F-01] no change of a remembered token is taken for it, and no bad one is remembered', async () => {
    const { tokens, checked } = open()
    const { accessToken } = await tokens.issue(ADA)
    await tokens.verify(accessToken)
    const [head, body, signature] = accessToken.split('.') as [string, string, string]
    const forged = Buffer.from(
      Buffer.from(body, 'base64url').toString().replace('ada', 'eve'),
    ).toString('base64url')
    const hostile = [
      `${head}.${forged}.${signature}`,
      `${head}.${body}.`,
      `${head}.${body}`,
      `${head}.${body}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`,
    ]
    for (const token of [...hostile, ...hostile]) {
      await assert.rejects(tokens.verify(token), { code: 'unauthenticated' })
    }
    assert.equal(checked.length, 1 + hostile.length * 2)
  })

  it(`no more than ${REMEMBERED_TOKENS_MAX} are kept; the oldest is checked again`, async () => {
    const { tokens } = open()
    let asked = 0
    const verify = async () => {
      asked++
      return { ...ADA }
    }
    const counting = rememberVerified({ ...tokens, verify }, clock)
    const exp = Math.floor(clock.wallMs() / 1000) + TTL_SEC
    const body = Buffer.from(JSON.stringify({ exp })).toString('base64url')
    for (let index = 0; index <= REMEMBERED_TOKENS_MAX; index++) {
      await counting.verify(`${index}.${body}.`)
    }
    await counting.verify(`${REMEMBERED_TOKENS_MAX}.${body}.`)
    assert.equal(asked, REMEMBERED_TOKENS_MAX + 1)
    await counting.verify(`0.${body}.`)
    assert.equal(asked, REMEMBERED_TOKENS_MAX + 2)
  })
})
