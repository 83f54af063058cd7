/**
 * Times what one player does until another sees it: a signaller turns its head, every observer that
 * has it in sight waits for the turn in its decoded frames. A turn nobody can see any more (dead or
 * out of sight) counts for nothing; one that is not seen though its soldier stands there counts in
 * full.
 */
import { LifeState } from '@battalion/sim/world.ts'
import type { SnapshotDecoder } from '@battalion/wire/snapshot-decoder.ts'

/** A turn waits this long for its observers (ms), and counts as this long then. */
const PATIENCE_MS = 1000
const SAMPLES_MAX = 200_000

interface AwaitedSign {
  readonly netId: number
  /** As on the wire: the upper byte of the angle. */
  readonly yaw: number
  readonly life: number
  readonly sentMs: number
}

/** One client that decodes everything. */
export interface Observer {
  readonly decoder: SnapshotDecoder
  readonly awaited: AwaitedSign[]
}

export class SignBoard {
  /** Times drawn since `clear` (ms). */
  readonly effectMs: number[] = []
  readonly #observers: Observer[] = []

  clear(): void {
    this.effectMs.length = 0
  }

  add(decoder: SnapshotDecoder): Observer {
    const observer = { decoder, awaited: [] }
    this.#observers.push(observer)
    return observer
  }

  /** `netId` has just been told to look along `yaw`. */
  signed(netId: number, yaw: number, nowMs: number): void {
    for (const { decoder, awaited } of this.#observers) {
      const { entities } = decoder
      if (decoder.isLost || entities.cell[netId]! < 0) continue
      if (entities.state[netId] !== LifeState.alive || entities.wire.yaw[netId] === yaw >> 8)
        continue
      awaited.push({ netId, yaw: yaw >> 8, life: entities.life[netId]!, sentMs: nowMs })
    }
  }

  /** An observer has just decoded a frame. */
  decoded({ decoder, awaited }: Observer, nowMs: number): void {
    const { entities } = decoder
    for (let row = awaited.length - 1; row >= 0; row--) {
      const { netId, yaw, life, sentMs } = awaited[row]!
      const isThere = entities.cell[netId]! >= 0 && entities.life[netId] === life
      const isGone = !isThere || entities.state[netId] !== LifeState.alive
      const isSeen = !isGone && entities.wire.yaw[netId] === yaw
      const isLate = !isSeen && nowMs - sentMs >= PATIENCE_MS
      if (!isGone && !isSeen && !isLate) continue
      awaited.splice(row, 1)
      if (!isGone && this.effectMs.length < SAMPLES_MAX) {
        this.effectMs.push(Math.min(nowMs - sentMs, PATIENCE_MS))
      }
    }
  }
}
