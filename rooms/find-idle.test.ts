/** Who is sent away for want of a sign of life, and when. */
import { strict as assert } from 'node:assert'
import { describe, it } from 'node:test'
import { sampleBalance } from '@battalion/sim/sample-battle.ts'
import { createFakeSession } from '@battalion/testkit/fake-session.ts'
import type { FakeSession } from '@battalion/testkit/fake-session.ts'
import type { Participant } from './participant.ts'

const LIMITS = { idleKickSec: 3, spectatorIdleKickSec: 9, spectatorsMax: 2 }

function createBattle(): FakeSession {
  const balance = sampleBalance({ mode: { warmupSec: 600 } })
  return createFakeSession({ balance, limits: LIMITS })
}

/** Whole seconds until each was told to go, within `sec`; those of `looking` look all the time. */
function closingSec(fake: FakeSession, sec: number, looking: readonly Participant[] = []) {
  const closed: Record<string, number> = {}
  while (fake.nowMs() < sec * 1000) {
    for (const spectator of looking) spectator.lookedAtMs = fake.nowMs()
    fake.calls.length = 0
    fake.wake()
    for (const { userId, call } of fake.calls) {
      if (call === 'close') closed[userId] ??= Math.floor(fake.nowMs() / 1000)
    }
  }
  return closed
}

describe('idle participants', () => {
  it('a player goes after his time, an absent spectator after the longer one of his', () => {
    const fake = createBattle()
    fake.join('player')
    fake.join('absent', true)
    assert.deepEqual(closingSec(fake, 12), { player: 3, absent: 9 })
  })

  it('a spectator who only watches stays', () => {
    const fake = createBattle()
    const watcher = fake.join('watcher', true)
    assert.deepEqual(closingSec(fake, 30, [watcher]), {})
  })

  it('with every place to watch taken, the absent make room after the time of a player', () => {
    const fake = createBattle()
    const watcher = fake.join('watcher', true)
    fake.join('absent', true)
    assert.deepEqual(closingSec(fake, 12, [watcher]), { absent: 3 })
  })
})
