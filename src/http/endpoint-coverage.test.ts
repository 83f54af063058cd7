/**
 * Coverage by enumeration: every route that is on the app stands in the role table, keeps out who
 * brings no token, holds its limit, and is told in the document as the table holds it. Planted
 * routes show that each of these checks finds what it is there for.
 */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { makeApiDocument, operationsOf } from '@battalion/testkit/api-document.ts'
import {
  addressOf,
  checkDocumented,
  checkRouteTable,
  checkUnauthorised,
} from '@battalion/testkit/route-coverage.ts'

import { createFakeHttp, limitsOf, routeKeys } from '../testing/fake-http-app.ts'
import { tempDir } from '../testing/temp-dir.ts'
import type { RouteRule } from './role-table.ts'
import { ROLE_TABLE } from './role-table.ts'

const TABLE: Readonly<Record<string, RouteRule>> = ROLE_TABLE

describe('every route', () => {
  it('[AUTH-7] stands in the role table, and the table names no route that is not there', (t) => {
    const { app } = createFakeHttp({ dataDir: tempDir(t) })
    assert.deepEqual(checkRouteTable(app.routes, TABLE), [])
  })

  it('[ADM-4] for staff has its action in the audit log, and no other has', () => {
    for (const key of routeKeys(ROLE_TABLE)) {
      const isStaff = key.includes(' /v1/admin/')
      assert.equal(TABLE[key]!.audit !== undefined, isStaff, key)
      if (TABLE[key]!.role === 'operator') assert.ok(isStaff, key)
    }
  })

  it('[OPS-5] is told in the document as the role table holds it', async (t) => {
    const document = await makeApiDocument(tempDir(t))
    assert.deepEqual(checkDocumented(operationsOf(document), TABLE), [])
  })

  for (const key of routeKeys(ROLE_TABLE)) {
    const rule: RouteRule = ROLE_TABLE[key]
    const { method, path } = addressOf(key)
    it(`[G-07] ${key} lets in exactly ${rule.role}`, async (t) => {
      const { fetch } = createFakeHttp({ dataDir: tempDir(t) })
      const answer = await fetch(path, { method })
      assert.deepEqual(checkUnauthorised(key, rule, answer.status), [])
      if (answer.status !== 401) return
      assert.equal(answer.headers.get('content-type'), 'application/problem+json')
      assert.equal(((await answer.json()) as { code: string }).code, 'unauthenticated')
    })

    if (rule.permission !== undefined) {
      it(`[AUTH-7] ${key} refuses a user without ${rule.permission}`, async (t) => {
        const { fetch, signIn, signInOperator } = createFakeHttp({ dataDir: tempDir(t) })
        const headers = rule.role === 'operator' ? signInOperator() : await signIn()
        const answer = await fetch(path, { method, headers })
        assert.equal(answer.status, 403)
        assert.equal(((await answer.json()) as { code: string }).code, 'forbidden')
      })
    }

    it(`[G-13] ${key} answers 429 with Retry-After over its limit per address`, async (t) => {
      const limits = limitsOf({ perAddress: 2, perUser: 2 })
      const { fetch } = createFakeHttp({ dataDir: tempDir(t), limits })
      await fetch(path, { method })
      await fetch(path, { method })
      const third = await fetch(path, { method })
      assert.equal(third.status, 429)
      assert.ok(Number(third.headers.get('retry-after')) >= 1)
      const elsewhere = await fetch(path, { method, address: '127.0.0.2' })
      assert.notEqual(elsewhere.status, 429, 'another address has its own allowance')
    })

    if (rule.role !== 'anyone') {
      it(`[G-13] ${key} answers 429 with Retry-After over its limit per user`, async (t) => {
        const limits = limitsOf({ perAddress: 100, perUser: 2 })
        const { fetch, signIn, signInOperator } = createFakeHttp({ dataDir: tempDir(t), limits })
        const headers = rule.role === 'operator' ? signInOperator() : await signIn()
        const ask = (address: string) => fetch(path, { method, headers, address })
        await ask('127.0.0.1')
        await ask('127.0.0.2')
        const third = await ask('127.0.0.3')
        assert.equal(third.status, 429, 'whatever the address')
        assert.ok(Number(third.headers.get('retry-after')) >= 1)
      })
    }
  }
})

describe('a planted route is found:', () => {
  it('one that is in no role table', (t) => {
    const { app } = createFakeHttp({ dataDir: tempDir(t) })
    app.get('/v1/planted/:id', (context) => context.text('for everybody'))
    assert.deepEqual(checkRouteTable(app.routes, TABLE), [
      'GET /v1/planted/{id} is in no role table',
    ])
  })

  it('one for every method, one for any path', (t) => {
    const { app } = createFakeHttp({ dataDir: tempDir(t) })
    app.all('/v1/planted', (context) => context.text('for everybody'))
    app.get('/v1/files/*', (context) => context.text('for everybody'))
    assert.equal(checkRouteTable(app.routes, TABLE).length, 2)
  })

  it('a row that has no route', (t) => {
    const { app } = createFakeHttp({ dataDir: tempDir(t) })
    const table = { ...TABLE, 'GET /v1/planted': ROLE_TABLE['GET /v1/me'] }
    assert.deepEqual(checkRouteTable(app.routes, table), [
      'GET /v1/planted is in the role table and nowhere else',
    ])
  })

  it('one that nobody guards, and one that keeps everybody out', () => {
    assert.equal(checkUnauthorised('GET /v1/me', ROLE_TABLE['GET /v1/me'], 200).length, 1)
    assert.equal(checkUnauthorised('GET /v1/regions', ROLE_TABLE['GET /v1/regions'], 401).length, 1)
  })

  it('a row that the document tells otherwise', async (t) => {
    const operations = operationsOf(await makeApiDocument(tempDir(t)))
    const open = {
      ...TABLE,
      'GET /v1/me': { ...ROLE_TABLE['GET /v1/me'], role: 'anyone' } as const,
    }
    assert.deepEqual(checkDocumented(operations, open), [
      'GET /v1/me takes a token: the document says yes, wrongly',
    ])
    const fewer = new Map([...operations].filter(([key]) => key !== 'GET /v1/me'))
    assert.deepEqual(checkDocumented(fewer, TABLE), ['GET /v1/me is not in the document'])
  })
})
