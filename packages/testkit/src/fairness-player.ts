/**
 * One player of the fairness experiment: a brain that walks, strafes and shoots what it sees, on a
 * client that predicts its own soldier and draws others in the past. Honest and cheating players
 * share all of it but the habits of their arm; all chance comes from the player's own dice.
 */
import type { PrngState } from '@battalion/base/prng.ts'
import { createPrng, nextBelow, nextBetween, nextFloat } from '@battalion/base/prng.ts'
import { angleOfVector, cosOfAngle, sinOfAngle } from '@battalion/base/trig-table.ts'
import type { Command } from '@battalion/sim/commands.ts'
import { Button } from '@battalion/sim/commands.ts'
import { REWIND_MS_MAX, VIEW_TIME_PER_TICK } from '@battalion/sim/limits.ts'
import { moveSoldier } from '@battalion/sim/movement.ts'
import type { World } from '@battalion/sim/world.ts'
import type { InputQueues } from '../../../rooms/input-queues.ts'
import type { FairnessArm } from './fairness-arms.ts'
import type { FairnessLink } from './fairness-link.ts'
import type { FairnessSight } from './fairness-sight.ts'

/** How far behind the newest snapshot others are drawn: 62 ms, as the shipped client does. */
const DRAW_DELAY_EIGHTHS = 10
const SIGHT_METRES = 45
/** Half width of the aiming error (binary angle): 2 degrees. */
const AIM_ERROR = 364
const LOOK_STEPS = 3
/** Commands an honest client wants waiting at the server, and how it drains more: 5 % of pace. */
const WAITING_MAX = 2
const DRAIN_CHANCE = 0.05
const PENDING_MAX = 24
/** Steps between two looks whether one got on; less than this way means stuck (m). */
const STUCK_STEPS = 10
const STUCK_METRES = 0.3
const GOAL_NEAR_METRES = 3

export interface FairnessPlayerOptions {
  readonly world: World
  readonly sight: FairnessSight
  readonly queues: InputQueues
  readonly link: FairnessLink
  readonly arm: FairnessArm
  readonly netId: number
  readonly seed: number
}

export class FairnessPlayer {
  readonly #options: FairnessPlayerOptions
  readonly #dice: PrngState
  /** Prediction of the own soldier: columns of length 1. */
  readonly #body = {
    px: new Float32Array(1),
    pz: new Float32Array(1),
    vx: new Float32Array(1),
    vz: new Float32Array(1),
    yaw: new Uint16Array(1),
  }
  readonly #pending: Command[] = []
  readonly #goal = { x: 0, z: 0 }
  readonly #last = { x: 0, z: 0 }
  #target = -1
  #strafe = 1
  #isPressed = false

  constructor(options: FairnessPlayerOptions) {
    this.#options = options
    this.#dice = createPrng(options.seed)
    this.#chooseGoal()
  }

  /** Makes and sends the command of this step. `step` is the tick the server stands at. */
  act(step: number): void {
    const { arm, sight, netId, queues, link } = this.#options
    const seen = step - arm.link.downTicks
    if (seen < 2) return
    const isCheat = arm.stamp !== 'honest' || arm.send !== 'honest'
    const isFull = queues.waiting(netId) > WAITING_MAX && arm.send !== 'flood'
    if (isFull && (isCheat || nextFloat(this.#dice) < DRAIN_CHANCE)) return
    this.#predict(seen)
    const view = seen * VIEW_TIME_PER_TICK - DRAW_DELAY_EIGHTHS
    const command = this.#idleCommand(view)
    if (!sight.wasAlive(netId, seen)) this.#target = -1
    else this.#play(command, step, view)
    this.#pending.push({ ...command })
    if (this.#pending.length > PENDING_MAX) this.#pending.shift()
    link.send(command, step, this.#target >= 0)
  }

  #idleCommand(view: number): Command {
    return {
      seq: this.#options.link.nextSeq(),
      buttons: 0,
      moveX: 0,
      moveZ: 0,
      yaw: this.#body.yaw[0]!,
      aimDistance: 320,
      viewTime: view & 0xffff,
    }
  }

  /** The own soldier when the coming command is carried out: as told, and all commands since. */
  #predict(seen: number): void {
    const { world, sight, netId, arm } = this.#options
    const body = this.#body
    body.px[0] = sight.ownX(netId, seen)
    body.pz[0] = sight.ownZ(netId, seen)
    const ack = sight.ownAck(netId, seen)
    while (this.#pending.length > 0 && isCarriedOut(this.#pending[0]!.seq, ack)) {
      this.#pending.shift()
    }
    // Of a flood only one command a tick is carried out.
    const ticks = arm.link.downTicks + arm.link.upTicks + 2
    const from = arm.send === 'honest' ? 0 : Math.max(0, this.#pending.length - ticks)
    const environment = { map: world.map, class: this.#class, dtSec: world.dtSec }
    for (let at = from; at < this.#pending.length; at++) {
      moveSoldier(body, 0, this.#pending[at]!, environment)
    }
  }

  get #class() {
    const { world, netId } = this.#options
    return world.balance.classes[world.soldiers.classId[netId]!]!
  }

  #play(command: Command, step: number, view: number): void {
    const { netId } = this.#options
    if ((step + netId) % LOOK_STEPS === 0) this.#target = this.#findTarget(step, view)
    if ((step + netId) % STUCK_STEPS === 0) this.#noticeObstacle()
    const stamp = this.#target < 0 ? undefined : this.#findStamp(this.#target, step, view)
    if (stamp === undefined) {
      this.#isPressed = false
      this.#walk(command)
      return
    }
    this.#fight(command, step, stamp)
  }

  /** Nearest enemy that can be shot at; those that only an older stamp reaches come last. */
  #findTarget(step: number, view: number): number {
    const { world, sight, netId } = this.#options
    const { soldiers } = world
    let best = -1
    const farSquared = SIGHT_METRES * SIGHT_METRES
    let bestSquared = 2 * farSquared
    for (let other = 0; other < world.slotsUsed; other++) {
      if (soldiers.team[other] === soldiers.team[netId] || !sight.look(other, view)) continue
      const dx = sight.seen.x - this.#body.px[0]!
      const dz = sight.seen.z - this.#body.pz[0]!
      const squared = dx * dx + dz * dz
      if (squared >= farSquared || squared >= bestSquared) continue
      const stamp = this.#findStamp(other, step, view)
      if (stamp === undefined) continue
      const rank = stamp === view ? squared : squared + farSquared
      if (rank >= bestSquared) continue
      best = other
      bestSquared = rank
    }
    return best
  }

  /** View time (eighths) at which the target can be shot; leaves the place seen in `sight.seen`. */
  #findStamp(target: number, step: number, view: number): number | undefined {
    const { arm, sight } = this.#options
    const x = this.#body.px[0]!
    const z = this.#body.pz[0]!
    if (sight.see(target, view, x, z)) return view
    if (arm.stamp !== 'late') return undefined
    const oldest = this.#carriedOutAt(step) - this.#boundEighths
    for (let stamp = view - 2; stamp >= oldest; stamp -= 2) {
      if (sight.see(target, stamp, x, z)) return stamp
    }
    return undefined
  }

  /** When a command of now is carried out, as well as a client can know it (eighths). */
  #carriedOutAt(step: number): number {
    const { arm, queues, netId } = this.#options
    const waiting = arm.send === 'flood' ? 0 : queues.waiting(netId)
    return (step + 1 + arm.link.upTicks + waiting) * VIEW_TIME_PER_TICK
  }

  get #boundEighths(): number {
    const { tickRateHz } = this.#options.world.mode
    return (REWIND_MS_MAX * tickRateHz * VIEW_TIME_PER_TICK) / 1000
  }

  #fight(command: Command, step: number, stamp: number): void {
    const { world, sight, netId } = this.#options
    const place = { x: sight.seen.x, z: sight.seen.z }
    this.#lead(place, step, stamp)
    const dx = place.x - this.#body.px[0]!
    const dz = place.z - this.#body.pz[0]!
    const bell = nextFloat(this.#dice) + nextFloat(this.#dice) - 1
    const towards = angleOfVector(dx, dz)
    command.yaw = (towards + Math.round(bell * AIM_ERROR)) & 0xffff
    command.aimDistance = Math.round(Math.sqrt(dx * dx + dz * dz) * 16)
    command.viewTime = (this.#options.arm.stamp === 'early' ? stamp + 4000 : stamp) & 0xffff
    const weapon = world.balance.weapons[this.#class.weapons[0]]!
    this.#isPressed = (weapon.automatic || !this.#isPressed) && nextFloat(this.#dice) < 0.9
    if (this.#isPressed) command.buttons |= Button.fire
    if ((netId + (step >> 4)) % 6 === 0) command.buttons |= Button.crouch
    if (nextFloat(this.#dice) < 0.08) this.#strafe = -this.#strafe
    this.#steer(command, (towards + this.#strafe * 14_000) & 0xffff)
  }

  /** Moves the place aimed at on to the moment the shot will be judged at, where that is later. */
  #lead(place: { x: number; z: number }, step: number, stamp: number): void {
    const { arm, sight } = this.#options
    const carriedOut = this.#carriedOutAt(step)
    const judged = arm.stamp === 'early' ? carriedOut : carriedOut - this.#boundEighths
    const ahead = judged - stamp
    if (ahead <= 0 || !sight.look(this.#target, stamp - VIEW_TIME_PER_TICK)) return
    const share = ahead / VIEW_TIME_PER_TICK
    place.x += (place.x - sight.seen.x) * share
    place.z += (place.z - sight.seen.z) * share
  }

  #walk(command: Command): void {
    const dx = this.#goal.x - this.#body.px[0]!
    const dz = this.#goal.z - this.#body.pz[0]!
    if (dx * dx + dz * dz < GOAL_NEAR_METRES * GOAL_NEAR_METRES) this.#chooseGoal()
    const angle = angleOfVector(dx, dz)
    command.yaw = angle
    command.buttons |= Button.sprint
    this.#steer(command, angle)
  }

  #steer(command: Command, angle: number): void {
    command.moveX = Math.round(cosOfAngle(angle) * 127)
    command.moveZ = Math.round(sinOfAngle(angle) * 127)
  }

  #chooseGoal(): void {
    const { widthMetres, depthMetres } = this.#options.world.map.map
    this.#goal.x = nextBetween(this.#dice, 0.15, 0.85) * widthMetres
    this.#goal.z = nextBetween(this.#dice, 0.15, 0.85) * depthMetres
  }

  #noticeObstacle(): void {
    const dx = this.#body.px[0]! - this.#last.x
    const dz = this.#body.pz[0]! - this.#last.z
    if (Math.abs(dx) + Math.abs(dz) < STUCK_METRES) {
      this.#chooseGoal()
      this.#strafe = nextBelow(this.#dice, 2) === 0 ? 1 : -1
    }
    this.#last.x = this.#body.px[0]!
    this.#last.z = this.#body.pz[0]!
  }
}

/** Whether a command of `seq` came no later than the last one carried out. */
function isCarriedOut(seq: number, ack: number): boolean {
  return ack >= 0 && ((ack - seq) & 0xffff) < 0x8000
}
