/**
 * The real battle behind the page's port: a `BattleClient` in the shape of `BattleSource`. Copies
 * the own soldier into the rows of all others, and looks up places for events that carry none.
 */
import type { BattleClient } from '@battalion/client/battle-client.ts'
import { createInterpolatedEntities, Tier } from '@battalion/client/interpolated-entities.ts'
import type { Balance, BattleMap, Mode } from '@battalion/sim/balance.ts'
import { SOLDIERS_MAX } from '@battalion/sim/limits.ts'
import { LifeState, SoldierFlag } from '@battalion/sim/world.ts'

import {
  createOwnStatus,
  createProjectileFrame,
  createSoldierFrame,
  NOBODY,
} from './battle-source.ts'
import type {
  BattleEvents,
  BattleSource,
  BattleStateView,
  Intent,
  LinkConditions,
  NetStats,
} from './battle-source.ts'

/** Projectiles drawn at once; more are in the air but not in the picture. */
const PROJECTILES_DRAWN_MAX = 256

type Listener = (event: never) => void

export class ClientSource implements BattleSource {
  readonly soldiers = createSoldierFrame(SOLDIERS_MAX)
  readonly projectiles = createProjectileFrame(PROJECTILES_DRAWN_MAX)
  readonly own = createOwnStatus()
  readonly client: BattleClient
  readonly #entities = createInterpolatedEntities()
  readonly #listeners = new Map<keyof BattleEvents, Set<Listener>>()

  constructor(client: BattleClient) {
    this.client = client
    this.#forward()
  }

  get balance(): Balance {
    return this.client.balance
  }

  get map(): BattleMap {
    return this.client.map.map
  }

  get mode(): Mode {
    const { balance, welcome } = this.client
    return balance.modes.find((mode) => mode.id === welcome.mode) ?? balance.modes[0]!
  }

  get roomId(): string {
    return this.client.roomId
  }

  get matchId(): string {
    return this.client.welcome.matchId
  }

  get isDemo(): boolean {
    return this.client.welcome.demo
  }

  get state(): BattleStateView {
    return this.client.state
  }

  get stats(): NetStats {
    return this.client.stats
  }

  update(nowMs: number): void {
    this.client.update(nowMs)
    this.client.sample(nowMs, this.#entities)
    this.#copyOwn()
    this.#copySoldiers()
    this.#copyProjectiles()
  }

  setIntent(intent: Intent): void {
    this.client.setIntent(intent)
  }

  setInterest(x: number, z: number): void {
    this.client.setInterest(x, z)
  }

  chooseClass(classId: string): void {
    this.client.send('loadout', { classId })
  }

  giveUp(): void {
    this.client.send('giveUp', {})
  }

  addBots(count: number): void {
    this.client.send('addBots', { count })
  }

  condition(conditions: LinkConditions): void {
    this.client.conditioner.configure(conditions)
  }

  on<Name extends keyof BattleEvents>(
    name: Name,
    handler: (event: BattleEvents[Name]) => void,
  ): () => void {
    const listeners = this.#listeners.get(name) ?? new Set<Listener>()
    this.#listeners.set(name, listeners)
    listeners.add(handler)
    return () => listeners.delete(handler)
  }

  leave(): Promise<void> {
    this.#listeners.clear()
    return this.client.leave()
  }

  #emit<Name extends keyof BattleEvents>(name: Name, event: BattleEvents[Name]): void {
    for (const listener of this.#listeners.get(name) ?? []) listener(event as never)
  }

  #forward(): void {
    const { client } = this
    client.on('shot', (event) => this.#emit('shot', event))
    client.on('explosion', (event) => this.#emit('explosion', event))
    client.on('kill', (event) => this.#emit('kill', event))
    client.on('ability', (event) => this.#emit('ability', event))
    client.on('heal', (event) => this.#emit('heal', event))
    client.on('result', (event) => this.#emit('result', event))
    client.on('notice', (event) => this.#emit('notice', event))
    client.on('disconnect', (event) => this.#emit('disconnect', event))
    client.on('reconnected', () => this.#emit('reconnected', {}))
    client.on('spawn', ({ netId, x, z }) => this.#emit('spawn', { target: netId, x, z }))
    client.on('capture', ({ name, owner }) => this.#emit('capture', { name, team: owner }))
    client.on('impact', (event) => this.#emit('impact', event))
    client.on('hit', ({ dealt, taken, target, value, lethal, direction }) => {
      if (dealt) this.#emit('dealt', { target, value, lethal })
      if (taken) this.#emit('taken', { value, angle: direction })
    })
  }

  /** Where a soldier is drawn, undefined when it is not known. */
  findPlace(netId: number): { x: number; z: number } | undefined {
    if (netId === this.own.netId && netId !== NOBODY) return { x: this.own.x, z: this.own.z }
    const row = netId < SOLDIERS_MAX ? this.#entities.rowOf[netId]! : -1
    if (row < 0) return undefined
    return { x: this.#entities.x[row]!, z: this.#entities.z[row]! }
  }

  #copyOwn(): void {
    const view = this.client.own
    const { own } = this
    own.netId = view.netId
    own.team = view.team
    own.squad = view.squad
    own.classId = view.classId
    own.life = view.state
    own.x = view.x
    own.z = view.z
    own.yaw = view.yaw
    own.ghostX = view.serverX
    own.ghostZ = view.serverZ
    own.hp = view.hp
    own.armour = view.armour
    own.slot = view.slot
    own.magazine = view.magazine
    own.reserve = view.reserve
    own.reloadLeftMs = view.reloadRemainingMs
    own.abilityLeftMs = view.abilityRemainingMs
    own.respawnLeftMs = view.respawnRemainingMs
    own.isProtected = view.protectedRemainingMs > 0
  }

  #copySoldiers(): void {
    const { soldiers } = this
    const from = this.#entities
    const { classes } = this.client.balance
    let count = 0
    for (let row = 0; row < from.count; row++) {
      if (from.netId[row] === this.own.netId || count === SOLDIERS_MAX) continue
      const isFar = from.tier[row] === Tier.far
      soldiers.netId[count] = from.netId[row]!
      soldiers.team[count] = from.team[row]!
      soldiers.classId[count] = from.classId[row]!
      soldiers.x[count] = from.x[row]!
      soldiers.z[count] = from.z[row]!
      soldiers.yaw[count] = from.yaw[row]!
      soldiers.flags[count] = from.flags[row]!
      soldiers.far[count] = isFar ? 1 : 0
      soldiers.health[count] = isFar
        ? 255
        : healthByte(from.hp[row]!, classes[from.classId[row]!]?.hp ?? 100)
      const isDown = (from.flags[row]! & SoldierFlag.down) !== 0
      soldiers.life[count] = isDown ? LifeState.down : LifeState.alive
      count++
    }
    soldiers.count = count
    this.#addOwn()
  }

  #addOwn(): void {
    const { own, soldiers } = this
    const isOnField = own.life === LifeState.alive || own.life === LifeState.down
    if (own.netId === NOBODY || !isOnField || soldiers.count === SOLDIERS_MAX) return
    const row = soldiers.count++
    soldiers.netId[row] = own.netId
    soldiers.team[row] = own.team
    soldiers.classId[row] = own.classId
    soldiers.x[row] = own.x
    soldiers.z[row] = own.z
    soldiers.yaw[row] = own.yaw
    soldiers.flags[row] = own.isProtected ? SoldierFlag.protected : 0
    soldiers.far[row] = 0
    soldiers.health[row] = healthByte(own.hp, this.client.balance.classes[own.classId]?.hp ?? 100)
    soldiers.life[row] = own.life
  }

  #copyProjectiles(): void {
    const from = this.#entities.projectiles
    const count = Math.min(from.count, PROJECTILES_DRAWN_MAX)
    for (let row = 0; row < count; row++) {
      this.projectiles.weapon[row] = from.weapon[row]!
      this.projectiles.x[row] = from.x[row]!
      this.projectiles.z[row] = from.z[row]!
    }
    this.projectiles.count = count
  }
}

function healthByte(hp: number, hpMax: number): number {
  return Math.round(Math.min(1, hp / Math.max(1, hpMax)) * 255)
}
