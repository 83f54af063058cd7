/** H-01, H-02 and H-05: ten minutes of 200 bots, 500 joins in 10 s, twice the load that fits. */
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { percentileOf, sumOf } from '../../metrics-text.ts'
import { addressOf, askSeat, openSeat, signIn, type Seat } from '../battle-user.ts'
import { isReady, timeFigure, type ChaosLab } from '../chaos-lab.ts'
import { figure, mustBeZero, mustHold } from '../fault.ts'
import type { AttackReport, AttackScene, Fault, Figure } from '../fault.ts'
import { pause } from '../rogue.ts'

const JOINS = 500
const JOIN_MS_MAX = 500
const BLOCK = 55
/** 60 % of the 33 ms of a 30 Hz tick, though these battles have 50. */
const TICK_WORK_MS_MAX = 20
const ROOT = join(import.meta.dirname, '../../..')

interface ReportRow {
  readonly name: string
  readonly value: number
  readonly unit: string
}

/** The load program, with its own server; returns its rows. */
async function runLoad(durationSec: number): Promise<readonly ReportRow[]> {
  const file = join(tmpdir(), `battalion-h01-${process.pid}.json`)
  const args = ['--scenario', 'battle-200', '--duration', String(durationSec), '--json', file]
  const child = spawn(process.execPath, ['loadtest/run-load.ts', ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  await new Promise((resolve) => child.once('exit', resolve))
  const report = JSON.parse(readFileSync(file, 'utf8')) as { readonly rows: readonly ReportRow[] }
  return report.rows
}

async function runBattle(lab: ChaosLab): Promise<Figure[]> {
  const rows = await runLoad(lab.pick(600, 20))
  const valueOf = (name: string) => rows.find((row) => row.name.endsWith(name))?.value ?? Number.NaN
  return [
    figure('H-01 tick work p99', valueOf('tick_work_p99_ms'), TICK_WORK_MS_MAX, { unit: 'ms' }),
    figure('H-01 tick lateness p99', valueOf('tick_lateness_p99_ms'), 20, { unit: 'ms' }),
    mustBeZero('H-01 connections lost', valueOf('disconnects_unexpected')),
    mustBeZero('H-01 joins failed', valueOf('joins_failed')),
  ]
}

/** The row H-01. */
export const longBattle: Fault = {
  id: 'H-01',
  title: '200 bots for 10 minutes',
  group: 'H-01',
  isSmall: false,
  run: runBattle,
}

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
  const window = await lab.during(async () => {
    const args = { joins: lab.pick(JOINS, 100) }
    report = await lab.attack('H-02', 'storm', { durationMs: lab.pick(10_000, 4000), args })
  })
  const waitRatio = Math.max(window.waitRatio, base.waitRatio)
  const slowest = figure('H-02 join p95', report['p95']!, JOIN_MS_MAX, { unit: 'ms' })
  return [
    ...(await lab.undisturbed('H-02', window)),
    timeFigure(slowest, waitRatio),
    figure('H-02 joined', report['joined']!, null, { unit: 'players' }),
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

/** Half of each 100 ms the server gets no core: what fits 1.0 is a load of 2 from now on. */
const STOLEN_MS = 60
const CYCLE_MS = 100

async function runOverload(lab: ChaosLab): Promise<Figure[]> {
  await lab.baseline()
  const server = await lab.server()
  let report: AttackReport = {}
  let level = 0
  const thief = { isStealing: true }
  const steal = async () => {
    while (thief.isStealing) {
      server.child.kill('SIGSTOP')
      await pause(STOLEN_MS)
      server.child.kill('SIGCONT')
      await pause(CYCLE_MS - STOLEN_MS)
    }
  }
  const window = await lab.during(async () => {
    const stealing = steal()
    await lab.wait(lab.pick(20_000, 8000))
    level = sumOf(await lab.metrics(), 'battalion_shed_level')
    report = await lab.attack('H-05', 'storm', { durationMs: 2000, args: { joins: 20 } })
    thief.isStealing = false
    await stealing
  })
  return [
    mustBeZero('H-05 process ends', server.exitedWith() === undefined ? 0 : 1),
    mustHold('H-05 ready afterwards', await isReady(server.ops)),
    mustBeZero('H-05 players lost', window.honestLost),
    figure('H-05 announced overload step', level, 1, { unit: 'step', better: 'higher' }),
    mustBeZero('H-05 joins that broke (503 with a time is an answer)', report['failed']!),
    figure('H-05 joins told to come back', report['refused']!, null, { unit: 'players' }),
    figure('H-05 share of the full snapshot rate', window.snapshotRatio, null, { unit: 'share' }),
  ]
}

/** The row H-05; the load is made by taking the core away, which is the same to the server. */
export const overload: Fault = {
  id: 'H-05',
  title: 'too little core for the battle: announced steps, clear refusals, nobody lost',
  group: 'A',
  isSmall: false,
  attacks: { storm },
  run: runOverload,
}
