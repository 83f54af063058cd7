/** Table tests of chooseBattle: each row is one rule. */
import { strict as assert } from 'node:assert'
import { describe, it } from 'node:test'
import { chooseBattle } from './choose-battle.ts'
import type { BattleChoice, BattleListing, BattleRequest } from './choose-battle.ts'

function listing(roomId: string, changes: Partial<BattleListing> = {}): BattleListing {
  return {
    roomId,
    mode: 'conquest',
    map: 'front',
    region: 'eu',
    players: 10,
    playersMax: 64,
    spectators: 0,
    spectatorsMax: 10,
    phase: 'running',
    locked: false,
    overloaded: false,
    ...changes,
  }
}

const CREATE_ANY = { create: { mode: undefined, map: undefined, region: undefined } }

const ROWS: readonly [string, BattleRequest, readonly BattleListing[], BattleChoice][] = [
  ['creates when there is none', {}, [], CREATE_ANY],
  ['joins the only one', {}, [listing('a')], { join: 'a' }],
  ['fills the fullest first', {}, [listing('a'), listing('b', { players: 20 })], { join: 'b' }],
  ['takes the first by id of equals', {}, [listing('b'), listing('a')], { join: 'a' }],
  ['never joins a full one', {}, [listing('a', { players: 64 })], CREATE_ANY],
  [
    '[H-05] opens none beside one that is short of time',
    {},
    [listing('a', { locked: true, overloaded: true })],
    { refuse: 'overloaded' },
  ],
  ['never joins a locked one', {}, [listing('a', { locked: true })], CREATE_ANY],
  [
    'prefers a running one to one whose result is on the screen',
    {},
    [listing('a', { phase: 'ended', players: 60 }), listing('b', { players: 1 })],
    { join: 'b' },
  ],
  [
    'filters by mode',
    { mode: 'duel' },
    [listing('a')],
    { create: { ...CREATE_ANY.create, mode: 'duel' } },
  ],
  [
    'filters by map',
    { map: 'duel' },
    [listing('a')],
    { create: { ...CREATE_ANY.create, map: 'duel' } },
  ],
  [
    'filters by region',
    { region: 'us' },
    [listing('a')],
    { create: { ...CREATE_ANY.create, region: 'us' } },
  ],
  [
    'goes back to the own running battle before all',
    { ownRoomId: 'a', mode: 'duel' },
    [listing('a', { players: 64, locked: true }), listing('b', { mode: 'duel' })],
    { join: 'a' },
  ],
  [
    'goes back to the own battle even while draining',
    { ownRoomId: 'a', isDraining: true },
    [listing('a')],
    { join: 'a' },
  ],
  ['forgets an own battle that is gone', { ownRoomId: 'x' }, [listing('a')], { join: 'a' }],
  [
    'forgets an own battle that is over',
    { ownRoomId: 'a' },
    [listing('a', { phase: 'ended' }), listing('b')],
    { join: 'b' },
  ],
  ['refuses while draining', { isDraining: true }, [listing('a')], { refuse: 'draining' }],
  [
    'refuses when no room may be made',
    { mayCreate: false },
    [listing('a', { players: 64 })],
    { refuse: 'battle_full' },
  ],
  [
    'lets spectators into a full battle',
    { spectate: true },
    [listing('a', { players: 64 })],
    { join: 'a' },
  ],
  [
    'counts spectators by their own limit',
    { spectate: true, mayCreate: false },
    [listing('a', { spectators: 10 })],
    { refuse: 'battle_full' },
  ],
]

describe('chooseBattle', () => {
  for (const [name, request, listings, expected] of ROWS) {
    it(`[BAT-1] ${name}`, () => {
      assert.deepEqual(chooseBattle(request, listings), expected)
    })
  }

  it('[I-7] never sends more players to a battle than it holds', () => {
    let battle = listing('a', { players: 0, playersMax: 64 })
    let created = 0
    for (let join = 0; join < 500; join++) {
      const choice = chooseBattle({}, [battle])
      if ('create' in choice) {
        created++
        battle = listing('a', { players: 0, playersMax: 64 })
      }
      battle = { ...battle, players: battle.players + 1 }
      assert.ok(battle.players <= battle.playersMax)
    }
    assert.equal(created, 7)
  })
})
