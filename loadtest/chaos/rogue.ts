/**
 * Attackers joining again and again: each from an address of its own, so that what is measured is
 * the attack and not the limits per address. A rogue sits down, does its thing, is thrown out.
 */
import { AppError } from '@battalion/base/app-error.ts'
import { addressOf, joinBattle, pause, type Joined, type JoinSetup } from './battle-user.ts'
import type { LinkEnd, Target } from './raw-link.ts'

/** Codes with which an offender may be closed: ours, and what RFC 6455 has for broken frames. */
const SOCKET_CODES = new Set([1002, 1003, 1007, 1008, 1009])
export const CODE_LOST = 1006
export { pause }

/** True for a close that says why. */
export function isDueClose(code: number): boolean {
  return (code >= 4400 && code <= 4499) || SOCKET_CODES.has(code)
}

let rogueCount = 0

/** Tries of a join that a busy server told to come back later. */
const JOIN_TRIES_MAX = 60
const JOIN_AGAIN_MS = 2000

/** A joined attacker at a fresh address of `block`. */
export function joinRogue(target: Target, block: number, setup: JoinSetup = {}): Promise<Joined> {
  return whenThereIsRoom(() => joinBattle(target, addressOf(block, rogueCount++), setup))
}

/** Tries a join again while a busy server says to come back. */
export async function whenThereIsRoom<T>(join: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await join()
    } catch (error) {
      const isBusy = error instanceof AppError && error.message.startsWith('No seat: 503')
      if (!isBusy || attempt === JOIN_TRIES_MAX) throw error
      await pause(JOIN_AGAIN_MS)
    }
  }
}

/** How the link ended, undefined when it had not after `withinMs`. */
export async function endWithin(
  { link }: Pick<Joined, 'link'>,
  withinMs: number,
): Promise<LinkEnd | undefined> {
  const patience = Promise.withResolvers<undefined>()
  const timer = setTimeout(() => patience.resolve(undefined), withinMs)
  const end = await Promise.race([link.ended, patience.promise])
  clearTimeout(timer)
  return end
}

/** Runs `work` in `count` lanes until it says that it is done. */
export async function inLanes(count: number, work: (lane: number) => Promise<boolean>) {
  const lane = async (number: number) => {
    while (await work(number)) continue
  }
  await Promise.all(Array.from({ length: count }, (_, number) => lane(number)))
}
