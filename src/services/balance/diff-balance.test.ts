/** What a diff tells. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { CHANGES_MAX, diffBalance } from './diff-balance.ts'

const named = (version: string) => ({ 'balance.json': { version } })
const told = (before: object, after: object) =>
  diffBalance({ 'a.json': before }, { 'a.json': after }).changes.map(
    ({ path, before: was, after: is }) => `${path}: ${was} > ${is}`,
  )

describe('[GMD-3] the diff of balances', () => {
  it('names entries by id, others by place, and what came and went', () => {
    const rifle = { id: 'rifle', damage: 28, spread: [1, 2] }
    const pistol = { id: 'pistol', damage: 15 }
    const before = { list: [rifle, pistol], flag: true }
    assert.deepEqual(told(before, structuredClone(before)), [])
    const after = { list: [{ ...rifle, damage: 30, spread: [1, 3] }, { id: 'bow' }], note: 'x' }
    assert.deepEqual(told(before, after), [
      '$.list[rifle].damage: 28 > 30',
      '$.list[rifle].spread[1]: 2 > 3',
      '$.list[pistol]: {"id":"pistol","damage":15} > null',
      '$.list[bow]: null > {"id":"bow"}',
      '$.flag: true > null',
      '$.note: null > "x"',
    ])
  })

  it('tells another order, whole files, and nothing of the name', () => {
    const entries = [{ id: 'a' }, { id: 'b' }]
    assert.deepEqual(told(entries, entries.toReversed()), ['$ (order): "a, b" > "b, a"'])
    const { changes } = diffBalance(named('1'), { ...named('2'), 'maps/x.json': {} })
    assert.deepEqual(changes, [{ file: 'maps/x.json', path: '$', before: null, after: '{}' }])
  })

  it('is cut at a number of changes, and values at a length', () => {
    const many = Array.from({ length: CHANGES_MAX + 1 }, (_, index) => index)
    const { changes, isCut } = diffBalance({ 'a.json': [] }, { 'a.json': many })
    assert.deepEqual([changes.length, isCut], [CHANGES_MAX, true])
    const [long] = diffBalance({}, { 'a.json': 'x'.repeat(500) }).changes
    assert.equal(long?.after?.length, 201)
  })
})
