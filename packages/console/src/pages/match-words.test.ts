/** How finished battles are said in the console. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import type { MatchEvent } from '@battalion/client/api-types.ts'

import { durationText, eventText, namesOf, NO_NAMES, teamText } from './match-words.ts'

const NAMES = namesOf({
  'weapons.json': { weapons: [{ id: 'rifle' }, { id: 'pistol' }] },
  'abilities.json': { abilities: [{ id: 'frag' }] },
  'classes.json': { classes: [{ id: 'medic' }] },
})

function event(part: Partial<MatchEvent>): MatchEvent {
  const blank = { seq: 0, sec: 0, detail: 0, amount: 0, actor: null, target: null, figure: null }
  return { kind: 'kill', ...blank, ...part }
}

describe('words of a finished battle', () => {
  it('names weapons, abilities and classes by the balance of the battle', () => {
    const target = { slot: 1, userId: null, name: 'Ben', team: 1 }
    const kill = event({ kind: 'kill', target, detail: 1, amount: 1 })
    assert.equal(eventText(kill, NAMES), 'killed Ben with pistol')
    assert.equal(
      eventText({ ...kill, amount: 0 }, NAMES),
      'killed Ben with pistol (does not count)',
    )
    assert.equal(eventText(event({ kind: 'ability' }), NAMES), 'used frag')
    assert.equal(eventText(event({ kind: 'join', amount: 1 }), NAMES), 'joined team 1 as medic')
  })

  it('shows the numbers where a balance is gone or broken', () => {
    assert.equal(eventText(event({ kind: 'ability', detail: 7 }), NO_NAMES), 'used ability 7')
    for (const broken of [{}, { 'weapons.json': null }, { 'weapons.json': { weapons: 5 } }]) {
      assert.deepEqual(namesOf(broken), NO_NAMES)
    }
  })

  it('says what teams came to', () => {
    assert.equal(eventText(event({ kind: 'end', amount: 1 }), NAMES), 'team 1 won')
    assert.equal(eventText(event({ kind: 'end', amount: 0xff }), NAMES), 'a draw')
    const tickets = event({ kind: 'teamTickets', detail: 1, amount: 40 })
    assert.equal(eventText(tickets, NAMES), 'team 1 has 40 tickets left')
    assert.equal(
      eventText(event({ kind: 'sum', figure: 'healed', amount: 9 }), NAMES),
      'healed: 9 more',
    )
    assert.deepEqual([teamText(null), teamText(0)], ['nobody', 'team 0'])
  })

  it('tells durations by the clock', () => {
    const told = [0, 5.9, 65, 600, 3600, 3725].map(durationText)
    assert.deepEqual(told, ['0:00', '0:05', '1:05', '10:00', '1:00:00', '1:02:05'])
  })
})
