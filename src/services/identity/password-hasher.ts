/**
 * Passwords: a few hashes at once and a bounded number waiting, never on the thread of the rooms
 * [AUTH-8]; whoever finds the queue full is told to come back, so a storm of log-ins costs log-ins
 * and nothing else. What makes the hashes is handed in.
 */
import { AppError } from '@battalion/base/app-error.ts'

import { argon2Engine } from './argon2-engine.ts'
import type { PasswordEngine } from './argon2-engine.ts'

/** At once: four times 19 MiB, and no more threads of libuv's four. */
const RUNNING_MAX = 4
/** Waiting: on two cores about 2.5 s of work. More get `overloaded`. */
const WAITING_MAX = 200
const RETRY_AFTER_SEC = 3

/** Makes and checks password hashes. */
export interface PasswordHasher {
  hash(password: string): Promise<string>
  /** Checks; without a hash, against one that nothing fits, which takes as long [F-07]. */
  verify(phc: string | undefined, password: string): Promise<boolean>
}

/** The hasher of a process; without an engine, argon2 in this very process. */
export function createPasswordHasher(
  limits = { runningMax: RUNNING_MAX, waitingMax: WAITING_MAX },
  engine: PasswordEngine = argon2Engine,
): PasswordHasher {
  const gate = new Gate(limits)
  let dummy: Promise<string> | undefined
  const makeDummy = async () => {
    try {
      return await engine.hash('nothing fits this')
    } catch (error) {
      dummy = undefined
      throw error
    }
  }
  return {
    hash: (password) => gate.run(() => engine.hash(password)),
    async verify(phc, password) {
      const against = phc ?? (await (dummy ??= makeDummy()))
      const isRight = await gate.run(() => engine.verify(against, password))
      return isRight && phc !== undefined
    },
  }
}

/** Lets a few work at once and a bounded number wait. */
class Gate {
  readonly #limits: { readonly runningMax: number; readonly waitingMax: number }
  readonly #waiting: (() => void)[] = []
  #runningCount = 0

  constructor(limits: { readonly runningMax: number; readonly waitingMax: number }) {
    this.#limits = limits
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#runningCount >= this.#limits.runningMax) await this.#wait()
    else this.#runningCount++
    try {
      return await work()
    } finally {
      const next = this.#waiting.shift()
      if (next === undefined) this.#runningCount--
      else next()
    }
  }

  /** The place of whoever leaves is handed on, so the count stays. */
  #wait(): Promise<void> {
    if (this.#waiting.length >= this.#limits.waitingMax) {
      throw new AppError('overloaded', 'Too many are signing in; try again in a moment.', {
        retryAfterSec: RETRY_AFTER_SEC,
      })
    }
    return new Promise((resolve) => this.#waiting.push(resolve))
  }
}
