/**
 * The course of a battle, by the ids of RULES.md: nobody comes back before its time (L4) or is
 * revived without enough work (L2), every ticket that is gone was spent (B2, B3), a decided battle
 * ends (B4).
 */
import { NET_ID_NONE } from '@battalion/base/ids.ts'
import { Button } from '@battalion/sim/commands.ts'
import { EventType } from '@battalion/sim/events.ts'
import { TEAMS_MAX } from '@battalion/sim/limits.ts'
import { LifeState, Phase } from '@battalion/sim/world.ts'
import type { CommandCheck } from './check-commands.ts'
import type { StepRecord } from './step-record.ts'
import { forEachEvent, hold } from './step-record.ts'

/** Rule L2, and rounding. */
const REVIVE_REACH_METRES = 2.501
const NEVER = -1

export class CourseCheck {
  /** Tick of the last fall in this life, NEVER for none. */
  readonly #fellTick: Float64Array
  /** Steps of revive that may have been spent on each fallen soldier. */
  readonly #work: Uint32Array
  readonly #tickets = new Int32Array(TEAMS_MAX).fill(NEVER)
  readonly #spent = new Int32Array(TEAMS_MAX)
  readonly #hasJoined = new Set<number>()

  constructor(capacity: number) {
    this.#fellTick = new Float64Array(capacity).fill(NEVER)
    this.#work = new Uint32Array(capacity)
  }

  check(step: StepRecord, commands: CommandCheck): void {
    this.#spent.fill(0)
    this.#hasJoined.clear()
    // Who falls in a step can be tended in the same one.
    forEachEvent(step.world, (row, type) => {
      if (type === EventType.kill) this.#work[step.world.events.target[row]!] = 0
    })
    this.#countWork(step, commands)
    forEachEvent(step.world, (row, type) => this.#book(step, row, type))
    this.#checkTickets(step)
    this.#checkEnd(step)
  }

  #book(step: StepRecord, row: number, type: number): void {
    const { events, soldiers, tick } = step.world
    const target = events.target[row]!
    if (target === NET_ID_NONE) return
    if (type === EventType.join) {
      this.#fellTick[target] = NEVER
      this.#hasJoined.add(target)
    } else if (type === EventType.kill) {
      this.#fellTick[target] = tick
      if (step.mode.form === 'duel') this.#spent[soldiers.team[target]!]!++
    } else if (type === EventType.revive) this.#bookRevive(step, row)
    else if (type === EventType.spawn) this.#bookSpawn(step, target)
  }

  #bookSpawn(step: StepRecord, target: number): void {
    const { world, mode } = step
    const fell = this.#fellTick[target]!
    this.#fellTick[target] = NEVER
    if (world.phase === Phase.running && step.beginPhase === Phase.warmup) return
    // A joiner's first spawn costs nothing, and comes before the step.
    if (this.#hasJoined.delete(target) && step.begin.state[target] === LifeState.alive) return
    const waited = world.tick - fell
    const isDue = fell === NEVER || waited >= mode.respawnSec * mode.tickRateHz
    hold(isDue, 'L4', () => `#${target} came back ${waited} ticks after it fell`)
    if (mode.form === 'conquest') this.#spent[world.soldiers.team[target]!]!++
  }

  #bookRevive(step: StepRecord, row: number): void {
    const { events, soldiers } = step.world
    const actor = events.actor[row]!
    const target = events.target[row]!
    const { reviveMs } = step.balance.classes[soldiers.classId[actor]!]!
    const needed = (reviveMs * step.mode.tickRateHz) / 1000
    const work = this.#work[target]!
    hold(work >= needed, 'L2', () => `#${target} was revived by ${work} of ${needed} steps of work`)
    this.#fellTick[target] = NEVER
  }

  /** Everybody who may have worked on a fallen mate in this step. */
  #countWork(step: StepRecord, commands: CommandCheck): void {
    const { soldiers, slotsUsed } = step.world
    for (const [id, command] of step.commands) {
      if ((command.buttons & Button.revive) === 0 || !commands.isAccepted(id)) continue
      if (step.begin.state[id] !== LifeState.alive) continue
      for (let other = 0; other < slotsUsed; other++) {
        if (soldiers.team[other] !== soldiers.team[id]) continue
        const dx = soldiers.px[other]! - soldiers.px[id]!
        const dz = soldiers.pz[other]! - soldiers.pz[id]!
        if (dx * dx + dz * dz > REVIVE_REACH_METRES * REVIVE_REACH_METRES) continue
        this.#work[other]!++
      }
    }
  }

  #checkTickets(step: StepRecord): void {
    const { world, mode } = step
    for (let team = 0; team < mode.teamCount; team++) {
      const tickets = world.teams.tickets[team]!
      const before = this.#tickets[team]!
      this.#tickets[team] = tickets
      if (step.beginPhase === Phase.warmup && world.phase === Phase.running) {
        hold(tickets === mode.tickets, 'B1', () => `team ${team} begins with ${tickets} tickets`)
      }
      if (before === NEVER || step.beginPhase !== Phase.running) continue
      const due = Math.max(0, before - this.#spent[team]!)
      const bled = due - tickets
      const bledMax =
        mode.form === 'conquest' ? 1 + mode.bleedTicketsPerMinute / (60 * mode.tickRateHz) : 0
      const isSpent = bled >= 0 && bled <= bledMax
      hold(
        isSpent,
        'B2',
        () => `team ${team} has ${tickets} tickets, ${due} less ${bledMax} are due`,
      )
    }
  }

  #checkEnd(step: StepRecord): void {
    const { world, mode } = step
    if (world.phase !== Phase.running || step.beginPhase !== Phase.running) return
    let left = 0
    for (let team = 0; team < mode.teamCount; team++) {
      if (world.teams.tickets[team]! > 0) left++
    }
    hold(left > 1, 'B4', () => 'the battle is decided and goes on')
    const seconds = (world.tick - world.runningSinceTick) / mode.tickRateHz
    hold(seconds <= mode.roundSec + 1, 'B4', () => `the battle is ${seconds} s old and goes on`)
  }
}
