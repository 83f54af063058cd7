/**
 * Requests of accounts and chat at an even pace, whatever the answers take: fifty a second of all
 * kinds and two log-ins, as a battle's neighbours. Counts what was answered and how late.
 */
import { setTimeout as pause } from 'node:timers/promises'

import type { HttpLanes } from './clients/http-lanes.ts'
import { ServiceUsers } from './service-users.ts'

/** Users who ask in turn; each says less than a line a second. */
const GUESTS = 150
const ACCOUNTS = 20
const TURN_MS = 5

type Ask = (users: ServiceUsers, index: number) => Promise<unknown>

/** Ten requests: four polls, two reads, two lines, a refresh, a newcomer. */
const MIX: readonly Ask[] = [
  (users, index) => users.readState(index, true),
  (users, index) => users.say(index),
  (users, index) => users.readMe(index),
  (users, index) => users.readState(index, true),
  (users, index) => users.refresh(index),
  (users, index) => users.readState(index, true),
  (users, index) => users.say(index),
  (users, index) => users.readMe(index),
  (users, index) => users.readState(index, true),
  (users, index) => users.signInGuest(index),
]

export interface LoadRates {
  readonly requestsPerSec: number
  readonly logInsPerSec: number
}

export class RequestLoad {
  /** Milliseconds of every answer, log-ins apart. */
  readonly answeredMs: number[] = []
  readonly loggedInMs: number[] = []
  readonly failures: string[] = []
  readonly #users: ServiceUsers
  #requests = 0
  #logIns = 0

  constructor(lanes: HttpLanes) {
    this.#users = new ServiceUsers(lanes)
  }

  prepare(): Promise<void> {
    return this.#users.prepare(GUESTS, ACCOUNTS)
  }

  /** Asks for so long; resolves when the last is answered. */
  async run(rates: LoadRates, seconds: number): Promise<void> {
    const underWay: Promise<void>[] = []
    const startMs = performance.now()
    let requests = 0
    let logIns = 0
    for (let elapsed = 0; elapsed < seconds; elapsed = (performance.now() - startMs) / 1000) {
      for (; requests < elapsed * rates.requestsPerSec; requests++) {
        const index = this.#requests++
        underWay.push(this.#time(this.answeredMs, () => MIX[index % 10]!(this.#users, index)))
      }
      for (; logIns < elapsed * rates.logInsPerSec; logIns++) {
        const index = this.#logIns++ % ACCOUNTS
        underWay.push(this.#time(this.loggedInMs, () => this.#users.logIn(index)))
      }
      await pause(TURN_MS)
    }
    await Promise.all(underWay)
  }

  async #time(into: number[], ask: () => Promise<unknown>): Promise<void> {
    const startMs = performance.now()
    try {
      await ask()
      into.push(performance.now() - startMs)
    } catch (error) {
      this.failures.push(String(error))
    }
  }
}
