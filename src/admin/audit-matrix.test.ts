/**
 * Every route of staff × every role, over the real server and database: who may is decided by the
 * permission of the row alone, and each request leaves exactly one row in the audit log.
 */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { addressOf } from '@battalion/testkit/route-coverage.ts'

import { ROLE_TABLE } from '../http/role-table.ts'
import type { RouteRule } from '../http/role-table.ts'
import { listAudit } from '../services/audit/audit-log.ts'
import { verifyChain } from '../services/audit/verify-chain.ts'
import { ROLES } from '../services/identity/roles.ts'
import type { Role } from '../services/identity/roles.ts'
import { startTestApp } from '../testing/start-test-app.ts'
import { createOperator } from '../testing/test-operators.ts'

const WIDE = {
  SIGN_INS_PER_ADDRESS_PER_MIN: '1000',
  READS_PER_ADDRESS_PER_MIN: '100000',
  ACCOUNT_PER_USER_PER_MIN: '100000',
}
const TABLE: Readonly<Record<string, RouteRule>> = ROLE_TABLE
const ROLE_NAMES: readonly (Role | undefined)[] = [undefined, ...(Object.keys(ROLES) as Role[])]
/** Ends the session of who asks; tested by itself. */
const OWN_END = 'DELETE /v1/admin/session'

describe('routes of staff', () => {
  it('[AUTH-7, ADM-4, G-07] let in by permission alone and leave one row a request', async (t) => {
    const { url, app } = await startTestApp(t, WIDE)
    const { database } = app.store
    const lastRow = async () => (await listAudit(database.db, { limit: 1 }))[0]
    let seq = (await lastRow())?.seq ?? 0
    const ask = async (key: string, headers: Readonly<Record<string, string>>) => {
      const { method, path } = addressOf(key)
      const rule = TABLE[key]!
      const body = rule.bodyBytesMax === 0 ? {} : { body: '{}' }
      const abort = new AbortController()
      const answer = await fetch(url + path, { method, headers, ...body, signal: abort.signal })
      abort.abort()
      const row = await lastRow()
      assert.equal(row?.seq, seq + 1, `${key}: one row`)
      seq = row.seq
      assert.equal(row.action, rule.audit)
      assert.equal(row.outcome === 'done', answer.ok, `${key}: ${answer.status} ${row.outcome}`)
      return { status: answer.status, row }
    }
    const keys = Object.keys(TABLE).filter((key) => key.includes(' /v1/admin/') && key !== OWN_END)
    for (const key of keys) {
      const rule = TABLE[key]!
      const { status, row } = await ask(key, { 'content-type': 'application/json' })
      if (rule.role !== 'operator') continue
      assert.deepEqual([status, row.outcome, row.actor.kind], [401, 'refused', 'nobody'], key)
    }
    for (const role of ROLE_NAMES) {
      const operator = await createOperator({ url, database }, role)
      const permissions: readonly string[] = role === undefined ? [] : ROLES[role]
      for (const key of keys) {
        const rule = TABLE[key]!
        if (rule.role !== 'operator') continue
        const headers = { 'content-type': 'application/json', ...operator.headers }
        const { status, row } = await ask(key, headers)
        assert.equal(row.actor.id, operator.userId)
        const may = rule.permission === undefined || permissions.includes(rule.permission)
        assert.equal(status !== 403, may, `${key} as ${role ?? 'player'}: ${status}`)
        if (!may) assert.deepEqual([row.outcome, row.code], ['refused', 'forbidden'])
      }
    }
    const report = await verifyChain(database)
    assert.deepEqual([report.rows, report.findings], [seq, []])
  })
})
