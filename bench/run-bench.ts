/**
 * `npm run bench`: finds every `*.bench.ts`, runs each in a process of its own, one after another,
 * and prints value, unit, budget, pass. `--small` for CI, `--json FILE` for tools, names (parts of
 * file names) to run some. Exits 1 when a budget is broken.
 */
import { execFile } from 'node:child_process'
import { globSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { basename } from 'node:path'
import { parseArgs, promisify } from 'node:util'

import type { BenchRow } from '@battalion/testkit/bench-row.ts'

const BENCH_SECONDS_MAX = 600
const FOLDERS = '{packages/*/src,rooms,matchmaker,src,loadtest,bench}/**/*.bench.ts'

interface CliOptions {
  readonly small: boolean
  readonly json: string | undefined
  readonly names: readonly string[]
}

function parseCli(argv: string[]): CliOptions {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: { small: { type: 'boolean', default: false }, json: { type: 'string' } },
  })
  return { small: values.small, json: values.json, names: positionals }
}

function findBenches(names: readonly string[]): string[] {
  const all = globSync(FOLDERS).sort()
  if (names.length === 0) return all
  return all.filter((file) => names.some((name) => file.includes(name)))
}

async function runOne(file: string, small: boolean): Promise<BenchRow[]> {
  const script = `
    const { runBench } = await import(process.argv[1])
    const rows = await runBench({ small: ${small} })
    process.stdout.write(JSON.stringify(rows), () => process.exit(0))`
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--expose-gc', '--input-type=module', '-e', script, `${process.cwd()}/${file}`],
    { timeout: BENCH_SECONDS_MAX * 1000, maxBuffer: 16 * 1024 * 1024 },
  )
  return JSON.parse(stdout) as BenchRow[]
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

async function main(): Promise<void> {
  const options = parseCli(process.argv.slice(2))
  const files = findBenches(options.names)
  print(`${cpus()[0]?.model ?? 'unknown CPU'}, Node ${process.version}, ${files.length} benches`)
  const rows: BenchRow[] = []
  for (const [index, file] of files.entries()) {
    const name = basename(file, '.bench.ts')
    print(`[${index + 1}/${files.length}] ${name}`)
    const found = await runOne(file, options.small)
    for (const row of found) print(formatRow(row))
    rows.push(...found)
  }
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(rows, null, 2)}\n`)
  const missed = rows.filter((row) => !row.pass)
  print(`${rows.length - missed.length} of ${rows.length} figures within budget`)
  if (missed.length > 0 || rows.length === 0) process.exitCode = 1
}

await main()
