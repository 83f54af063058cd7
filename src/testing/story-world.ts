/**
 * The stage of the story test: a server with short battles on one engine, a mail server, and people
 * who have nothing but the packages for clients. Tests only.
 */
import type { TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'

import { createApiClient } from '@battalion/client/api-client.ts'
import type { ApiClient, ApiClientOptions } from '@battalion/client/api-client.ts'
import { ApiError } from '@battalion/client/api-error.ts'
import type { TokenPair } from '@battalion/client/api-tokens.ts'
import type { BattleClient } from '@battalion/client/battle-client.ts'
import { joinHome } from '@battalion/client/home-link.ts'
import type { HomeItem, HomeLink } from '@battalion/client/home-link.ts'
import type { HomeItems } from '@battalion/client/home-messages.ts'
import { INTENT_AT_REST, intentToward } from '@battalion/client/intent.ts'
import { createInterpolatedEntities } from '@battalion/client/interpolated-entities.ts'
import { joinBattle } from '@battalion/client/join-battle.ts'
import type { JoinBattleOptions } from '@battalion/client/join-battle.ts'
import { Button } from '@battalion/sim/commands.ts'
import type { TestEngine } from '@battalion/testkit/test-database.ts'
import { waitUntil } from '@battalion/testkit/wait-until.ts'

import type { DatabasePlace } from '../db/database.ts'
import { systemClock } from '../system-clock.ts'
import { shortenBattles } from './shorten-battles.ts'
import { startSmtpSink } from './smtp-sink.ts'
import type { SmtpSink } from './smtp-sink.ts'
import { startTestApp } from './start-test-app.ts'
import type { TestApp } from './start-test-app.ts'

/** Long enough to be rated (PLAYED_SEC_MIN), and nobody wins before it is over. */
const RATED_BATTLE = { roundSec: 31, tickets: 1000, playersMin: 2 }
/** A starved machine takes several times as long as the battle's own clock (ms). */
const FIGHT_MS_MAX = 200_000
const TRIES_MAX = 6
const MANY = '1000000'
const WIDE_LIMITS = {
  SIGN_INS_PER_ADDRESS_PER_MIN: MANY,
  MATCHMAKES_PER_USER_PER_MIN: MANY,
  ACCOUNT_PER_USER_PER_MIN: MANY,
  READS_PER_ADDRESS_PER_MIN: MANY,
  MAILS_PER_USER_PER_MIN: '1000',
  // Who lost his line or has a seat in the story is expected for longer than the story waits.
  RECONNECT_GRACE_SEC: '20',
  SEAT_TIMEOUT_SEC: '20',
}

/** The stage. */
export interface StoryWorld extends TestApp {
  readonly place: DatabasePlace
  readonly mail: SmtpSink
  close(): Promise<void>
}

/** Sets it. */
export async function openStoryWorld(engine: TestEngine): Promise<StoryWorld> {
  const closers: (() => unknown)[] = []
  const test: Pick<TestContext, 'after'> = {
    after: (close) => void closers.push(close as () => unknown),
  }
  const close = async () => {
    for (const one of closers.toReversed()) await one()
  }
  try {
    const place = await engine.place(test, 'migrated')
    const mail = await startSmtpSink(test)
    const env = { ...WIDE_LIMITS, SMTP_URL: mail.url }
    const arrangeRooms = shortenBattles(RATED_BATTLE)
    const app = await startTestApp(test, env, { databasePlace: place, arrangeRooms })
    return { ...app, place, mail, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** Somebody with a client. */
export class Person {
  readonly api: ApiClient
  userId = ''
  /** What came over the standing connection, oldest first. */
  readonly heard: HomeItem[] = []
  home!: HomeLink
  /** Resolves with the reason when the standing connection is closed for him. */
  homeClosed!: Promise<string | undefined>

  constructor(baseUrl: string) {
    this.api = createPatientApi({ baseUrl })
  }

  /** Keeps what signing in answered. */
  keep(signedIn: TokenPair & { readonly userId: string }): void {
    this.userId = signedIn.userId
    this.api.tokens.write(signedIn)
  }

  /** The pair he has. */
  get tokens(): TokenPair {
    return this.api.tokens.read()!
  }

  /** Opens the standing connection. */
  async goHome(): Promise<void> {
    const { accessToken } = this.tokens
    this.home = await joinHome({ baseUrl: this.api.baseUrl, accessToken })
    const closed = Promise.withResolvers<string | undefined>()
    this.homeClosed = closed.promise
    this.home.listen({
      item: (item) => void this.heard.push(item),
      closed: (reason) => closed.resolve(reason),
    })
  }

  /** Waits for an item of the feed, come or to come. */
  async hear<Type extends keyof HomeItems>(
    type: Type,
    isIt: (body: HomeItems[Type]) => boolean,
  ): Promise<HomeItems[Type]> {
    const find = () => this.heard.find((item) => item[0] === type && isIt(item[1] as never))
    await waitUntil(`an item ${type}`, () => find() !== undefined)
    return find()![1] as HomeItems[Type]
  }

  /** Takes a seat in a duel. */
  join(more: Partial<JoinBattleOptions> = {}): Promise<BattleClient> {
    const { accessToken } = this.tokens
    const { baseUrl } = this.api
    return joinBattle({ baseUrl, accessToken, options: { mode: 'duel' }, now, ...more })
  }
}

/** A client that comes again when a starved server asks it to, as clients should. */
export function createPatientApi(options: ApiClientOptions): ApiClient {
  const api = createApiClient(options)
  const { get, post, put, patch } = api
  const calls = { get: patient(get), post: patient(post), put: patient(put), patch: patient(patch) }
  return { ...api, ...calls, delete: patient(api.delete) }
}

function patient<Call extends (...args: never[]) => Promise<unknown>>(call: Call): Call {
  const again = async (...args: Parameters<Call>): Promise<unknown> => {
    for (let tries = 1; ; tries++) {
      try {
        return await call(...args)
      } catch (error) {
        const isBusy = error instanceof ApiError && error.code === 'database_unavailable'
        if (!isBusy || tries === TRIES_MAX) throw error
        await sleep(1000 * (error.retryAfterSec ?? 1))
      }
    }
  }
  return again as Call
}

/** Everybody walks up to the nearest other and fires, until `isDone`. */
export async function fight(
  clients: readonly BattleClient[],
  isDone: () => boolean,
): Promise<void> {
  const seen = createInterpolatedEntities()
  const act = (client: BattleClient) => {
    client.update(now())
    client.sample(now(), seen)
    const { own } = client
    const intent =
      seen.count === 0
        ? INTENT_AT_REST
        : intentToward(seen.x[0]! - own.x, seen.z[0]! - own.z, Button.fire)
    client.setIntent(intent)
  }
  const step = () => {
    for (const client of clients) act(client)
    return isDone()
  }
  await waitUntil('the end of a fight', step, FIGHT_MS_MAX)
}

function now(): number {
  return systemClock.monotonicMs()
}
