/**
 * Entry of the bundle that the determinism test runs in a browser: puts one function on the page.
 */
import { GOLDEN_BATTLES } from './golden-battles.ts'
import { hashSimBattle } from './hash-sim-battle.ts'

/** What the page offers to the test. */
export interface GoldenPage {
  hashGoldenBattles: (files: Record<string, unknown>) => string[][]
}

const page = globalThis as unknown as GoldenPage
page.hashGoldenBattles = (files) => GOLDEN_BATTLES.map((wishes) => hashSimBattle(files, wishes))
