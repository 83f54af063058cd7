/**
 * One step of the battle: the entry of the simulation. The order of the phases is a rule (RULES.md,
 * W1); within a phase soldiers come in ascending net id. Reads no clock, rolls no dice but the
 * world's, allocates nothing per soldier.
 */
import { assert } from '@battalion/base/assert.ts'
import type { Tick } from '@battalion/base/ids.ts'
import { carryOutAbilities, refreshFlags } from './abilities.ts'
import { carryOutMovement, rememberButtons } from './apply-commands.ts'
import { carryOutFire } from './combat.ts'
import { clearCommands } from './commands.ts'
import { closeEvents, openEvents } from './event-table.ts'
import { fillHitGrid } from './hit-grid.ts'
import { EVENTS_PER_STEP_MAX } from './limits.ts'
import { advanceObjectives } from './objectives.ts'
import { advancePhase } from './phases.ts'
import { flyProjectiles } from './projectiles.ts'
import { respawnSoldiers } from './respawn.ts'
import { carryOutRevives } from './revive.ts'
import { recordRewindRow } from './rewind.ts'
import { rebinSoldiers } from './spatial-grid.ts'
import type { World } from './world.ts'
import { Phase } from './world.ts'

/** Told around the part of a step that judges shots in the past; for those who time it. */
export interface StepWatch {
  rewindBegins(): void
  rewindEnds(): void
}

/** Carries the world one tick further with the commands set since the last step. */
export function stepWorld(world: World, watch?: StepWatch): void {
  const tickBefore = world.tick
  assert(world.slotsUsed <= world.capacity, 'every soldier has a slot')
  assert(world.soldierCount <= world.soldiersMax, 'there are no more soldiers than allowed')
  assert(world.phase <= Phase.ended, 'the phase is one of three')
  openEvents(world.events)
  world.tick = (tickBefore + 1) as Tick
  carryOutMovement(world)
  watch?.rewindBegins()
  recordRewindRow(world)
  fillHitGrid(world)
  carryOutFire(world)
  watch?.rewindEnds()
  flyProjectiles(world)
  carryOutAbilities(world)
  carryOutRevives(world)
  respawnSoldiers(world)
  advanceObjectives(world)
  advancePhase(world)
  refreshFlags(world)
  rememberButtons(world)
  rebinSoldiers(world)
  clearCommands(world.commands)
  closeEvents(world.events)
  assert(world.events.count <= EVENTS_PER_STEP_MAX, 'the events of a step are bounded')
  assert(world.tick === tickBefore + 1, 'time goes on by one')
}
