/**
 * Which team and squad the parties of one battle fight in. A party has both from the moment places
 * are kept for it, and those places count; so teams, counted with who is awaited, never differ by
 * more than the largest party (or than they did before), no team gets more than its share of the
 * battle, and nobody takes a place beside friends who are on their way. Without parties the rules
 * of the simulation decide alone (W4).
 */
import { assert } from '@battalion/base/assert.ts'
import { SQUADS_PER_TEAM_MAX } from '@battalion/sim/limits.ts'
import type { SoldierWish } from '@battalion/sim/soldiers.ts'
import type { World } from '@battalion/sim/world.ts'
import { LifeState } from '@battalion/sim/world.ts'
import type { BattleParty, PartyHolds } from './party-holds.ts'

interface Place {
  readonly party: BattleParty
  readonly team: number
  /** Undefined: no squad had room for all of them. */
  readonly squad: number | undefined
  /** Members of the battle before, who are put in next. */
  expected: number
  /** Somebody of the party has come. */
  hasCome: boolean
}

/** Where a soldier should go; nothing where the simulation decides. */
export type PartyWish = Pick<SoldierWish, 'team' | 'squad'>

/** Parties of one battle. */
export class PartyTeams {
  readonly #world: World
  readonly #holds: Pick<PartyHolds, 'awaited' | 'parties'>
  /** By party id; bounded by the soldiers that came and the places that are kept. */
  readonly #places = new Map<string, Place>()

  constructor(world: World, holds: Pick<PartyHolds, 'awaited' | 'parties'>) {
    this.#world = world
    this.#holds = holds
  }

  /**
   * Gives a party its place: where members fight already (`here`), else the smallest team. False
   * when that team has no room for the `coming`, who are not awaited yet.
   */
  muster(party: BattleParty, coming: number, here?: { team: number; squad: number }): boolean {
    this.#forgetGone()
    const known = here ?? this.#places.get(party.id)
    const team = known?.team ?? this.#smallest()
    assert(team < this.#world.mode.teamCount, 'a party fights in a team of the mode')
    if (this.#count(team) + coming > this.#teamMax) return false
    const squad = known?.squad ?? this.#squadFor(team, coming)
    const hasCome = here !== undefined || this.#places.get(party.id)?.hasCome === true
    this.#places.set(party.id, { party, team, squad, expected: 0, hasCome })
    return true
  }

  /** The battle begins with those of the one before: the largest party is placed first. */
  musterAll(present: Iterable<{ readonly party: BattleParty | undefined }>): void {
    const all = new Map<string, { party: BattleParty; expected: number }>()
    for (const [id, party] of this.#holds.parties()) all.set(id, { party, expected: 0 })
    for (const { party } of present) {
      if (party === undefined) continue
      const entry = all.get(party.id) ?? { party, expected: 0 }
      entry.expected++
      all.set(party.id, entry)
    }
    const sized = Array.from(all.values(), ({ party, expected }) => {
      return { party, expected, size: expected + this.#holds.awaited(party.id) }
    })
    for (const { party, expected, size } of sized.toSorted((a, b) => b.size - a.size)) {
      const team = this.#smallest()
      const squad = this.#squadFor(team, size)
      this.#places.set(party.id, { party, team, squad, expected, hasCome: false })
    }
  }

  /** Where the next soldier should go: to his party; else where nobody is awaited. */
  wish(party: BattleParty | undefined): PartyWish {
    if (party === undefined && !this.#isAnybodyDue()) return {}
    if (party !== undefined && !this.#places.has(party.id)) this.muster(party, 1)
    const place = party && this.#places.get(party.id)
    const team = place?.team ?? this.#smallest()
    const squad = place?.squad ?? this.#squadFor(team, 1)
    return squad === undefined ? { team } : { team, squad }
  }

  /** A soldier of the party is there. */
  entered({ id }: BattleParty): void {
    const place = this.#places.get(id)
    if (place === undefined) return
    place.hasCome = true
    place.expected = Math.max(0, place.expected - 1)
  }

  /** Soldiers one team may have, so that the others can have as many. */
  get #teamMax(): number {
    return Math.ceil(this.#world.soldiersMax / this.#world.mode.teamCount)
  }

  /** Soldiers of a team, and those it waits for. */
  #count(team: number): number {
    let count = this.#world.teams.soldierCount[team]!
    for (const place of this.#places.values()) if (place.team === team) count += this.#due(place)
    return count
  }

  /** The lowest of equals. */
  #smallest(): number {
    const counts = Array.from({ length: this.#world.mode.teamCount }, (_, team) => {
      return this.#count(team)
    })
    return counts.indexOf(Math.min(...counts))
  }

  /** The first squad with room for so many, counted with who is awaited. */
  #squadFor(team: number, size: number): number | undefined {
    const { soldiers, slotsUsed, mode } = this.#world
    const counts = new Uint16Array(SQUADS_PER_TEAM_MAX)
    for (let id = 0; id < slotsUsed; id++) {
      if (soldiers.state[id] === LifeState.empty || soldiers.team[id] !== team) continue
      counts[soldiers.squad[id]!]!++
    }
    for (const place of this.#places.values()) {
      if (place.team === team && place.squad !== undefined) counts[place.squad]! += this.#due(place)
    }
    const squad = counts.findIndex((count) => count + size <= mode.squadSize)
    return squad === -1 ? undefined : squad
  }

  #due({ party, expected }: Place): number {
    return expected + this.#holds.awaited(party.id)
  }

  #isAnybodyDue(): boolean {
    for (const place of this.#places.values()) if (this.#due(place) > 0) return true
    return false
  }

  /** Parties of which nobody came in time. */
  #forgetGone(): void {
    for (const [id, place] of this.#places) {
      if (!place.hasCome && this.#due(place) === 0) this.#places.delete(id)
    }
  }
}
