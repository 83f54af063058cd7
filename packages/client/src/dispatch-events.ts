/**
 * What a decoded frame says happened, as typed events. What concerns the own soldier goes out at
 * once; what is to be seen of others waits until the view reaches its tick, so that a muzzle flash
 * stands where its soldier is drawn.
 */
import { EffectType } from '@battalion/wire/fields.ts'
import { EffectFlag, MarkFlag } from '@battalion/wire/frame-head.ts'
import type { SnapshotDecoder } from '@battalion/wire/snapshot-decoder.ts'
import type { BattleEvents } from './battle-events.ts'
import type { EventHub } from './event-hub.ts'

/** Events waiting for the view; at the limit the oldest go out early. */
export const VIEW_EVENTS_WAITING_MAX = 4096

type Hub = EventHub<BattleEvents>
type Emit = () => void

/** Tells who came and went, kills and own damage, now; queues the rest. */
export class FrameEvents {
  readonly #hub: Hub
  readonly #waiting: { readonly tick: number; readonly emit: Emit }[] = []

  constructor(hub: Hub) {
    this.#hub = hub
  }

  /** Takes the frame just applied. */
  take(decoder: SnapshotDecoder, ownNetId: number): void {
    emitSightings(this.#hub, decoder, ownNetId)
    emitKills(this.#hub, decoder, ownNetId)
    emitMarks(this.#hub, decoder, ownNetId)
    const { effects, tick } = decoder
    for (let row = 0; row < effects.count; row++) {
      const emit = readEffect(this.#hub, decoder, row, ownNetId)
      if (emit === undefined) continue
      if (effects.actor[row] === ownNetId) emit()
      else this.#queue(tick, emit)
    }
  }

  /** Tells what the view has reached; what is older than `oldestTick` nobody wants to see. */
  flush(viewTick: number, oldestTick: number): void {
    let count = 0
    while (count < this.#waiting.length && this.#waiting[count]!.tick <= viewTick) count++
    if (count === 0) return
    for (const { tick, emit } of this.#waiting.splice(0, count)) if (tick >= oldestTick) emit()
  }

  clear(): void {
    this.#waiting.length = 0
  }

  #queue(tick: number, emit: Emit): void {
    if (this.#waiting.length >= VIEW_EVENTS_WAITING_MAX) this.#waiting.shift()?.emit()
    this.#waiting.push({ tick, emit })
  }
}

/** Who came into sight and who left it; also after the decoder forgot everything. */
export function emitSightings(hub: Hub, decoder: SnapshotDecoder, ownNetId: number): void {
  const { entities } = decoder
  for (let row = 0; row < entities.leftCount; row++) {
    const netId = entities.left[row]!
    if (netId !== ownNetId) hub.emit('leave', { netId })
  }
  for (let row = 0; row < entities.enteredCount; row++) {
    const netId = entities.entered[row]!
    if (netId !== ownNetId) hub.emit('enter', { netId })
  }
}

function emitKills(hub: Hub, { kills, tick }: SnapshotDecoder, ownNetId: number): void {
  for (let row = 0; row < kills.count; row++) {
    const actor = kills.actor[row]!
    const target = kills.target[row]!
    const byMe = actor === ownNetId
    const ofMe = target === ownNetId
    hub.emit('kill', { tick, actor, target, weapon: kills.weapon[row]!, byMe, ofMe })
  }
}

function emitMarks(hub: Hub, { marks, tick }: SnapshotDecoder, ownNetId: number): void {
  for (let row = 0; row < marks.count; row++) {
    const flags = marks.flags[row]!
    const taken = (flags & MarkFlag.taken) !== 0
    hub.emit('hit', {
      tick,
      target: taken ? ownNetId : marks.target[row]!,
      value: marks.value[row]!,
      dealt: !taken,
      taken,
      direction: marks.direction[row]!,
      armour: (flags & MarkFlag.armour) !== 0,
      explosion: (flags & MarkFlag.explosion) !== 0,
      lethal: (flags & MarkFlag.lethal) !== 0,
    })
  }
}

/** The effect of `row` as a call that emits it; undefined when nobody listens. */
function readEffect(
  hub: Hub,
  { effects, tick }: SnapshotDecoder,
  row: number,
  ownNetId: number,
): Emit | undefined {
  const place = { tick, x: effects.x[row]!, z: effects.z[row]! }
  const actor = effects.actor[row]!
  const target = effects.target[row]!
  const kind = effects.kind[row]!
  const value = effects.value[row]!
  switch (effects.type[row]) {
    case EffectType.shot: {
      const end = { x2: effects.x2[row]!, z2: effects.z2[row]! }
      const yaw = effects.yaw[row]!
      return prepare(hub, 'shot', { ...place, actor, weapon: kind, yaw, ...end })
    }
    case EffectType.hit: {
      const flags = effects.flags[row]!
      const explosion = (flags & EffectFlag.explosion) !== 0
      const lethal = (flags & EffectFlag.lethal) !== 0
      return prepare(hub, 'impact', { ...place, target, value, explosion, lethal })
    }
    case EffectType.explosion:
      return prepare(hub, 'explosion', { ...place, weapon: kind })
    case EffectType.ability:
      return prepare(hub, 'ability', { ...place, actor, ability: kind })
    case EffectType.heal:
      return prepare(hub, 'heal', { ...place, target, value })
    case EffectType.revive:
      return prepare(hub, 'revive', { ...place, target })
    case EffectType.spawn:
      // The own spawn is told from the head, which never misses one.
      if (target === ownNetId) return undefined
      return prepare(hub, 'spawn', { ...place, netId: target, own: false })
    default:
      return undefined
  }
}

function prepare<K extends keyof BattleEvents>(
  hub: Hub,
  event: K,
  payload: BattleEvents[K],
): Emit | undefined {
  return hub.has(event) ? () => hub.emit(event, payload) : undefined
}
