/** The first operator's link is told once the database answers, however busy a start is. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { AppError } from '@battalion/base/app-error.ts'
import { waitUntil } from '@battalion/testkit/wait-until.ts'

import { tellFirstOperator } from './open-console.ts'

describe('the link of the first operator', () => {
  it('[ADM-3] is told when the database was too busy for it at first', async () => {
    const told: string[] = []
    const { tries, parts } = link(1, new AppError('database_unavailable', 'busy'))
    tellFirstOperator(parts, (url) => void told.push(url))
    await waitUntil('the link', () => told.length > 0)
    assert.deepEqual(told, ['the link'])
    assert.deepEqual([tries.count, tries.warned], [2, 0])
  })

  it('[ADM-3] is not asked for again after a bug, which is logged', async () => {
    const { tries, parts } = link(1, new RangeError('a bug'))
    tellFirstOperator(parts, () => assert.fail('there is none'))
    await waitUntil('the log', () => tries.warned > 0)
    assert.equal(tries.count, 1)
  })
})

/** A console whose link fails so often at first. */
function link(failures: number, error: Error) {
  const tries = { count: 0, warned: 0 }
  const firstOperatorUrl = async () => {
    tries.count++
    if (tries.count <= failures) throw error
    return 'the link'
  }
  const logger = { warn: () => void tries.warned++ }
  return {
    tries,
    parts: {
      store: { database: { ready: Promise.resolve() } },
      admin: { firstOperatorUrl },
      logger,
    },
  }
}
