/**
 * I-10, conservation: every hp that is there came by a spawn, a heal or a revive and every hp that
 * is gone went by a hit; what was dealt is what was taken; kills are deaths by players. Books kept
 * from events alone, compared with the columns after each step.
 */
import { NET_ID_NONE } from '@battalion/base/ids.ts'
import { EventType, HitFlag } from '@battalion/sim/events.ts'
import { TEAMS_MAX } from '@battalion/sim/limits.ts'
import { Phase } from '@battalion/sim/world.ts'
import type { StepRecord } from './step-record.ts'
import { forEachEvent, hold } from './step-record.ts'

const BOOKS = [
  'damageDone',
  'damageTaken',
  'kills',
  'deaths',
  'assists',
  'revives',
  'healed',
] as const
type BookName = (typeof BOOKS)[number]

/** The books of one soldier who is away. */
interface LedgerPage {
  readonly score: number
  readonly books: Readonly<Record<BookName, number>>
}

const ID = 'I-10'
/** Rule L2. */
const REVIVE_REACH_METRES = 2.5

export class LedgerCheck {
  readonly #hp: Int32Array
  readonly #books: Record<BookName, Float64Array>
  readonly #score: Int32Array
  readonly #teamScore = new Int32Array(TEAMS_MAX)
  /** What who left to come back had, by user. */
  readonly #leavers = new Map<number, LedgerPage>()
  /** Whose last hp an event just took, -1 = nobody; the next event must be the kill. */
  #felled = -1
  #felledBy = -1
  /** Who fired or threw something in this step, and so gave up its protection. */
  readonly #hasActed = new Set<number>()

  constructor(capacity: number) {
    this.#hp = new Int32Array(capacity)
    this.#score = new Int32Array(capacity)
    this.#books = {} as Record<BookName, Float64Array>
    for (const name of BOOKS) this.#books[name] = new Float64Array(capacity)
  }

  check(step: StepRecord): void {
    const { world } = step
    hold(world.events.droppedCount === 0, 'I-16', () => 'events were dropped in a small battle')
    this.#felled = -1
    this.#hasActed.clear()
    forEachEvent(world, (row, type) => this.#book(step, row, type))
    hold(this.#felled < 0, ID, () => `#${this.#felled} lost its last hp and no kill followed`)
    if (step.beginPhase === Phase.warmup && world.phase === Phase.running) this.#resetBooks()
    this.#compare(step)
    this.#compareScores(step)
  }

  #book(step: StepRecord, row: number, type: number): void {
    const { events } = step.world
    const actor = events.actor[row]!
    const target = events.target[row]!
    if (this.#felled >= 0) {
      const isItsKill = type === EventType.kill && target === this.#felled
      hold(isItsKill, ID, () => `#${this.#felled} lost its last hp and no kill followed`)
    }
    const books = this.#books
    if (type === EventType.join) this.#open(step, target)
    else if (type === EventType.leave) this.#close(step, target)
    else if (type === EventType.spawn) this.#bookSpawn(step, row)
    else if (type === EventType.hit) this.#bookHit(step, row)
    else if (type === EventType.kill) this.#bookKill(step, row)
    else if (type === EventType.assist) books.assists[actor]!++
    else if (type === EventType.shot) this.#hasActed.add(actor)
    else if (type === EventType.heal) this.#bookHeal(step, row)
    else if (type === EventType.revive) {
      hold(this.#hp[target] === 0, ID, () => `#${target} was revived with hp left`)
      this.#holdHelp(step, row, REVIVE_REACH_METRES)
      this.#hp[target] = events.value[row]!
      books.revives[actor]!++
    }
  }

  #bookHeal(step: StepRecord, row: number): void {
    const { events } = step.world
    const target = events.target[row]!
    const value = events.value[row]!
    const ability = step.balance.abilities[events.kind[row]!]!
    hold(ability.form === 'heal', ID, () => `#${target} was healed by ${ability.id}`)
    if (ability.form === 'heal') this.#holdHelp(step, row, ability.radiusMetres)
    hold(this.#hp[target]! > 0, ID, () => `#${target} was healed with no hp left`)
    hold(value > 0, ID, () => `#${target} was healed by ${value}`)
    this.#hp[target]! += value
    this.#books.healed[events.actor[row]!]! += value
  }

  /** Help goes to the own team, and no further than it reaches. */
  #holdHelp(step: StepRecord, row: number, reachMetres: number): void {
    const { events, soldiers } = step.world
    const actor = events.actor[row]!
    const target = events.target[row]!
    const isMate = soldiers.team[actor] === soldiers.team[target]
    hold(isMate, ID, () => `#${actor} helped its enemy #${target}`)
    // A new round may have set them apart since.
    if (step.beginPhase !== step.world.phase) return
    const dx = soldiers.px[actor]! - soldiers.px[target]!
    const dz = soldiers.pz[actor]! - soldiers.pz[target]!
    const distance = Math.sqrt(dx * dx + dz * dz)
    hold(distance <= reachMetres + 0.001, ID, () => `#${actor} helped ${distance} m away`)
  }

  /** A new page, or for who comes back to a battle that goes on the one he left (W9). */
  #open(step: StepRecord, netId: number): void {
    const user = step.returners.get(netId)
    const page = user === undefined ? undefined : this.#leavers.get(user)
    this.#hp[netId] = 0
    this.#score[netId] = page?.score ?? 0
    for (const name of BOOKS) this.#books[name][netId] = page?.books[name] ?? 0
  }

  #close(step: StepRecord, netId: number): void {
    this.#hp[netId] = 0
    const user = step.leavers.get(netId)
    if (user === undefined) return
    const books = {} as Record<BookName, number>
    for (const name of BOOKS) books[name] = this.#books[name][netId]!
    this.#leavers.set(user, { score: this.#score[netId]!, books })
  }

  #bookSpawn(step: StepRecord, row: number): void {
    const { world } = step
    const target = world.events.target[row]!
    const hpMax = step.balance.classes[world.soldiers.classId[target]!]!.hp
    const isNewRound = step.beginPhase === Phase.warmup && world.phase === Phase.running
    const hadNone = this.#hp[target] === 0 || isNewRound
    hold(hadNone, ID, () => `#${target} spawned with hp left`)
    hold(world.events.value[row] === hpMax, ID, () => `#${target} spawned with other than full hp`)
    this.#hp[target] = world.events.value[row]!
  }

  #bookHit(step: StepRecord, row: number): void {
    const { events, soldiers } = step.world
    const actor = events.actor[row]!
    const target = events.target[row]!
    const value = events.value[row]!
    const left = this.#hp[target]! - value
    hold(this.#hp[target]! > 0, ID, () => `#${target} was hit with no hp left`)
    hold(value >= 0, ID, () => `#${actor} dealt ${value}`)
    hold(left >= 0, ID, () => `#${actor} took ${value} hp from #${target}, who had less`)
    this.#hp[target] = left
    this.#books.damageTaken[target]! += value
    if (actor !== NET_ID_NONE) this.#books.damageDone[actor]! += value
    const isLethal = (events.flags[row]! & HitFlag.lethal) !== 0
    hold(isLethal === (left === 0), ID, () => `the hit on #${target} is marked wrong`)
    if (left === 0) {
      this.#felled = target
      this.#felledBy = actor
    }
    const isProtected = step.begin.protectedUntilTick[target]! > step.world.tick
    const isFairGame = !isProtected || this.#hasActed.has(target)
    hold(isFairGame, ID, () => `#${target} was hurt under protection`)
    hold(step.beginPhase !== Phase.ended, ID, () => `#${target} was hurt after the end`)
    if (actor === NET_ID_NONE || actor === target) return
    const isMate = soldiers.team[actor] === soldiers.team[target]
    const isAllowed = !isMate || step.mode.friendlyFireRatio > 0
    hold(isAllowed, ID, () => `#${actor} hurt its own #${target} without friendly fire`)
  }

  #bookKill(step: StepRecord, row: number): void {
    const { events, soldiers } = step.world
    const actor = events.actor[row]!
    const target = events.target[row]!
    hold(this.#felled === target, ID, () => `#${target} was killed with hp left`)
    hold(this.#felledBy === actor, ID, () => `the kill of #${target} went to #${actor}`)
    this.#felled = -1
    this.#books.deaths[target]!++
    if (actor === NET_ID_NONE || actor === target) return
    if (soldiers.team[actor] !== soldiers.team[target]) this.#books.kills[actor]!++
  }

  /** The battle proper begins: what happened in the warm-up does not count. */
  #resetBooks(): void {
    for (const name of BOOKS) this.#books[name].fill(0)
    this.#score.fill(0)
    this.#teamScore.fill(0)
  }

  #compare(step: StepRecord): void {
    const { soldiers, slotsUsed } = step.world
    for (let id = 0; id < slotsUsed; id++) {
      const hp = soldiers.hp[id]!
      hold(hp === this.#hp[id], ID, () => `#${id} has ${hp} hp, the events say ${this.#hp[id]}`)
      for (const name of BOOKS) {
        const column = soldiers[name][id]!
        const book = this.#books[name][id]!
        hold(column === book, ID, () => `#${id} ${name} is ${column}, the events say ${book}`)
      }
    }
  }

  /** A team's points are those of its soldiers, gone ones too. */
  #compareScores(step: StepRecord): void {
    const { soldiers, slotsUsed, teams } = step.world
    for (let id = 0; id < slotsUsed; id++) {
      const gained = soldiers.score[id]! - this.#score[id]!
      this.#score[id] = soldiers.score[id]!
      this.#teamScore[soldiers.team[id]!]! += gained
    }
    for (let team = 0; team < step.mode.teamCount; team++) {
      const score = teams.score[team]!
      const book = this.#teamScore[team]!
      hold(score === book, ID, () => `team ${team} has ${score} points, its soldiers made ${book}`)
      hold(teams.tickets[team]! >= 0, ID, () => `team ${team} owes tickets`)
    }
  }
}
