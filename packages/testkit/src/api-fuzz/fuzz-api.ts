/**
 * Hostile requests against a running server, made from its OpenAPI document and a seed: every route
 * in turn, as it should be asked, with one thing wrong, and wildly; by players, operators of every
 * role and nobody; with ids of their own, of others, of what is gone and what never was. Requests
 * go one at a time, so that a finding is the request that is named in it.
 */
import { createPrng } from '@battalion/base/prng.ts'

import type { ApiDocument, ApiOperation } from '../api-document.ts'
import { operationsOf } from '../api-document.ts'
import { FuzzKit, MakingError, NOBODY } from './fuzz-kit.ts'
import type { FuzzPerson, FuzzStage } from './fuzz-stage.ts'
import { FuzzValues } from './fuzz-values.ts'
import { forbiddenTo, openFuzzWorld, replacePerson } from './fuzz-world.ts'
import type { FuzzWorld, Mark } from './fuzz-world.ts'
import { judgeAnswer } from './judge-answer.ts'
import type { FuzzAnswer } from './judge-answer.ts'
import { makeRequest } from './make-request.ts'
import type { FuzzMode } from './make-request.ts'
import { NEVER_GOOD, RECIPES } from './recipes.ts'
import type { Wish } from './recipes.ts'
import { sendRequest, showAnswer, showRequest } from './send-request.ts'
import type { FuzzRequest } from './send-request.ts'

const GUESTS_COUNT = 24
const MAINTENANCE = 'PUT /v1/admin/maintenance'
/** His session is over, or he may no longer sign in. */
const LOST = /"code":"(unauthenticated|banned|account_banned)"/

/** What to do. */
export interface FuzzPlan {
  readonly url: string
  readonly seed: number
  readonly count: number
  /** Tables of the database, which no answer may name. */
  readonly tables: readonly string[]
  readonly stage: FuzzStage
  readonly onProgress?: (done: number) => void
}

/** What came of it. */
export interface FuzzReport {
  readonly requests: number
  readonly byStatus: Readonly<Record<number, number>>
  /** How many answers of which status each route gave. */
  readonly routes: ReadonlyMap<string, ReadonlyMap<number, number>>
  readonly findings: readonly string[]
  /** What recipes could not make: no fault, but less was tried. */
  readonly unmade: readonly string[]
}

/** Runs the plan. */
export async function fuzzApi(plan: FuzzPlan): Promise<FuzzReport> {
  const document = (await (await fetch(`${plan.url}/openapi.json`)).json()) as ApiDocument
  const fuzz = new ApiFuzz(plan, document)
  await fuzz.run()
  return fuzz.report()
}

class ApiFuzz {
  readonly #plan: FuzzPlan
  readonly #operations: readonly (readonly [string, ApiOperation])[]
  readonly #kit: FuzzKit
  readonly #values: FuzzValues
  readonly #routes = new Map<string, Map<number, number>>()
  readonly #findings: string[] = []
  readonly #unmade: string[] = []
  readonly #guests: (FuzzPerson | undefined)[] = []
  #marks: readonly Mark[] = []
  #world!: FuzzWorld

  constructor(plan: FuzzPlan, document: ApiDocument) {
    this.#plan = plan
    this.#operations = [...operationsOf(document)]
    this.#kit = new FuzzKit(plan.url, plan.stage, (...seen) => this.#judge('on the way', ...seen))
    this.#values = new FuzzValues(createPrng(plan.seed), document, (name) => this.#ids(name))
    for (const [key] of this.#operations) this.#routes.set(key, new Map())
  }

  async run(): Promise<void> {
    this.#world = await openFuzzWorld(this.#kit)
    this.#marks = this.#world.marks
    const { length } = this.#operations
    for (let index = 0; index < this.#plan.count; index++) {
      const [key, operation] = this.#operations[index % length]!
      // The first round is as it should be: whatever can succeed does at least once.
      const mode = index < length ? 'plain' : this.#drawMode()
      await this.#try(index, { key, operation, mode })
      this.#plan.onProgress?.(index + 1)
    }
  }

  report(): FuzzReport {
    const byStatus: Record<number, number> = {}
    for (const statuses of this.#routes.values()) {
      for (const [status, count] of statuses) byStatus[status] = (byStatus[status] ?? 0) + count
    }
    const common = { requests: this.#plan.count, byStatus, routes: this.#routes }
    return { ...common, findings: [...this.#findings, ...this.#neverGood()], unmade: this.#unmade }
  }

  #neverGood(): string[] {
    if (this.#plan.count < this.#operations.length) return []
    const isGood = (key: string) => [...this.#routes.get(key)!.keys()].some((code) => code < 400)
    return this.#operations
      .filter(([key]) => !isGood(key) && NEVER_GOOD[key] === undefined)
      .map(([key]) => `${key} never answered with success`)
  }

  async #try(
    index: number,
    of: { readonly key: string; readonly operation: ApiOperation; readonly mode: FuzzMode },
  ): Promise<void> {
    const wish: Wish = of.mode === 'wild' ? {} : await this.#wish(of.key)
    const drawn = await this.#drawPerson(of.key, of.mode)
    const isOther = of.mode === 'wrong' && this.#values.chance(15)
    const who = isOther ? drawn : (wish.who ?? drawn)
    const parts = { ...of, who, wish, address: this.#kit.address() }
    const request = makeRequest(this.#values, parts)
    const answer = await sendRequest(this.#plan.url, request)
    const statuses = this.#routes.get(of.key)!
    statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1)
    this.#judge(`request ${index}`, who, of.key, request, answer, of.operation)
    if (answer.status < 300) this.#kit.learn(answer.text)
    await this.#recover(of.key, answer, who)
  }

  async #wish(key: string): Promise<Wish> {
    const recipe = RECIPES[key]
    if (recipe === undefined) return {}
    try {
      return await recipe(this.#kit, this.#world)
    } catch (error) {
      if (!(error instanceof Error)) throw error
      this.#unmade.push(`${key}: ${error.message}`)
      if (error instanceof MakingError) await this.#mend()
      return {}
    }
  }

  /** What recipes stand on is looked after: operators who are signed in, a server that is open. */
  async #mend(): Promise<void> {
    for (const who of [...this.#world.admins, ...this.#world.staff]) {
      const { status } = await this.#kit.send(who, 'mending', 'GET /v1/admin/session')
      if (status !== 200) await replacePerson(this.#kit, this.#world, who)
    }
    const admin = this.#world.admins[0]!
    await this.#kit.send(admin, 'mending', MAINTENANCE, { isOn: false })
  }

  #drawMode(): FuzzMode {
    const draw = this.#values.index(100)
    if (draw < 35) return 'good'
    return draw < 70 ? 'wrong' : 'wild'
  }

  async #drawPerson(key: string, mode: FuzzMode): Promise<FuzzPerson> {
    const { admins, staff, residents } = this.#world
    const isAdmin = key.includes(' /v1/admin/')
    if (mode === 'plain' || mode === 'good')
      return isAdmin ? admins[0]! : this.#values.pick(residents)
    const draw = this.#values.index(100)
    if (draw < 5) return NOBODY
    if (isAdmin) {
      if (draw < 70) return this.#values.pick(admins)
      return draw < 88 ? this.#values.pick(staff) : this.#values.pick(residents)
    }
    if (draw < 10) return this.#values.pick(admins)
    if (draw < 60) return this.#values.pick(residents)
    const index = this.#values.index(GUESTS_COUNT)
    return (this.#guests[index] ??= await this.#kit.guest())
  }

  /** What a request ended is begun anew, so that the next ones find the world as it was. */
  async #recover(key: string, answer: FuzzAnswer, who: FuzzPerson): Promise<void> {
    if (key === MAINTENANCE && answer.status < 300) await this.#mend()
    if (!LOST.test(answer.text) && !/\/(logout|delete|session)/.test(key)) return
    const guest = this.#guests.indexOf(who)
    if (guest >= 0) this.#guests[guest] = undefined
    if (who.userId === '' || guest >= 0) return
    const path = 'cookie' in who.headers ? '/v1/admin/session' : '/v1/me'
    const { status } = await this.#kit.send(who, 'looking', `GET ${path}`)
    if (status !== 200) await replacePerson(this.#kit, this.#world, who)
  }

  #judge(
    what: string,
    ...[who, key, request, answer, operation]: [
      ...[FuzzPerson, string, FuzzRequest, FuzzAnswer],
      ApiOperation?,
    ]
  ): void {
    const canaries = forbiddenTo(who, this.#marks)
    const secrets = { canaries, tables: this.#plan.tables }
    for (const wrong of judgeAnswer(key, operation, answer, secrets)) {
      const told = `${showRequest(request)}\n  ${showAnswer(answer)}`
      this.#findings.push(`${what}: ${key} ${wrong}\n  ${told}`)
    }
  }

  /** Known ids by the name of a parameter; names nobody knows but end in Id are users. */
  #ids(name: string): readonly string[] {
    const { pools } = this.#kit
    return pools.get(name) ?? (/Ids?$|^ids$/.test(name) ? (pools.get('userId') ?? []) : [])
  }
}
