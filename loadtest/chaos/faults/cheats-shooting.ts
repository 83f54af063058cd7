/** E-03 over the wire; E-04, E-06, E-09 on the simulation, where every shot can be counted. */
import { createPrng, nextBelow, nextUint32 } from '@battalion/base/prng.ts'
import { moveTo, order, placeSoldier, sampleWorld } from '@battalion/sim/sample-battle.ts'
import { stepMany } from '@battalion/sim/sample-battle.ts'
import { stepWorld } from '@battalion/sim/step-world.ts'
import { LifeState, type World } from '@battalion/sim/world.ts'
import { loadShippedBalance } from '@battalion/testkit/load-shipped-balance.ts'
import { runSimBattles } from '@battalion/testkit/run-sim-battles.ts'
import { planSim } from '@battalion/testkit/sim-plan.ts'
import { signIn, takeSeat } from '../battle-user.ts'
import type { ChaosLab } from '../chaos-lab.ts'
import { figure, mustBeZero, mustHold, type Fault, type Figure } from '../fault.ts'
import { Fighter, type OwnRow } from '../fighter.ts'
import { pause } from '../rogue.ts'

const FIRE = 1
const TICKS_PER_SEC = 20
const SHOTS = 10_000
const FULL_TURN = 65_536

/** Most shots above the cadence in any window of a second. */
function shotsOverCadence(fighter: Fighter, rows: readonly OwnRow[]): number {
  const { own } = fighter.decoder
  const soldier = fighter.balance.classes[own.classId]!
  let most = -Infinity
  for (let from = 0; from < rows.length; from++) {
    const first = rows[from]!
    const weapon = fighter.balance.weapons[soldier.weapons[first.slot === 0 ? 0 : 1]]!
    let shots = 0
    for (let to = from + 1; to < rows.length; to++) {
      const [last, row] = [rows[to - 1]!, rows[to]!]
      const seconds = (row.tick - first.tick) / TICKS_PER_SEC
      if (row.life !== first.life || row.slot !== first.slot || seconds > 1) break
      if (row.magazine < last.magazine) shots += last.magazine - row.magazine
      most = Math.max(most, shots - (weapon.roundsPerMinute / 60) * seconds)
    }
  }
  return most
}

async function runCadence(lab: ChaosLab): Promise<Figure[]> {
  const { target } = await lab.server()
  const user = await signIn(target, '127.41.0.1')
  const fighter = new Fighter()
  await fighter.join(target, user, await takeSeat(target, user))
  const untilMs = performance.now() + lab.pick(60_000, 8000)
  while (performance.now() < untilMs) {
    // Pressed and let go within one frame, so that every command is a new press as well.
    fighter.sendCommands([{ buttons: FIRE }, { buttons: 0 }, { buttons: FIRE }])
    await pause(25)
  }
  const isAlive = !fighter.joined.link.isEnded
  fighter.joined.link.destroy()
  const shots = fighter.rows.filter((row, index) => {
    const last = fighter.rows[index - 1]
    return last !== undefined && row.life === last.life && row.magazine < last.magazine
  }).length
  const wrapped = fighter.rows.filter(({ magazine, reserve }) => magazine > 999 || reserve > 9999)
  return [
    figure('E-03 shots fired', shots, null, { unit: 'shots' }),
    mustHold('E-03 it did fire', shots > 5),
    mustHold('E-03 within its allowance the sender stays', isAlive),
    figure(
      'E-03 shots over the cadence in any second',
      shotsOverCadence(fighter, fighter.rows),
      1,
      {
        unit: 'shots',
      },
    ),
    mustBeZero('E-03 frames with ammunition below zero', wrapped.length),
  ]
}

/** The row E-03. */
export const fireCadence: Fault = {
  id: 'E-03',
  title: 'the cadence of fire is the server’s',
  group: 'E',
  isApart: true,
  isSmall: true,
  run: runCadence,
}

/** Endless ammunition, and nobody stays hurt. */
function reload(world: World, shooter: number, target: number): void {
  world.soldiers.magazine[shooter * 2] = 30
  world.soldiers.hp[target] = 100
  world.soldiers.state[target] = LifeState.alive
}

/** Shots from (50, 50) at (70, 50); returns those fired and what they did. */
function shootAt(
  world: World,
  seed: number,
  aim: (dice: ReturnType<typeof createPrng>, shot: number) => { yaw: number; viewTime: number },
): { shots: number; damage: number } {
  const dice = createPrng(seed)
  const shooter = placeSoldier(world, 0, [50, 50])
  const target = placeSoldier(world, 1, [70, 50])
  const before = world.soldiers.damageTaken[target]!
  let guard = 0
  while (world.soldiers.shotsFired[shooter]! < SHOTS && guard++ < 40 * SHOTS) {
    reload(world, shooter, target)
    order(world, shooter, { buttons: FIRE, ...aim(dice, guard) })
    stepWorld(world)
  }
  const { shotsFired, damageTaken } = world.soldiers
  return { shots: shotsFired[shooter]!, damage: damageTaken[target]! - before }
}

/** About at the target, with any stamp. */
function aimWildly(dice: ReturnType<typeof createPrng>): { yaw: number; viewTime: number } {
  const yaw = (nextBelow(dice, 4001) - 2000 + FULL_TURN) % FULL_TURN
  return { yaw, viewTime: nextUint32(dice) & 0xffff }
}

function runWalls(lab: ChaosLab): Promise<Figure[]> {
  const { seed } = lab.options
  const map = { boxes: [{ kind: 'wall', x: 60, z: 0, width: 1, depth: 192 }] as const }
  const walled = shootAt(sampleWorld({ map, seed }), seed, aimWildly)
  const open = shootAt(sampleWorld({ seed }), seed, aimWildly)
  return Promise.resolve([
    figure('E-04 shots through a wall', walled.shots, SHOTS, { unit: 'shots', better: 'higher' }),
    mustBeZero('E-04 damage through a wall', walled.damage),
    mustHold('E-04 without the wall they hit (control)', open.damage > 0),
  ])
}

/** The row E-04. */
export const wallShots: Fault = {
  id: 'E-04',
  title: 'no shot passes a wall, whatever its aim and stamp',
  group: 'E',
  isSmall: true,
  run: runWalls,
}

/** A step aside: out of the line of fire, no farther than a soldier gets in 250 ms. */
const ASIDE = [70, 52.5] as const

/** A target that stood in the line of fire `agoTicks` ago and has stepped aside since. */
function shootAtThePast(agoTicks: number, claimTicksAgo: number, seed: number): number {
  const world = sampleWorld({ seed })
  const shooter = placeSoldier(world, 0, [50, 50])
  const target = placeSoldier(world, 1, [70, 50])
  stepMany(world, 10)
  moveTo(world, target, ASIDE)
  stepMany(world, agoTicks)
  const viewTime = ((world.tick + 1 - claimTicksAgo) * 8) & 0xffff
  order(world, shooter, { buttons: FIRE, viewTime })
  stepWorld(world)
  return world.soldiers.damageTaken[target]!
}

/** Claims of an hour ahead or behind; 72,000 ticks wrap the 16 bits many times. */
const HOUR_TICKS = 3600 * TICKS_PER_SEC

function runStamps(lab: ChaosLab): Promise<Figure[]> {
  const dice = createPrng(lab.options.seed)
  let late = 0
  let future = 0
  const rounds = lab.pick(2000, 300)
  for (let round = 0; round < rounds; round++) {
    const ago = 6 + nextBelow(dice, 200)
    const claims = [ago, ago + nextBelow(dice, 500), HOUR_TICKS, nextBelow(dice, 8192)]
    late += shootAtThePast(ago, claims[nextBelow(dice, claims.length)]!, round)
    future += shootAtThePast(6, -nextBelow(dice, 2) * HOUR_TICKS - nextBelow(dice, 4000), round)
  }
  const fair = shootAtThePast(2, 4, lab.options.seed)
  return Promise.resolve([
    figure('E-06 claims tried', 2 * rounds, null, { unit: 'shots' }),
    mustBeZero('E-06 damage at places older than 250 ms', late),
    mustBeZero('E-06 damage by claims of the future', future),
    mustHold('E-06 a fair claim of 200 ms hits (control)', fair > 0),
  ])
}

/** The row E-06. */
export const falseStamps: Fault = {
  id: 'E-06',
  title: 'stamps are claims: nothing older than 250 ms is hit',
  group: 'E',
  isSmall: true,
  run: runStamps,
}

/** Shots at one's own side, at the fallen, at the protected: damage done to each. */
function shootTheForbidden(seed: number): { team: number; dead: number; protected: number } {
  const damage = { team: 0, dead: 0, protected: 0 }
  for (const kind of ['team', 'dead', 'protected'] as const) {
    const world = sampleWorld({ seed })
    const shooter = placeSoldier(world, 0, [50, 50])
    const target = placeSoldier(world, kind === 'team' ? 0 : 1, [70, 50])
    for (let step = 0; step < 400; step++) {
      world.soldiers.magazine[shooter * 2] = 30
      if (kind === 'dead') world.soldiers.state[target] = LifeState.dead
      if (kind === 'dead') world.soldiers.respawnTick[target] = world.tick + 1000
      if (kind === 'protected') world.soldiers.protectedUntilTick[target] = world.tick + 1000
      order(world, shooter, { buttons: FIRE })
      stepWorld(world)
    }
    damage[kind] = world.soldiers.damageTaken[target]!
  }
  return damage
}

function runForbidden(lab: ChaosLab): Promise<Figure[]> {
  const { seed } = lab.options
  const damage = shootTheForbidden(seed)
  const balance = loadShippedBalance()
  const steps = lab.pick(20_000, 1500)
  // Throws at the first step that breaks I-10 to I-13, I-15 or I-16.
  const report = runSimBattles(balance, planSim(balance, { seed, steps, players: 64 }))
  return Promise.resolve([
    mustBeZero('E-09 damage to one’s own side', damage.team),
    mustBeZero('E-09 damage to the dead', damage.dead),
    mustBeZero('E-09 damage to the protected', damage.protected),
    figure('E-09 steps of hostile battle with every invariant checked', report.steps, steps, {
      unit: 'steps',
      better: 'higher',
    }),
  ])
}

/** The row E-09. */
export const forbiddenDamage: Fault = {
  id: 'E-09',
  title: 'damage to team, dead and protected; nothing is healed beyond full (I-10)',
  group: 'E',
  isSmall: false,
  run: runForbidden,
}
