/** What waits, what is new, what is dropped: seeded runs and the named cases of E-05. */
import { strict as assert } from 'node:assert'
import { describe, it } from 'node:test'
import { createPrng, nextUint32 } from '@battalion/base/prng.ts'
import { COMMANDS_WAITING_MAX } from '@battalion/sim/limits.ts'
import { createCommand } from '@battalion/wire/input-codec.ts'
import { InputQueues, SEQUENCE_REPLAY_MAX, SEQUENCE_STEP_MAX } from './input-queues.ts'

function pushAll(queues: InputQueues, ...seqs: number[]): string[] {
  return seqs.map((seq) => queues.push(0, { ...createCommand(), seq: seq & 0xffff }))
}

function drain(queues: InputQueues): number[] {
  const seqs: number[] = []
  for (let next = queues.shift(0); next !== undefined; next = queues.shift(0)) seqs.push(next.seq)
  return seqs
}

describe('input queues', () => {
  it('[I-12] hands out one command after another, in order', () => {
    const queues = new InputQueues(2)
    assert.deepEqual(pushAll(queues, 7, 8, 9), ['taken', 'taken', 'taken'])
    assert.equal(queues.waiting(0), 3)
    assert.deepEqual(drain(queues), [7, 8, 9])
    assert.equal(queues.shift(0), undefined)
    assert.equal(queues.waiting(1), 0)
  })

  it('[E-01] drops what arrives while too many wait, and says so: a flood is never sooner', () => {
    const queues = new InputQueues(1)
    const outcomes = pushAll(queues, 1, 2, 3, 4, 5, 6)
    assert.deepEqual(outcomes.slice(COMMANDS_WAITING_MAX), ['full', 'full'])
    assert.deepEqual(drain(queues), [1, 2, 3, 4])
    assert.deepEqual(pushAll(queues, 7), ['taken'], 'who was dropped numbers on')
    assert.deepEqual(pushAll(queues, 5), ['replay'], 'what was dropped does not come again')
  })

  it('[E-05] takes each number once: repeated, older, across the wrap', () => {
    const queues = new InputQueues(1)
    assert.deepEqual(pushAll(queues, 65_534, 65_534, 65_535, 0, 65_535, 1, 0), [
      'taken',
      'replay',
      'taken',
      'taken',
      'replay',
      'taken',
      'replay',
    ])
    assert.deepEqual(drain(queues), [65_534, 65_535, 0, 1])
  })

  for (const jump of [SEQUENCE_STEP_MAX + 1, 1_000_000, 32_767, -32_768, -SEQUENCE_REPLAY_MAX]) {
    it(`[E-05] a jump of ${jump} blocks nothing that follows`, () => {
      const queues = new InputQueues(1)
      assert.deepEqual(pushAll(queues, 100, 100 + jump, 101, 102), [
        'taken',
        'jump',
        'taken',
        'taken',
      ])
      assert.deepEqual(drain(queues), [100, 101, 102])
    })
  }

  it('[E-05] a client that numbers anew is followed from its second command on', () => {
    const queues = new InputQueues(1)
    assert.equal(queues.takeRestart(0), false)
    assert.deepEqual(pushAll(queues, 30_000, 5, 6, 7), ['taken', 'jump', 'taken', 'taken'])
    assert.equal(queues.takeRestart(0), true)
    assert.equal(queues.takeRestart(0), false)
    assert.deepEqual(drain(queues), [6, 7])
  })

  it('forgets everything on reset', () => {
    const queues = new InputQueues(1)
    pushAll(queues, 500, 501)
    queues.reset(0)
    assert.equal(queues.waiting(0), 0)
    assert.deepEqual(pushAll(queues, 3), ['taken'])
    assert.equal(queues.takeRestart(0), true)
  })

  it('[I-13] under a seeded mess no number is handed out twice within a numbering', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const prng = createPrng(seed)
      const queues = new InputQueues(1)
      const handed: number[] = []
      let seq = nextUint32(prng) & 0xffff
      pushAll(queues, seq)
      for (let round = 0; round < 2000; round++) {
        const dice = nextUint32(prng) % 10
        if (dice < 6) pushAll(queues, ++seq)
        else if (dice < 9) pushAll(queues, seq - (nextUint32(prng) % 50))
        else pushAll(queues, seq + 10_000 + 7 * (nextUint32(prng) % 1000))
        assert.ok(queues.waiting(0) <= COMMANDS_WAITING_MAX)
        const command = queues.shift(0)
        if (command !== undefined) handed.push(command.seq)
      }
      const distances = handed.slice(1).map((next, index) => (next - handed[index]!) & 0xffff)
      assert.ok(distances.length > 500, `only ${distances.length} were handed on`)
      assert.ok(distances.every((distance) => distance > 0 && distance <= SEQUENCE_STEP_MAX))
    }
  })
})
