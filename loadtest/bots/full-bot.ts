/**
 * A bot that is a player: joins, sees, thinks and acts through `packages/client` over the network,
 * with nothing a player's client does not have. Reads no clock; the crowd drives it.
 */
import { createPrng, nextBelow } from '@battalion/base/prng.ts'
import type { BattleClient } from '@battalion/client/battle-client.ts'
import type { DisconnectInfo } from '@battalion/client/battle-events.ts'
import { joinBattle } from '@battalion/client/join-battle.ts'
import { createSeenHitCounts, type SeenHitCounts } from '@battalion/client/seen-hits.ts'
import { systemClock } from '../system-clock.ts'
import { freshSession, guestOptions } from './guest-options.ts'
import { createGuest, type GuestSession } from '@battalion/client/session.ts'
import type { JoinOptions } from '@battalion/wire/messages.ts'
import { AppError } from '@battalion/base/app-error.ts'
import { BotBrain } from './bot-brain.ts'
import { ClientSenses } from './client-senses.ts'
import {
  countUnder,
  keepSample,
  type BotStage,
  type CrowdBot,
  type CrowdCounts,
} from './crowd-bot.ts'

/** A bot that has not got back by then takes a new seat instead (ms). */
const RECONNECT_PATIENCE_MS = 8000
/** Class ids a bot asks for when it joins, before it knows the balance of the room. */
const FIRST_CLASSES = ['assault', 'assault', 'medic', 'engineer', 'recon'] as const
/** Time between two updates of its client (ms): the frames of a screen, as a player's page has. */
const UPDATE_MS_MAX = 16
/** Time between two thoughts at most (ms). */
const THINK_MS_MAX = 50

export interface BotOptions {
  readonly baseUrl: string
  readonly name: string
  readonly seed: number
  readonly join: JoinOptions
  readonly botKey: string | undefined
  readonly counts: CrowdCounts
  readonly now: () => number
}

export class FullBot implements CrowdBot {
  readonly #options: BotOptions
  #stage: BotStage = 'out'
  #session: GuestSession | undefined
  #client: BattleClient | undefined
  #senses: ClientSenses | undefined
  #brain: BotBrain
  #battles = 0
  #lostAtMs = 0
  #nextThinkMs = 0
  #isLeaving = false
  #collected = { atMs: Number.NaN, snapshots: 0, rejected: 0, rttMs: Number.NaN, reconnects: 0 }
  #feel = createFeelMark()

  constructor(options: BotOptions) {
    this.#options = options
    this.#brain = new BotBrain(options.seed)
  }

  get stage(): BotStage {
    return this.#stage
  }

  get updateMs(): number {
    return Math.min(UPDATE_MS_MAX, this.#thinkMs)
  }

  get #thinkMs(): number {
    return Math.min(THINK_MS_MAX, 1000 / (this.#client?.welcome.tickRateHz ?? 20))
  }

  /** What the bot is about, for status lines. */
  get task(): string {
    return this.#brain.task
  }

  async join(): Promise<void> {
    const { baseUrl, botKey, name, now, seed } = this.#options
    this.#stage = 'joining'
    this.#isLeaving = false
    try {
      this.#session = freshSession(this.#session, systemClock.wallMs())
      this.#session ??= await createGuest(baseUrl, guestOptions({ name, botKey, seed }))
      const classId = FIRST_CLASSES[nextBelow(createPrng(seed), FIRST_CLASSES.length)]!
      const options = { classId, name, ...this.#options.join }
      const { accessToken } = this.#session
      this.#begin(await joinBattle(withKey({ baseUrl, accessToken, options, now }, botKey)))
    } catch (error) {
      this.#stage = 'out'
      if (error instanceof AppError && error.code === 'unauthenticated') this.#session = undefined
      throw error
    }
  }

  update(nowMs: number): void {
    const client = this.#client
    if (client === undefined) return
    client.update(nowMs)
    if (this.#stage === 'reconnecting' && nowMs - this.#lostAtMs > RECONNECT_PATIENCE_MS) {
      this.#giveUp(client)
      return
    }
    if (this.#stage !== 'playing' || this.#senses === undefined || client.isSpectator) return
    if (nowMs < this.#nextThinkMs) return
    this.#nextThinkMs = Math.max(this.#nextThinkMs + this.#thinkMs, nowMs)
    this.#senses.look(nowMs)
    this.#brain.think(this.#senses)
    client.setIntent(this.#brain.intent)
    this.#takeRequests(client)
  }

  async leave(): Promise<void> {
    const client = this.#client
    this.#isLeaving = true
    this.#forget()
    await client?.leave()
  }

  collect(nowMs: number): void {
    const client = this.#client
    const { counts } = this.#options
    const last = this.#collected
    if (client === undefined) return
    const elapsedSec = Number.isNaN(last.atMs) ? 0 : (nowMs - last.atMs) / 1000
    const { stats } = client
    if (elapsedSec > 0) {
      counts.bytesReceived += stats.bytesPerSec * elapsedSec
      counts.bytesSent += stats.bytesSentPerSec * elapsedSec
      counts.snapshotsReceived += stats.snapshotsReceived - last.snapshots
      counts.framesReceived += stats.snapshotsReceived - last.snapshots
      counts.snapshotsExpected += elapsedSec * client.welcome.snapshotRateHz
    }
    counts.decodeFailures += stats.snapshotsRejected - last.rejected
    counts.reconnectsDone += stats.reconnects - last.reconnects
    if (stats.rttLastMs !== last.rttMs) keepSample(counts.roundTripMs, stats.rttLastMs)
    last.atMs = nowMs
    last.snapshots = stats.snapshotsReceived
    last.rejected = stats.snapshotsRejected
    last.rttMs = stats.rttLastMs
    last.reconnects = stats.reconnects
    this.#collectFeel(client)
  }

  #collectFeel({ stats, seenHits, welcome }: BattleClient): void {
    const { counts } = this.#options
    const last = this.#feel
    counts.commandsMade += stats.commandsMade - last.commandsMade
    counts.shotsJudged += seenHits.judged - last.hits.judged
    counts.shotsUnjudged += seenHits.unjudged - last.hits.unjudged
    counts.shotAgeMs += ((seenHits.ageTicks - last.hits.ageTicks) * 1000) / welcome.tickRateHz
    counts.hitsSeen += seenHits.seen - last.hits.seen
    counts.hitsConfirmed += seenHits.confirmed - last.hits.confirmed
    counts.hitsOnFallen += seenHits.seenOnFallen - last.hits.seenOnFallen
    counts.hitsUnseen += seenHits.unseen - last.hits.unseen
    stats.visitErrorsSince(last.errorCount, (metres) => keepSample(counts.ownErrorMetres, metres))
    const { commandsMade, predictionErrorCount } = stats
    this.#feel = { commandsMade, errorCount: predictionErrorCount, hits: { ...seenHits } }
  }

  #begin(client: BattleClient): void {
    this.#client = client
    this.#feel = createFeelMark()
    this.#senses = new ClientSenses(client)
    this.#stage = 'playing'
    this.#collected = {
      atMs: Number.NaN,
      snapshots: 0,
      rejected: 0,
      rttMs: Number.NaN,
      reconnects: 0,
    }
    this.#newBrain()
    client.on('disconnect', (info) => this.#onDisconnect(client, info))
    client.on('reconnected', () => {
      if (this.#client === client) this.#stage = 'playing'
    })
    client.on('welcome', () => this.#newBrain())
    client.on('result', () => this.#options.counts.resultsSeen++)
  }

  /** Each battle is played with dice of its own, still given by the seed. */
  #newBrain(): void {
    this.#brain = new BotBrain(this.#options.seed + 65_537 * this.#battles++)
  }

  #onDisconnect(client: BattleClient, info: DisconnectInfo): void {
    if (this.#client !== client || this.#isLeaving) return
    // A loss counts once: what follows while reconnecting belongs to it.
    if (this.#stage === 'playing') countUnder(this.#options.counts.disconnects, info.reason)
    if (info.willReconnect) {
      this.#stage = 'reconnecting'
      this.#lostAtMs = this.#options.now()
    } else this.#forget()
  }

  #giveUp(client: BattleClient): void {
    this.#forget()
    client.leave().catch(() => undefined)
  }

  #forget(): void {
    this.#client = undefined
    this.#senses = undefined
    this.#stage = 'out'
  }

  #takeRequests(client: BattleClient): void {
    const { requests } = this.#brain
    if (requests.giveUp) client.send('giveUp', {})
    const wish = client.balance.classes[requests.classWish]
    if (wish !== undefined) client.send('loadout', { classId: wish.id })
    requests.giveUp = false
    requests.classWish = -1
  }
}

/** What was counted of shots and movement up to the last report. */
function createFeelMark(): {
  readonly commandsMade: number
  readonly errorCount: number
  readonly hits: SeenHitCounts
} {
  return { commandsMade: 0, errorCount: 0, hits: createSeenHitCounts() }
}

/** `options` with the bot key, or without the field when there is none. */
function withKey<T extends object>(
  options: T,
  botKey: string | undefined,
): T & { botKey?: string } {
  return botKey === undefined ? options : { ...options, botKey }
}
