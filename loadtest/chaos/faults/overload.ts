/**
 * H-05: twice the load that fits. On a server whose battles take many times as long as here, so
 * that few players fill it, by work: players come until admission sends them away and twice as many
 * as are in have asked; then every step costs twice, then ten times as much; then all is well.
 */
import { sumOf } from '../../metrics-text.ts'
import { ChaosLab, isReady, timeFigure, type Window } from '../chaos-lab.ts'
import { figure, mustBeZero, mustHold, type Fault, type Figure } from '../fault.ts'
import type { Growth } from '../honest-main.ts'

/** How much slower than here: some dozens of players are then as many as fit. */
const SLOWNESS = 30
const TWICE = 2
const FAR_TOO_MUCH = 10
const FIRST_PLAYERS = 24
const PLAYERS_MAX = 400
const GROWTH = { more: 4, gapMs: 250 }
/** Refused so often, each time with no join in the ticks that admission goes by, it is full. */
const REFUSALS_IN_A_ROW = 3
const FILL_ROUNDS_MAX = 150
/** The percentile that admission goes by is that of the last 12.8 s. */
const ADMISSION_MS = 14_000
const SETTLE_MS = 20_000
const RECOVER_MS_MAX = 150_000
const RATE_MIN = 0.95
const CLOCK_MAX = 1.05
const FULL_HZ = 20
/** Who asks in all, over who is let in: twice the load that fits. */
const ASKED_MIN = 2
const ASK_ROUNDS_MAX = 10
const NOTICES = [
  'overload_far_slower',
  'overload_fewer_snapshots',
  'overload_half_rate',
  'overload_slow_time',
  'overload_closed',
  'overload_over',
]

interface Story {
  readonly fits: number
  readonly beyond: Growth
  readonly asked: Window
  readonly twice: Window
  readonly far: Window
  readonly farJoins: Growth
  readonly farLevel: number
  readonly notices: readonly string[]
  readonly steps: readonly number[]
  readonly recoveredMs: number
  readonly later: Growth
}

async function run(lab: ChaosLab): Promise<Figure[]> {
  const server = { program: 'loadtest/chaos/tuned-main.ts', env: { IDLE_KICK_SEC: '86400' } }
  const crowdOptions = { mode: 'front', map: 'front' }
  const { options } = lab
  const small = { crowdSize: FIRST_PLAYERS, hasWitness: true }
  const slow = new ChaosLab({ ...options, ...small, server, crowdOptions })
  try {
    await slow.startCrowd()
    return await judge(slow, await tell(slow))
  } finally {
    await slow.stop()
  }
}

async function tell(lab: ChaosLab): Promise<Story> {
  lab.order({ slowness: SLOWNESS })
  const fits = await fill(lab)
  lab.options.say(`${fits} players fit; twice as many ask for a seat …`)
  let beyond: Growth = { joined: 0, refused: 0, broken: 0 }
  const asked = await lab.during(async () => (beyond = await askForTwice(lab, fits)))
  lab.options.say('every step costs twice as much …')
  const twice = await slowDown(lab, TWICE)
  lab.options.say('every step costs ten times as much …')
  const far = await slowDown(lab, FAR_TOO_MUCH)
  const farLevel = sumOf(await lab.metrics(), 'battalion_shed_level')
  const farJoins = await lab.growCrowd({ more: 20, gapMs: 100 })
  lab.options.say('all is well again …')
  lab.order({ slowness: 1 })
  const { recoveredMs, last } = await recover(lab)
  const parts = [asked, twice, far, last]
  const announced = parts.flatMap(({ sample }) => sample.announced ?? [])
  return {
    fits,
    beyond,
    asked,
    twice,
    far,
    farJoins,
    farLevel,
    recoveredMs,
    notices: announced.flatMap(({ notices }) => notices),
    steps: announced.flatMap(({ steps }) => steps),
    later: await lab.growCrowd({ more: 5, gapMs: 200 }),
  }
}

/** Lets players in until the battle will take no more; returns how many are in. */
async function fill(lab: ChaosLab): Promise<number> {
  let fits = FIRST_PLAYERS
  let refusals = 0
  for (let round = 0; round < FILL_ROUNDS_MAX && fits < PLAYERS_MAX; round++) {
    const { joined } = await lab.growCrowd(GROWTH)
    fits += joined
    refusals = joined > 0 ? 0 : refusals + 1
    if (refusals === REFUSALS_IN_A_ROW) break
    if (joined === 0) await lab.wait(ADMISSION_MS)
  }
  return fits
}

/**
 * Asks until twice as many have asked as are in. Admission goes by the worst ticks of 13 s, so what
 * fits is no fixed number: a calm while lets a few more in, and for each of them one more must ask.
 */
async function askForTwice(lab: ChaosLab, fits: number): Promise<Growth> {
  const all = { joined: 0, refused: 0, broken: 0 }
  for (let round = 0; round < ASK_ROUNDS_MAX; round++) {
    const more = fits + all.joined - all.refused - all.broken
    if (more <= 0) break
    const growth = await lab.growCrowd({ more, gapMs: lab.pick(20_000, 10_000) / fits })
    all.joined += growth.joined
    all.refused += growth.refused
    all.broken += growth.broken
  }
  return all
}

async function slowDown(lab: ChaosLab, times: number): Promise<Window> {
  lab.order({ slowness: times * SLOWNESS })
  const whole = await lab.during(async () => await lab.wait(SETTLE_MS))
  const measured = await lab.during(() => lab.wait(lab.pick(30_000, 10_000)))
  // What was announced on the way down belongs to the story as well.
  const { announced } = measured.sample
  const way = whole.sample.announced
  if (announced === undefined || way === undefined) return measured
  const notices = [...way.notices, ...announced.notices]
  const steps = [...way.steps, ...announced.steps]
  return {
    ...measured,
    sample: { ...measured.sample, announced: { ...announced, notices, steps } },
  }
}

async function recover(lab: ChaosLab): Promise<{ recoveredMs: number; last: Window }> {
  const beganMs = performance.now()
  const last = await lab.during(async () => {
    while (performance.now() - beganMs < RECOVER_MS_MAX) {
      const now = await lab.metrics()
      const isClosed = sumOf(now, 'battalion_admission_closed_rooms') > 0
      if (sumOf(now, 'battalion_shed_level') === 0 && !isClosed) break
      await lab.wait(500)
    }
    await lab.wait(1000)
  })
  return { recoveredMs: performance.now() - beganMs, last }
}

async function judge(lab: ChaosLab, story: Story): Promise<Figure[]> {
  const server = await lab.server()
  const { fits, beyond, asked, twice, far, farJoins } = story
  const times = { unit: 'times', better: 'higher' } as const
  const windows = [asked, twice, far]
  const seated = fits + beyond.joined
  return [
    figure('H-05 players that fit', fits, null, { unit: 'players' }),
    mustHold('H-05 more did not fit', fits < PLAYERS_MAX),
    figure('H-05 let in by a calm while', beyond.joined, null, { unit: 'players' }),
    figure('H-05 asked over let in', (seated + beyond.refused) / seated, ASKED_MIN, times),
    mustBeZero('H-05 joins answered otherwise than 503 with a time', beyond.broken),
    ...paceFigures('H-05 while they ask', asked, fits),
    fullRateFigure(asked),
    ...paceFigures('H-05 at twice the load', twice, fits),
    ...paceFigures('H-05 at ten times the load', far, fits),
    mustHold('H-05 at twice the load a step is announced', (highestStep(twice) ?? 0) >= 1),
    figure('H-05 step at ten times the load', story.farLevel, 5, {
      unit: 'step',
      better: 'higher',
    }),
    mustBeZero('H-05 joins let in at step 5', farJoins.joined + farJoins.broken),
    mustBeZero(
      'H-05 players lost',
      windows.reduce((sum, { sample }) => sum + sample.disconnects, 0),
    ),
    ...tellingFigures(story),
    figure('H-05 recovered after', story.recoveredMs, RECOVER_MS_MAX, { unit: 'ms' }),
    figure('H-05 joins after the recovery', story.later.joined, 5, {
      unit: 'players',
      better: 'higher',
    }),
    mustBeZero('H-05 process ends', server.exitedWith() === undefined ? 0 : 1),
    mustHold('H-05 ready afterwards', await isReady(server.ops)),
  ]
}

/** Rates against what was announced meanwhile, of the player worst off. */
function paceFigures(name: string, { sample, waitRatio }: Window, fits: number): Figure[] {
  const { announced, snapshotsOf } = sample
  if (announced === undefined) return [mustHold(`${name} the witness saw it`, false)]
  const worst = Math.min(...snapshotsOf.slice(0, fits)) / announced.snapshots
  const clock = announced.ticks / announced.ticksDue
  const share = { unit: 'share', better: 'higher' } as const
  const rateHz = (announced.snapshots / sample.elapsedMs) * 1000
  return [
    figure(`${name}: announced rate`, rateHz, null, { unit: 'Hz' }),
    figure(`${name}: server waited for its core`, waitRatio * 100, null, { unit: '%' }),
    timeFigure(figure(`${name}: least of it that came`, worst, RATE_MIN, share), waitRatio),
    timeFigure(figure(`${name}: battle clock, at least`, clock, RATE_MIN, share), waitRatio),
    figure(`${name}: battle clock, at most`, clock, CLOCK_MAX, { unit: 'share' }),
  ]
}

/** Whoever is in gives nothing up for those who are not let in. */
function fullRateFigure({ sample, waitRatio }: Window): Figure {
  const hz = ((sample.announced?.snapshots ?? 0) / sample.elapsedMs) * 1000
  const shape = { unit: 'Hz', better: 'higher' } as const
  return timeFigure(
    figure('H-05 while they ask: full rate is announced', hz, RATE_MIN * FULL_HZ, shape),
    waitRatio,
  )
}

function highestStep({ sample }: Window): number | undefined {
  const { steps } = sample.announced ?? {}
  return steps === undefined ? undefined : Math.max(...steps)
}

/** Every step told by notice, by room state and by metric. */
function tellingFigures({ notices, steps, far }: Story): Figure[] {
  const missing = NOTICES.filter((code) => !notices.includes(code))
  const unseen = [0, 1, 2, 3, 4, 5].filter((step) => !steps.includes(step))
  const name = 'battalion_overload_changes_total'
  const uncounted = [1, 2, 3, 4, 5].filter(
    (step) => ![...far.after.values.keys()].some((key) => isChange(key, name, step)),
  )
  return [
    mustBeZero('H-05 steps without a notice', missing.length),
    mustBeZero('H-05 steps that room state did not show', unseen.length),
    mustBeZero('H-05 steps down that no metric counted', uncounted.length),
  ]
}

function isChange(key: string, name: string, step: number): boolean {
  return key.startsWith(name) && key.includes(`step="${step}"`) && key.includes('"down"')
}

/** The row. */
export const overload: Fault = {
  id: 'H-05',
  title: 'twice the load that fits: clear refusals, announced steps, the announced rate kept',
  group: 'H-05',
  isSmall: false,
  run,
}
