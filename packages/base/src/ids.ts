/**
 * Branded identifiers, so that a tick is never passed where a player is meant. Branding is free at
 * run time. Each `to…` function is the only way in and asserts the range.
 */
import { assert } from './assert.ts'

declare const brand: unique symbol
type Brand<T, Name extends string> = T & { readonly [brand]: Name }

/** Simulation step number, 0 at world creation, counts up by one. */
export type Tick = Brand<number, 'Tick'>
/** Dense index of a soldier in the world's arrays, 0..65534. Recycled after a quarantine. */
export type NetId = Brand<number, 'NetId'>
/** Account of a person or bot, an opaque string. Never on the battle wire. */
export type UserId = Brand<string, 'UserId'>
/** One battle from start to result. */
export type MatchId = Brand<string, 'MatchId'>

/** "Nobody": the net id of spectators, and of a kill without a killer. */
export const NET_ID_NONE = 0xffff as NetId

export function toTick(value: number): Tick {
  assert(Number.isSafeInteger(value) && value >= 0, 'a tick is a whole number from 0')
  return value as Tick
}

export function toNetId(value: number): NetId {
  assert(Number.isInteger(value) && value >= 0 && value <= 0xffff, 'a net id fits u16')
  return value as NetId
}

export function toUserId(value: string): UserId {
  assert(value.length > 0 && value.length <= 64, 'a user id has 1 to 64 characters')
  return value as UserId
}

export function toMatchId(value: string): MatchId {
  assert(value.length > 0 && value.length <= 64, 'a match id has 1 to 64 characters')
  return value as MatchId
}
