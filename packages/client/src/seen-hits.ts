/**
 * How honest the battle is to its shooters: each own shot that comes back from the server is judged
 * once more, by the shared rules, on the world that was on the screen when its command was made.
 * Does it meet an enemy there, the shooter saw a hit, and the server's mark must confirm it.
 *
 * The ray is the server's (its dice are not told beforehand), the muzzle is the predicted own
 * place, everything else is what was drawn. Shots of several pellets or none are left out: the wire
 * tells one ray of them. Reads no clock; costs one pass over those in sight per own shot.
 */
import type { Balance, Mode } from '@battalion/sim/balance.ts'
import { cosOfAngle, sinOfAngle } from '@battalion/base/trig-table.ts'
import { sequenceDifference } from '@battalion/base/sequence.ts'
import { Button, type Command } from '@battalion/sim/commands.ts'
import type { CompiledMap } from '@battalion/sim/compiled-map.ts'
import { VIEW_TIME_PER_TICK } from '@battalion/sim/limits.ts'
import { isBehindCover, measureBody, shortenToFree, Trace } from '@battalion/sim/trace.ts'
import { SoldierFlag } from '@battalion/sim/world.ts'
import { EffectType } from '@battalion/wire/fields.ts'
import { MarkFlag } from '@battalion/wire/frame-head.ts'
import type { SnapshotDecoder } from '@battalion/wire/snapshot-decoder.ts'
import { createInterpolatedEntities, Tier } from './interpolated-entities.ts'
import type { SnapshotView } from './snapshot-view.ts'

/** Commands with a held trigger that wait for their answer; of more the oldest is forgotten. */
const SHOTS_WAITING_MAX = 64

/** What came of the own shots so far; counts only grow. */
export interface SeenHitCounts {
  /** Shots of one ray that were judged, and those that could not be (two steps in one frame). */
  judged: number
  unjudged: number
  /** Judged shots whose command asked for an older view than the weapon allows. */
  clamped: number
  /** Sum over judged shots of how old their view was when carried out (ticks). */
  ageTicks: number
  /** Shots that met an enemy on the shooter's screen. */
  seen: number
  /** Of those: the server took hp or armour from that enemy. */
  confirmed: number
  /** Of those not confirmed: the enemy had fallen, or was in another life, by then. */
  seenOnFallen: number
  /** Not confirmed: another soldier was hit instead. */
  seenOnOther: number
  /** Hits the server gave that the screen did not show. */
  unseen: number
}

/** What shots are judged by. */
interface SeenHitRules {
  readonly balance: Balance
  readonly map: CompiledMap
  readonly mode: Mode | undefined
}

interface Waiting {
  seq: number
  viewTick: number
  viewTime: number
  x: number
  z: number
}

const sample = createInterpolatedEntities()
const line = new Trace()
const body = { x: 0, z: 0, crouched: false }

/** Counts at zero. */
export function createSeenHitCounts(): SeenHitCounts {
  return {
    judged: 0,
    unjudged: 0,
    clamped: 0,
    ageTicks: 0,
    seen: 0,
    confirmed: 0,
    seenOnFallen: 0,
    seenOnOther: 0,
    unseen: 0,
  }
}

export class SeenHits {
  readonly counts = createSeenHitCounts()
  readonly #waiting: Waiting[] = []
  #lastTick = Number.NaN

  /** Notes what was on the screen for a command: the moment of others, the own place after it. */
  made(
    command: Command,
    viewTick: number,
    own: { readonly x: number; readonly z: number } | undefined,
  ): void {
    if ((command.buttons & Button.fire) === 0 || Number.isNaN(viewTick)) return
    if (own === undefined) return
    if (this.#waiting.length === SHOTS_WAITING_MAX) this.#waiting.shift()
    const { seq, viewTime } = command
    this.#waiting.push({ seq, viewTime, viewTick, x: own.x, z: own.z })
  }

  /** Judges the own shots of the frame just remembered by `view`. */
  take(
    view: SnapshotView,
    { netId: ownNetId, mode: modeId }: { readonly netId: number; readonly mode: string },
    { balance, map }: Pick<SeenHitRules, 'balance' | 'map'>,
  ): void {
    const { decoder } = view
    const rules = { balance, map, mode: balance.modes.find(({ id }) => id === modeId) }
    const isOneStep = decoder.tick - this.#lastTick === 1
    this.#lastTick = decoder.tick
    for (let row = 0; row < decoder.effects.count; row++) {
      if (decoder.effects.type[row] !== EffectType.shot) continue
      if (decoder.effects.actor[row] !== ownNetId) continue
      const weapon = rules.balance.weapons[decoder.effects.kind[row]!]
      if (weapon?.kind !== 'hitscan' || weapon.pellets !== 1) continue
      const shot = isOneStep ? this.#find(decoder.ackSeq) : undefined
      if (shot === undefined || !view.covers(shot.viewTick)) this.counts.unjudged++
      else this.#judge({ view, shot, row, ownNetId }, rules)
    }
    this.#forgetAnswered(decoder.ackSeq)
  }

  /** Forgets commands that will never be answered. */
  clear(): void {
    this.#waiting.length = 0
    this.#lastTick = Number.NaN
  }

  #find(seq: number): Waiting | undefined {
    return this.#waiting.find((one) => one.seq === seq)
  }

  #forgetAnswered(ackSeq: number): void {
    let count = 0
    while (
      count < this.#waiting.length &&
      sequenceDifference(this.#waiting[count]!.seq, ackSeq) <= 0
    ) {
      count++
    }
    if (count > 0) this.#waiting.splice(0, count)
  }

  #judge(
    asked: {
      readonly view: SnapshotView
      readonly shot: Waiting
      readonly row: number
      readonly ownNetId: number
    },
    rules: SeenHitRules,
  ): void {
    const { view, shot, row, ownNetId } = asked
    const { decoder } = view
    const { counts } = this
    const weapon = rules.balance.weapons[decoder.effects.kind[row]!]!
    const now = (decoder.tick * VIEW_TIME_PER_TICK) & 0xffff
    const ageTicks = sequenceDifference(now, shot.viewTime) / VIEW_TIME_PER_TICK
    counts.judged++
    counts.ageTicks += ageTicks
    const tickMs = 1000 / (rules.mode?.tickRateHz ?? 20)
    if (ageTicks * tickMs > weapon.rewindMsMax) counts.clamped++
    view.sampleInto(sample, shot.viewTick, ownNetId)
    const yaw = decoder.effects.yaw[row]!
    line.x = shot.x
    line.z = shot.z
    line.dirX = cosOfAngle(yaw)
    line.dirZ = sinOfAngle(yaw)
    line.range = weapon.rangeMetres
    shortenToFree(rules, line)
    const target = this.#findOnScreen(decoder.own.team, rules)
    const hit = findMark(decoder)
    if (target < 0) {
      if (hit >= 0) counts.unseen++
      return
    }
    counts.seen++
    if (hit === sample.netId[target]) counts.confirmed++
    else if (hasFallen(decoder, target)) counts.seenOnFallen++
    else if (hit >= 0) counts.seenOnOther++
  }

  /** Row of the first enemy on the line as drawn, −1 for none. */
  #findOnScreen(ownTeam: number, { map, mode }: SeenHitRules): number {
    let found = -1
    let nearest = line.range
    for (let row = 0; row < sample.count; row++) {
      const flags = sample.flags[row]!
      if (sample.tier[row] !== Tier.near || (flags & SoldierFlag.down) !== 0) continue
      const isMate = sample.team[row] === ownTeam
      if (isMate && (mode?.friendlyFireRatio ?? 0) === 0) continue
      body.x = sample.x[row]!
      body.z = sample.z[row]!
      measureBody(line, body)
      const distance = line.bodyDistance
      if (distance < 0 || distance > nearest) continue
      if ((flags & SoldierFlag.crouched) !== 0 && isBehindCover(map, line)) continue
      nearest = distance
      found = row
    }
    // Who is shown under protection is seen to be spared.
    if (found >= 0 && (sample.flags[found]! & SoldierFlag.protected) !== 0) return -1
    return found
  }
}

/** Whom the frame says the own soldier hurt with a shot, −1 for nobody. */
function findMark({ marks }: SnapshotDecoder): number {
  for (let row = 0; row < marks.count; row++) {
    if ((marks.flags[row]! & (MarkFlag.taken | MarkFlag.explosion)) === 0) return marks.target[row]!
  }
  return -1
}

/** Whether the soldier of a row of the sample is no longer on the field in that life. */
function hasFallen({ entities }: SnapshotDecoder, row: number): boolean {
  const netId = sample.netId[row]!
  if (entities.cell[netId]! < 0 || entities.life[netId] !== sample.life[row]) return true
  return (entities.flags[netId]! & SoldierFlag.down) !== 0
}
