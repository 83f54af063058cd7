/**
 * Weapons in hand: switching, reloading, recoil, cadence and the decision to fire. Everybody who
 * stood on the field when the rewind row was written gets its shot of this step, even when an
 * earlier shot of the same step felled it: net ids give no advantage.
 */
import { assert } from '@battalion/base/assert.ts'
import type { Weapon } from './balance.ts'
import { Button } from './commands.ts'
import { addEvent } from './event-table.ts'
import { EventType } from './events.ts'
import { fireHitScan } from './hit-scan.ts'
import { WEAPON_SLOTS } from './limits.ts'
import { launchProjectile } from './projectiles.ts'
import { wasAliveThisTick } from './rewind.ts'
import { scatter } from './spread.ts'
import { ticksOfMs } from './ticks-of-ms.ts'
import type { World } from './world.ts'
import { LifeState, Phase, SoldierFlag } from './world.ts'

/** Time between putting one weapon away and firing the other (ms). */
const SWITCH_MS = 300
/** Less than a tick: a weapon faster than the ticks saves nothing up. */
const CARRY_MAX = 0.999

/** Carries out the weapon part of all commands. */
export function carryOutFire(world: World): void {
  const { commands, slotsUsed } = world
  for (let id = 0; id < slotsUsed; id++) {
    if (!wasAliveThisTick(world, id)) continue
    const buttons = commands.present[id] === 0 ? 0 : commands.buttons[id]!
    if (world.soldiers.state[id] === LifeState.alive) tendWeapon(world, id, buttons)
    if (world.phase !== Phase.ended) pullTrigger(world, id, buttons)
  }
}

/** The weapon a soldier holds. */
export function weaponInHand(world: World, netId: number): number {
  const { soldiers, balance } = world
  return balance.classes[soldiers.classId[netId]!]!.weapons[soldiers.slot[netId]!]!
}

/** All that happens to a weapon without firing it. */
function tendWeapon(world: World, netId: number, buttons: number): void {
  const { soldiers, commands, tick } = world
  if (commands.present[netId] !== 0) switchSlot(world, netId, buttons)
  const weapon = world.balance.weapons[weaponInHand(world, netId)]!
  const rounds = netId * WEAPON_SLOTS + soldiers.slot[netId]!
  const reloadEnd = soldiers.reloadEndTick[netId]!
  if (reloadEnd !== 0 && reloadEnd <= tick) finishReload(world, netId, weapon)
  if (soldiers.recoil[netId]! > 0) {
    const recovered = weapon.recoilRecoveryDegreesPerSec * world.dtSec
    soldiers.recoil[netId] = Math.max(0, soldiers.recoil[netId]! - recovered)
  }
  const wantsFire = (buttons & Button.fire) !== 0
  const isEmpty = soldiers.magazine[rounds] === 0
  if ((buttons & Button.reload) !== 0 || (wantsFire && isEmpty)) startReload(world, netId, weapon)
}

function switchSlot(world: World, netId: number, buttons: number): void {
  const { soldiers, tick } = world
  const slot = (buttons & Button.sidearm) === 0 ? 0 : 1
  assert(slot < WEAPON_SLOTS, 'a slot is one of those carried')
  if (soldiers.slot[netId] === slot) return
  soldiers.slot[netId] = slot
  soldiers.reloadEndTick[netId] = 0
  soldiers.recoil[netId] = 0
  soldiers.fireCarry[netId] = 0
  const ready = tick + ticksOfMs(world, SWITCH_MS)
  soldiers.nextFireTick[netId] = Math.max(soldiers.nextFireTick[netId]!, ready)
}

function startReload(world: World, netId: number, weapon: Weapon): void {
  const { soldiers, events, tick } = world
  const rounds = netId * WEAPON_SLOTS + soldiers.slot[netId]!
  if (soldiers.reloadEndTick[netId] !== 0) return
  if (soldiers.reserve[rounds] === 0) return
  if (soldiers.magazine[rounds]! >= weapon.magazineRounds) return
  soldiers.reloadEndTick[netId] = tick + Math.max(1, ticksOfMs(world, weapon.reloadMs))
  const row = addEvent(events, EventType.reload)
  events.actor[row] = netId
  events.kind[row] = weaponInHand(world, netId)
  events.x[row] = soldiers.px[netId]!
  events.z[row] = soldiers.pz[netId]!
}

function finishReload(world: World, netId: number, weapon: Weapon): void {
  const { soldiers } = world
  const rounds = netId * WEAPON_SLOTS + soldiers.slot[netId]!
  const missing = Math.max(0, weapon.magazineRounds - soldiers.magazine[rounds]!)
  const moved = Math.min(missing, soldiers.reserve[rounds]!)
  assert(moved >= 0, 'a reload gives rounds')
  soldiers.magazine[rounds]! += moved
  soldiers.reserve[rounds]! -= moved
  assert(moved <= weapon.magazineRounds, 'a reload gives one magazine at most')
  soldiers.reloadEndTick[netId] = 0
  assert(soldiers.magazine[rounds]! <= weapon.magazineRounds, 'a magazine is never overfull')
}

/** Fires when the command asks for it and the weapon can. */
function pullTrigger(world: World, netId: number, buttons: number): void {
  const { soldiers, tick } = world
  if ((buttons & Button.fire) === 0 || (buttons & Button.revive) !== 0) return
  if (soldiers.nextFireTick[netId]! > tick || soldiers.reloadEndTick[netId] !== 0) return
  const index = weaponInHand(world, netId)
  const weapon = world.balance.weapons[index]!
  if (!weapon.automatic && (soldiers.lastButtons[netId]! & Button.fire) !== 0) return
  const rounds = netId * WEAPON_SLOTS + soldiers.slot[netId]!
  if (soldiers.magazine[rounds] === 0) return
  if (!fireWeapon(world, netId, index)) return
  assert(soldiers.magazine[rounds]! > 0, 'a shot needs a round')
  soldiers.magazine[rounds]!--
  soldiers.shotsFired[netId]!++
  soldiers.protectedUntilTick[netId] = Math.min(soldiers.protectedUntilTick[netId]!, tick)
  if (soldiers.state[netId] === LifeState.alive) soldiers.flags[netId]! |= SoldierFlag.fired
  bookShot(world, netId, weapon)
}

/** False when the shot could not leave; then nothing is spent. */
function fireWeapon(world: World, netId: number, index: number): boolean {
  const weapon = world.balance.weapons[index]!
  if (weapon.kind === 'hitscan') {
    fireHitScan(world, netId, index)
    return true
  }
  const { launch } = world.scratch
  launch.owner = netId
  launch.weapon = index
  launch.angle = scatter(world, netId, weapon)
  assert(launch.angle >= 0 && launch.angle < 65536, 'an angle fits u16')
  return launchProjectile(world, launch)
}

/** Cadence and recoil after a shot. The carry keeps the mean cadence exact between whole ticks. */
function bookShot(world: World, netId: number, weapon: Weapon): void {
  const { soldiers, tick } = world
  const interval = (60 * world.mode.tickRateHz) / weapon.roundsPerMinute
  assert(interval > 0, 'a weapon has a cadence')
  const isOnTime = soldiers.nextFireTick[netId] === tick
  const ready = tick - (isOnTime ? soldiers.fireCarry[netId]! : 0) + interval
  const next = Math.max(tick + 1, Math.ceil(ready))
  soldiers.nextFireTick[netId] = next
  assert(next > tick, 'no weapon fires twice in a step')
  soldiers.fireCarry[netId] = Math.min(next - ready, CARRY_MAX)
  assert(soldiers.fireCarry[netId] < 1, 'what is saved up is less than a tick')
  const recoil = soldiers.recoil[netId]! + weapon.recoilDegreesPerShot
  soldiers.recoil[netId] = Math.min(recoil, weapon.recoilDegreesMax)
}
