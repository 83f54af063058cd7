/**
 * A battle session without Colyseus, sockets or time: the clock stands until a test moves it, and
 * sockets remember what was done to them. For tests of the tick and for its bench.
 */
import type { Clock, Timers } from '@battalion/base/clock.ts'
import { assertDefined } from '@battalion/base/assert.ts'
import { toMatchId, toUserId } from '@battalion/base/ids.ts'
import type { Balance } from '@battalion/sim/balance.ts'
import type { BattleResult, ServerMessages } from '@battalion/wire/messages.ts'
import type { Client } from '@colyseus/core'
import type { BattleMetadata } from '../../../matchmaker/choose-battle.ts'
import { BattleSession } from '../../../rooms/battle-session.ts'
import { chooseField } from '../../../rooms/choose-field.ts'
import { createParticipant } from '../../../rooms/participant.ts'
import type { Participant } from '../../../rooms/participant.ts'
import type { BattleParty } from '../../../rooms/party-holds.ts'
import { PartyHolds } from '../../../rooms/party-holds.ts'
import type { FinishedBattle, RoomLimits, RoomMetrics, RoomPorts } from '../../../rooms/ports.ts'
import { BattlefieldState } from '../../../schema/battlefield-state.ts'
import { TEST_LIMITS } from './room-server.ts'

export interface FakeSessionOptions {
  readonly balance: Balance
  readonly mode?: string
  readonly map?: string
  readonly limits?: Partial<RoomLimits>
  /** Time a wake-up takes (ms); none when left out. */
  readonly workMs?: () => number
  /** False forgets what sockets were told (benches). */
  readonly isRecording?: boolean
}

/** What was done to a socket, in order: `frame` (and its `patch`), `lone patch`, `message`, … */
export interface SocketCall {
  readonly userId: string
  readonly call: string
  readonly bytes: number
}

export interface FakeSession {
  readonly session: BattleSession
  readonly holds: PartyHolds
  readonly state: BattlefieldState
  readonly calls: SocketCall[]
  readonly errors: unknown[]
  /** What was announced to everybody. */
  readonly notices: ServerMessages['notice'][]
  /** What finished, as players are told of it and as it is kept. */
  readonly results: BattleResult[]
  readonly battles: FinishedBattle[]
  /** What each socket says it has not sent yet (bytes). */
  readonly buffered: Map<string, number>
  /** How many clock readings the next wake-up takes late (ms). */
  join(userId: string, isSpectator?: boolean): Participant
  /** A player to whom a place of a party is kept takes it. */
  joinParty(userId: string): Participant
  /** Lets the next wake-up come, `lateMs` after its time. */
  wake(lateMs?: number): void
  /** From now on every step and every frame takes so long. */
  burn(cost: { readonly stepMs: number; readonly frameMs: number }): void
  nowMs(): number
  /** Sets the wall clock back. */
  setBack(ms: number): void
  /** What the matchmaker was told, in order. */
  readonly published: BattleMetadata[]
}

export function createFakeSession(options: FakeSessionOptions): FakeSession {
  const time = createTime()
  const fake = {
    calls: [] as SocketCall[],
    errors: [] as unknown[],
    notices: [] as ServerMessages['notice'][],
    results: [] as BattleResult[],
    battles: [] as FinishedBattle[],
    buffered: new Map<string, number>(),
    published: [] as BattleMetadata[],
    state: new BattlefieldState(),
  }
  const note = (client: Client, call: string, bytes = 0) => {
    if (options.isRecording !== false) fake.calls.push({ userId: client.sessionId, call, bytes })
  }
  const ports = fakePorts(options, time, fake, note)
  const holds = new PartyHolds(() => time.clock.monotonicMs())
  const session: BattleSession = new BattleSession({
    ports,
    field: chooseField(options.balance, options),
    state: fake.state,
    roomId: 'fake',
    holds,
    host: {
      guard: (_, work) => {
        try {
          work()
          return true
        } catch (error) {
          fake.errors.push(error)
          return false
        }
      },
      patch: (taker) => {
        const joined = session.roster.all.filter(({ isReceiving }) => isReceiving)
        taker(
          new Uint8Array(1),
          joined.map(({ owner }) => owner),
        )
      },
      announce: (notice) => fake.notices.push(notice),
      close: (client) => note(client, 'close'),
      publish: (metadata) => fake.published.push(metadata),
      reservedCount: () => holds.count,
      welcome: (participant) => session.beginReceiving(participant),
    },
  })
  session.start()
  return {
    ...fake,
    session,
    holds,
    join: (userId, isSpectator = false) => join(session, { userId, isSpectator }, note),
    joinParty: (userId) => {
      const party = holds.settle(toUserId(userId))
      return join(session, { userId, isSpectator: false, party }, note)
    },
    wake: time.wake,
    burn: time.burn,
    setBack: time.setBack,
    nowMs: () => time.clock.monotonicMs(),
  }
}

type Note = (client: Client, call: string, bytes?: number) => void

function join(
  session: BattleSession,
  who: Pick<Participant, 'isSpectator'> & { userId: string; party?: BattleParty | undefined },
  note: Note,
): Participant {
  const { userId, isSpectator, party } = who
  const owner = {
    sessionId: userId,
    send: () => note(owner, 'message'),
    raw: () => note(owner, 'lone patch'),
  } as unknown as Client
  const participant = createParticipant({
    userId: toUserId(userId),
    name: userId,
    bot: false,
    isSpectator,
    classId: 0,
    party,
    owner,
    nowMs: 0,
  })
  session.join(participant)
  session.beginReceiving(participant)
  return participant
}

function createTime() {
  let nowMs = 0
  let due: { atMs: number; callback: () => void } | undefined
  let backMs = 0
  const setBack = (ms: number) => void (backMs += ms)
  const clock: Clock = { monotonicMs: () => nowMs, wallMs: () => nowMs - backMs }
  const timers: Timers = {
    setTimeout(callback, delayMs) {
      due = { atMs: nowMs + delayMs, callback }
      return { cancel: () => undefined }
    },
  }
  let cost = { stepMs: 0, frameMs: 0 }
  const burn = (next: typeof cost) => {
    cost = next
  }
  const spend = (phase: keyof typeof cost) => {
    nowMs += cost[phase]
  }
  const pass = (ms: number) => {
    nowMs += ms
  }
  const wake = (lateMs = 0) => {
    const { atMs, callback } = assertDefined(due, 'the loop waits')
    due = undefined
    nowMs = Math.max(nowMs, atMs) + lateMs
    callback()
  }
  return { clock, timers, wake, burn, spend, pass, setBack }
}

function fakePorts(
  options: FakeSessionOptions,
  time: ReturnType<typeof createTime>,
  fake: Pick<FakeSession, 'results' | 'battles' | 'buffered'>,
  note: Note,
): RoomPorts {
  let serial = 0
  return {
    clock: time.clock,
    timers: time.timers,
    logger: { debug: ignore, info: ignore, warn: ignore, error: ignore },
    metrics: burningMetrics(time, options.workMs),
    auth: {
      verifyAccessToken: () => Promise.reject(new RangeError('nobody signs in here')),
      verifyReturning: () => Promise.reject(new RangeError('nobody comes back here')),
      isUserAllowed: () => Promise.resolve(true),
    },
    sockets: {
      bufferedBytes: ({ sessionId }) => fake.buffered.get(sessionId) ?? 0,
      writeFramed: (client, _, start, end) => {
        time.spend('frameMs')
        note(client, 'frame', end - start)
      },
      frameTail: (body) => body,
      writeFramedWith: (client, { start, end }, tail) => {
        time.spend('frameMs')
        note(client, 'frame', end - start)
        note(client, 'patch', tail.byteLength)
      },
      terminate: (client) => note(client, 'terminate'),
    },
    seats: { claim: ignore, release: ignore },
    results: {
      expect: () => undefined,
      report: (battle) => {
        fake.battles.push(battle)
        fake.results.push(battle.result)
      },
      settled: () => Promise.resolve(),
    },
    balance: () => options.balance,
    limits: { ...TEST_LIMITS, playersMax: 4096, ...options.limits },
    region: 'fake',
    isDraining: () => false,
    createMatchId: () => toMatchId(`match-${++serial}`),
    createSeed: () => serial,
  }
}

/** Takes the time a test wants: with each step, and once per wake-up before it is measured. */
function burningMetrics(time: ReturnType<typeof createTime>, workMs = () => 0): RoomMetrics {
  const tickWork = (phase: string) => {
    if (phase !== 'input') return
    time.spend('stepMs')
    time.pass(workMs())
  }
  const known: Partial<RoomMetrics> = { tickWork }
  return new Proxy({} as RoomMetrics, {
    get: (_, name) => known[name as keyof RoomMetrics] ?? ignore,
  })
}

function ignore(): void {}
