/** H-02: 500 joins in 10 s into a running battle. */
import { percentileOf } from '../../metrics-text.ts'
import { addressOf, askSeat, openSeat, signIn, type Seat } from '../battle-user.ts'
import { timeFigure, type ChaosLab } from '../chaos-lab.ts'
import { figure, mustBeZero } from '../fault.ts'
import type { AttackReport, AttackScene, Fault, Figure } from '../fault.ts'
import { pause } from '../rogue.ts'

const JOINS = 500
const JOIN_MS_MAX = 500
const BLOCK = 55

/** Joins at an even pace; each from sign-in to the acknowledged seat. */
async function storm(scene: AttackScene): Promise<AttackReport> {
  const joins = scene.args['joins'] ?? JOINS
  const tookMs: number[] = []
  let failed = 0
  let refused = 0
  const one = async (index: number) => {
    const beganMs = performance.now()
    const user = await signIn(scene.target, addressOf(BLOCK, index))
    const answer = await askSeat(scene.target, user)
    if (answer.status === 503 && Number(answer.headers['retry-after']) > 0) {
      refused++
      return
    }
    const seat = JSON.parse(answer.text) as Seat
    const { link } = await openSeat(scene.target, user, seat)
    tookMs.push(performance.now() - beganMs)
    setTimeout(() => link.destroy(), 4000)
  }
  const all: Promise<void>[] = []
  for (let index = 0; index < joins; index++) {
    all.push(one(index).catch(() => void failed++))
    await pause(scene.durationMs / joins)
  }
  await Promise.all(all)
  return { joined: tookMs.length, failed, refused, p95: percentileOf(tookMs, 0.95) }
}

async function runStorm(lab: ChaosLab): Promise<Figure[]> {
  const base = await lab.baseline()
  let report: AttackReport = {}
  const joins = lab.pick(JOINS, 100)
  const window = await lab.during(async () => {
    const args = { joins }
    report = await lab.attack('H-02', 'storm', { durationMs: lab.pick(10_000, 4000), args })
  })
  const waitRatio = Math.max(window.waitRatio, base.waitRatio)
  const slowest = figure('H-02 join p95', report['p95']!, JOIN_MS_MAX, { unit: 'ms' })
  const shape = { unit: 'players', better: 'higher' } as const
  const joined = figure('H-02 joined', report['joined']!, joins, shape)
  return [
    ...(await lab.undisturbed('H-02', window)),
    timeFigure(slowest, waitRatio),
    timeFigure(joined, waitRatio),
    mustBeZero('H-02 joins that broke', report['failed']!),
    figure('H-02 joins told to come back', report['refused']!, null, { unit: 'players' }),
  ]
}

/** The row H-02. */
export const joinStorm: Fault = {
  id: 'H-02',
  title: '500 joins in 10 s',
  group: 'A',
  isSmall: true,
  attacks: { storm },
  run: runStorm,
}
