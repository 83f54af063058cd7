/**
 * A battle without a server: soldiers that wander, shoot and fall by a seeded generator. It knows
 * no rules; it only has to look busy and to cost what a real frame costs the page.
 */
import { SoldierFlag } from '@battalion/sim/world.ts'
import type { Balance, BattleMap, Mode } from '@battalion/sim/balance.ts'

import {
  createOwnStatus,
  createProjectileFrame,
  createSoldierFrame,
  NOBODY,
} from '../game/battle-source.ts'
import type {
  BattleEvents,
  BattleSource,
  BattleStateView,
  Intent,
  NetStats,
  RosterView,
} from '../game/battle-source.ts'
import { createFakeBalance } from './fake-content.ts'

type Handler = (event: never) => void

export interface FakeOptions {
  readonly soldierCount: number
  /** True: row 0 is the player's own soldier. */
  readonly isPlayer: boolean
}

export class FakeBattle implements BattleSource {
  readonly balance: Balance = createFakeBalance()
  readonly map: BattleMap = this.balance.maps[0]!
  readonly mode: Mode = this.balance.modes[0]!
  readonly matchId = 'fake'
  readonly roomId = 'fake'
  readonly isDemo = true
  readonly soldiers
  readonly projectiles = createProjectileFrame(16)
  readonly own = createOwnStatus()
  readonly state: BattleStateView
  readonly #goalX: Float32Array
  readonly #goalZ: Float32Array
  readonly #hurtMs: Float32Array
  readonly #handlers = new Map<string, Set<Handler>>()
  readonly #roster = new Map<string, RosterView>()
  /** One byte per square metre: 1 = something stands there. */
  readonly #blocked: Uint8Array
  readonly #count: number
  #seed = 99
  #lastMs = 0
  #intent: Intent = { moveX: 0, moveZ: 0, yaw: 0, aimDistanceMetres: 0, buttons: 0 }

  constructor(options: FakeOptions) {
    this.#count = options.soldierCount
    this.#blocked = markBlocked(this.map)
    this.soldiers = createSoldierFrame(options.soldierCount)
    this.#goalX = new Float32Array(options.soldierCount)
    this.#goalZ = new Float32Array(options.soldierCount)
    this.#hurtMs = new Float32Array(options.soldierCount)
    for (let row = 0; row < options.soldierCount; row++) this.#place(row)
    this.soldiers.count = options.soldierCount
    this.state = this.#createState()
    if (options.isPlayer) this.#becomePlayer()
  }

  get stats(): NetStats {
    return {
      rttMs: 42 + this.#random() * 4,
      jitterMs: 3 + this.#random(),
      bytesPerSec: 3600 + this.#random() * 500,
      snapshotsPerSec: 20,
      predictionErrorMetres: this.#random() * 0.04,
      inputsWaiting: 1,
    }
  }

  update(nowMs: number): void {
    const dtSec = Math.min(0.1, this.#lastMs === 0 ? 0.016 : (nowMs - this.#lastMs) / 1000)
    this.#lastMs = nowMs
    for (let row = 0; row < this.#count; row++) this.#move(row, dtSec)
    const shots = Math.ceil(this.#count * dtSec * 1.2)
    for (let shot = 0; shot < shots; shot++) this.#shoot()
    if (this.#random() < dtSec * 1.5) this.#explode()
    if (this.own.netId !== NOBODY) this.#moveOwn(dtSec)
  }

  findPlace(netId: number): { x: number; z: number } | undefined {
    if (netId >= this.#count) return undefined
    return { x: this.soldiers.x[netId]!, z: this.soldiers.z[netId]! }
  }

  setIntent(intent: Intent): void {
    this.#intent = { ...intent }
  }

  setInterest(): void {
    // A made-up battle shows everything anyway.
  }

  chooseClass(classId: string): void {
    this.own.classId = Math.max(
      0,
      this.balance.classes.findIndex((one) => one.id === classId),
    )
  }

  giveUp(): void {
    this.own.life = 3
  }

  addBots(): void {
    this.emit('notice', { code: 'bots', message: '20 bots are on their way.' })
  }

  condition(): void {
    // There is no link to make worse.
  }

  on<Name extends keyof BattleEvents>(
    name: Name,
    handler: (event: BattleEvents[Name]) => void,
  ): () => void {
    const handlers = this.#handlers.get(name) ?? new Set<Handler>()
    this.#handlers.set(name, handlers)
    handlers.add(handler)
    return () => handlers.delete(handler)
  }

  emit<Name extends keyof BattleEvents>(name: Name, event: BattleEvents[Name]): void {
    for (const handler of this.#handlers.get(name) ?? []) handler(event as never)
  }

  async leave(): Promise<void> {
    this.#handlers.clear()
  }

  #random(): number {
    this.#seed = (Math.imul(this.#seed, 1664525) + 1013904223) >>> 0
    return this.#seed / 0x100000000
  }

  #place(row: number): void {
    const { soldiers } = this
    const team = row % 2
    soldiers.netId[row] = row
    soldiers.team[row] = team
    soldiers.classId[row] = Math.floor(this.#random() * 4)
    soldiers.life[row] = row % 23 === 7 ? 2 : 1
    soldiers.flags[row] = row % 9 === 4 ? SoldierFlag.crouched : 0
    soldiers.health[row] = this.#random() < 0.6 ? 255 : 60 + this.#random() * 190
    this.#chooseGoal(row)
    soldiers.x[row] = this.#goalX[row]! + (team === 0 ? -1 : 1) * this.#random() * 40
    soldiers.z[row] = this.#goalZ[row]! + (this.#random() - 0.5) * 30
    this.#chooseGoal(row)
    this.#roster.set(String(row), this.#rosterEntry(row))
  }

  #rosterEntry(row: number): RosterView {
    const names = [
      'Wren',
      'Koda',
      'Mira',
      'Bishop',
      'Juno',
      'Talon',
      'Pike',
      'Sable',
      'Onyx',
      'Vega',
    ]
    return {
      netId: row,
      name: `${names[row % names.length]!} ${row}`,
      bot: row % 7 !== 0,
      team: row % 2,
      squad: (row >> 1) % 12,
      classId: this.soldiers.classId[row]!,
      kills: Math.floor(this.#random() * 14),
      deaths: Math.floor(this.#random() * 9),
      assists: Math.floor(this.#random() * 6),
      score: Math.floor(this.#random() * 2400),
      connected: true,
    }
  }

  #chooseGoal(row: number): void {
    const objective = this.map.objectives[Math.floor(this.#random() * 3)]!
    const angle = this.#random() * Math.PI * 2
    const reach = 6 + this.#random() * 46
    this.#goalX[row] = objective.x + Math.cos(angle) * reach
    this.#goalZ[row] = objective.z + Math.sin(angle) * reach
  }

  #move(row: number, dtSec: number): void {
    const { soldiers } = this
    this.#hurtMs[row] = Math.max(0, this.#hurtMs[row]! - dtSec * 1000)
    if (soldiers.life[row] !== 1 || (row === 0 && this.own.netId === 0)) return
    const dx = this.#goalX[row]! - soldiers.x[row]!
    const dz = this.#goalZ[row]! - soldiers.z[row]!
    const away = Math.hypot(dx, dz)
    if (away < 1) {
      this.#chooseGoal(row)
      return
    }
    const way = (4.5 * dtSec) / away
    const x = soldiers.x[row]! + dx * way
    const z = soldiers.z[row]! + dz * way
    if (this.#isBlocked(x, z)) {
      this.#chooseGoal(row)
      return
    }
    soldiers.x[row] = x
    soldiers.z[row] = z
    soldiers.yaw[row] = (Math.atan2(dz, dx) * 32768) / Math.PI
  }

  #isBlocked(x: number, z: number): boolean {
    const { widthMetres } = this.map
    return this.#blocked[Math.floor(z) * widthMetres + Math.floor(x)] === 1
  }

  #shoot(): void {
    const { soldiers } = this
    const actor = Math.floor(this.#random() * this.#count)
    const target = (actor + 1 + 2 * Math.floor(this.#random() * (this.#count / 2))) % this.#count
    if (soldiers.life[actor] !== 1) return
    const x = soldiers.x[actor]!
    const z = soldiers.z[actor]!
    const dx = soldiers.x[target]! - x
    const dz = soldiers.z[target]! - z
    const away = Math.hypot(dx, dz)
    if (away > 60 || away < 4) return
    soldiers.yaw[actor] = (Math.atan2(dz, dx) * 32768) / Math.PI
    this.emit('shot', { actor, weapon: 0, x, z, x2: x + dx, z2: z + dz })
    if (this.#random() > 0.3) return
    this.emit('impact', { target, x: x + dx, z: z + dz })
    if (target === this.own.netId)
      this.emit('taken', { value: 18, angle: (soldiers.yaw[actor] ?? 0) ^ 0x8000 })
    if (this.#random() < 0.08) this.emit('kill', { actor, target, weapon: 0 })
  }

  #explode(): void {
    const row = Math.floor(this.#random() * this.#count)
    const x = this.soldiers.x[row]! + (this.#random() - 0.5) * 8
    const z = this.soldiers.z[row]! + (this.#random() - 0.5) * 8
    this.emit('explosion', { weapon: 4, x, z })
  }

  #becomePlayer(): void {
    Object.assign(this.own, { netId: 0, team: 0, classId: 0, life: 1, hp: 78, armour: 32 })
    Object.assign(this.own, { magazine: 17, reserve: 90, x: 186, z: 204, abilityLeftMs: 4200 })
    this.soldiers.x[0] = 186
    this.soldiers.z[0] = 204
    this.soldiers.life[0] = 1
    this.soldiers.classId[0] = 0
  }

  #moveOwn(dtSec: number): void {
    const { own, soldiers } = this
    own.x += this.#intent.moveX * 5 * dtSec
    own.z += this.#intent.moveZ * 5 * dtSec
    own.yaw = this.#intent.yaw
    own.ghostX = own.x - this.#intent.moveX * 0.6
    own.ghostZ = own.z - this.#intent.moveZ * 0.6
    soldiers.x[0] = own.x
    soldiers.z[0] = own.z
    soldiers.yaw[0] = own.yaw
    soldiers.health[0] = (own.hp / 100) * 255
  }

  #createState(): BattleStateView {
    const objective = (
      index: number,
      rest: { owner: number; capturing: number; progress: number },
    ) => ({
      ...this.map.objectives[index]!,
      ...rest,
    })
    return {
      phase: 'running',
      matchId: 'fake',
      timeLeftSec: 512,
      winner: -1,
      tickMsP50: 2.1,
      tickMsP99: 5.7,
      overloadStep: 0,
      teams: [
        { tickets: 312, score: 18450, playerCount: this.#count / 2 },
        { tickets: 268, score: 16920, playerCount: this.#count / 2 },
      ],
      objectives: [
        objective(0, { owner: 0, capturing: -1, progress: 0 }),
        objective(1, { owner: -1, capturing: 0, progress: 62 }),
        objective(2, { owner: 1, capturing: 0, progress: 28 }),
      ],
      roster: this.#roster,
    }
  }
}

function markBlocked(map: BattleMap): Uint8Array {
  const blocked = new Uint8Array(map.widthMetres * map.depthMetres)
  for (const { x, z, width, depth } of map.boxes) {
    for (let row = Math.floor(z); row <= z + depth; row++) {
      const from = row * map.widthMetres + Math.floor(x)
      blocked.fill(1, from, from + Math.ceil(width) + 1)
    }
  }
  return blocked
}
