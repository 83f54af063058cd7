/**
 * `npm run bench`: finds every `*.bench.ts`, runs each in a process of its own, one after another,
 * and prints value, unit, budget, pass. `--small` for CI, `--json FILE` for tools, names (parts of
 * file names) to run some, `--seconds N` for shorter windows than the minute that counts, `--docs`
 * to put the figures into `docs/performance.md`. What a bench had to leave out is said and counted
 * as skipped. In small runs (whose windows are short) a bench that misses is run once more after
 * the others, and what it missed first is printed as UNSTEADY; the second run counts. Exits 1 when
 * a budget is broken or a bench fails.
 */
import { fork } from 'node:child_process'
import { globSync, writeFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { basename, join } from 'node:path'

import type { BenchRow } from '@battalion/testkit/bench-row.ts'
import { readArguments } from '@battalion/testkit/read-arguments.ts'
import type { BenchWord } from './bench-voice.ts'
import { WINDOW_ENV, WINDOW_SEC } from './contest.ts'
import { writePerformancePage } from './performance-page.ts'

/** A bench that has not ended by then is ended and counts as failed. */
const BENCH_SECONDS_MAX = 1500
const FOLDERS = '{packages/*/src,rooms,matchmaker,src,loadtest,bench}/**/*.bench.ts'
const USAGE = `npm run bench -- [NAME…] [--small] [--seconds N] [--json FILE] [--docs]
  NAME         a part of a file's name; all benches when none is named
  --small      short windows, for CI
  --seconds N  length of a window
  --docs       puts the figures into docs/performance.md`
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
  const { values, positionals } = readArguments(
    {
      args: argv,
      allowPositionals: true,
      options: {
        small: { type: 'boolean', default: false },
        json: { type: 'string' },
        seconds: { type: 'string' },
        docs: { type: 'boolean', default: false },
      },
    },
    USAGE,
  )
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
  const budget =
    row.budget === null
      ? 'no limit'
      : `${limitSign(row)} ${Number(row.budget.toPrecision(4))} ${row.unit}`
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

/** Runs one bench and prints its rows. */
async function runPrinted(file: string, small: boolean): Promise<BenchEnd> {
  const end = await runOne(file, small)
  for (const row of end.rows) print(formatRow(row))
  return end
}

/** All of them in turn, those that miss in a small run once more; by file. */
async function runAll(files: readonly string[], small: boolean): Promise<Map<string, BenchEnd>> {
  const ends = new Map<string, BenchEnd>()
  for (const [index, file] of files.entries()) {
    print(`[${index + 1}/${files.length}] ${nameOf(file)}`)
    ends.set(file, await runPrinted(file, small))
  }
  const again = small ? files.filter((file) => !endedWell(ends.get(file)!)) : []
  for (const file of again) {
    const first = ends.get(file)!
    print(`[again] ${nameOf(file)}`)
    ends.set(file, await runPrinted(file, small))
    for (const row of missedOf(first)) print(`UNSTEADY at first: ${formatRow(row)}`)
    if (first.failure !== undefined) print(`UNSTEADY ${nameOf(file)} first ${first.failure}`)
  }
  return ends
}

function endedWell(end: BenchEnd): boolean {
  return end.failure === undefined && missedOf(end).length === 0
}

function missedOf(end: BenchEnd): BenchRow[] {
  return end.rows.filter((row) => !row.pass)
}

function nameOf(file: string): string {
  return basename(file, '.bench.ts')
}

async function main(): Promise<void> {
  const options = parseCli(process.argv.slice(2))
  const files = findBenches(options.names)
  const loadBefore = loadLine()
  print(`${machineLine()}, load ${loadBefore}, ${files.length} benches`)
  const ends = await runAll(files, options.small)
  const rows = Array.from(ends.values(), (end) => end.rows).flat()
  const skipped = Array.from(ends.values(), (end) => end.skipped).reduce((sum, n) => sum + n, 0)
  const failures = Array.from(ends)
    .filter(([, end]) => end.failure !== undefined)
    .map(([file, end]) => `${nameOf(file)} ${end.failure}`)
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
