/** E-11 and E-12: what a client gets to know, and that a battle is the same everywhere. */
import { SOLDIERS_MAX, CELL_METRES, CELL_HYSTERESIS_METRES } from '@battalion/sim/limits.ts'
import { LifeState } from '@battalion/sim/world.ts'
import { addressOf, signIn, takeSeat } from '../battle-user.ts'
import { firstMessage } from '../chaos-processes.ts'
import type { ChaosLab } from '../chaos-lab.ts'
import { figure, mustBeZero, mustHold, type Fault, type Figure } from '../fault.ts'
import { Fighter } from '../fighter.ts'
import { pause } from '../rogue.ts'

const BLOCK = 42
const WITNESSES = 6
/** Names of figures that no other player may be told. */
const HIDDEN_NAMES = ['userId', 'magazine', 'reserve', 'cooldown', 'armour', 'accessToken', 'ammo']

interface Tally {
  frames: number
  enemies: number
  outside: number
  farEnemies: number
  far: number
  /** Teams of the witnesses by net id, told by themselves. */
  readonly teams: Map<number, number>
}

/** Counts what the last frame says of enemies that must not be said. */
function judgeFrame(fighter: Fighter, tally: Tally): void {
  const { decoder, map } = fighter
  const { entities, far, own } = decoder
  if (own.state !== LifeState.alive) return
  tally.frames++
  const cellsX = Math.ceil(map.widthMetres / CELL_METRES)
  const centreX = ((decoder.centreCell % cellsX) + 0.5) * CELL_METRES
  const centreZ = (Math.floor(decoder.centreCell / cellsX) + 0.5) * CELL_METRES
  const reach = 1.5 * CELL_METRES + CELL_HYSTERESIS_METRES + 1
  for (let netId = 0; netId < SOLDIERS_MAX; netId++) {
    if (entities.cell[netId]! < 0 || entities.team[netId] === own.team) continue
    tally.enemies++
    const awayX = Math.abs(entities.x[netId]! - centreX)
    const awayZ = Math.abs(entities.z[netId]! - centreZ)
    if (awayX > reach || awayZ > reach) tally.outside++
  }
  for (let row = 0; row < far.count; row++) {
    const netId = far.ids[row]!
    tally.far++
    // The team that the frame gives may be the lie: a witness knows his own.
    const team = tally.teams.get(netId) ?? far.team[netId]
    if (team !== own.team) tally.farEnemies++
  }
}

async function runHidden(lab: ChaosLab): Promise<Figure[]> {
  await lab.baseline()
  const { target } = await lab.server()
  const others: Fighter[] = []
  for (let index = 0; index < WITNESSES; index++) {
    const witness = new Fighter()
    const who = await signIn(target, addressOf(BLOCK, index))
    await witness.join(target, who, await takeSeat(target, who))
    others.push(witness)
  }
  const user = await signIn(target, addressOf(BLOCK, 9999))
  const fighter = new Fighter()
  fighter.keepsPayloads = true
  const teams = new Map<number, number>()
  const tally: Tally = { frames: 0, enemies: 0, outside: 0, farEnemies: 0, far: 0, teams }
  fighter.onSnapshot = () => {
    for (const { netId, decoder } of others) {
      if (decoder.own.state === LifeState.alive) teams.set(netId, decoder.own.team)
    }
    judgeFrame(fighter, tally)
  }
  await fighter.join(target, user, await takeSeat(target, user))
  const untilMs = performance.now() + lab.pick(120_000, 8000)
  while (performance.now() < untilMs) {
    const { own } = fighter.decoder
    const moveX = own.x < fighter.map.widthMetres / 2 ? 127 : -127
    fighter.sendCommands([
      { moveX, buttons: 8 },
      { moveX, buttons: 9 },
    ])
    await pause(100)
  }
  const bytes = Buffer.concat(fighter.payloads)
  for (const { joined } of others) joined.link.destroy()
  fighter.joined.link.destroy()
  const ids = others.map((one) => one.joined.user.userId)
  const found = ids.filter((id) => bytes.includes(id)).length
  const names = HIDDEN_NAMES.filter((name) => bytes.includes(name))
  return [
    figure('E-11 frames judged', tally.frames, null, { unit: 'frames' }),
    figure('E-11 bytes searched', bytes.length, null, { unit: 'bytes' }),
    mustHold('E-11 there was something to see', tally.far + tally.enemies > 0),
    mustBeZero('E-11 enemies outside the block told', tally.outside),
    mustBeZero('E-11 enemies in the far tier', tally.farEnemies),
    mustBeZero('E-11 account ids of others', found),
    mustBeZero('E-11 names of hidden figures', names.length),
    mustBeZero('E-11 frames that did not decode', fighter.faults),
  ]
}

/** The row E-11. */
export const hiddenThings: Fault = {
  id: 'E-11',
  title: 'nothing hidden is on the wire',
  group: 'A',
  isSmall: true,
  run: runHidden,
}

async function runSameHash(lab: ChaosLab): Promise<Figure[]> {
  const steps = lab.pick(10_000, 1000)
  const wishes = { seed: lab.options.seed, steps, players: 64 }
  const hashes = await Promise.all(
    [1, 2].map(() => {
      const child = lab.processes.startClient('hash-main.ts')
      child.send(wishes)
      return firstMessage<string[]>(child, () => '')
    }),
  )
  const [one = [], other = []] = hashes
  const different = one.filter((line, index) => line !== other[index]).length
  return [
    figure('E-12 hashes compared', one.length, steps / 100, { unit: 'hashes', better: 'higher' }),
    mustBeZero('E-12 hashes that differ', different + Math.abs(one.length - other.length)),
  ]
}

/** The row E-12. */
export const sameHash: Fault = {
  id: 'E-12',
  title: 'one seed is one battle in two processes',
  group: 'E',
  isSmall: false,
  run: runSameHash,
}
