/**
 * `npm run faults -- [ID…] [--small] [--json FILE] [--seed N]`: attacks a server of its own and
 * prints what each row of the fault catalogue came to. Rows of a group share one server, its
 * honest crowd and one baseline. Ends by itself, loopback only; exit code 1 when a figure fails.
 */
import { writeFileSync } from 'node:fs'

import { readArguments } from '@battalion/testkit/read-arguments.ts'

import { ChaosLab, isTimeFigure } from './chaos-lab.ts'
import { FAULTS } from './fault-list.ts'
import type { Fault, Figure } from './fault.ts'

const SEED = 4711
const USAGE = `npm run faults -- [ID…] [--small] [--json FILE] [--seed N]
  ID       a row (A-01) or a group (A); all when none is named
  --small  the selection of CI`
/** A row of which nothing but times failed is run so often: one stall of the machine is not it. */
const TIME_TRIES = 3
/** Groups whose attackers need a battle to themselves: what the crowd plays instead. */
const CROWD_ELSEWHERE: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  B: { mode: 'conquest', map: 'front' },
  E: { mode: 'conquest', map: 'front' },
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

/** The rows asked for: by id, by letter of a group, the selection for CI, or all. */
function chooseFaults(wanted: readonly string[], isSmall: boolean): readonly Fault[] {
  const unknown = wanted.filter((id) => !FAULTS.some((fault) => isMeant(fault, id)))
  if (unknown.length > 0) {
    const known = FAULTS.map(({ id }) => id).join(' ')
    process.stderr.write(`There is no row ${unknown.join(', ')}; there are ${known}.\n`)
    process.exit(2)
  }
  if (wanted.length > 0) return FAULTS.filter((fault) => wanted.some((id) => isMeant(fault, id)))
  return isSmall ? FAULTS.filter((fault) => fault.isSmall) : FAULTS
}

function isMeant(fault: Fault, wanted: string): boolean {
  return fault.id === wanted.toUpperCase() || fault.id.startsWith(`${wanted.toUpperCase()}-`)
}

function print(figures: readonly Figure[]): void {
  for (const { name, value, unit, budget, better, pass } of figures) {
    const limit = budget === null ? 'told only' : `${better === 'lower' ? '≤' : '≥'} ${budget}`
    const shown = Number.isInteger(value) ? String(value) : value.toFixed(2)
    say(`  ${pass ? 'ok  ' : 'FAIL'} ${name}: ${shown} ${unit} (${limit})`)
  }
}

async function runGroup(faults: readonly Fault[], lab: ChaosLab): Promise<Figure[]> {
  const all: Figure[] = []
  for (const fault of faults) {
    say(`${fault.id} ${fault.title} …`)
    const beganMs = performance.now()
    const figures = await runUntilCalm(fault, lab)
    print(figures)
    say(`  ${((performance.now() - beganMs) / 1000).toFixed(1)} s`)
    all.push(...figures)
  }
  return all
}

/** What the attack does to times it does each time; what the machine does it does once. */
async function runUntilCalm(fault: Fault, lab: ChaosLab): Promise<Figure[]> {
  for (let tried = 1; ; tried++) {
    const figures = await runFault(fault, lab)
    const failed = figures.filter(({ pass }) => !pass)
    if (failed.length === 0 || tried === TIME_TRIES || !failed.every(isTimeFigure)) return figures
    for (const { name, value } of failed) {
      say(`  again (${tried + 1} of ${TIME_TRIES}): ${name} was ${value.toFixed(2)}`)
    }
  }
}

/** A row that breaks is a failed row, not the end of the run. */
async function runFault(fault: Fault, lab: ChaosLab): Promise<Figure[]> {
  try {
    const figures = fault.isApart === true ? await lab.runApart(fault.id) : await fault.run(lab)
    await lab.settle()
    return lab.judgeTimes(figures)
  } catch (error) {
    const { message, internal = '' } = error as Error & { internal?: string }
    say(`  ${message} ${internal} (${await lab.autopsy()})`)
    const name = `${fault.id} ran to its end`
    return [{ name, value: 0, unit: 'true', budget: 1, better: 'higher', pass: false }]
  }
}

async function main(): Promise<void> {
  const { values, positionals } = readArguments(
    {
      allowPositionals: true,
      options: {
        small: { type: 'boolean', default: false },
        json: { type: 'string' },
        seed: { type: 'string', default: String(SEED) },
      },
    },
    USAGE,
  )
  const faults = chooseFaults(positionals, values.small)
  const rows: Figure[] = []
  for (const group of new Set(faults.map((fault) => fault.group))) {
    const { small: isSmall } = values
    const crowdOptions = CROWD_ELSEWHERE[group]
    const apart = crowdOptions === undefined ? {} : { crowdOptions }
    const lab = new ChaosLab({ isSmall, seed: Number(values.seed), say, ...apart })
    const stop = () => void lab.stop().finally(() => process.exit(130))
    process.once('SIGINT', stop)
    process.once('SIGTERM', stop)
    try {
      rows.push(
        ...(await runGroup(
          faults.filter((fault) => fault.group === group),
          lab,
        )),
      )
    } finally {
      process.removeListener('SIGINT', stop)
      process.removeListener('SIGTERM', stop)
      await lab.stop()
    }
  }
  if (values.json !== undefined) {
    writeFileSync(values.json, `${JSON.stringify({ seed: Number(values.seed), rows }, null, 2)}\n`)
  }
  const failed = rows.filter(({ pass }) => !pass)
  say(`${rows.length} figures, ${failed.length} failed`)
  for (const { name } of failed) say(`  FAIL ${name}`)
  process.exitCode = failed.length === 0 ? 0 : 1
}

await main()
