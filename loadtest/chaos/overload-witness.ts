/**
 * One player with the whole client, who reads what the server announces when it is overloaded:
 * notices, steps, rates in room state. Adds up what was announced, so that what came can be held
 * against it.
 */
import type { BattleClient } from '@battalion/client/battle-client.ts'
import { joinBattle } from '@battalion/client/join-battle.ts'
import { createGuest } from '@battalion/client/session.ts'
import type { Target } from './raw-link.ts'

/** What was announced, and what the battle's clock did, since last asked. */
export interface Announced {
  /** Snapshots that each client was promised. */
  readonly snapshots: number
  /** Ticks that were promised, and those that passed. */
  readonly ticksDue: number
  readonly ticks: number
  /** Codes of notices in the order they came. */
  readonly notices: readonly string[]
  /** Overload steps of room state in the order they came. */
  readonly steps: readonly number[]
}

const TICK_WRAP = 0x10000

function now(): number {
  return performance.now()
}

export class OverloadWitness {
  #client: BattleClient | undefined
  #notices: string[] = []
  #steps: number[] = []
  #snapshots = 0
  #ticksDue = 0
  #ticks = 0
  #lastTick = 0
  #lastMs = 0

  async join(target: Target, options: Readonly<Record<string, unknown>>): Promise<void> {
    const baseUrl = `http://127.0.0.1:${target.port}`
    const { accessToken } = await createGuest(baseUrl, { name: 'Witness' })
    const client = await joinBattle({ baseUrl, accessToken, options, now })
    client.on('notice', ({ code }) => this.#notices.push(code))
    this.#client = client
    this.#lastTick = client.decoder.tick
    this.#lastMs = now()
  }

  /** Called many times a second. */
  update(): void {
    const client = this.#client
    if (client === undefined) return
    const nowMs = performance.now()
    client.update(nowMs)
    const { snapshotRateHz, timeScale, tickRateHz, overloadStep } = client.state
    const elapsedSec = (nowMs - this.#lastMs) / 1000
    this.#lastMs = nowMs
    this.#snapshots += snapshotRateHz * elapsedSec
    this.#ticksDue += tickRateHz * timeScale * elapsedSec
    const { tick } = client.decoder
    this.#ticks += (tick - this.#lastTick + TICK_WRAP) % TICK_WRAP
    this.#lastTick = tick
    if (this.#steps.at(-1) !== overloadStep) this.#steps.push(overloadStep)
  }

  /** What was seen since the last call. */
  take(): Announced {
    const seen = {
      snapshots: this.#snapshots,
      ticksDue: this.#ticksDue,
      ticks: this.#ticks,
      notices: this.#notices,
      steps: this.#steps,
    }
    this.#snapshots = this.#ticksDue = this.#ticks = 0
    this.#notices = []
    this.#steps = this.#steps.slice(-1)
    return seen
  }

  async leave(): Promise<void> {
    await this.#client?.leave()
  }
}
