/**
 * One bot: looks and decides some five times a second, acts every tick. Pure but for its own
 * memory: the same seed and the same senses give the same intents. It sends nothing and reads no
 * clock; who drives it takes `intent` and `requests`.
 */
import { nextBetween, nextFloat } from '@battalion/base/prng.ts'
import { LifeState } from '@battalion/sim/world.ts'
import { aim, drawAimError, followTarget } from './aim.ts'
import { createBotMemory, forgetLife, TASK_REST, type BotMemory } from './bot-memory.ts'
import { chooseClass, createBotProfile, roleOfClass, type BotProfile } from './bot-profile.ts'
import type { BotIntent, BotRequests, BotSenses } from './bot-senses.ts'
import { chooseTask } from './choose-task.ts'
import { createPerception, perceive, trackTarget } from './perceive.ts'
import { chooseWaypoint, steer } from './steer.ts'
import { chooseButtons } from './trigger.ts'

/** Time between two decisions (ms): as often as people reconsider; drawn anew each time. */
const DECIDE_MS_MIN = 150
const DECIDE_MS_MAX = 250
/** How long a fallen bot waits for a medic (ms). */
const WAIT_FOR_MEDIC_MS = 7000
/** Share of deaths after which a bot takes another class. */
const CLASS_CHANGE_RATIO = 0.15

export class BotBrain {
  readonly intent: BotIntent = { moveX: 0, moveZ: 0, yaw: 0, aimDistanceMetres: 0, buttons: 0 }
  readonly requests: BotRequests = { giveUp: false, classWish: -1 }
  readonly profile: BotProfile
  readonly #memory: BotMemory
  readonly #look = createPerception()
  #life = -1

  constructor(seed: number) {
    this.profile = createBotProfile(seed)
    this.#memory = createBotMemory(seed)
  }

  /** What it is about, for tests and status lines. */
  get task(): string {
    return this.#memory.task.kind
  }

  /** One tick: after it, `intent` and `requests` hold what the bot wants. */
  think(senses: BotSenses): void {
    const memory = this.#memory
    if (senses.own.life !== this.#life) this.#beginLife(senses)
    if (senses.own.state !== LifeState.alive) {
      this.#rest(senses)
      return
    }
    memory.downSinceMs = Number.NaN
    followTarget(senses, memory)
    if (senses.nowMs >= memory.nextDecideMs) this.#decide(senses)
    const isMoving = steer(senses, memory, this.intent)
    aim(senses, memory, this.profile, this.intent)
    chooseButtons(
      { senses, memory, profile: this.profile, look: this.#look, isMoving },
      this.intent,
    )
    memory.lastActMs = senses.nowMs
  }

  #beginLife(senses: BotSenses): void {
    this.#life = senses.own.life
    forgetLife(this.#memory)
    this.#memory.nextDecideMs = senses.nowMs + nextFloat(this.#memory.dice) * DECIDE_MS_MAX
    this.#memory.stuckCheckMs = senses.nowMs
  }

  #decide(senses: BotSenses): void {
    const memory = this.#memory
    memory.nextDecideMs = senses.nowMs + nextBetween(memory.dice, DECIDE_MS_MIN, DECIDE_MS_MAX)
    perceive(senses, memory, this.#look)
    trackTarget(senses, memory, this.#look)
    if (memory.isTargetInSight) drawAimError(senses, memory, this.profile)
    const role = roleOfClass(senses.balance, senses.own.classId)
    const task = chooseTask({ senses, memory, profile: this.profile, look: this.#look, role })
    if (task !== memory.task) memory.taskSinceMs = senses.nowMs
    memory.task = task
    chooseWaypoint(senses, memory, this.profile)
  }

  /** Down or dead: no intent; gives up waiting after a while, sometimes takes another class. */
  #rest(senses: BotSenses): void {
    const memory = this.#memory
    memory.task = TASK_REST
    memory.isTargetInSight = false
    this.intent.moveX = 0
    this.intent.moveZ = 0
    this.intent.buttons = 0
    if (senses.own.state === LifeState.dead) this.#wishForClass(senses)
    if (senses.own.state !== LifeState.down) return
    if (Number.isNaN(memory.downSinceMs)) memory.downSinceMs = senses.nowMs
    if (senses.nowMs - memory.downSinceMs < WAIT_FOR_MEDIC_MS) return
    memory.downSinceMs = senses.nowMs
    this.requests.giveUp = true
  }

  #wishForClass(senses: BotSenses): void {
    const memory = this.#memory
    if (memory.wishMadeForLife === senses.own.life) return
    memory.wishMadeForLife = senses.own.life
    if (nextFloat(memory.dice) >= CLASS_CHANGE_RATIO) return
    this.requests.classWish = chooseClass(senses.balance, memory.dice)
  }
}
