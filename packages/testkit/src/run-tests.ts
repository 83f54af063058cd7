/**
 * `npm test`: every `*.test.ts` in groups, each group one Node process with all its files
 * (isolation none), two groups at a time. `*.process.test.ts` (programs started and killed,
 * browsers) are a process per file. Arguments are parts of paths: `npm test -- packages/sim rooms`.
 * Prints each group as it ends, every failure in full, skipped suites with their reason, and last a
 * line "N passed, N failed". With CI=true a skipped test counts as a failure. When a chosen file
 * needs PostgreSQL, the runner starts a private one and ends it; TEST_DATABASE_URL names another.
 * A process test that failed beside another group is run again alone, and that is said.
 */
import { spawn } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

import { findPostgresBin, startPrivateCluster } from './private-cluster.ts'

const TESTS = '{packages/*/src,rooms,schema,matchmaker,src,loadtest,bench,scripts}/**/*.test.ts'
const PROCESS_SUFFIX = '.process.test.ts'
const GROUPS_AT_ONCE = 2
const GROUP_MS_MAX = 600_000
const KILL_AFTER_MS = 5000
const SLOWEST_COUNT = 5
const REPORTER = fileURLToPath(new URL('test-reporter.ts', import.meta.url))

interface Group {
  readonly name: string
  readonly files: readonly string[]
}

/** One line of the reporter. */
interface TestLine {
  readonly kind: 'pass' | 'fail' | 'skip'
  readonly name: string
  readonly file: string
  readonly durationMs: number
  /** What failed, or why it was skipped. */
  readonly text: string
}

interface GroupResult {
  readonly group: Group
  readonly lines: readonly TestLine[]
  /** Set when the process itself failed. */
  readonly crash: string | undefined
  readonly durationMs: number
}

/** Which process a file runs in. The pure packages share one, so do all that open sockets. */
function groupOf(file: string): string {
  if (file.endsWith(PROCESS_SUFFIX)) return file
  const [, pure] = /^packages\/(base|sim|wire)\//.exec(file) ?? []
  if (pure !== undefined) return `packages/${pure}`
  if (file.startsWith('packages/')) return file.split('/').slice(0, 2).join('/')
  // Suites on databases leave a heap that suites about memory should not start from.
  const [folder] = /^src\/(services\/[^/]+|[^/]+)(?=\/)/.exec(file) ?? []
  return folder ?? file.split('/')[0]!
}

function findGroups(wanted: readonly string[]): Group[] {
  const byName = new Map<string, string[]>()
  for (const file of globSync(TESTS).sort()) {
    // The peers of the benches bring tests of their own.
    if (file.includes('node_modules')) continue
    if (wanted.length > 0 && !wanted.some((part) => file.includes(part))) continue
    const name = groupOf(file)
    byName.set(name, [...(byName.get(name) ?? []), file])
  }
  return [...byName].map(([name, files]) => ({ name, files }))
}

function runGroup(group: Group): Promise<GroupResult> {
  const startedMs = performance.now()
  const args = ['--test', '--test-isolation=none', `--test-reporter=${REPORTER}`, ...group.files]
  return new Promise((resolve) => {
    const env = { ...process.env, NODE_ENV: 'test' }
    const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
    let out = ''
    let noise = ''
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString('utf8')))
    child.stderr.on('data', (chunk: Buffer) => (noise += chunk.toString('utf8')))
    const timer = setTimeout(() => {
      noise += `\nstill running after ${GROUP_MS_MAX / 1000} s; killed`
      child.kill('SIGTERM')
      setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS).unref()
    }, GROUP_MS_MAX)
    child.on('close', (code, signal) => {
      clearTimeout(timer)
      const { lines, rest } = readLines(out)
      const hasFailed = lines.some((line) => line.kind === 'fail')
      const isCrash = (code !== 0 && !hasFailed) || lines.length === 0
      const crash = isCrash ? `ended with ${signal ?? code}\n${rest}${noise}` : undefined
      resolve({ group, lines, crash, durationMs: performance.now() - startedMs })
    })
  })
}

function readLines(out: string): { lines: TestLine[]; rest: string } {
  const lines: TestLine[] = []
  const rest: string[] = []
  for (const text of out.split('\n')) {
    if (text.startsWith('\u0001')) lines.push(JSON.parse(text.slice(1)) as TestLine)
    else if (text !== '') rest.push(text)
  }
  return { lines, rest: rest.join('\n') }
}

function printGroup(result: GroupResult, done: number, total: number): void {
  const { group, lines, crash, durationMs } = result
  const count = (kind: TestLine['kind']) => lines.filter((line) => line.kind === kind).length
  const failed = count('fail') + (crash === undefined ? 0 : 1)
  const skipped = count('skip') === 0 ? '' : `, ${count('skip')} skipped`
  const seconds = (durationMs / 1000).toFixed(1)
  const head = `[${done}/${total}] ${failed === 0 ? 'ok    ' : 'FAILED'} ${group.name}`
  print(`${head}: ${count('pass')} passed, ${failed} failed${skipped} (${seconds} s)`)
  for (const line of lines) {
    if (line.kind === 'fail') print(`\n  ${line.file}\n  ${line.name}\n${indent(line.text)}\n`)
  }
  if (crash !== undefined)
    print(`\n  ${group.name}: the test process itself failed\n${indent(crash)}\n`)
}

function indent(text: string): string {
  return text.replace(/^/gm, '    ')
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}

function printSummary(results: readonly GroupResult[]): number {
  const lines = results.flatMap((result) => result.lines)
  const skipped = lines.filter((line) => line.kind === 'skip')
  for (const line of skipped) print(`skipped: ${line.name} (${line.text || 'no reason given'})`)
  const bySlowness = lines.toSorted((a, b) => b.durationMs - a.durationMs).slice(0, SLOWEST_COUNT)
  const slow = bySlowness.filter((line) => line.durationMs > 1000)
  for (const line of slow) print(`slow: ${(line.durationMs / 1000).toFixed(1)} s ${line.name}`)
  const passed = lines.filter((line) => line.kind === 'pass').length
  const crashed = results.filter((result) => result.crash !== undefined).length
  const strict = process.env['CI'] === 'true' ? skipped.length : 0
  const failed = lines.filter((line) => line.kind === 'fail').length + crashed + strict
  if (strict > 0) print('skipped tests count as failures because CI=true')
  print(`${passed} passed, ${failed} failed`)
  return failed
}

/** Longest first would be better; unknown, so the process tests (slow) start first. */
async function runAll(groups: readonly Group[]): Promise<GroupResult[]> {
  const waiting = groups.toSorted((a, b) => slowness(b) - slowness(a))
  const results: GroupResult[] = []
  const work = async () => {
    for (let group = waiting.shift(); group !== undefined; group = waiting.shift()) {
      const result = await runGroup(group)
      results.push(result)
      printGroup(result, results.length, groups.length)
    }
  }
  await Promise.all(Array.from({ length: GROUPS_AT_ONCE }, work))
  return results
}

/**
 * Groups with processes, browsers and clocks of their own that failed beside another group are run
 * again alone: what a busy machine did to them is told apart from what is broken. Both runs are
 * printed, and so is the number of those that needed the second.
 */
async function runAgain(results: readonly GroupResult[]): Promise<GroupResult[]> {
  const isFailed = ({ lines, crash }: GroupResult) =>
    crash !== undefined || lines.some((line) => line.kind === 'fail')
  const settled: GroupResult[] = []
  for (const result of results) {
    if (!isFailed(result) || slowness(result.group) === 0) {
      settled.push(result)
      continue
    }
    print(`again, alone: ${result.group.name}`)
    const second = await runGroup(result.group)
    printGroup(second, settled.length + 1, results.length)
    if (!isFailed(second)) print(`UNSTEADY ${result.group.name}: failed first, passed alone`)
    settled.push(second)
  }
  return settled
}

function slowness(group: Group): number {
  return group.name.endsWith(PROCESS_SUFFIX) ? 1 : 0
}

/** Files that open a PostgreSQL say so by what they import. */
function needsPostgres(groups: readonly Group[]): boolean {
  const files = groups.flatMap((group) => group.files)
  return files.some((file) => /test-database\.ts'/.test(readFileSync(file, 'utf8')))
}

/** Runs `work` with a PostgreSQL for those that ask, when there is one to be had. */
async function withPostgres<T>(groups: readonly Group[], work: () => Promise<T>): Promise<T> {
  const bin = findPostgresBin()
  const isGiven = process.env['TEST_DATABASE_URL'] !== undefined
  if (isGiven || bin === undefined || !needsPostgres(groups)) return work()
  const cluster = await startPrivateCluster(bin)
  process.env['TEST_DATABASE_URL'] = cluster.url
  try {
    return await work()
  } finally {
    await cluster.stop()
  }
}

const groups = findGroups(process.argv.slice(2))
if (groups.length === 0) {
  print('no test file matches')
  process.exitCode = 1
} else {
  print(`${groups.length} groups of tests, Node ${process.versions.node}`)
  const results = await withPostgres(groups, async () => runAgain(await runAll(groups)))
  process.exitCode = printSummary(results) === 0 ? 0 : 1
}
