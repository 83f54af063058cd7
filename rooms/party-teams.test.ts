/**
 * Parties in one team, and teams that stay fair [MM-3]: the bound is the largest party, counted
 * with who is awaited; over many seeded comings, goings and battles.
 */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { toUserId } from '@battalion/base/ids.ts'
import { createPrng, nextBelow, nextFloat } from '@battalion/base/prng.ts'
import type { Mode } from '@battalion/sim/balance.ts'
import { sampleBalance } from '@battalion/sim/sample-battle.ts'
import { createFakeSession } from '@battalion/testkit/fake-session.ts'
import type { FakeSession } from '@battalion/testkit/fake-session.ts'

import { holdParty } from './hold-party.ts'
import type { HoldOutcome } from './hold-party.ts'

const HOLD_MS = 15_000
const PARTY_MAX = 5

function open(mode: Partial<Mode> = {}) {
  const balance = sampleBalance({ mode: { warmupSec: 600, playersMax: 40, ...mode } })
  return createFakeSession({ balance })
}

function hold(fake: FakeSession, id: string, userIds: readonly string[]): HoldOutcome {
  return holdParty(fake, { id, userIds, forMs: HOLD_MS })
}

function teamOf(fake: FakeSession, userId: string): number {
  const { roster, match } = fake.session
  return match.world.soldiers.team[roster.find(toUserId(userId))!.netId]!
}

function squadOf(fake: FakeSession, userId: string): number {
  const { roster, match } = fake.session
  return match.world.soldiers.squad[roster.find(toUserId(userId))!.netId]!
}

/** By how many soldiers the teams differ. */
function difference(fake: FakeSession): number {
  const [a = 0, b = 0] = fake.session.match.world.teams.soldierCount
  return Math.abs(a - b)
}

describe('parties in a battle', () => {
  it('[MM-3] all members come into one team and squad, whoever comes between them', () => {
    const fake = open()
    assert.equal(hold(fake, 'p', ['a', 'b', 'c', 'd']), 'held')
    assert.equal(fake.session.metadata.players, 4, 'their places count as taken')
    fake.joinParty('a')
    for (let count = 0; count < 7; count++) fake.join(`alone${count}`)
    for (const id of ['b', 'c', 'd']) fake.joinParty(id)
    const teams = new Set(['a', 'b', 'c', 'd'].map((id) => teamOf(fake, id)))
    const squads = new Set(['a', 'b', 'c', 'd'].map((id) => squadOf(fake, id)))
    assert.equal(teams.size, 1)
    assert.equal(squads.size, 1)
    assert.ok(difference(fake) <= 1, 'who came alone went where nobody was awaited')
    assert.equal(fake.session.metadata.players, 11)
  })

  it('[MM-3] places for all or for none, and none for strangers', () => {
    const fake = open({ playersMax: 6 })
    for (const id of ['x', 'y']) fake.join(id)
    assert.equal(hold(fake, 'p', ['a', 'b', 'c', 'd', 'e']), 'full', 'four are free')
    assert.equal(fake.holds.count, 0, 'and none of them is kept')
    assert.equal(hold(fake, 'p', ['a', 'b', 'c']), 'full', 'a team has three')
    assert.equal(hold(fake, 'p', ['a', 'b']), 'held')
    assert.equal(fake.session.mayAdmit(toUserId('z1'), false), true)
    fake.join('z1')
    fake.join('z2')
    assert.equal(fake.session.mayAdmit(toUserId('z3'), false), false, 'the rest is theirs')
    fake.joinParty('a')
    fake.joinParty('b')
    assert.equal(teamOf(fake, 'a'), teamOf(fake, 'b'))
    assert.deepEqual([...fake.session.match.world.teams.soldierCount].slice(0, 2), [3, 3])
  })

  it('[MM-3] who fights there already decides the team; on two sides there is no place', () => {
    const fake = open()
    for (const id of ['a', 'b', 'c']) fake.join(id)
    assert.notEqual(teamOf(fake, 'a'), teamOf(fake, 'b'))
    assert.equal(hold(fake, 'p', ['a', 'b', 'n']), 'split')
    assert.equal(hold(fake, 'p', ['b', 'n']), 'held')
    fake.joinParty('n')
    assert.equal(teamOf(fake, 'n'), teamOf(fake, 'b'))
  })

  it('[MM-3] [W9] who left this battle would come back into his team, so his party goes there', () => {
    const fake = open({ warmupSec: 0, playersMin: 1 })
    for (const id of ['a', 'b', 'c']) fake.join(id)
    fake.wake()
    const { session } = fake
    const side = teamOf(fake, 'b')
    session.leave(session.roster.find(toUserId('b'))!)
    assert.equal(hold(fake, 'p', ['a', 'b']), 'split')
    assert.equal(hold(fake, 'p', ['b', 'n']), 'held')
    for (const id of ['n', 'b']) fake.joinParty(id)
    assert.deepEqual([teamOf(fake, 'n'), teamOf(fake, 'b')], [side, side])
  })

  it('[MM-3] a party whose members never came leaves nothing behind', () => {
    const fake = open()
    assert.equal(hold(fake, 'p', ['a', 'b', 'c', 'd', 'e']), 'held')
    fake.wake(HOLD_MS)
    assert.equal(fake.session.metadata.players, 0)
    for (let count = 0; count < 4; count++) fake.join(`alone${count}`)
    assert.equal(difference(fake), 0)
  })

  it('[MM-3] parties stay together in the next battle of the room', () => {
    const fake = open({ warmupSec: 0, roundSec: 1, endedSec: 1, playersMin: 1 })
    hold(fake, 'p', ['a', 'b', 'c'])
    for (const id of ['x', 'a', 'y', 'z', 'b', 'c']) {
      if ('abc'.includes(id)) fake.joinParty(id)
      else fake.join(id)
    }
    const { matchId } = fake.session.match
    for (let wake = 0; wake < 200 && fake.session.match.matchId === matchId; wake++) fake.wake()
    assert.notEqual(fake.session.match.matchId, matchId, 'the next battle has begun')
    assert.equal(new Set(['a', 'b', 'c'].map((id) => teamOf(fake, id))).size, 1)
    assert.equal(difference(fake), 0)
    assert.deepEqual(fake.errors, [])
  })
})

describe('fairness of teams with parties', () => {
  it('[MM-3] teams never differ by more than the largest party, over 200 seeded battles', () => {
    for (let seed = 1; seed <= 200; seed++) {
      const prng = createPrng(seed)
      const fake = open()
      const waiting: string[] = []
      let users = 0
      for (let party = 0; users < 30; party++) {
        const size = 1 + nextBelow(prng, PARTY_MAX)
        const first = users
        const ids = Array.from({ length: size }, (_, index) => `u${first + index}`)
        users += size
        if (size === 1) fake.join(ids[0]!)
        else if (hold(fake, `p${party}`, ids) === 'held') waiting.push(...ids)
        while (waiting.length > 0 && nextFloat(prng) < 0.4) {
          const index = nextBelow(prng, waiting.length)
          fake.joinParty(waiting.splice(index, 1)[0]!)
        }
      }
      for (const id of waiting) fake.joinParty(id)
      assert.ok(difference(fake) <= PARTY_MAX, `seed ${seed}: ${difference(fake)}`)
      const { roster } = fake.session
      const teams = new Map<string, Set<number>>()
      for (const { party, userId } of roster.players()) {
        if (party === undefined) continue
        const seen = teams.get(party.id) ?? new Set()
        teams.set(party.id, seen.add(teamOf(fake, userId)))
      }
      assert.ok(teams.size > 0, `seed ${seed}: no party came in`)
      for (const [id, seen] of teams) assert.equal(seen.size, 1, `seed ${seed}: ${id} is split`)
    }
  })
})
