/** Calm and loaded windows of one battle by turns, so that what changes over time is on no side. */
import { tellProgress } from './bench-voice.ts'
import type { Contest, Measured } from './contest.ts'

/** How many of each, and how long. */
export interface Turns {
  readonly rounds: number
  readonly windowSec: number
}

/** The windows of both kinds. */
export interface TurnsTaken {
  readonly calm: readonly Measured[]
  readonly loaded: readonly Measured[]
}

/** Measures; `load` works as long as a window is. The first kind changes from round to round. */
export async function takeTurns(
  contest: Contest,
  { rounds, windowSec }: Turns,
  load: () => Promise<void>,
): Promise<TurnsTaken> {
  const calm: Measured[] = []
  const loaded: Measured[] = []
  const measureCalm = async () => void calm.push(await contest.window(windowSec))
  const measureLoaded = async () => {
    contest.mark()
    await load()
    loaded.push(await contest.take())
  }
  for (let round = 0; round < rounds; round++) {
    tellProgress(`round ${round + 1} of ${rounds}`)
    const order = [measureCalm, measureLoaded]
    for (const measureOne of round % 2 === 0 ? order : order.toReversed()) await measureOne()
  }
  return { calm, loaded }
}
