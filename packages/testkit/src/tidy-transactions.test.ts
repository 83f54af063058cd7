/** No outside call stands in a transaction: planted ones are found, others are not minded. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { readSource } from './tidy-source.ts'
import { checkTransactions } from './tidy-transactions.ts'

function findingsIn(...bodies: readonly string[]): string[] {
  const sources = bodies.map((body, index) => readSource(`src/services/a${index}.ts`, body))
  return checkTransactions(sources).map(({ path, line, message }) => {
    return `${path.slice(-5)}:${line} ${message.split(' inside')[0]}`
  })
}

describe('calls inside a transaction', () => {
  const planted: readonly (readonly [what: string, body: string, found: string])[] = [
    [
      'a password hash in a callback',
      'database.transact(async (trx) => {\n  const hash = await ports.hasher.hash(password)\n})',
      'a0.ts:2 a password hash',
    ],
    [
      'a request in an expression',
      'database.transact((trx) => fetch(url))',
      'a0.ts:1 an HTTP request',
    ],
    [
      'a mail in a function that takes a transaction',
      'async function tell(trx: Trx, ports: Ports): Promise<{ a: 1 }> {\n  await mailer.send(mail)\n}',
      'a0.ts:2 a mail',
    ],
    [
      'a publication in an arrow function that takes one',
      'const tell = async (trx: Trx) => {\n  await bus.publish(events)\n}',
      'a0.ts:2 a publication on the bus',
    ],
    [
      'an object store',
      'db.transact(async (trx) => void (await storage.put(key, bytes)))',
      'a0.ts:1 a request to another store',
    ],
  ]
  for (const [what, body, found] of planted) {
    it(`finds ${what}`, () => assert.deepEqual(findingsIn(body), [found]))
  }

  it('finds one behind two functions in other files', () => {
    const found = findingsIn(
      'database.transact(async (trx) => {\n  await signUp(trx)\n})',
      'export async function signUp(db: Db): Promise<void> {\n  await makeHash(ports)\n}',
      'export async function makeHash<T>(ports: T) {\n  return ports.hasher.hash(a)\n}',
    )
    assert.deepEqual(found, ['a0.ts:2 a password hash (makeHash) (signUp)'])
  })

  const fine: readonly (readonly [what: string, body: string])[] = [
    [
      'a hash before the transaction',
      'const hash = await ports.hasher.hash(a)\nawait database.transact((trx) => write(trx, hash))',
    ],
    [
      'a request after the commit',
      'function tell(trx: Trx) {\n  afterCommit(() => void fetch(url))\n  return write(trx)\n}',
    ],
    ['words in a text', "database.transact((trx) => write(trx, 'fetch(url)'))"],
    ['a row called so', 'database.transact((trx) => rows.fetch(trx))'],
    [
      'a callback that will get one',
      'async function make(db: Db, write: (trx: Trx) => Promise<void>) {\n  await ports.hasher.hash(a)\n}',
    ],
    ['a function without a transaction', 'async function ask(db: Db) { await fetch(url) }'],
  ]
  for (const [what, body] of fine) {
    it(`does not mind ${what}`, () => assert.deepEqual(findingsIn(body), []))
  }
})
