/**
 * `npm run fuzz -- [--seed N] [--requests N]`: hostile requests made from the OpenAPI document
 * against a server of its own, on PGlite, and on the PostgreSQL of TEST_DATABASE_URL when it is
 * set. The same seed sends the same requests. Exits 1 when something was found.
 */
import { readArguments } from '@battalion/testkit/read-arguments.ts'
import { createTestEngine, TEST_DATABASE_URL } from '@battalion/testkit/test-database.ts'

import { runApiFuzz } from './run-api-fuzz.ts'

const PROGRESS_REQUESTS = 500
const REQUESTS_COUNT_MAX = 1_000_000
const LINE_CHARS = 56

const options = {
  seed: { type: 'string', default: '1' },
  requests: { type: 'string', default: '3000' },
} as const
const { values } = readArguments({ options }, 'npm run fuzz -- [--seed N] [--requests N]')
const seed = wholeNumber('seed', values.seed, 0xffff_ffff)
const count = wholeNumber('requests', values.requests, REQUESTS_COUNT_MAX)
const engines = TEST_DATABASE_URL === undefined ? ['pglite'] : ['pglite', 'postgres']

for (const name of engines as readonly ('pglite' | 'postgres')[]) {
  if (!(await runOn(name))) process.exitCode = 1
}
process.exit()

async function runOn(name: 'pglite' | 'postgres'): Promise<boolean> {
  const closers: (() => unknown)[] = []
  const test = { after: (close: unknown) => void closers.push(close as () => unknown) }
  print(`${name}: seed ${seed}, ${count} requests`)
  const startedMs = performance.now()
  const onProgress = (done: number) => {
    if (done % PROGRESS_REQUESTS === 0) print(`${done} of ${count}, ${secondsSince(startedMs)} s`)
  }
  const report = await runApiFuzz(test, createTestEngine(name), { seed, count, onProgress })
  for (const close of closers.toReversed()) await close()
  for (const line of [...report.findings, ...report.logs]) print(line)
  print(`by status: ${JSON.stringify(report.byStatus)}`)
  for (const [key, statuses] of report.routes) print(`${showStatuses(statuses)}  ${key}`)
  const goodCount = Array.from(report.routes.values()).filter((statuses) =>
    Array.from(statuses.keys()).some((status) => status < 400),
  ).length
  print(`answered with success: ${goodCount} of ${report.routes.size} routes`)
  for (const line of report.unmade) print(`not made: ${line}`)
  print(`${report.findings.length} findings, ${secondsSince(startedMs)} s`)
  return report.findings.length === 0
}

/** `2xx 12, 400 3, 404 1`, padded. */
function showStatuses(statuses: ReadonlyMap<number, number>): string {
  const byClass = new Map<string, number>()
  for (const [status, answers] of statuses) {
    const name = status < 400 ? `${Math.floor(status / 100)}xx` : String(status)
    byClass.set(name, (byClass.get(name) ?? 0) + answers)
  }
  const sorted = Array.from(byClass).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return sorted
    .map(([name, answers]) => `${name} ${answers}`)
    .join(', ')
    .padEnd(LINE_CHARS)
}

function print(line: string): void {
  process.stdout.write(`${line.trimEnd()}\n`)
}

function secondsSince(startedMs: number): string {
  return ((performance.now() - startedMs) / 1000).toFixed(1)
}

function wholeNumber(name: string, text: string, max: number): number {
  const value = Number(text)
  if (text !== '' && Number.isSafeInteger(value) && value >= 0 && value <= max) return value
  throw new RangeError(`--${name} wants a whole number up to ${max}, got ${text}`)
}
