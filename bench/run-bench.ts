/**
 * `npm run bench`: finds every `*.bench.ts`, runs each in a process of its own, one after another,
 * and prints value, unit, budget, pass. `--small` for CI, `--json FILE` for tools, names (parts of
 * file names) to run some, `--seconds N` for shorter windows than the minute that counts, `--docs`
 * to put the figures into `docs/performance.md`. What a bench had to leave out is said and counted
 * as skipped. Exits 1 when a budget is broken or a bench fails.
 */
import { fork } from 'node:child_process'
import { globSync, writeFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { basename, join } from 'node:path'
import { parseArgs } from 'node:util'

import type { BenchRow } from '@battalion/testkit/bench-row.ts'
import type { BenchWord } from './bench-voice.ts'
import { WINDOW_ENV, WINDOW_SEC } from './contest.ts'
import { writePerformancePage } from './performance-page.ts'

/** A bench that has not ended by then is ended and counts as failed. */
const BENCH_SECONDS_MAX = 1500
const FOLDERS = '{packages/*/src,rooms,matchmaker,src,loadtest,bench}/**/*.bench.ts'
const BENCH_PROGRAM = join(import.meta.dirname, 'one-bench.ts')

interface CliOptions {
  readonly small: boolean
  readonly json: string | undefined
  readonly names: readonly string[]
  /** Put the figures into `docs/performance.md`. */
  readonly docs: boolean
  /** Length of a window, as told (s). */
  readonly seconds: string | undefined
}

interface BenchEnd {
  readonly rows: readonly BenchRow[]
  readonly skipped: number
  /** Why it did not end well. */
  readonly failure?: string
}

function parseCli(argv: string[]): CliOptions {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: {
      small: { type: 'boolean', default: false },
      json: { type: 'string' },
      seconds: { type: 'string' },
      docs: { type: 'boolean', default: false },
    },
  })
  const { small, json, docs, seconds } = values
  if (seconds !== undefined) process.env[WINDOW_ENV] = seconds
  return { small, json, docs, seconds, names: positionals }
}

function findBenches(names: readonly string[]): string[] {
  const all = globSync(FOLDERS)
    .filter((file) => !file.includes('node_modules'))
    .sort()
  if (names.length === 0) return all
  return all.filter((file) => names.some((name) => file.includes(name)))
}

function runOne(file: string, small: boolean): Promise<BenchEnd> {
  const child = fork(BENCH_PROGRAM, [file, small ? 'small' : 'full'], {
    execArgv: ['--expose-gc'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  let rows: readonly BenchRow[] | undefined
  let skipped = 0
  child.on('message', (word: BenchWord) => {
    if (word.type === 'rows') rows = word.rows as readonly BenchRow[]
    else if (word.type === 'skipped') skipped++
    if (word.type === 'progress') showProgress(word.text)
    if (word.type === 'skipped') print(`skip  ${word.text}`)
  })
  const limit = setTimeout(() => child.kill('SIGKILL'), BENCH_SECONDS_MAX * 1000)
  return new Promise((resolve) => {
    child.on('exit', (code, signal) => {
      clearTimeout(limit)
      const failure = rows === undefined ? `ended with ${signal ?? `code ${code}`}` : undefined
      resolve({ rows: rows ?? [], skipped, ...(failure === undefined ? {} : { failure }) })
    })
  })
}

function formatRow(row: BenchRow): string {
  const budget = row.budget === null ? 'no limit' : `${limitSign(row)} ${row.budget} ${row.unit}`
  const value = `${Number(row.value.toPrecision(4))} ${row.unit}`
  return `${row.pass ? ' ok ' : 'MISS'}  ${row.name.padEnd(58)} ${value.padStart(18)}   ${budget}`
}

function limitSign(row: BenchRow): string {
  return row.better === 'lower' ? '<=' : '>='
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

/** Seconds since the start, and what is going on. */
function showProgress(text: string): void {
  print(`      ${process.uptime().toFixed(0).padStart(4)} s  ${text}`)
}

function machineLine(): string {
  const { length } = cpus()
  return `${cpus()[0]?.model ?? 'unknown CPU'}, ${length} cores, Node ${process.version}`
}

function loadLine(): string {
  return loadavg()[0]!.toFixed(1)
}

async function main(): Promise<void> {
  const options = parseCli(process.argv.slice(2))
  const files = findBenches(options.names)
  const loadBefore = loadLine()
  print(`${machineLine()}, load ${loadBefore}, ${files.length} benches`)
  const rows: BenchRow[] = []
  const failures: string[] = []
  let skipped = 0
  for (const [index, file] of files.entries()) {
    const name = basename(file, '.bench.ts')
    print(`[${index + 1}/${files.length}] ${name}`)
    const end = await runOne(file, options.small)
    for (const row of end.rows) print(formatRow(row))
    if (end.failure !== undefined) failures.push(`${name} ${end.failure}`)
    rows.push(...end.rows)
    skipped += end.skipped
  }
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(rows, null, 2)}\n`)
  if (options.docs) {
    const seconds = options.seconds ?? String(WINDOW_SEC)
    const load = `${loadBefore} before, ${loadLine()} after`
    writePerformancePage(rows, { machine: machineLine(), seconds, load })
  }
  const missed = rows.filter((row) => !row.pass)
  for (const failure of failures) print(`FAIL  ${failure}`)
  print(
    `${rows.length - missed.length} of ${rows.length} figures within budget, ${skipped} skipped`,
  )
  if (missed.length > 0 || failures.length > 0 || rows.length === 0) process.exitCode = 1
}

await main()
