/**
 * What recipes are cooked with: people of every kind, requests that must succeed, ids by kind. Each
 * answer on the way is judged too, so that a fault while something is made is found as well.
 */
import type { FuzzAnswer } from './judge-answer.ts'
import { sendRequest } from './send-request.ts'
import type { FuzzRequest } from './send-request.ts'
import type { FuzzOperator, FuzzPerson, FuzzStage } from './fuzz-stage.ts'

/** An object of an answer. */
export type Made = Readonly<Record<string, unknown>>

/** An account and what it signs in with. */
export interface FuzzAccount extends FuzzPerson {
  readonly name: string
  readonly email: string
  readonly password: string
  readonly refreshToken: string
}

/** Told of each request and its answer. */
export type OnAnswer = (who: FuzzPerson, key: string, of: FuzzRequest, answer: FuzzAnswer) => void

/** Whoever is not signed in. */
export const NOBODY: FuzzPerson = { userId: '', headers: {}, permissions: new Set() }
export const ALL_ROLES = ['admin', 'game-team', 'store-manager'] as const
const PASSWORD = 'difference engine'
/** Ids of one kind that are remembered, the newest. */
const POOL_COUNT_MAX = 40
const LEARNT_NAMES = 'userId groupId partyId channelId sessionId matchId cursor'.split(' ')

/** Makes them; one per run. */
export class FuzzKit {
  readonly url: string
  readonly stage: FuzzStage
  /** Ids by the name of a parameter: own ones, others', of what is gone and what never was. */
  readonly pools = new Map<string, string[]>()
  readonly #onAnswer: OnAnswer
  #count = 0

  constructor(url: string, stage: FuzzStage, onAnswer: OnAnswer) {
    this.url = url
    this.stage = stage
    this.#onAnswer = onAnswer
  }

  /** A number that was not there before. */
  next(): number {
    return ++this.#count
  }

  /** Remembers an id for requests to come. */
  keep(name: string, id: unknown): string {
    const text = String(id)
    const pool = this.pools.get(name) ?? []
    if (!pool.includes(text)) pool.push(text)
    // The first are the victim's and the residents': they stay.
    if (pool.length > POOL_COUNT_MAX) pool.splice(POOL_COUNT_MAX / 2, 1)
    this.pools.set(name, pool)
    return text
  }

  /** Sends `METHOD /path` and gives the answer as it is. */
  async send(who: FuzzPerson, key: string, line: string, body?: unknown): Promise<FuzzAnswer> {
    const [method = '', path = ''] = line.split(' ')
    const json = body === undefined ? {} : { 'content-type': 'application/json' }
    const hasKey = method !== 'GET' && method !== 'DELETE'
    const once = hasKey ? { 'idempotency-key': `made-${this.next()}` } : {}
    const headers = { ...this.address(), ...json, ...once, ...who.headers }
    const request = { method, path, headers, body: JSON.stringify(body) }
    const answer = await sendRequest(this.url, request)
    this.#onAnswer(who, key, request, answer)
    return answer
  }

  /** Sends it and reads the answer; throws when it is a refusal. */
  async ask(who: FuzzPerson, line: string, body?: unknown): Promise<Made> {
    const answer = await this.send(who, `made by ${line}`, line, body)
    if (answer.status >= 400) throw new MakingError(`${line}: ${answer.status} ${answer.text}`)
    return answer.text === '' ? {} : (JSON.parse(answer.text) as Made)
  }

  /** A new address, so that no limit of addresses is reached. */
  address(): Record<string, string> {
    const number = this.next()
    return { 'x-forwarded-for': `198.${number >> 16}.${(number >> 8) & 255}.${number & 255}` }
  }

  async guest(headers: Readonly<Record<string, string>> = {}): Promise<FuzzPerson> {
    const name = `Guest ${this.next()}`
    return signedIn(await this.ask({ ...NOBODY, headers }, 'POST /v1/auth/guest', { name }))
  }

  /** A new account; its mails are real, its password is known. */
  async account(more: Partial<FuzzAccount> = {}): Promise<FuzzAccount> {
    const form = { ...this.form(), ...pickForm(more) }
    const made = await this.ask({ ...NOBODY, ...more }, 'POST /v1/auth/signup', form)
    return { ...form, ...signedIn(made), refreshToken: String(made['refreshToken']) }
  }

  /** A form that signing up takes. */
  form(): { name: string; email: string; password: string } {
    const name = `Account ${this.next()}`
    return { name, email: `${name.replace(' ', '.')}@example.org`, password: PASSWORD }
  }

  operator(roles: readonly string[]): Promise<FuzzOperator> {
    return this.stage.operator(roles)
  }

  /** Remembers what an answer made, by the names of its fields. */
  learn(text: string): void {
    for (const name of LEARNT_NAMES) {
      const id = new RegExp(`"${name}":"([\\w.-]{1,300})"`).exec(text)?.[1]
      if (id !== undefined) this.keep(name, id)
    }
  }
}

/** Something could not be made: the request is then drawn from the document alone. */
export class MakingError extends Error {
  override readonly name = 'MakingError'
}

/** A player by the answer to signing in. */
export function signedIn(made: Made): FuzzPerson {
  const headers = { authorization: `Bearer ${String(made['accessToken'])}` }
  return { userId: String(made['userId']), headers, permissions: new Set() }
}

/** An operator by the answer to signing in to the console. */
export function consoleOf(answer: FuzzAnswer): FuzzPerson {
  const { userId, csrfToken } = JSON.parse(answer.text) as Record<string, string>
  const cookie = (answer.cookies ?? '').split(';')[0] ?? ''
  const headers = { cookie, 'x-csrf-token': csrfToken ?? '' }
  return { userId: userId ?? '', headers, permissions: new Set() }
}

function pickForm({ name, email, password }: Partial<FuzzAccount>): object {
  return {
    ...(name === undefined ? {} : { name }),
    ...(email === undefined ? {} : { email }),
    ...(password === undefined ? {} : { password }),
  }
}
