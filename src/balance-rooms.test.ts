/**
 * Publishing a balance while battles run, with real clients: the running battle and who joins it
 * late keep their version, a new one takes the next, and each predicts by its own. Each is kept
 * with the version it was played with, on both engines.
 */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'

import type { BattleClient } from '@battalion/client/battle-client.ts'
import { fetchBalance } from '@battalion/client/session.ts'
import { describeDatabase } from '@battalion/testkit/test-database.ts'
import { waitUntil } from '@battalion/testkit/wait-until.ts'

import type { RoomPorts } from '../rooms/ports.ts'
import { askPatiently, signIn, startTestApp } from './testing/start-test-app.ts'
import type { TestApp } from './testing/start-test-app.ts'
import { shortenBattles } from './testing/shorten-battles.ts'
import { createOperator } from './testing/test-operators.ts'
import { joinAlive, walk } from './testing/walk-client.ts'

const MANY = '1000000'
const WIDE = {
  GUESTS_PER_ADDRESS_PER_MIN: MANY,
  SIGN_INS_PER_ADDRESS_PER_MIN: MANY,
  READS_PER_ADDRESS_PER_MIN: MANY,
}
/** A tenth of what a client may be off and nobody sees it (m). */
const ERROR_METRES_MAX = 0.01
/** The battle that a publication falls into lasts so long, those after it end soon (s). */
const FIRST_ROUND_SEC = 10
const NEXT_ROUND_SEC = 2
/** Far beyond what storing a battle takes; the machine may be busy. */
const STORED_MS_MAX = 90_000
const ASK_AGAIN_MS = 1000

interface Version {
  readonly version: string
  readonly revision: number
  readonly publishedAt: string
  readonly files: Record<string, { classes: { walkMetresPerSec: number }[] }>
}

interface StoredMatch {
  readonly balanceVersion: string
  readonly startedAt: string
  readonly endedAt: string
}

describe('a balance published while battles run', () => {
  it('[GMD-3] reaches new battles; running ones, and who joins them late, keep theirs', async (t) => {
    const server = await startTestApp(t, WIDE)
    const { url } = server
    const publish = await draftSlower(server)
    const before = await joinAlive(t, url, { mode: 'duel' })
    await publish()
    const late = await joinAlive(t, url, { roomId: before.roomId })
    const after = await joinAlive(t, url, { mode: 'conquest' })
    const versions = [before, late, after].map(({ balance }) => balance.version)
    assert.deepEqual(versions, ['1', '1', '2'])
    assert.equal(after.welcome.balanceVersion, '2')
    for (const client of [before, late, after]) {
      const metres = await walk(client)
      assert.ok(metres < ERROR_METRES_MAX, `${client.balance.version}: ${metres} m off`)
    }
    const walking = (client: typeof after) =>
      client.balance.classes[client.own.classId]!.walkMetresPerSec
    assert.equal(walking(after), 2)
    assert.ok(walking(late) > 4)
  })
})

describeDatabase('battles kept around a publication', (engine) => {
  it('[GMD-3] each has the version it began with: the running one, the next, a new room', async (t) => {
    const databasePlace = await engine.place(t, 'migrated')
    const server = await startTestApp(t, WIDE, { databasePlace, arrangeRooms: endSoon })
    const { url } = server
    const publish = await draftSlower(server)
    const before = await joinAlive(t, url, { mode: 'duel' })
    const told = listenToResults(before)
    const publishedAt = await publish()
    const after = await joinAlive(t, url, { mode: 'conquest' })
    const toldAfter = listenToResults(after)
    await waitUntil('two battles and one', () => told.length >= 2 && toldAfter.length >= 1)
    const token = await signIn(url)
    const ids = [told[0]!, told[1]!, toldAfter[0]!]
    const kept = await Promise.all(ids.map((matchId) => readKept(url, token, matchId)))
    assert.deepEqual(
      kept.map(({ balanceVersion }) => balanceVersion),
      ['1', '2', '2'],
    )
    const [running, next] = kept
    assert.ok(running!.startedAt < publishedAt, 'the first began before it')
    assert.ok(running!.endedAt > publishedAt, 'and was still fought')
    assert.ok(next!.startedAt > publishedAt)
  })
})

/** A draft in which everybody walks slowly; publishes it when called, and answers when that was. */
async function draftSlower({ url, app }: TestApp): Promise<() => Promise<string>> {
  const { headers } = await createOperator({ url, database: app.store.database }, 'game-team')
  const ask = async (method: string, path: string, body?: unknown): Promise<Version> => {
    const answer = await fetch(`${url}/v1/admin/balances${path}`, {
      method,
      headers: { ...headers, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await answer.text()
    assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${text}`)
    return JSON.parse(text) as Version
  }
  const { version } = await ask('POST', '', { base: '1' })
  const draft = await ask('GET', `/${version}`)
  const classes = draft.files['classes.json']!
  const slow = classes.classes.map((each) => ({ ...each, walkMetresPerSec: 2 }))
  const files = { 'classes.json': { classes: slow } }
  await ask('PUT', `/${version}`, { revision: 1, files })
  return async () => {
    const publication = { revision: 2, replaces: '1', reason: 'slower' }
    const published = await ask('POST', `/${version}/publish`, publication)
    assert.equal(published.version, '2')
    await waitUntil('new battles take it', async () => {
      return (await fetchBalance(url, 'current')).version === '2'
    })
    return published.publishedAt
  }
}

function endSoon(ports: RoomPorts): RoomPorts {
  const balance = () => {
    const roundSec = ports.balance().version === '1' ? FIRST_ROUND_SEC : NEXT_ROUND_SEC
    return shortenBattles({ roundSec, endedSec: 1 })(ports).balance()
  }
  return { ...ports, balance }
}

/** Ids of the battles whose end a client is told, as it is told them. */
function listenToResults(client: BattleClient): string[] {
  const told: string[] = []
  client.on('result', ({ matchId }) => void told.push(matchId))
  return told
}

/** A battle as everybody may read it, once it is stored; asked gently, for reads are limited. */
async function readKept(url: string, token: string, matchId: string): Promise<StoredMatch> {
  const headers = { authorization: `Bearer ${token}` }
  const endMs = performance.now() + STORED_MS_MAX
  for (;;) {
    const answer = await askPatiently(`${url}/v1/matches/${matchId}`, { headers })
    const text = await answer.text()
    if (answer.ok) return JSON.parse(text) as StoredMatch
    assert.equal(answer.status, 404, text)
    assert.ok(performance.now() < endMs, `${matchId} is not stored`)
    await delay(ASK_AGAIN_MS)
  }
}
