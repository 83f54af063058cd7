/**
 * `npm run check`: types (root, sim without Node or DOM, play with DOM), lint, format, tidy,
 * secrets and advisories. All run side by side; each prints only when it fails (and what it notes),
 * then one line per check. Exits 1 when any failed.
 */
import { spawn } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'

const LINTED = ['rooms', 'schema', 'src', 'matchmaker', 'loadtest', 'bench', 'packages', 'scripts']

interface Check {
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
}

interface Outcome {
  readonly check: Check
  readonly ok: boolean
  readonly output: string
  readonly durationMs: number
}

function findChecks(): Check[] {
  const folders = LINTED.filter((folder) => existsSync(folder) && readdirSync(folder).length > 0)
  const security = 'packages/testkit/src/run-security.ts'
  const tidy = 'packages/testkit/src/run-tidy.ts'
  return [
    { name: 'types', command: 'tsc', args: ['-p', 'tsconfig.json'] },
    { name: 'types of sim', command: 'tsc', args: ['-p', 'packages/sim'] },
    { name: 'types of play', command: 'tsc', args: ['-p', 'packages/play'] },
    { name: 'types of console', command: 'tsc', args: ['-p', 'packages/console'] },
    { name: 'lint', command: 'oxlint', args: ['--type-aware', ...folders] },
    { name: 'format', command: 'oxfmt', args: ['--check', '.'] },
    { name: 'tidy', command: process.execPath, args: [tidy] },
    { name: 'security', command: process.execPath, args: [security] },
  ]
}

function run(check: Check): Promise<Outcome> {
  const startedMs = performance.now()
  return new Promise((resolve) => {
    const child = spawn(check.command, check.args, { stdio: ['ignore', 'pipe', 'pipe'] })
    const chunks: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk))
    const settle = (ok: boolean, extra: string) => {
      const output = Buffer.concat(chunks).toString('utf8') + extra
      resolve({ check, ok, output, durationMs: performance.now() - startedMs })
    }
    child.on('error', (error) => settle(false, `${error.message}\n`))
    child.on('close', (code) => settle(code === 0, ''))
  })
}

const outcomes = await Promise.all(findChecks().map(run))
for (const { ok, output } of outcomes) {
  // What was not judged is said also where nothing failed.
  const told = ok ? output.split('\n').filter((line) => line.startsWith('note: ')) : [output]
  if (told.length > 0) process.stdout.write(`${told.join('\n').trimEnd()}\n\n`)
}
for (const { check, ok, durationMs } of outcomes) {
  const seconds = (durationMs / 1000).toFixed(1)
  process.stdout.write(`${ok ? 'ok    ' : 'FAILED'}  ${check.name} (${seconds} s)\n`)
}
const failed = outcomes.filter((outcome) => !outcome.ok).length
process.stdout.write(`${outcomes.length - failed} passed, ${failed} failed\n`)
process.exitCode = failed === 0 ? 0 : 1
