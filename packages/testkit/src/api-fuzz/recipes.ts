/** Requests that succeed, by route: who asks, with which parameters and body. */
import { ACCOUNT_RECIPES } from './account-recipes.ts'
import type { FuzzKit } from './fuzz-kit.ts'
import type { FuzzPerson } from './fuzz-stage.ts'
import type { FuzzWorld } from './fuzz-world.ts'
import { SOCIAL_RECIPES } from './social-recipes.ts'
import { STAFF_RECIPES } from './staff-recipes.ts'

/** What to send; what is left out is drawn from the document. */
export interface Wish {
  /** Anybody who may, when left out. */
  readonly who?: FuzzPerson
  /** Of path and query. */
  readonly params?: Readonly<Record<string, string>>
  readonly body?: unknown
}

/** Makes what must be there, then says what to send. */
export type Recipe = (kit: FuzzKit, world: FuzzWorld) => Promise<Wish>
export type Recipes = Readonly<Record<string, Recipe>>

export const RECIPES: Recipes = { ...ACCOUNT_RECIPES, ...SOCIAL_RECIPES, ...STAFF_RECIPES }

/** Routes that never answer with success here, and why. */
export const NEVER_GOOD: Readonly<Record<string, string>> = {
  'POST /v1/admin/operator': 'makes the first operator, and this server has some already',
}
